import { type Command, command, usage } from '../src/command.ts'
import { ON_THE_WEB } from '../src/core/person.ts'
import { Refusal } from '../src/core/refusal.ts'
import { lines, say } from '../src/core/say.ts'
import { text } from '../src/option.ts'
import type { Card } from '../src/reply.ts'

export default command({
  name: 'help',
  description: 'What you can do here',
  permission: 'guest',
  options: { command: text('A command to explain', { max: 32 }).optional() },
  shows: ['command'],
  isPublic: true,
  async run({ commands, caller, organization, where }, { command: name }) {
    if (name !== undefined) return { card: explain(commands, name) }
    const shown = commands.filter((one) => one.group !== 'staff' || caller.isStaff)
    if (where.platform === ON_THE_WEB.platform) return { card: asPages(shown) }
    const inGroup = (group: Command['group']) => shown.filter((one) => one.group === group)
    return {
      card: {
        title: say`What you can do here`,
        body: say`Find people who share your need, and say yourself what ${organization.name} may know about it.`,
        fields: [...inGroup(undefined), ...inGroup('organize'), ...inGroup('staff')].map((one) => ({
          label: say`${{ typed: usage(one) }}`,
          value: say`${who(one)}${one.description}`,
        })),
      },
    }
  },
})

function who({ group }: Command): string {
  if (group === 'organize') return 'Organizers: '
  return group === 'staff' ? 'Staff: ' : ''
}

/** Where nothing is typed each is a page, called by what it is for. */
function asPages(shown: Command[]): Card {
  const pages = shown.filter(({ name }) => name !== 'web' && name !== 'help')
  return {
    body: lines(
      ...[undefined, 'organize', 'staff'].flatMap((group) =>
        pages
          .filter((one) => one.group === group)
          .map((one) => say`${who(one)}${{ link: `/do/${one.name}`, label: one.description }}`),
      ),
    ),
  }
}

function explain(commands: Command[], typed: string): Card {
  const name = typed.trim().replace(/^\//, '').toLowerCase()
  const found = commands.find((one) => one.name === name)
  if (!found)
    throw new Refusal(say`There is no ${{ typed: `/${name.slice(0, 32)}` }}. ${{ typed: '/help' }} lists all commands.`)
  return {
    title: say`${{ typed: usage(found) }}`,
    body: say`${who(found)}${found.description}`,
    fields: found.shapes.map((shape) => ({
      label: say`${shape.name}`,
      value: shape.required ? say`${shape.description}` : say`${shape.description} (may be left out)`,
    })),
  }
}
