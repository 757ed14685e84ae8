import { type Command, formFields, type Press } from './command.ts'
import { clipped } from './core/pieces.ts'
import { oneLine } from './core/words.ts'
import { ADDRESS_MAX, address, type Form, readAddress } from './reply.ts'

/** The form that a command or a button asks for before it is run; none where nothing is missing. */
export function formBefore(commands: Command[], pressed: string, raw: Record<string, string>): Form | undefined {
  const read = readAddress(pressed)
  const command = read && commands.find(({ name }) => name === read.command)
  if (!command) return undefined
  if (read.press) {
    const found = pressOf(command, read.press)
    if (!found || found.fields.length === 0 || found.fields.some((field) => field.name in raw)) return undefined
    return { title: found.title, address: pressed, fields: found.fields }
  }
  const given = { ...read.args, ...raw }
  const missing = command.shapes.some((shape) => shape.required && shape.kind !== 'community' && !(shape.name in given))
  if (command.form.length === 0 || !missing || 'd' in given) return undefined
  const asked = command.shapes.filter((shape) => command.form.includes(shape.name) && !(shape.name in given))
  const kept = address(command.name, given)
  // What was typed already goes along in the address. Where it is too long for that, the usage line says what is missing.
  return kept.length > ADDRESS_MAX
    ? undefined
    : { title: command.description, address: kept, fields: formFields(asked) }
}

/** The form of a command that is begun from a message, filled in with what fits of its words. */
export function formFromMessage(commands: Command[], name: string, words: string): Form | undefined {
  const command = commands.find((one) => one.name === name)
  if (!command?.fromMessage) return undefined
  const filled = command.fromMessage.fill(words)
  const fields = formFields(command.shapes.filter((shape) => command.form.includes(shape.name))).map((field) => {
    const whole = filled[field.name] ?? ''
    const value = clipped(field.long ? whole : oneLine(whole), field.max)
    return value ? { ...field, value } : field
  })
  return { title: command.description, address: command.name, fields }
}

/** A button of the command itself; an address may name anything, `constructor` too. */
export function pressOf(command: Command, name: string): Press | undefined {
  return Object.hasOwn(command.presses, name) ? command.presses[name] : undefined
}
