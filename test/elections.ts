import type { BallotKind, Cast, CountedBallot, Result, Rules } from '../src/core/ballot.ts'
import { count, type Vote } from '../src/core/count.ts'

/** Rules as most ballots have them, with what a test changes. */
export const rules = (own: Partial<Rules> = {}): Rules => ({
  seats: 1,
  quorum: null,
  passShare: null,
  tie: 'earliest',
  seed: null,
  ...own,
})

/** A ballot to count; options by name. */
export const ballotOf = (kind: BallotKind, options: string[], own: Partial<Rules> = {}, electorate = 100) =>
  ({ kind, options, rules: rules(own), electorate }) satisfies CountedBallot

/** A ranked election as books write it, `{ 'Pears > Oranges': 2 }`, counted. */
export function election(options: string[], ballots: Record<string, number>, own: Partial<Rules> = {}) {
  const casts = Object.entries(ballots).map(([words, times]) => ({ vote: { order: placesOf(words, options) }, times }))
  return told(count(ballotOf('ranked', options, own), casts), options)
}

/** The places of options named with `>` between them. */
function placesOf(words: string, options: string[]): number[] {
  const names = words.split('>').map((name) => name.trim())
  return names.filter(Boolean).map((name) => {
    const place = options.indexOf(name)
    if (place < 0) throw new Error(`there is no option ${name}`)
    return place
  })
}

/** A result with names in the place of places. */
export function told(result: Result, options: string[]) {
  const name = (place: number) => options[place] ?? ''
  const rounds = result.rounds.map(({ votes }) =>
    Object.fromEntries(votes.flatMap((has, place) => (has === null ? [] : [[name(place), has] as const]))),
  )
  return { ...result, rounds, details: result.rounds, winners: result.winners.map(name) }
}

/** Ballots as a .blt file holds them, the format of OpenSTV: candidates and seats, then `times first second ... 0`. */
export function readBlt(text: string): { options: string[]; seats: number; casts: Cast<Vote>[] } {
  const [head = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const [candidates = 0, seats = 0] = head.trim().split(/\s+/).map(Number)
  const end = lines.findIndex((line) => line.trim() === '0')
  const casts = lines.slice(0, end).map((line) => {
    const [times = 0, ...order] = line.trim().split(/\s+/).map(Number)
    return { times, vote: { order: order.slice(0, -1).map((number) => number - 1) } }
  })
  return { seats, casts, options: lines.slice(end + 1, end + 1 + candidates).map((name) => name.trim()) }
}
