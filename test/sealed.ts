import type { Ballot } from '../src/core/ballot.ts'
import { exportOf, type KeyedVote, sealOf, writeExport } from '../src/core/export-ballot.ts'
import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { ballotOf } from './elections.ts'

const draws = drawsFrom(seededBytes('recount'))
/** A ranked ballot whose words are not all ASCII. */
export const ballot: Ballot = {
  ...ballotOf(
    'ranked',
    ['Chess – “blitz”', 'Go', 'Café'],
    { tie: 'drawn', seed: 'museum-2026', quorum: { parts: 1, of: 10 } },
    40,
  ),
  question: 'Which evening?',
  opened: '2026-01-05T12:00:00.000Z',
  closed: '2026-01-12T12:00:00.000Z',
}
/** Five votes for it, one of a delegate and one empty. */
export const votes: KeyedVote[] = [[0, 1], [1], [2, 1], [1, 0], []].map((order, i) => ({
  key: draws.key(),
  vote: { order },
  ...(i === 1 && { delegated: true }),
}))
/** Its export. */
export const file = exportOf(ballot, votes)
/** The seal of that export. */
export const seal = sealOf(file)
/** The export as it is written. */
export const text = writeExport(file)
