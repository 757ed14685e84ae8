import { DateTime } from 'luxon'
import type { Names } from './person.ts'
import type { Pen } from './say.ts'

/** English is the only language so far, so its rules of writing hold whatever language the reader's client is in. */
export const LANGUAGE = 'en'

/** Control characters and those that turn the direction of writing would let typed words pose as others. */
const CONTROL = /[^\S\n ]|[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** Words without what could draw on the screen. */
export function clean(words: string): string {
  return words.replace(CONTROL, (one) => (one === '\n' ? one : ' '))
}

/** How somebody is called where nobody can be mentioned. */
export const calledIn = (names: Names, id: string) => `@${names[id]?.name ?? 'someone'}`

/** Writes words as they are, for headings and buttons that know no markup; commands as `typedHere` says. */
export function labelPen(names: Names, zone: string, typedHere: (words: string) => string): Pen {
  return {
    // Other languages will be looked up here by the same key.
    translate: (key) => key,
    plain: clean,
    strong: clean,
    person: (id) => clean(calledIn(names, id)),
    when: (iso) => DateTime.fromISO(iso, { zone }).setLocale(LANGUAGE).toFormat("ccc d LLL yyyy, HH:mm '('ZZZZ')'"),
    link: (_, words) => clean(words),
    typed: (words) => clean(typedHere(words)),
    count: (n, one, other) => `${n} ${new Intl.PluralRules(LANGUAGE).select(n) === 'one' ? one : other}`,
  }
}
