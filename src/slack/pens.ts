import { calledIn, clean, labelPen } from '../core/plain.ts'
import { type Pen, type Text, write } from '../core/say.ts'
import type { Reading } from '../platform.ts'
import { SHORT_NAMES } from './parse.ts'

/** How texts are written in Slack's two kinds of words. */
export interface Pens {
  /** Slack's markup. */
  body: Pen
  /** Markup in which nothing is strong, since all of it will be. */
  title: Pen
  /** Headings and buttons, which show words as they are. */
  label: Pen
}

/** The pens for one reader. Commands are written as they are typed behind Slack's one command. */
export function pensOf({ names, zone }: Reading, command: string): Pens {
  const typedHere = (words: string) =>
    words.replace(/^\/([a-z-]+)/, (_, name: string) => `${command} ${SHORT_NAMES[name] ?? name}`)
  const label = labelPen(names, zone, typedHere)
  const title: Pen = {
    ...label,
    plain: escaped,
    strong: escaped,
    person: (id) => {
      const externalId = names[id]?.externalId
      return externalId && /^[A-Z0-9]+$/.test(externalId) ? `<@${externalId}>` : escaped(calledIn(names, id))
    },
    when: (iso) => `<!date^${Math.floor(Date.parse(iso) / 1000)}^{date_long_pretty} {time}|${label.when(iso)}>`,
    link: linked,
    typed: (words) => escaped(typedHere(words)),
  }
  const body: Pen = {
    ...title,
    strong: (words) => strong(escaped(words)),
    // Inside backticks nothing else is markup, so they themselves may not stand there.
    typed: (words) =>
      `\`${entities(clean(typedHere(words)))
        .replaceAll('`', 'ˋ')
        .replaceAll('\n', ' ')}\``,
  }
  return { body, title, label }
}

/** A text in plain words, as it stands at a field. */
export function plainly(text: Text, reading: Reading, command: string): string {
  return write(text, pensOf(reading, command).label)
}

/** Words in bold; nothing is not. */
export function strong(markup: string): string {
  return markup.trim() ? `*${markup.trim()}*` : markup
}

/** Words in which nothing is markup to Slack's readers of angle brackets. */
export function entities(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/**
 * Words as they are, for Slack to show nothing else: no mention, no link of its own. Slack's markup knows no escape, so the
 * characters that would format are written with their likeness; an underscore within a word formats nothing.
 */
export function escaped(words: string): string {
  return entities(clean(words))
    .replace(/[*~`]/g, (one) => LIKENESS[one] ?? one)
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, 'ˍ')
    .replace(/^(\s*)&gt;/gm, '$1›')
}

const LIKENESS: Record<string, string> = { '*': '∗', '~': '∼', '`': 'ˋ' }

/** A link whose words are not another address. */
function linked(url: string, words: string): string {
  if (!/^https?:\/\/[^\s<>|]+$/.test(url)) return escaped(words)
  const shown =
    words === url || /^\w+:\/\//.test(words) ? '' : escaped(words).replaceAll('|', 'ǀ').replaceAll('\n', ' ')
  return shown ? `<${entities(url)}|${shown}>` : `<${entities(url)}>`
}
