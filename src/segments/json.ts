/** What words say as JSON, to be read with zod; undefined where they are none. */
export function jsonOf(words: string | undefined): unknown {
  try {
    return words === undefined ? undefined : JSON.parse(words)
  } catch {
    return undefined
  }
}
