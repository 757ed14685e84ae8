/** Cells beginning so are read as formulas by spreadsheets, and get an apostrophe in front. */
const FORMULA = /^[=+\-@\t\r]/

/** A cell as spreadsheets show it, and never reckon with it. */
export function defused(cell: string): string {
  return FORMULA.test(cell) ? `'${cell}` : cell
}
