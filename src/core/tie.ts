import { createHash } from 'node:crypto'
import type { Rules } from './ballot.ts'

/**
 * The order of a draw that anybody can repeat: for each option the SHA-256 of `seed/place` in UTF-8 (places from 0, in
 * decimal), as lower-case hex; the options by these words, the smallest first. The first is favoured in every tie.
 */
export function drawOrder(seed: string, options: number): number[] {
  const lots = Array.from({ length: options }, (_, place) => ({
    place,
    lot: createHash('sha256').update(`${seed}/${place}`).digest('hex'),
  }))
  return lots.sort((a, b) => (a.lot < b.lot ? -1 : 1)).map(({ place }) => place)
}

/** All options, the one a tie favours most first; undefined where ties are left open. */
export function tieOrder({ tie, seed }: Rules, options: number): number[] | undefined {
  if (tie === 'none') return undefined
  return tie === 'drawn' ? drawOrder(seed ?? '', options) : Array.from({ length: options }, (_, place) => place)
}
