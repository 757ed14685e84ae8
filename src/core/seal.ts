import { createHash } from 'node:crypto'

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }

/**
 * JSON in the one form that everybody gets who writes the same: keys sorted by their UTF-16 units, no spaces, strings and
 * numbers as `JSON.stringify` writes them (RFC 8785). Fields that are undefined are left out.
 */
export function canonical(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isList(value)) return `[${value.map(canonical).join(',')}]`
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  const written = fields.flatMap(([key, field]) =>
    field === undefined ? [] : `${JSON.stringify(key)}:${canonical(field)}`,
  )
  return `{${written.join(',')}}`
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)

/** One link of a chain: the SHA-256, in hex, of the link before followed by a value in canonical JSON, all in UTF-8. */
export function link(previous: string, value: Json): string {
  return createHash('sha256').update(previous).update(canonical(value)).digest('hex')
}
