import { z } from 'zod'
import { type Ballot, ballotSchema, type Cast } from './ballot.ts'
import type { Vote } from './count.ts'
import { canonical, type Json, link } from './seal.ts'

const FORMAT = 'kindred-ballot'
const hashSchema = z.string().regex(/^[0-9a-f]{64}$/)

/** A ballot as it leaves the house for a recount; `rowSchema` says what a row is. */
export const exportSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(1),
  ballot: ballotSchema,
  /** The first link of the chain: `link('', ballot)`. */
  start: hashSchema,
  rows: z.array(
    z.strictObject({
      /** Random, drawn for this ballot alone (`Draws.key`): known to the voter, and to nobody else. */
      key: z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/),
      vote: z.json(),
      /** Given by a delegate: it counts, but not towards the quorum. */
      delegated: z.literal(true).optional(),
      /** `link(previous hash, the row without its hash)`; the last one is the seal. */
      hash: hashSchema,
    }),
  ),
})
export type BallotExport = z.infer<typeof exportSchema>
export type ExportRow = BallotExport['rows'][number]

/** A vote with the key it is exported under. */
export interface KeyedVote extends Cast<Vote> {
  key: string
}

/** Makes the export of a closed ballot. Rows are sorted by their keys, which are random, so their order tells nothing. */
export function exportOf(ballot: Ballot, votes: readonly KeyedVote[]): BallotExport {
  const start = startOf(ballot)
  let previous = start
  const sorted = [...votes].sort((a, b) => (a.key < b.key ? -1 : 1))
  const rows = sorted.map(({ key, vote, delegated }): ExportRow => {
    const row = { key, vote: { ...vote }, ...(delegated && { delegated }) }
    previous = hashOf(previous, row)
    return { ...row, hash: previous }
  })
  return { format: FORMAT, version: 1, ballot, start, rows }
}

/** The seal of an export, published with the outcome: the hash of the last row, or the first link where nobody voted. */
export const sealOf = ({ start, rows }: BallotExport): string => rows.at(-1)?.hash ?? start

/** The text of an export: one row a line, so that two of them can be compared; keys sorted as they were hashed. */
export function writeExport({ format, version, ballot, start, rows }: BallotExport): string {
  const lines = rows.map((row) => canonical(row)).join(',\n')
  const head = `{"format":"${format}","version":${version},\n"ballot":${canonical({ ...ballot })},\n"start":"${start}",`
  return `${head}\n"rows":[\n${lines}\n]}\n`
}

/** What the chain begins with. */
export const startOf = (ballot: Ballot): string => link('', { ...ballot })

/** The hash a row ought to have after another one. */
export function hashOf(previous: string, { key, vote, delegated }: Omit<ExportRow, 'hash'>): string {
  const row: Json = { key, vote, delegated }
  return link(previous, row)
}
