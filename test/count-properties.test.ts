import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BallotKind, Cast } from '../src/core/ballot.ts'
import { count, type Vote } from '../src/core/count.ts'
import { exportOf, sealOf, writeExport } from '../src/core/export-ballot.ts'
import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { recount } from '../src/core/recount.ts'
import { ballotOf } from './elections.ts'

const OPTIONS = ['A', 'B', 'C', 'D', 'E']
const runs = { numRuns: 300, seed: 1 }

const places = OPTIONS.map((_, place) => place)
const subset = fc.shuffledSubarray(places)
const VOTES: Record<BallotKind, fc.Arbitrary<Vote>> = {
  single: fc.option(fc.nat(4), { nil: null }).map((option) => ({ option })),
  approval: fc.record({ options: subset }),
  ranked: fc.record({ order: subset }),
  consent: fc.record({
    answer: fc.constantFrom('agree' as const, 'abstain' as const, 'disagree' as const, 'block' as const),
  }),
  time: fc.record({
    answers: fc.array(fc.constantFrom('yes' as const, 'if need be' as const, 'no' as const), { maxLength: 5 }),
  }),
}
const kinds = fc.constantFrom(...(Object.keys(VOTES) as BallotKind[]))
const ties = fc.constantFrom(
  { tie: 'earliest' as const },
  { tie: 'none' as const },
  { tie: 'drawn' as const, seed: 'a seed of ours' },
)

/** A ballot with its votes; few, so that there are ties, or many times the same. */
const elections = fc
  .record({ kind: kinds, seats: fc.integer({ min: 1, max: 4 }), tie: ties })
  .chain(({ kind, seats, tie }) =>
    fc.record({
      ballot: fc.constant(
        ballotOf(kind, kind === 'consent' ? ['It'] : OPTIONS, { ...tie, seats: kind === 'consent' ? 1 : seats }),
      ),
      casts: fc.array(fc.record({ vote: VOTES[kind], times: fc.integer({ min: 1, max: 9 }) }), { maxLength: 12 }),
    }),
  )

/** The places a vote names with any favour. */
function named(vote: Vote): number[] {
  if ('option' in vote) return vote.option === null ? [] : [vote.option]
  if ('options' in vote) return vote.options
  if ('order' in vote) return vote.order
  if ('answers' in vote) return vote.answers.flatMap((answer, place) => (answer === 'no' ? [] : [place]))
  return []
}

const namedIn = (casts: readonly Cast<Vote>[]) => new Set(casts.flatMap(({ vote }) => named(vote)))

test('the order of ballots never matters', () => {
  fc.assert(
    fc.property(elections, fc.infiniteStream(fc.nat()), ({ ballot, casts }, chances) => {
      const shuffled = casts.map((cast) => ({ cast, chance: chances.next().value ?? 0 }))
      shuffled.sort((a, b) => a.chance - b.chance)
      const other = shuffled.map(({ cast }) => cast)
      expect(count(ballot, other)).toEqual(count(ballot, casts))
    }),
    runs,
  )
})

test('a vote with weight n is the same vote n times', () => {
  fc.assert(
    fc.property(elections, ({ ballot, casts }) => {
      const one = casts.flatMap(({ vote, times }) => Array.from({ length: times }, () => ({ vote })))
      expect(count(ballot, one)).toEqual(count(ballot, casts))
    }),
    runs,
  )
})

test('all seats are filled where enough options are named, and none twice', () => {
  fc.assert(
    fc.property(elections, ({ ballot, casts }) => {
      if (ballot.kind === 'consent') return
      const { winners, undecided } = count(ballot, casts)
      const able = namedIn(casts)
      const open = undecided?.seats ?? 0
      expect(winners.length + open).toBe(Math.min(ballot.rules.seats, able.size))
      expect(new Set(winners).size).toBe(winners.length)
      expect(winners.filter((option) => !able.has(option))).toEqual([])
      if (undecided) {
        expect(undecided.between.length).toBeGreaterThan(open)
        expect(undecided.between.filter((option) => winners.includes(option))).toEqual([])
      }
    }),
    runs,
  )
})

test('what a tie rule chooses is among what is open without one', () => {
  fc.assert(
    fc.property(elections, ({ ballot, casts }) => {
      const open = count({ ...ballot, rules: { ...ballot.rules, tie: 'none', seed: null } }, casts)
      const possible = [...open.winners, ...(open.undecided?.between ?? [])]
      const { winners } = count({ ...ballot, rules: { ...ballot.rules, tie: 'earliest', seed: null } }, casts)
      expect(winners.filter((option) => !possible.includes(option))).toEqual([])
      expect(open.winners.filter((option) => !winners.includes(option))).toEqual([])
    }),
    runs,
  )
})

/** Ranked votes of many people for one seat. */
const rankings = fc.array(fc.record({ vote: fc.record({ order: subset }), times: fc.integer({ min: 1, max: 9 }) }), {
  minLength: 1,
  maxLength: 12,
})

test('who is first on more than half of the ballots wins', () => {
  fc.assert(
    fc.property(rankings, fc.nat(4), ties, (casts, favourite, tie) => {
      const others = casts.filter(({ vote }) => vote.order.length > 0)
      const all = others.reduce((sum, { times }) => sum + times, 0)
      const majority = { vote: { order: [favourite] }, times: all + 1 }
      expect(count(ballotOf('ranked', OPTIONS, tie), [...others, majority]).winners).toEqual([favourite])
    }),
    runs,
  )
})

