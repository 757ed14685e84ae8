import type { ClosingMoment } from './crash-closing-watch.ts'

/**
 * When a house is killed. `committed`: a command's transaction is through, and nobody was told. `posted`, `mailed`, `reported`,
 * `erased`: the other side took it, and the house has not heard so. `backing up`: a part of a backup is written.
 * `drawing`, `drawn`: as `posting` and `posted`, of a card.
 */
export type Moment =
  | 'beginning'
  | 'told'
  | 'posting'
  | 'posted'
  | 'mailed'
  | 'reported'
  | 'erased'
  | 'committed'
  | 'backing up'
  | 'drawing'
  | 'drawn'
  | ClosingMoment

/** One kill: so long after a moment has come for the so-manieth time in a life, counted from 0. */
export interface Kill {
  at: Moment
  count: number
  waitMs: number
}

/** Moments at which the house stands still until it is killed, so that the kill comes at that moment and no other. */
export const HELD: Moment[] = ['posted', 'mailed', 'reported', 'erased', 'committed', 'backing up']

/** The kills of one round: which of the first so many it is, and how long after it, are drawn. */
const ROUND: { at: Moment; ofFirst: number; withinMs: number }[] = [
  { at: 'told', ofFirst: 12, withinMs: 30 },
  { at: 'mailed', ofFirst: 3, withinMs: 10 },
  { at: 'committed', ofFirst: 10, withinMs: 10 },
  { at: 'reported', ofFirst: 3, withinMs: 10 },
  { at: 'posted', ofFirst: 2, withinMs: 10 },
  { at: 'erased', ofFirst: 1, withinMs: 10 },
  { at: 'backing up', ofFirst: 1, withinMs: 300 },
  { at: 'committed', ofFirst: 20, withinMs: 10 },
  { at: 'posting', ofFirst: 2, withinMs: 40 },
  { at: 'beginning', ofFirst: 1, withinMs: 1_500 },
]

/** So many kills, round after round. `some` draws a number from 0 up to, not including, the one it is given. */
export function killsOf(count: number, some: (most: number) => number): Kill[] {
  return Array.from({ length: count }, (_, i) => {
    const { at, ofFirst, withinMs } = ROUND[i % ROUND.length] ?? { at: 'told', ofFirst: 1, withinMs: 1 }
    return { at, count: some(ofFirst), waitMs: some(withinMs) }
  })
}
