import type { OptionShape } from '../option.ts'

/** A command as typed: its words by option name, and what could not be placed. */
export interface Typed {
  command: string
  raw: Record<string, string>
}

interface Word {
  key?: string
  value: string
}

/** Names that are shorter here, where every command stands behind one word: `/community list` for `/communities`. */
export const SHORT_NAMES: Readonly<Record<string, string>> = { communities: 'list', 'start-community': 'start' }

const QUOTES: Record<string, string> = { '"': '"', '“': '”', '„': '“', '«': '»' }

/**
 * Reads one line after its slash: `join parents-united`, `organize remove ...`, options as `key:value`, quoted where they
 * hold spaces, or plain in their declared order. `shapesOf` gives a command's options; a colon after anything that is not
 * the name of one is part of the words.
 */
export function parseCommand(line: string, shapesOf: (command: string) => OptionShape[] | undefined): Typed {
  const [first = '', ...rest] = line.trim().split(/\s+/)
  const [second = ''] = rest
  // A group may stand before the name: /organize invite is /invite.
  const isGroup = (first === 'organize' || first === 'staff') && shapesOf(second.toLowerCase()) !== undefined
  const command = (isGroup ? second : first).toLowerCase()
  const shapes = shapesOf(command) ?? []
  const tail = line
    .trim()
    .slice(first.length)
    .trimStart()
    .slice(isGroup ? second.length : 0)
  const words = wordsOf(tail, new Set(shapes.map((shape) => shape.name)))
  return { command, raw: place(words, shapes) }
}

/** Reads what stands behind Slack's one command; undefined where nothing does. */
export function parseLine(text: string, shapesOf: (command: string) => OptionShape[] | undefined): Typed | undefined {
  const line = unescaped(text).trim().replace(/^\//, '')
  if (!line) return undefined
  const [first = ''] = line.split(/\s/)
  const meant = Object.entries(SHORT_NAMES).find(([, short]) => short === first.toLowerCase())?.[0]
  const { command, raw } = parseCommand(meant ? meant + line.slice(first.length) : line, shapesOf)
  // Words are no file: the command says where it takes one.
  const files = shapesOf(command)?.filter((shape) => shape.kind === 'file') ?? []
  return { command, raw: Object.fromEntries(Object.entries(raw).filter(([key]) => !files.some((f) => f.name === key))) }
}

/** The channels a line names, which Slack itself looked up as it was typed. */
export function channelsIn(text: string): { id: string; name: string }[] {
  return [...text.matchAll(CHANNEL)].map(([, id = '', name]) => ({ id, name: name || id }))
}

const CHANNEL = /<#([A-Z0-9]+)(?:\|([^>]*))?>/g

/** Words as they were typed: Slack sends people, channels and addresses between angle brackets, and escapes real ones. */
function unescaped(text: string): string {
  return text
    .replace(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, 'slack:$1')
    .replace(CHANNEL, (_, id: string, name: string | undefined) => `#${name || id}`)
    .replace(/<!(?:subteam\^)?([^>|]+)(?:\|([^>]*))?>/g, (_, id: string, name: string | undefined) => name || `@${id}`)
    .replace(/<mailto:([^>|]+)(?:\|[^>]*)?>/g, '$1')
    .replace(/<(https?:[^>|]+)(?:\|[^>]*)?>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

/** A message as plain words; whoever is mentioned did not ask to be named elsewhere. */
export function messageWords(text: string): string {
  const labelled = (_: string, link: string, label: string) =>
    link.includes(label) ? `<${link}>` : `${label} <${link}>`
  return unescaped(text.replace(/<@[^>]*>/g, 'someone').replace(/<(https?:[^>|]+)\|([^>]*)>/g, labelled))
}

/** Splits at spaces outside quotes. */
function wordsOf(text: string, keys: Set<string>): Word[] {
  const words: Word[] = []
  let rest = text.trimStart()
  while (rest) {
    const key = /^([a-z-]+):/.exec(rest)?.[1]
    const isKey = key !== undefined && keys.has(key)
    if (isKey) rest = rest.slice(key.length + 1)
    const [value, after] = take(rest)
    words.push(isKey ? { key, value } : { value })
    rest = after.trimStart()
  }
  return words
}

/** The next word, quoted or plain, and what follows it. A quote that is never closed runs to the end of the line. */
function take(text: string): [string, string] {
  const closing = QUOTES[text[0] ?? '']
  if (closing !== undefined) {
    const end = text.indexOf(closing, 1)
    return end < 0 ? [text.slice(1), ''] : [text.slice(1, end), text.slice(end + 1)]
  }
  const end = text.search(/\s/)
  return end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end)]
}

/** Gives plain words to the options in their order; the last of them takes all that is left over. */
function place(words: Word[], shapes: OptionShape[]): Record<string, string> {
  const raw: Record<string, string> = {}
  for (const { key, value } of words) if (key !== undefined) raw[key] = value
  let plain = words.filter((word) => word.key === undefined).map((word) => word.value)
  const open = shapes.filter((shape) => !(shape.name in raw) && !shape.keyOnly && shape.kind !== 'file')
  if (plain.length < open.length) plain = takeChoices(plain, open, raw)
  const left = open.filter((shape) => !(shape.name in raw))
  left.forEach((shape, i) => {
    const isLast = i === left.length - 1
    const words = isLast ? plain.slice(i).join(' ') : plain[i]
    if (words) raw[shape.name] = words
  })
  // More words than options: they are named as what they are, so that nothing typed is dropped in silence.
  if (left.length === 0 && plain.length > 0) raw[plain.join(' ')] = 'typed'
  return raw
}

/** `/sharing on` in a room: a word that only a later option can mean goes to that option, and the earlier one is left out. */
function takeChoices(plain: string[], open: OptionShape[], raw: Record<string, string>): string[] {
  return plain.filter((word) => {
    const shape = open.find(
      (one) => one.kind === 'choice' && !(one.name in raw) && one.choices.includes(word.toLowerCase()),
    )
    if (shape) raw[shape.name] = word
    return !shape
  })
}
