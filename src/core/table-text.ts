/** Figures as words, with the bars drawn beside them where there are any. */
export interface Figures {
  columns: string[]
  rows: string[][]
  /** One for each series: a length for each row. */
  bars?: { label: string; lengths: number[] }[]
}

const BAR = 10
/** Several bars side by side have to fit on a phone. */
const SHORT_BAR = 5
const BARS_MAX = 4

/** A table as lines of letters of one width, whose columns stand one below the other, the heads first; what is typed into it stays in its line and is cut to `cellMax`. */
export function tableLines({ columns, rows, bars = [] }: Figures, cellMax: number): string[] {
  const inALine = (words: string) => words.replace(/\s+/g, ' ').trim()
  const cell = (words: string) => cut(inALine(words), cellMax)
  const drawn = bars.length <= BARS_MAX ? bars.filter(({ lengths }) => lengths.length === rows.length) : []
  const longest = Math.max(0, ...drawn.flatMap(({ lengths }) => lengths))
  const set = columns.map((head, i) => {
    const cells = cutApart([head, ...rows.map((row) => row[i] ?? '')].map(inALine), cellMax)
    return { cells, isNumber: i > 0 && cells.slice(1).every((one) => FIGURE.test(one)) }
  })
  const beside = drawn.map(({ label, lengths }) => ({
    label,
    cells: ['', ...lengths.map((length) => bar(length, longest, drawn.length > 1 ? SHORT_BAR : BAR))],
    isNumber: false,
  }))
  // A bar stands beside the figures of its name; the only one goes without saying.
  const withBars = set.flatMap((column, i) => [column, ...beside.filter(({ label }) => i > 0 && label === columns[i])])
  const others = beside
    .filter(({ label }) => !columns.slice(1).includes(label))
    .map((one) => (drawn.length > 1 ? { ...one, cells: [cell(one.label), ...one.cells.slice(1)] } : one))
  const whole = [...withBars, ...others].map(({ cells, isNumber }) => {
    const width = Math.max(...cells.map(widthOf))
    return cells.map((one) => {
      const room = ' '.repeat(width - widthOf(one))
      return isNumber ? room + one : one + room
    })
  })
  return ['', ...rows].map((_, row) =>
    whole
      .map((cells) => cells[row] ?? '')
      .join('  ')
      .trimEnd(),
  )
}

/** Two times of one day begin the same; what can't be told apart once it is cut gets twice the room. */
function cutApart(all: string[], max: number): string[] {
  const short = all.map((one) => cut(one, max))
  return new Set(short).size < new Set(all).size ? all.map((one) => cut(one, 2 * max)) : short
}

const FIGURE = /^[-+]?\d[\d.,:/\s]*%?$|^[-–]?$/

/** Something is never shown as nothing, nor a little less than the longest as the longest. */
function bar(length: number, longest: number, room: number): string {
  if (!(longest > 0) || !(length > 0)) return '░'.repeat(room)
  const full = Math.max(1, length === longest ? room : Math.min(room - 1, Math.round((length / longest) * room)))
  return '█'.repeat(full) + '░'.repeat(room - full)
}

const letters = new Intl.Segmenter('en', { granularity: 'grapheme' })
/** Unicode's East Asian wide letters, and pictures. */
const WIDE =
  /\p{Emoji_Presentation}|\p{Regional_Indicator}|\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u
const NO_WIDTH = /^[\p{M}\p{Cf}\p{Cc}]+$/u

/** How many columns words take where every letter is as wide as another. */
export function widthOf(words: string): number {
  let width = 0
  for (const { segment } of letters.segment(words)) width += widthOfOne(segment)
  return width
}

const widthOfOne = (letter: string) => (NO_WIDTH.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1)

/** A letter may be made of any number of marks, which take no room; so many of them are let be. */
const LETTER_MAX = 8

/** Words cut to so many columns, never within a letter. */
export function cut(words: string, max: number): string {
  if (widthOf(words) <= max && words.length <= max * LETTER_MAX) return words
  let [kept, width] = ['', 0]
  for (const { segment } of letters.segment(words)) {
    width += widthOfOne(segment)
    if (width > max - 1 || kept.length + segment.length > max * LETTER_MAX) break
    kept += segment
  }
  return `${kept.trimEnd()}…`
}
