import { z } from 'zod'
import type { Cast, Kind, Rules, Tally, Tie } from './ballot.ts'
import { placesSchema } from './count-approval.ts'
import { noughts } from './most-votes.ts'
import { pile } from './papers.ts'
import { reaches } from './share.ts'
import { tieOrder } from './tie.ts'
import { type Lot, type Transferred, transfer } from './transferable.ts'

/** A vote of a ranked ballot: places of options, the favourite first; those left out are equally last. */
export interface RankedVote {
  order: number[]
}

/** Where nothing breaks ties, so many ways to go on are counted before all who are left are called undecided. */
const WAYS_MAX = 100

/**
 * Ranked: one seat is instant runoff, several are the single transferable vote; `transfer` names the rules. An option that
 * no ballot names takes no part, as if it did not stand. A pass share (one seat only) is one of the valid ballots, and
 * asked of the winner's votes when the last two meet, or earlier if they are enough.
 */
export const ranked: Kind<RankedVote> = {
  vote: (options) => z.strictObject({ order: placesSchema(options) }),
  isEmpty: ({ order }) => order.length === 0,
  tally({ casts, options, rules }) {
    const orders = ordersOf(casts)
    const named = new Uint8Array(options)
    for (const { order } of orders) for (const option of order) named[option] = 1
    const standing = Array.from(named.keys()).filter((option) => named[option] === 1)
    const run = (lot: Lot) =>
      transfer(
        pile(orders, options, (option) => named[option] === 1),
        standing,
        rules,
        lot,
      )
    const order = tieOrder(rules, options)
    return order ? decided(run(byOrder(order, rules.tie)), options) : explored(run, options, rules)
  },
}

/** The orders that name anybody. */
function ordersOf(casts: readonly Cast<RankedVote>[]): { order: readonly number[]; times: number }[] {
  const orders: { order: readonly number[]; times: number }[] = []
  for (const { vote, times = 1 } of casts) if (vote.order.length > 0) orders.push({ order: vote.order, times })
  return orders
}

/** Breaks a tie by an order of all options, the most favoured first. */
function byOrder(order: readonly number[], by: Tie['by']): Lot {
  return (between, takes) => {
    const sorted = order.filter((option) => between.includes(option))
    return { option: (takes === 'favoured' ? sorted.at(0) : sorted.at(-1)) ?? -1, by }
  }
}

function decided({ quota, rounds, winners, ties, votes }: Transferred, options: number): Tally {
  const first = Array.from({ length: options }, (_, option) => rounds[0]?.votes[option] ?? 0)
  const of = first.reduce((sum, one) => sum + one, 0)
  const columns = [{ name: 'first choices' as const, votes: first }]
  return { columns, quota, rounds, winners, undecided: null, ties, support: { votes, of }, barred: [] }
}

/**
 * Counts every way the open ties could go: who wins in all of them has won, and who wins in some is undecided, and so is
 * who has the pass share in some.
 */
function explored(run: (lot: Lot) => Transferred, options: number, rules: Rules): Tally {
  const ways: Transferred[] = []
  const waiting: number[][] = [[]]
  const wins = noughts(options)
  const most = noughts(options)
  const least = new Array<number>(options).fill(Number.POSITIVE_INFINITY)
  while (waiting.length > 0 && ways.length < WAYS_MAX) {
    const here = waiting.pop() ?? []
    const taken: number[] = []
    const way = run((between) => {
      const option = here[taken.length] ?? between[0] ?? -1
      // Only beyond its own path are the other ways new ones.
      if (taken.length >= here.length) for (const other of between.slice(1)) waiting.push([...taken, other])
      taken.push(option)
      return { option, by: 'none' }
    })
    ways.push(way)
    for (const option of way.winners) {
      wins[option] = (wins[option] ?? 0) + 1
      most[option] = Math.max(most[option] ?? 0, way.votes[option] ?? 0)
      least[option] = Math.min(least[option] ?? 0, way.votes[option] ?? 0)
    }
  }
  const [first] = ways
  if (!first) throw new Error('a ballot was counted in no way')
  const isComplete = waiting.length === 0
  const tally = decided(first, options)
  const { of } = tally.support
  const passes = (votes: number[], option: number) => reaches(votes[option] ?? 0, rules.passShare, of)
  const sure = first.winners.filter(
    (option) => isComplete && wins[option] === ways.length && passes(least, option) === passes(most, option),
  )
  const same = sure.length === first.winners.length
  if (same)
    return { ...tally, ties: first.ties.map((tie) => (tie.by === 'none' ? { ...tie, by: 'same either way' } : tie)) }

  const open = first.ties.findIndex(({ by }) => by === 'none')
  const tie = first.ties[open]
  // What follows the first open tie happened in one way only.
  const until = roundOf(first, tie)
  const rounds = first.rounds.slice(0, until)
  const some = Array.from(wins.keys()).filter((option) => (wins[option] ?? 0) > 0 && !sure.includes(option))
  const left = rounds
    .at(-1)
    ?.votes.flatMap((votes, option) => (votes === null || sure.includes(option) ? [] : [option]))
  const ties = first.ties.slice(0, open + 1).map((one) => (one === tie ? { ...one, option: null } : one))
  return {
    ...tally,
    rounds,
    winners: sure,
    ties,
    undecided: { between: isComplete ? some : (left ?? some), seats: rules.seats - sure.length },
    // Of ways that were not counted nobody knows what they give.
    support: { votes: isComplete ? most : most.map(() => of), of },
  }
}

/** How many rounds had ended when a tie came up. */
function roundOf({ rounds }: Transferred, tie: Tie | undefined): number {
  const at = rounds.findIndex(({ events }) =>
    events.some((event) => event.did === tie?.about && event.option === tie?.option),
  )
  return at < 0 ? rounds.length : at
}
