/** The middle one of several measurements; noise makes single ones worthless. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  const [high = Number.NaN, low = high] = [sorted[half], sorted[half - 1]]
  return sorted.length % 2 === 1 ? high : (low + high) / 2
}

/** The value that this share of them does not exceed: 0.99 for all but the worst hundredth. */
export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** Prints rows under their headings, the first column to the left and the others to the right. */
export function printTable(heading: string, columns: string[], rows: string[][]): void {
  const widths = columns.map((column, n) => Math.max(column.length, ...rows.map((row) => row[n]?.length ?? 0)))
  const line = (cells: string[]) =>
    cells
      .map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0)))
      .join('  ')
      .trimEnd()
  const lines = [heading, line(columns), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)]
  process.stdout.write(`\n${lines.join('\n')}\n`)
}
