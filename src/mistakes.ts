import { distance } from 'fastest-levenshtein'
import type { z } from 'zod'
import { type Command, usage } from './command.ts'
import { Refusal } from './core/refusal.ts'
import { say, type Text } from './core/say.ts'

/** How much of what was typed is shown again. */
const ECHO_MAX = 1_000

/** The options as the command declares them; a mistake is named, with the usage line and everything that was typed. */
export function parse(
  options: z.ZodObject,
  values: Record<string, unknown>,
  command: Command,
  typed: Record<string, string>,
): Record<string, unknown> {
  const unknown = Object.keys(values).find((name) => !Object.hasOwn(options.shape, name))
  if (unknown) throw new Refusal(say`There is no option “${unknown}”. ${howTo(command)}`)
  const parsed = options.safeParse(values)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const name = String(issue?.path[0] ?? '')
  const given = typed[name]
  const wrong =
    given === undefined
      ? say`${{ strong: name }} is missing.`
      : say`${{ strong: name }} ${issue?.message ?? 'is not right'}.`
  const isWords = (key: string) => !command.shapes.some((shape) => shape.name === key && shape.kind === 'file')
  const words = Object.entries(typed).filter(
    ([key]) => Object.hasOwn(options.shape, key) && key !== 'c' && isWords(key),
  )
  const again = words
    .map(([key, value]) => `${key}:${/\s/.test(value) ? `"${value}"` : value}`)
    .join(' ')
    .slice(0, ECHO_MAX)
  throw new Refusal(
    again ? say`${wrong} ${howTo(command)} You wrote: ${{ typed: again }}` : say`${wrong} ${howTo(command)}`,
    name,
    wrong,
  )
}

function howTo(command: Command): Text {
  return say`It goes like this: ${{ typed: usage(command) }}`
}

/** A command that does not exist, and the one that was probably meant. */
export function unknownCommand(name: string, commands: Command[]): Text {
  const [closest] = commands.map((command) => command.name).sort((a, b) => distance(name, a) - distance(name, b))
  return closest && distance(name, closest) <= 2
    ? say`There is no ${{ typed: `/${name}` }}. Did you mean ${{ typed: `/${closest}` }}?`
    : say`There is no ${{ typed: `/${name}` }}. ${{ typed: '/help' }} lists all commands.`
}
