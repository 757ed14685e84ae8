import { SHORT_NAMES } from '../../src/slack/parse.ts'
import { inOneLine } from '../discord/plain.ts'
import type { World } from './world.ts'

const LIKENESS: Record<string, string> = { '∗': '*', '∼': '~', ˋ: '`', ˍ: '_', '›': '>' }

/** The words somebody reads in Slack, as the terminal would write them: no markup, people by name, commands without their one. */
export function plain(text: string, world: World): string {
  const nameOf = (id: string) => [...world.teams.values()].flatMap(({ users }) => users.get(id)?.name ?? [])[0] ?? id
  const channelOf = (id: string) =>
    [...world.teams.values()].flatMap(({ channels }) => channels.get(id)?.name ?? [])[0] ?? id
  const words = text
    .replace(/<!date\^[^|>]*\|([^>]*)>/g, '$1')
    .replace(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id: string) => `@${nameOf(id)}`)
    .replace(/<([^|>@!#]+)(?:\|[^>]*)?>/g, '$1')
    .replace(/[*`\u200b]/g, '')
    .replace(/\/community ([a-z-]+)/g, (_, name: string) => `/${longNames[name] ?? name}`)
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/[∗∼ˋˍ›]/g, (one) => LIKENESS[one] ?? one)
    .replace(/\bC0[0-9A-Z]{8}\b/g, (id) => channelOf(id))
    .replace(/\b[UT]0[0-9A-Z]{8}\b/g, (id) => world.teams.get(id)?.name ?? nameOf(id))
  return inOneLine(words)
}

const longNames = Object.fromEntries(Object.entries(SHORT_NAMES).map(([name, short]) => [short, name]))
