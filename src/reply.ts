import { z } from 'zod'
import { peopleIn, type Text } from './core/say.ts'

/** What one message shows, on every platform. */
export interface Content {
  text?: Text
  card?: Card
  /** A file for the reader to keep; only ever in private. */
  file?: TextFile
}

/** A text file, made at once and handed over whole. */
export interface TextFile {
  name: string
  type: 'application/json' | 'text/csv' | 'text/calendar'
  text: string
}

/** A message with a heading, a body, named values and buttons. */
export interface Card {
  title?: Text
  body?: Text
  fields?: { label: Text; value: Text }[]
  table?: Table
  /** Never without a table of the same figures, since not everybody sees a picture. */
  chart?: Chart
  choice?: Choice
  buttons?: Button[]
}

/** Figures in rows, each with a cell for every column. */
export interface Table {
  columns: Text[]
  rows: Text[][]
}

/** A bar for each of several things, of one length for each series; never how it is drawn. */
export interface Chart {
  /** What it shows, for people who hear it read. */
  title: Text
  series: Text[]
  bars: { label: Text; lengths: number[] }[]
}

/** One of several to pick, at most 25: a list that folds where a platform has one, buttons where it has none. */
export interface Choice {
  /** What is chosen, for people who hear it read. */
  label: Text
  options: Button[]
}

/** Something to press. `press` is an address; the label is what a screen reader says. */
export interface Button {
  label: Text
  press: string
}

/** A message everyone sees, by what it shows: drawn from the store, never by a press. */
export interface CardRef {
  card: string
  id: string
}

/** A meetup as a platform's own list of events shows it, to everybody in the workspace. */
export interface PlatformEvent {
  title: string
  description: string
  place: string
  startsAt: Date
  endsAt: Date
  state: 'planned' | 'cancelled' | 'over'
}

/** A conversation under a message of a room, for some of those in that room. */
export interface PlatformThread {
  title: string
  isOver: boolean
  /** Accounts that are to be in it. */
  accounts: string[]
  /** Those known to be in it. */
  inside: string[]
  /** What is said when it begins, and when it ends. */
  opening: Text
  ending: Text
}

/** What a command answers. Only the caller sees `text` and `card`. */
export interface Reply extends Content {
  /** Takes the place of the private message that was pressed. */
  update?: Content
  /** Shown to everyone where the command was typed. */
  announce?: CardRef
  /** Messages everyone sees that are stale now. */
  redraw?: CardRef[]
  /** It is kept nowhere, not even for the case that the platform asks again. */
  isSecret?: true
}

/** Fields a platform asks for in its native form; what is sent comes back with the same address. */
export interface Form {
  title: string
  address: string
  fields: FormField[]
}

export interface FormField {
  name: string
  label: string
  required: boolean
  long: boolean
  max: number
  /** What stands in it already. */
  value?: string
}

/** Platforms return at most this many characters of a button's address (Discord custom_id). */
export const ADDRESS_MAX = 100

/** A page of ours returns any; no address of ours is longer than this. */
const ADDRESS_ON_PAGES_MAX = 2_000

const addressPattern = z
  .string()
  .max(ADDRESS_ON_PAGES_MAX)
  .regex(/^[a-z-]+(\.[a-z-]+)?(\?.*)?$/)

/** The address of a press: `join.yes?c=01J...`. `args` are short: ids, numbers, a word or two. */
export function address(target: string, args: Record<string, string | number> = {}): string {
  const query = new URLSearchParams(
    Object.entries(args).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString()
  return query ? `${target}?${query}` : target
}

/** Takes an address apart; undefined for anything that no button of ours carries. */
export function readAddress(
  words: string,
): { command: string; press?: string; args: Record<string, string> } | undefined {
  const checked = addressPattern.safeParse(words)
  if (!checked.success) return undefined
  const [target = '', query = ''] = checked.data.split('?')
  const [command = '', press] = target.split('.')
  const args = Object.fromEntries(new URLSearchParams(query))
  // No database takes it, and no button of ours has it.
  if (Object.values(args).some((value) => value.includes('\0'))) return undefined
  return { command, ...(press && { press }), args }
}

/** The ids of all people a message names. */
export function peopleNamed(content: Content): string[] {
  const { text, card } = content
  const { title, body, fields = [], table, chart, choice, buttons = [] } = card ?? {}
  const pressed = [...(choice?.options ?? []), ...buttons].map(({ label }) => label)
  const figures = [...(table?.columns ?? []), ...(table?.rows.flat() ?? [])]
  const drawn = chart ? [chart.title, ...chart.series, ...chart.bars.map(({ label }) => label)] : []
  const texts = [
    text,
    title,
    body,
    ...fields.flatMap(({ label, value }) => [label, value]),
    ...figures,
    ...drawn,
    ...pressed,
  ]
  return texts.flatMap((one) => (one ? peopleIn(one) : []))
}
