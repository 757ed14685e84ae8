import { piecesOf } from './pieces.ts'

/** As Ghost's server is Node's, which takes 16 kB of headers with the address; and as it gives 100 at once. */
const [FILTER_MAX, VALUES_MAX] = [6_000, 100]

/** Conditions of Ghost's filter language (NQL) for a field to be one of many values, each short enough for an address. */
export function filtersOf(field: string, values: string[]): string[] {
  const filter = (these: string[]) => encodeURIComponent(`${field}:[${these.map(quoted).join(',')}]`)
  const fits = (these: string[]) => these.length <= VALUES_MAX && filter(these).length <= FILTER_MAX
  return piecesOf(values, fits).map(filter)
}

/** A value in quotes, with those in it escaped. */
export function quoted(value: string): string {
  return `'${value.replace(/['"]/g, '\\$&')}'`
}

/** Whether an address may stand in a filter: a backslash would escape the quote after it. */
export function isPlain(email: string): boolean {
  return /^[^\s\\\p{C}]+$/u.test(email)
}
