import type { Round, RoundEvent, Rules, Tie } from './ballot.ts'
import { type Papers, VOTE } from './papers.ts'
import { atLeast } from './share.ts'

/** Whom a tie takes, where the votes of earlier rounds do not tell: `favoured` gets something, `other` loses something. */
export type Lot = (between: number[], takes: 'favoured' | 'other') => { option: number; by: Tie['by'] }

/** What a count of transferable votes comes to. */
export interface Transferred {
  quota: number
  rounds: Round[]
  winners: number[]
  ties: Tie[]
  /** The votes each option had when the count ended. */
  votes: number[]
}

/**
 * The single transferable vote as Scotland counts it: the Scottish Local Government Elections Order 2007 (SSI 2007/42),
 * schedule 1, rules 45 to 52, known as the weighted inclusive Gregory method. Values have five decimals, the rest is
 * ignored. With one seat it is instant runoff: the quota is more than half of all papers, and there are no surpluses that
 * matter. Where the Order draws lots (49(3), 51(2)(b)), `lot` decides. Ours is that with one seat a pass share of more than
 * half is the quota: the count goes on until somebody has it, or the last two have met.
 */
export function transfer(
  papers: Papers,
  standing: readonly number[],
  { seats, passShare }: Pick<Rules, 'seats' | 'passShare'>,
  lot: Lot,
): Transferred {
  const votes = [...papers.first]
  // Whoever is ahead early may still get what the share asks: stopping at half would fail them for being popular.
  const share = passShare && seats === 1 ? atLeast(passShare, papers.count) : 0
  // Rule 46.
  const quota = Math.max(Math.floor(papers.count / (seats + 1)) + 1, share)
  const full = quota * VOTE
  const continuing = new Set(standing)
  const winners: number[] = []
  const surpluses = new Set<number>()
  const ties: Tie[] = []
  const rounds: Round[] = []
  const history: number[][] = []
  let exhausted = 0
  let events: RoundEvent[] = []

  const votesOf = (option: number) => votes[option] ?? 0
  const elect = (option: number, by: 'quota' | 'last left') => {
    continuing.delete(option)
    winners.push(option)
    if (votesOf(option) > full) surpluses.add(option)
    events.push({ did: 'elected', option, votes: votesOf(option) / VOTE, by })
  }
  /** Rules 47 and 52; whether that ends the count. */
  const electAll = () => {
    const byVotes = [...continuing].sort((a, b) => votesOf(b) - votesOf(a) || a - b)
    for (const option of byVotes) if (votesOf(option) >= full) elect(option, 'quota')
    if (winners.length < seats && continuing.size > seats - winners.length) return false
    if (winners.length < seats) for (const option of byVotes) if (continuing.has(option)) elect(option, 'last left')
    return true
  }
  const endRound = () => {
    const isIn = (option: number) => continuing.has(option) || winners.includes(option)
    const held = votes.reduce((sum, units) => sum + units, exhausted)
    rounds.push({
      // Whoever lost the last meeting of two keeps the votes of it.
      votes: votes.map((units, option) => (isIn(option) || units > 0 ? units / VOTE : null)),
      exhausted: exhausted / VOTE,
      lost: (papers.count * VOTE - held) / VOTE,
      events,
    })
    history.push([...votes])
    events = []
  }
  const move = (from: number, worth: (value: number) => number) => {
    const moved = papers.move(from, (option) => continuing.has(option), worth)
    exhausted += moved.exhausted
    moved.to.forEach((units, option) => {
      votes[option] = votesOf(option) + units
    })
    const to = moved.to.flatMap((units, option) => (units > 0 ? [{ option, votes: units / VOTE }] : []))
    return { to, exhausted: moved.exhausted / VOTE }
  }
  /** Of options with as many votes, the one that had more or fewer the last time they differed (rules 49(2), 51(2)(a)). */
  const pick = (level: number[], about: 'excluded' | 'surplus'): number => {
    const [only] = level
    if (level.length === 1 && only !== undefined) return only
    let left = level
    for (let round = history.length - 1; round >= 0; round--) {
      const then = (option: number) => history[round]?.[option] ?? 0
      const extreme = about === 'surplus' ? Math.max(...left.map(then)) : Math.min(...left.map(then))
      const still = left.filter((option) => then(option) === extreme)
      const [found] = still
      if (still.length === 1 && found !== undefined) {
        ties.push({ about, between: level, by: 'earlier round', option: found, round: round + 1 })
        return found
      }
      left = still
    }
    // Nobody's papers are moved by excluding those that hold none, and all of them go: the order changes nothing.
    const last = left.at(-1)
    const areSpare = continuing.size - left.length >= seats - winners.length
    const isSame = about === 'excluded' && last !== undefined && votesOf(last) === 0 && areSpare
    const drawn = isSame
      ? { option: last, by: 'same either way' as const }
      : lot(left, about === 'surplus' ? 'favoured' : 'other')
    ties.push({ about, between: left, ...drawn })
    return drawn.option
  }

  // Rule 45.
  let isOver = electAll()
  endRound()
  while (!isOver) {
    if (surpluses.size > 0) {
      // Rules 48 and 49.
      const most = Math.max(...[...surpluses].map(votesOf))
      const option = pick([...surpluses].filter((one) => votesOf(one) === most).sort(ascending), 'surplus')
      surpluses.delete(option)
      const surplus = votesOf(option) - full
      const moved = move(option, transferValue(surplus, votesOf(option)))
      votes[option] = full
      events.push({ did: 'surplus', option, votes: surplus / VOTE, ...moved })
    } else {
      // Rules 50 and 51. Once those who are left fill the seats, 52(2) transfers nothing; published counts of several seats
      // do so with the last one excluded (Leith Walk 2022, stage 12), and are followed. With one seat the last two are
      // left as they met.
      const fewest = Math.min(...[...continuing].map(votesOf))
      const option = pick([...continuing].filter((one) => votesOf(one) === fewest).sort(ascending), 'excluded')
      continuing.delete(option)
      const isLast = seats === 1 && continuing.size === 1
      const moved = isLast ? { to: [], exhausted: 0 } : move(option, (value) => value)
      events.push({ did: 'excluded', option, votes: fewest / VOTE, ...moved })
      votes[option] = isLast ? fewest : 0
    }
    isOver = electAll()
    endRound()
  }
  return { quota, rounds, winners, ties, votes: votes.map((units) => units / VOTE) }
}

const ascending = (a: number, b: number) => a - b

/** Rule 48(3): surplus × value ÷ votes, to five decimals. The product may be more than a double holds exactly. */
function transferValue(surplus: number, votes: number): (value: number) => number {
  const known = new Map<number, number>()
  return (value) => {
    const before = known.get(value)
    if (before !== undefined) return before
    const after = Number((BigInt(surplus) * BigInt(value)) / BigInt(votes))
    known.set(value, after)
    return after
  }
}
