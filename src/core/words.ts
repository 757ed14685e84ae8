/** Control characters, line separators and direction overrides: they could forge or hide words, so none is kept. */
const UNSEEN = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]/gu

/** What a person typed on one line: without unseen characters, spaces folded. */
export function oneLine(typed: string): string {
  return typed.normalize('NFC').replace(/\s+/gu, ' ').replace(UNSEEN, '').trim()
}

/** How long something is as people count: an emoji with its modifiers is one. */
export function lengthOf(words: string): number {
  return [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(words)].length
}

/** Words in the form in which they are compared: lower case, without accents and punctuation. */
export function folded(words: string): string {
  return words
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
