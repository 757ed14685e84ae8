import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { ballotSchema } from '../src/core/ballot.ts'
import { count, readVote } from '../src/core/count.ts'
import { resultWords } from '../src/core/count-words.ts'
import { plainPen, write } from '../src/core/say.ts'
import { drawOrder } from '../src/core/tie.ts'
import { ballotOf, rules } from './elections.ts'

const COLOURS = ['Red', 'Green', 'Blue']
const single = (option: number | null, times = 1) => ({ vote: { option }, times })
const approves = (...options: number[]) => ({ vote: { options } })
const answers = (answer: 'agree' | 'abstain' | 'disagree' | 'block', times = 1) => ({ vote: { answer }, times })
const half = { parts: 1, of: 2 }

test('in a single choice the option with the most votes is chosen, and empty ballots are told apart', () => {
  const result = count(ballotOf('single', COLOURS), [single(1, 3), single(0, 2), single(null, 4)])
  expect(result).toMatchObject({
    outcome: 'decided',
    winners: [1],
    ballots: { electorate: 100, cast: 9, empty: 4, valid: 5, delegated: 0 },
    columns: [{ name: 'votes', votes: [2, 3, 0] }],
    ties: [],
  })
})

// Brams and Fishburn's rule needs no figures of a book: one approval counts one.
test('an approval counts for every option it names', () => {
  const result = count(ballotOf('approval', COLOURS, { seats: 2 }), [
    approves(0, 1),
    approves(1),
    approves(2, 1),
    approves(2),
  ])
  expect(result).toMatchObject({ winners: [1, 2], columns: [{ name: 'approvals', votes: [1, 3, 2] }] })
})

test('consent passes when nobody blocks it and more agree than disagree', () => {
  const ask = (...casts: ReturnType<typeof answers>[]) => count(ballotOf('consent', ['Meet on Fridays']), casts)
  expect(ask(answers('agree', 2), answers('disagree'), answers('abstain', 9))).toMatchObject({
    outcome: 'decided',
    winners: [0],
  })
  expect(ask(answers('agree', 2), answers('disagree', 2))).toMatchObject({
    outcome: 'not passed',
    barred: [{ option: 0, because: 'not more agree than disagree' }],
  })
  expect(ask(answers('agree', 50), answers('block'))).toMatchObject({
    outcome: 'not passed',
    barred: [{ option: 0, because: 'blocked' }],
  })
  expect(ask(answers('abstain', 3))).toMatchObject({ outcome: 'not passed' })
})

test('consent keeps the pass share among those who do not abstain', () => {
  const ask = (agree: number) =>
    count(ballotOf('consent', ['Meet on Fridays'], { passShare: { parts: 2, of: 3 } }), [
      answers('agree', agree),
      answers('disagree', 1),
      answers('abstain', 5),
    ])
  expect(ask(2).outcome).toBe('decided')
  const two = count(ballotOf('consent', ['It'], { passShare: { parts: 3, of: 4 } }), [
    answers('agree', 2),
    answers('disagree'),
  ])
  expect(two).toMatchObject({ outcome: 'not passed', barred: [{ option: 0, because: 'pass share' }] })
})

test('a time is chosen by most yes, then by most yes and if need be', () => {
  const days = ['Mon', 'Tue', 'Wed']
  const result = count(ballotOf('time', days), [
    { vote: { answers: ['yes', 'if need be', 'no'] } },
    { vote: { answers: ['no', 'yes', 'if need be'] } },
    // Wednesday was added after this vote: what is missing is no.
    { vote: { answers: ['no', 'if need be'] } },
  ])
  expect(result.winners).toEqual([1])
  expect(result.columns).toEqual([
    { name: 'yes', votes: [1, 1, 0] },
    { name: 'if need be', votes: [0, 2, 1] },
    { name: 'no', votes: [2, 0, 2] },
  ])
})

test('a tie goes to what was proposed earliest, and is told', () => {
  const result = count(ballotOf('single', COLOURS), [single(2), single(1)])
  expect(result).toMatchObject({ winners: [1], ties: [{ about: 'seat', between: [1, 2], by: 'earliest', option: 1 }] })
})

test('a tie is drawn from the seed as anybody can repeat it', () => {
  const seed = 'published at opening'
  const lot = (place: number) => createHash('sha256').update(`${seed}/${place}`).digest('hex')
  const byHand = [0, 1, 2].sort((a, b) => lot(a).localeCompare(lot(b)))
  expect(drawOrder(seed, 3)).toEqual(byHand)
  const ballot = ballotOf('single', COLOURS, { tie: 'drawn', seed })
  const result = count(ballot, [single(0), single(1), single(2)])
  expect(result.winners).toEqual(byHand.slice(0, 1))
  expect(result.ties).toMatchObject([{ by: 'drawn', between: [0, 1, 2] }])
})

test('the same seed draws the same order in every version of Kindred', () => {
  // Worked out with coreutils: for i in 0 1 2 3; do printf %s "museum-2026/$i" | sha256sum; done
  expect(drawOrder('museum-2026', 4)).toEqual([1, 3, 2, 0])
})

test('without a tie rule it is undecided between those that are level, and only for the seats they share', () => {
  const result = count(ballotOf('approval', [...COLOURS, 'Grey'], { seats: 2, tie: 'none' }), [
    approves(0, 1),
    approves(0, 2),
    approves(0),
  ])
  expect(result).toMatchObject({
    outcome: 'undecided',
    winners: [0],
    undecided: { between: [1, 2], seats: 1 },
    ties: [{ by: 'none', option: null }],
  })
})