test('who loses to each of the others never wins a runoff', () => {
  let losers = 0
  fc.assert(
    fc.property(rankings, ties, (casts, tie) => {
      const rank = (order: number[], option: number) =>
        order.includes(option) ? order.indexOf(option) : OPTIONS.length
      const margin = (a: number, b: number) =>
        casts.reduce((sum, { vote, times }) => sum + Math.sign(rank(vote.order, b) - rank(vote.order, a)) * times, 0)
      const loser = places.find((a) => places.every((b) => a === b || margin(a, b) < 0))
      if (loser === undefined) return
      losers++
      const { winners, undecided } = count(ballotOf('ranked', OPTIONS, tie), casts)
      expect([...winners, ...(undecided?.between ?? [])]).not.toContain(loser)
    }),
    runs,
  )
  expect(losers).toBeGreaterThan(30)
})

const passShare = { parts: 3, of: 5 }

test('a pass share never changes who leads a runoff', () => {
  let failed = 0
  fc.assert(
    fc.property(rankings, (casts) => {
      const { winners } = count(ballotOf('ranked', OPTIONS), casts)
      const { leading, barred } = count(ballotOf('ranked', OPTIONS, { passShare }), casts)
      expect([...leading, ...barred.map(({ option }) => option)]).toEqual(winners)
      failed += barred.length
    }),
    runs,
  )
  expect(failed).toBeGreaterThan(30)
})

// Whom a raise leaves for the last meeting is the runoff's own affair; with the same rival it never does harm.
test('who passes still does when a ballot raises them, unless they meet somebody else at last', () => {
  let raised = 0
  const standing = ({ rounds }: ReturnType<typeof count>) =>
    rounds.at(-1)?.votes.flatMap((votes, option) => (votes === null ? [] : [option])) ?? []
  fc.assert(
    fc.property(rankings, fc.nat(), (casts, chance) => {
      const ballot = ballotOf('ranked', OPTIONS, { passShare })
      const before = count(ballot, casts)
      const [winner] = before.winners
      const lower = casts.filter(({ vote }) => vote.order.indexOf(winner ?? -1) > 0)
      const chosen = lower[chance % lower.length]
      if (winner === undefined || !chosen) return
      const order = [winner, ...chosen.vote.order.filter((option) => option !== winner)]
      const after = count(
        ballot,
        casts.map((cast) => (cast === chosen ? { ...cast, vote: { order } } : cast)),
      )
      const [leader] = [...after.winners, ...after.barred.map(({ option }) => option)]
      const rivals = standing(after).filter((option) => option !== winner)
      if (leader !== winner || (rivals.length === 1 && !standing(before).some((one) => rivals.includes(one)))) return
      raised++
      expect(after.winners).toEqual([winner])
    }),
    { numRuns: 3000, seed: 1 },
  )
  expect(raised).toBeGreaterThan(300)
})

test('without a tie rule, calling the options otherwise only calls the result otherwise', () => {
  let open = 0
  const shares = fc.option(fc.constantFrom(passShare, { parts: 1, of: 2 }, { parts: 2, of: 3 }), { nil: null })
  const few = fc.array(fc.record({ vote: fc.record({ order: subset }), times: fc.integer({ min: 1, max: 2 }) }), {
    maxLength: 12,
  })
  const all = fc.shuffledSubarray(places, { minLength: OPTIONS.length })
  const ascending = (places: readonly number[]) => [...places].sort((a, b) => a - b)
  fc.assert(
    fc.property(few, all, shares, (casts, labels, share) => {
      const ballot = ballotOf('ranked', OPTIONS, { tie: 'none', passShare: share })
      const name = (option: number) => labels[option] ?? -1
      const told = (result: ReturnType<typeof count>, call: (option: number) => number) => ({
        outcome: result.outcome,
        winners: ascending(result.winners.map(call)),
        undecided: ascending(result.undecided?.between.map(call) ?? []),
        seats: result.undecided?.seats,
        barred: ascending(result.barred.map(({ option }) => call(option))),
      })
      const result = count(ballot, casts)
      const renamed = casts.map(({ vote, times }) => ({ times, vote: { order: vote.order.map(name) } }))
      expect(told(count(ballot, renamed), (option) => option)).toEqual(told(result, name))
      if (result.undecided?.between.length === 1) open++
    }),
    { numRuns: 2000, seed: 1 },
  )
  expect(open).toBeGreaterThan(5)
})

test('in every round of a ranked count all votes are somewhere', () => {
  fc.assert(
    fc.property(rankings, fc.integer({ min: 1, max: 4 }), ties, (casts, seats, tie) => {
      const { rounds, ballots } = count(ballotOf('ranked', OPTIONS, { seats, ...tie }), casts)
      for (const { votes, exhausted, lost } of rounds) {
        const held = votes.reduce<number>((sum, one) => sum + (one ?? 0), 0)
        expect(held + exhausted + lost).toBeCloseTo(ballots.valid, 5)
        expect(lost).toBeGreaterThanOrEqual(0)
      }
    }),
    runs,
  )
})

test('an export of any ballot recounts to the same result', () => {
  const draws = drawsFrom(seededBytes('exports'))
  const times = { opened: '2026-01-05T12:00:00.000Z', closed: '2026-01-12T12:00:00.000Z' }
  fc.assert(
    fc.property(elections, ({ ballot, casts }) => {
      const whole = { ...times, question: 'Which?', ...ballot, electorate: casts.length }
      const votes = casts.map(({ vote }) => ({ key: draws.key(), vote }))
      const file = exportOf(whole, votes)
      const found = recount(writeExport(file), sealOf(file))
      expect(found).toMatchObject({ verdict: 'as sealed', isAsWritten: true, result: count(whole, votes) })
    }),
    runs,
  )
})
