import type { Result } from './ballot.ts'
import { count, type Vote, voteReader } from './count.ts'
import { type BallotExport, exportSchema, hashOf, sealOf, startOf, writeExport } from './export-ballot.ts'
import { twofold } from './plain-json.ts'

/** What a recount finds. Rows are numbered from 1; row 0 is what stands above the rows. */
export type Recount =
  | Recounted
  | { verdict: 'changed'; row: number; key?: string }
  | { verdict: 'resealed'; seal: string; given: string }
  | { verdict: 'unreadable'; because: string }

/** A file that was counted. `as shown`: there was no seal to hold it against. */
export interface Recounted {
  verdict: 'as sealed' | 'as shown'
  file: BallotExport
  seal: string
  result: Result
  /** Whether it is byte for byte as Kindred wrote it; another program may have saved it since, with the same content. */
  isAsWritten: boolean
}

/** Counts an export again, and says whether it is what was sealed. Takes any text; `seal` is 64 hex digits. */
export function recount(text: string, seal?: string): Recount {
  const read = readExport(text)
  if (typeof read === 'string') return { verdict: 'unreadable', because: read }
  const isAsWritten = text === writeExport(read)
  const because = isAsWritten ? undefined : twofold(text)
  if (because) return { verdict: 'unreadable', because: `The file is damaged: ${because}.` }
  const given = seal?.trim().toLowerCase()
  const changed = firstChanged(read)
  if (changed !== undefined) {
    const key = read.rows[changed - 1]?.key
    return { verdict: 'changed', row: changed, ...(key !== undefined && { key }) }
  }
  const found = sealOf(read)
  if (given !== undefined && given !== found) return { verdict: 'resealed', seal: found, given }
  const casts = castsOf(read)
  if (typeof casts === 'string') return { verdict: 'unreadable', because: casts }
  return {
    verdict: given === undefined ? 'as shown' : 'as sealed',
    file: read,
    seal: found,
    result: count(read.ballot, casts),
    isAsWritten,
  }
}

/** The file, or a sentence about why it is none. */
function readExport(text: string): BallotExport | string {
  let json: unknown
  try {
    // Windows' editors put a mark before the text.
    json = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return 'This is not JSON: it is damaged, or cut off, or another file.'
  }
  const { data, error } = exportSchema.safeParse(json)
  if (data) return data
  const [issue] = error.issues
  if (!issue || issue.path.length === 0 || issue.path[0] === 'format') {
    return 'This is not the export of a ballot of Kindred.'
  }
  if (issue.path[0] === 'version')
    return 'This export was made by another version of Kindred. Recount it with that one.'
  return `The file is damaged: at ${issue.path.join('.')}, ${issue.message}.`
}

/** The first row that does not follow from the one before it. */
function firstChanged({ ballot, start, rows }: BallotExport): number | undefined {
  if (startOf(ballot) !== start) return 0
  let previous = start
  for (const [i, row] of rows.entries()) {
    if (hashOf(previous, row) !== row.hash) return i + 1
    previous = row.hash
  }
  return undefined
}

/** The votes of the rows, or a sentence about why one is none. */
function castsOf({ ballot, rows }: BallotExport): { vote: Vote; delegated: boolean }[] | string {
  if (rows.length > ballot.electorate) {
    return `There are ${rows.length} ballots, and only ${ballot.electorate} people could vote.`
  }
  const read = voteReader(ballot)
  const keys = new Set<string>()
  const casts: { vote: Vote; delegated: boolean }[] = []
  for (const [i, row] of rows.entries()) {
    const vote = read(row.vote)
    if (!vote) return `Row ${i + 1} (key ${row.key}) holds no vote that this ballot allows.`
    if (keys.has(row.key)) return `The key ${row.key} stands in two rows; each voter has one.`
    keys.add(row.key)
    casts.push({ vote, delegated: row.delegated === true })
  }
  return casts
}
