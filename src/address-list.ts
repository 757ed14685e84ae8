import { CsvError, parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { emailAddress } from './core/person.ts'
import { Refusal } from './core/refusal.ts'
import { say } from './core/say.ts'
import { folded } from './core/words.ts'
import { defused } from './segments/formula.ts'

/** A list of addresses as a mailing tool or a spreadsheet gave it out: every cell and row as it was. */
export interface AddressList {
  /** Empty where the first line is an address already. */
  heading: string[] | undefined
  rows: string[][]
  /** The address in each row; undefined where there is none. */
  addresses: (string | undefined)[]
  format: Format
}

/** How the file was written, and will be again. */
interface Format {
  delimiter: string
  newline: string
  bom: boolean
}

/** The most rows of one list; more would keep everybody else waiting. */
const ROWS_MAX = 100_000
/** By so many of its first rows it is told how a file is written. */
const SAMPLE = 20
const DELIMITERS = [',', ';', '\t'] as const
const BOM = '\ufeff'

/** What the column of addresses is called, likelier names first; an "address" may also be a street. */
const HEADINGS = [/^(e ?)?mail( ?(address|adresse))?$/, /mail|courriel|correo/, /^(address|adresse?s?)$/]

/** Reads a CSV file and finds the addresses in it; refuses what cannot be read without losing some of it. */
export function readAddressList(text: string): AddressList {
  // What is not UTF-8 was read with these in the place of letters.
  if (/[\ufffd\0]/.test(text))
    throw new Refusal(say`Some letters of the file can't be read. Save it as CSV in UTF-8, and give it again.`, 'file')
  const format = {
    delimiter: delimiterOf(text),
    newline: /\r?\n/.exec(text)?.[0] ?? '\n',
    bom: text.startsWith(BOM),
  }
  const [first, ...others] = cells(text, format.delimiter)
  if (!first) throw new Refusal(say`The file is empty.`, 'file')
  const hasHeading = !first.some(isAddress)
  const rows = hasHeading ? others : [first, ...others]
  if (rows.length > ROWS_MAX)
    throw new Refusal(say`The file has more than ${ROWS_MAX} rows. Divide it, and give its parts one by one.`, 'file')
  const heading = hasHeading ? first : undefined
  const column = addressColumn(rows, heading)
  if (column === undefined) throw new Refusal(say`No column of the file holds e-mail addresses.`, 'file')
  const addresses = rows.map((row) => (isAddress(row[column] ?? '') ? row[column]?.trim() : undefined))
  return { heading, rows, addresses, format }
}

/**
 * The same list with one more column, in the order of its rows; a column of that name from an earlier time is filled anew.
 * Cells that spreadsheets would take for formulas are defused.
 */
export function writeAddressList({ heading, rows, format }: AddressList, name: string, column: string[]): string {
  const known = heading?.indexOf(name) ?? -1
  // Rows may be longer than the heading, or shorter.
  const width = rows.reduce((most, row) => Math.max(most, row.length), heading?.length ?? 0)
  const place = known >= 0 ? known : width
  const whole = (row: string[], cell: string) =>
    Array.from({ length: Math.max(row.length, place + 1) }, (_, i) => (i === place ? cell : defused(row[i] ?? '')))
  const { delimiter, newline, bom } = format
  const written = [...(heading ? [whole(heading, name)] : []), ...rows.map((row, i) => whole(row, column[i] ?? ''))]
  return stringify(written, { delimiter, record_delimiter: newline, bom, quoted_match: /[\r\n]/ })
}

function cells(text: string, delimiter: string): string[][] {
  try {
    return parsed(text, delimiter, ROWS_MAX + 2)
  } catch (error) {
    if (error instanceof CsvError) throw new Refusal(say`The file can't be read as CSV: a quote is not closed.`, 'file')
    throw error
  }
}

function parsed(text: string, delimiter: string, most: number): string[][] {
  return parse(text, {
    delimiter,
    bom: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    to: most,
  })
}

/** The one that leaves an address alone in its cell in most rows; then one by which all rows are as long; then the widest. */
function delimiterOf(text: string): string {
  const judged = DELIMITERS.map((delimiter) => {
    const rows = sampleOf(text, delimiter)
    const widths = [...new Set(rows.map((row) => row.length))]
    const found = rows.filter((row) => row.some(isAddress)).length
    return { delimiter, found, isEven: Number(widths.length === 1), width: Math.max(0, ...widths) }
  })
  const [best] = judged.sort((a, b) => b.found - a.found || b.isEven - a.isEven || b.width - a.width)
  return best?.delimiter ?? ','
}

function sampleOf(text: string, delimiter: string): string[][] {
  try {
    return parsed(text, delimiter, SAMPLE)
  } catch {
    // By a delimiter that is none of the file's, quotes may not fit together.
    return []
  }
}

/** The column that is called so and holds an address; else the one that holds most. */
function addressColumn(rows: string[][], heading: string[] | undefined): number | undefined {
  const counts: number[] = []
  for (const row of rows) for (const [i, cell] of row.entries()) if (isAddress(cell)) counts[i] = (counts[i] ?? 0) + 1
  const rank = (column: number) => {
    const called = HEADINGS.findIndex((pattern) => pattern.test(folded(heading?.[column] ?? '')))
    return called < 0 ? HEADINGS.length : called
  }
  const columns = Object.keys(counts).map(Number)
  return columns.sort((a, b) => rank(a) - rank(b) || (counts[b] ?? 0) - (counts[a] ?? 0))[0]
}

function isAddress(cell: string): boolean {
  return cell.includes('@') && emailAddress.safeParse(cell.trim()).success
}
