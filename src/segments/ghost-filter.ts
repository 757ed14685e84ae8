/** The most of a filter, as Ghost's server is Node's, which takes 16 kB of headers with the address. */
const FILTER_MAX = 6_000

/** Conditions of Ghost's filter language (NQL) for a field to be one of many values, each short enough for an address. */
export function filtersOf(field: string, values: string[]): string[] {
  const filters: string[] = []
  let these: string[] = []
  const whole = () => encodeURIComponent(`${field}:[${these.join(',')}]`)
  for (const value of values.map(quoted)) {
    these.push(value)
    if (whole().length <= FILTER_MAX) continue
    these.pop()
    if (these.length > 0) filters.push(whole())
    these = [value]
  }
  return these.length > 0 ? [...filters, whole()] : filters
}

/** A value in quotes, with those in it escaped. */
export function quoted(value: string): string {
  return `'${value.replace(/['"]/g, '\\$&')}'`
}

/** Whether an address may stand in a filter: a backslash would escape the quote after it. */
export function isPlain(email: string): boolean {
  return /^[^\s\\\p{C}]+$/u.test(email)
}
