import { expect, test } from 'vitest'
import { count } from '../src/core/count.ts'
import { resultWords } from '../src/core/count-words.ts'
import { plainPen, write } from '../src/core/say.ts'
import { ballotOf, election } from './elections.ts'

test('a pass share is asked of what the winner has when the two last meet', () => {
  const votes = { Ana: 4, 'Ben > Cem': 2, Cem: 3 }
  const passShare = { parts: 1, of: 2 }
  expect(election(['Ana', 'Ben', 'Cem'], votes, { passShare }).winners).toEqual(['Cem'])
  const less = election(['Ana', 'Ben', 'Cem'], { ...votes, Ben: 2 }, { passShare })
  expect(less).toMatchObject({ outcome: 'not passed', barred: [{ because: 'pass share' }] })
})

test('with a pass share a count goes on beyond the majority, so that more first choices never fail who passed', () => {
  const options = ['A', 'B', 'C']
  const passShare = { parts: 3, of: 5 }
  const before = election(options, { A: 48, 'B > A': 22, C: 30 }, { passShare })
  expect(before).toMatchObject({ outcome: 'decided', winners: ['A'], quota: 60 })
  const more = election(options, { A: 53, 'B > A': 17, C: 30 }, { passShare })
  expect(more).toMatchObject({ outcome: 'decided', winners: ['A'], quota: 60 })
  expect(more.rounds).toEqual([
    { A: 53, B: 17, C: 30 },
    { A: 70, C: 30 },
  ])
  const less = election(options, { A: 53, B: 17, C: 30 }, { passShare })
  expect(less).toMatchObject({ outcome: 'not passed', barred: [{ option: 0, because: 'pass share' }] })
  expect(less.rounds.at(-1)).toEqual({ A: 53, C: 30 })
})

test('without a tie rule it is undecided whether a winner passes who would in some ways only', () => {
  const options = ['A', 'B', 'C']
  const own = { passShare: { parts: 3, of: 5 }, tie: 'none' as const }
  const open = { outcome: 'undecided', winners: [], undecided: { between: [0], seats: 1 }, barred: [] }
  const last = election(options, { A: 40, B: 30, 'C > A': 30 }, own)
  expect(last).toMatchObject({ ...open, ties: [{ by: 'none', option: null, between: [1, 2] }] })
  expect(election(options, { A: 40, 'B > A': 30, C: 30 }, own)).toMatchObject(open)
  const { details, rounds: _, ...rest } = last
  const words = resultWords({ ...rest, rounds: details, winners: [] }, options).map((line) => write(line, plainPen))
  expect(words.at(-1)).toBe('Undecided whether A is chosen, or nobody.')
  const both = election(options, { A: 40, 'B > A': 30, 'C > A': 30 }, own)
  expect(both).toMatchObject({ outcome: 'decided', winners: ['A'], ties: [{ by: 'same either way' }] })
})

test('a time that has not the pass share takes the place of none that has', () => {
  const cast = (monday: 'yes' | 'no', tuesday: 'yes' | 'if need be', times: number) => ({
    vote: { answers: [monday, tuesday] },
    times,
  })
  const casts = [cast('yes', 'if need be', 5), cast('no', 'yes', 4), cast('no', 'if need be', 1)]
  const ask = (parts: number, ...more: typeof casts) =>
    count(ballotOf('time', ['Monday', 'Tuesday'], { passShare: { parts, of: 5 } }), [...casts, ...more])
  expect(ask(4)).toMatchObject({ outcome: 'decided', winners: [1], barred: [{ option: 0, because: 'pass share' }] })
  expect(ask(2)).toMatchObject({ winners: [0], barred: [] })
  const none = count(ballotOf('time', ['Monday'], { passShare: { parts: 4, of: 5 } }), [
    { vote: { answers: ['yes'] } },
    { vote: { answers: ['no'] } },
  ])
  expect(none).toMatchObject({ outcome: 'not passed', barred: [{ option: 0, because: 'pass share' }] })
})