test('options nobody named are never chosen, and a seat may stay empty', () => {
  expect(count(ballotOf('single', COLOURS, { seats: 3 }), [single(1), single(1)])).toMatchObject({
    winners: [1],
    ties: [],
  })
  expect(count(ballotOf('approval', ['Red'], { seats: 3 }), [approves(0)])).toMatchObject({ winners: [0] })
  expect(count(ballotOf('time', COLOURS), [{ vote: { answers: ['no', 'no', 'no'] } }])).toMatchObject({
    outcome: 'not passed',
  })
})

test('with empty ballots alone nothing is decided', () => {
  for (const casts of [[], [single(null, 3)]]) {
    const result = count(ballotOf('single', COLOURS), casts)
    expect(result).toMatchObject({ outcome: 'no votes', winners: [], rounds: [] })
  }
  expect(count(ballotOf('ranked', COLOURS), [{ vote: { order: [] } }]).outcome).toBe('no votes')
})

test('a quorum counts empty ballots, and not those of delegates', () => {
  const quorum = { parts: 1, of: 3 }
  const ballot = ballotOf('single', COLOURS, { quorum }, 10)
  const cast = [single(0), single(0), single(null)]
  expect(count(ballot, cast)).toMatchObject({
    outcome: 'no quorum',
    winners: [],
    leading: [0],
    quorum: { needed: 4, had: 3, isMet: false },
  })
  expect(count(ballot, [...cast, { ...single(0), delegated: true }]).outcome).toBe('no quorum')
  expect(count(ballot, [...cast, single(null)])).toMatchObject({ outcome: 'decided', winners: [0] })
  const three = ballotOf('single', COLOURS, { quorum: { ballots: 3 } }, 10)
  expect(count(three, cast)).toMatchObject({ outcome: 'decided', quorum: { needed: 3, isMet: true } })
})

test('an option needs its pass share of the valid ballots', () => {
  const ballot = ballotOf('single', COLOURS, { passShare: half })
  expect(count(ballot, [single(0, 2), single(1), single(2), single(null, 5)])).toMatchObject({ winners: [0] })
  expect(count(ballot, [single(0, 2), single(1, 2), single(2)])).toMatchObject({
    outcome: 'not passed',
    barred: [{ option: 0, because: 'pass share' }],
  })
  expect(
    count({ ...ballot, rules: { ...ballot.rules, tie: 'none' } }, [single(0, 2), single(1, 2), single(2)]),
  ).toMatchObject({
    outcome: 'not passed',
    undecided: null,
  })
})

test('a vote is read as its ballot allows it, and as nothing else', () => {
  const read = (kind: 'single' | 'approval' | 'ranked' | 'consent' | 'time', vote: unknown) =>
    readVote({ kind, options: kind === 'consent' ? ['It'] : COLOURS }, vote)
  expect(read('single', { option: 2 })).toEqual({ option: 2 })
  expect(read('single', { option: null })).toEqual({ option: null })
  expect(read('ranked', { order: [2, 0] })).toEqual({ order: [2, 0] })
  expect(read('time', { answers: ['yes', 'if need be'] })).toEqual({ answers: ['yes', 'if need be'] })
  const wrong = [
    read('single', { option: 3 }),
    read('single', { option: -1 }),
    read('single', { option: 0.5 }),
    read('single', { option: 1, more: 1 }),
    read('approval', { options: [1, 1] }),
    read('ranked', { order: [0, 0] }),
    read('ranked', { order: ['0'] }),
    read('consent', { answer: 'maybe' }),
    read('time', { answers: ['yes', 'yes', 'yes', 'yes'] }),
    read('time', null),
  ]
  expect(wrong.filter(Boolean)).toEqual([])
})

test('rules that cannot be kept are refused', () => {
  const ballot = { question: 'Which?', opened: '2026-01-05T12:00:00Z', closed: '2026-01-06T12:00:00Z' }
  const check = (part: object) => ballotSchema.safeParse({ ...ballot, ...part }).success
  expect(check(ballotOf('single', COLOURS))).toBe(true)
  expect(check(ballotOf('consent', COLOURS))).toBe(false)
  expect(check(ballotOf('ranked', COLOURS, { seats: 2, passShare: half }))).toBe(false)
  expect(check(ballotOf('single', COLOURS, { tie: 'drawn' }))).toBe(false)
  expect(check(ballotOf('single', COLOURS, { seed: 'no use for it' }))).toBe(false)
  expect(check(ballotOf('single', COLOURS, { passShare: { parts: 3, of: 2 } }))).toBe(false)
  expect(check(ballotOf('single', []))).toBe(false)
  expect(rules().seats).toBe(1)
})

test('a result is told in sentences', () => {
  const words = (result: Parameters<typeof resultWords>[0], options: string[]) =>
    resultWords(result, options).map((line) => write(line, plainPen))
  const ballot = ballotOf('single', COLOURS, { quorum: { ballots: 2 } }, 7)
  expect(words(count(ballot, [single(1), single(2), single(null)]), COLOURS)).toEqual([
    '3 ballots were cast; 7 could vote.',
    '1 ballot was empty.',
    'The quorum of 2 ballots was reached, with 3.',
    'Red: 0 votes',
    'Green: 1 vote',
    'Blue: 1 vote',
    'Green and Blue had as many votes: Green is chosen; what was proposed earlier is favoured.',
    'Chosen: Green.',
  ])
  const blocked = count(ballotOf('consent', ['It'], {}, 3), [answers('agree', 2), answers('block')])
  expect(words(blocked, ['It'])).toEqual([
    '3 ballots were cast; 3 could vote.',
    '2 agree, 0 abstain, 0 disagree, 1 block',
    'Somebody blocks it.',
    'It does not pass.',
  ])
})
