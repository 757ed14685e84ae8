/**
 * Text as data. What people typed stays a value until a platform's renderer escapes it, so it never becomes markup or a
 * ping; the fixed parts, joined by `{}`, are the key under which a translation is looked up.
 */
export interface Text {
  key: string
  values: Value[]
}

/** One value of a text: plain words, or words with a meaning that each platform draws in its own way. */
export type Value =
  | string
  | number
  | Text
  | Text[]
  | { strong: string }
  | { person: string }
  | { when: string }
  | { link: string; label: string }
  | { typed: string }
  | { count: number; one: string; other: string }

/** What may stand between the braces of `say`: a value, or a date for `{ when }`. */
export type Sayable = Exclude<Value, { when: string }> | { when: Date }

/** Writes a text: say`${{ strong: name }} opens at ${{ count: 5, one: 'pledge', other: 'pledges' }}`. */
export function say(parts: TemplateStringsArray, ...values: Sayable[]): Text {
  return { key: parts.join('{}'), values: values.map(plain) }
}

/** Texts one after the other, each on its own line. Empty ones are left out. */
export function lines(...texts: (Text | undefined | false)[]): Text {
  return { key: '{}', values: [texts.filter((text): text is Text => Boolean(text))] }
}

/** Dates become ISO strings, because texts are kept as JSON. */
function plain(value: Sayable): Value {
  if (typeof value === 'object' && 'when' in value) return { when: value.when.toISOString() }
  return value
}

/** How one platform writes each kind of value. Times are ISO strings; `plain` is every word people typed. */
export interface Pen {
  translate(key: string): string
  plain(words: string): string
  strong(words: string): string
  person(id: string): string
  when(iso: string): string
  link(url: string, label: string): string
  typed(words: string): string
  count(n: number, one: string, other: string): string
}

/** Writes plain English for records: nothing is marked up, times are in UTC. People are never named in such texts. */
export const plainPen: Pen = {
  translate: (key) => key,
  plain: (words) => words,
  strong: (words) => words,
  person: () => 'someone',
  when: (iso) => iso,
  link: (url) => url,
  typed: (words) => words,
  count: (n, one, other) => `${n} ${n === 1 ? one : other}`,
}

/** A text as one string, written with a platform's pen. */
export function write(text: Text, pen: Pen): string {
  const fixed = pen.translate(text.key).split('{}')
  return fixed.map((part, i) => part + (i < fixed.length - 1 ? writeValue(text.values[i] ?? '', pen) : '')).join('')
}

function writeValue(value: Value, pen: Pen): string {
  if (typeof value === 'string') return pen.plain(value)
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return value.map((text) => write(text, pen)).join('\n')
  if ('key' in value) return write(value, pen)
  if ('strong' in value) return pen.strong(value.strong)
  if ('person' in value) return pen.person(value.person)
  if ('when' in value) return pen.when(value.when)
  if ('link' in value) return pen.link(value.link, value.label)
  if ('typed' in value) return pen.typed(value.typed)
  if ('count' in value) return pen.count(value.count, value.one, value.other)
  return value satisfies never
}

/** The ids of all people a text names, so that their names can be fetched in one go. */
export function peopleIn(text: Text): string[] {
  return text.values.flatMap((value) => {
    if (typeof value !== 'object') return []
    if (Array.isArray(value)) return value.flatMap(peopleIn)
    if ('key' in value) return peopleIn(value)
    return 'person' in value ? [value.person] : []
  })
}
