/** Half a surrogate pair, or half of a backslash escape, would show as something else. */
const HALF = /[\ud800-\udbff\\]+$/

/** Cuts words to a length, at the end of a word where one is near; never in the middle of what `half` finds at the end. */
export function clipped(words: string, max: number, half = HALF): string {
  if (words.length <= max) return words
  const cut = words.slice(0, max - 1)
  const space = cut.lastIndexOf(' ')
  const end = space > max * 0.6 ? space : max - 1
  return `${cut.slice(0, end).replace(half, '')}…`
}

/** Cuts a text into pieces of a length, between lines where that is possible, else between words. */
export function pieces(text: string, max: number, half = HALF): string[] {
  const found: string[] = []
  let rest = text
  while (rest.length > max) {
    const window = rest.slice(0, max)
    const at = [window.lastIndexOf('\n'), window.lastIndexOf(' ')].find((end) => end > max / 2)
    const piece = window.slice(0, at).replace(half, '') || window
    found.push(piece)
    rest = rest.slice(piece.length + (piece.length === at ? 1 : 0))
  }
  return rest || found.length === 0 ? [...found, rest] : found
}

/** Divides things into groups of a size. */
export function groups<T>(things: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(things.length / size) }, (_, i) => things.slice(i * size, (i + 1) * size))
}
