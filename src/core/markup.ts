import { clean } from './plain.ts'

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** What somebody typed as HTML that shows it as it is, for where a page is not made by `html`. */
export function asWords(words: string): string {
  return escaped(clean(words))
}

/** Words as the value of an attribute between quotes, every character kept. */
export function escaped(words: string): string {
  return words.replace(/[&<>"']/g, (one) => ENTITIES[one] ?? one)
}
