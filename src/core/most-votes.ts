import type { Round, Rules, Tally, Tie, Undecided } from './ballot.ts'
import { tieOrder } from './tie.ts'

/**
 * Chooses the options with the most votes. `columns` are compared one after the other. An option nobody named is never
 * chosen, even if a seat stays empty.
 */
export function mostVotes(
  columns: Tally['columns'],
  named: (option: number) => boolean,
  options: number,
  rules: Rules,
): Pick<Tally, 'columns' | 'quota' | 'rounds' | 'winners' | 'undecided' | 'ties' | 'barred'> {
  const votesOf = (option: number) => columns.map(({ votes }) => votes[option] ?? 0)
  const compare = (a: number, b: number) => {
    const [ofA, ofB] = [votesOf(a), votesOf(b)]
    return ofA.map((votes, i) => (ofB[i] ?? 0) - votes).find((difference) => difference !== 0) ?? 0
  }
  const places = Array.from({ length: options }, (_, place) => place)
  const ranking = places.filter(named).sort((a, b) => compare(a, b) || a - b)
  const last = ranking[rules.seats - 1]
  const next = ranking[rules.seats]
  if (last === undefined || next === undefined || compare(last, next) !== 0) {
    return told(columns, places, ranking.slice(0, rules.seats), null, [])
  }
  const sure = ranking.filter((option) => compare(option, last) < 0)
  const between = ranking.filter((option) => compare(option, last) === 0)
  const seats = rules.seats - sure.length
  const order = tieOrder(rules, options)
  if (!order || rules.tie === 'none') {
    const tie: Tie = { about: 'seat', between, by: 'none', option: null }
    return told(columns, places, sure, { between, seats }, [tie])
  }
  const by = rules.tie
  const lucky = order.filter((option) => between.includes(option)).slice(0, seats)
  const ties = lucky.map((option, i): Tie => {
    const left = between.filter((other) => !lucky.slice(0, i).includes(other))
    return { about: 'seat', between: left, by, option }
  })
  return told(columns, places, [...sure, ...lucky], null, ties)
}

function told(
  columns: Tally['columns'],
  places: number[],
  winners: number[],
  undecided: Undecided | null,
  ties: Tie[],
): ReturnType<typeof mostVotes> {
  const votes = places.map((option) => columns[0]?.votes[option] ?? 0)
  const round: Round = {
    votes,
    exhausted: 0,
    lost: 0,
    events: winners.map((option) => ({ did: 'elected', option, votes: votes[option] ?? 0, by: 'most votes' })),
  }
  return { columns, quota: null, rounds: [round], winners, undecided, ties, barred: [] }
}

/** As many noughts as there are options. */
export const noughts = (options: number): number[] => new Array<number>(options).fill(0)
