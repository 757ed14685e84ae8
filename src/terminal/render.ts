import { DateTime } from 'luxon'
import { type Pen, type Text, write } from '../core/say.ts'
import { figureLines } from '../figures.ts'
import type { Reading } from '../platform.ts'
import type { Content } from '../reply.ts'

/** A message as the terminal shows it: plain words only, so nothing that people typed can be markup. */
export interface Shown {
  text: string
  card?: {
    title?: string
    body?: string
    fields?: { label: string; value: string }[]
    table?: { columns: string[]; rows: string[][] }
  }
  /** The table as lines, for people. */
  figures?: string[]
  buttons?: { label: string; press: string }[]
  file?: { name: string; text: string }
}

/** Escape sequences and other control characters would let typed words draw on the screen. */
const CONTROL = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** Three such columns fit side by side. */
const CELL_MAX = 40

/** Writes a message for one reader. */
export function render({ text, card, file }: Content, reading: Reading): Shown {
  const pen = penOf(reading)
  const on = (one: Text | undefined) => (one ? write(one, pen) : undefined)
  const [title, body] = [on(card?.title), on(card?.body)]
  const fields = card?.fields?.map(({ label, value }) => ({ label: write(label, pen), value: write(value, pen) }))
  const table = card?.table && {
    columns: card.table.columns.map((one) => write(one, pen)),
    rows: card.table.rows.map((row) => row.map((one) => write(one, pen))),
  }
  const buttons = [...(card?.choice?.options ?? []), ...(card?.buttons ?? [])].map(({ label, press }) => ({
    label: write(label, pen),
    press,
  }))
  return {
    text: on(text) ?? title ?? '',
    ...((title || body || fields || table) && {
      card: { ...(title && { title }), ...(body && { body }), ...(fields && { fields }), ...(table && { table }) },
    }),
    ...(card?.table && { figures: figureLines(card, pen, CELL_MAX) }),
    ...(buttons.length > 0 && { buttons }),
    ...(file && { file: { name: file.name, text: file.text } }),
  }
}

/** A message as lines for people to read. */
export function asLines(shown: Shown): string[] {
  const { text, card, figures = [], buttons, file } = shown
  return [
    ...(text && text !== card?.title ? text.split('\n') : []),
    ...(card?.title ? [card.title] : []),
    ...(card?.body?.split('\n') ?? []),
    ...(card?.fields?.map(({ label, value }) => `${label}: ${value.replaceAll('\n', '\n    ')}`) ?? []),
    ...figures,
    ...(buttons ? [buttons.map(({ label }) => `[${label}]`).join(' ')] : []),
    ...(file ? [`File ${file.name}:`, ...file.text.split('\n').map((line) => line.replace(CONTROL, ' '))] : []),
  ]
}

/** All words of a message in one line, to look for words in it. */
export function wordsOf(shown: Shown): string {
  return asLines(shown).join(' ')
}

function penOf({ names, zone, language }: Reading): Pen {
  const plain = (words: string) => words.replace(CONTROL, ' ')
  return {
    // English is the only language so far; other languages are looked up here by the same key.
    translate: (key) => key,
    plain,
    strong: plain,
    person: (id) => `@${plain(names[id]?.name ?? 'someone')}`,
    when: (iso) => DateTime.fromISO(iso, { zone }).setLocale(language).toFormat("ccc d LLL yyyy, HH:mm '('ZZZZ')'"),
    link: (url) => plain(url),
    typed: plain,
    count: (n, one, other) => `${n} ${new Intl.PluralRules(language).select(n) === 'one' ? one : other}`,
  }
}
