import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { play, step } from './content-histories.ts'
import { type MeetupWorld, openMeetupWorld } from './meetup-world.ts'

/** How many histories; a soak sets RUNS, and then each run draws others. */
const RUNS = Number(process.env.RUNS ?? 6)
const SEED = process.env.SEED ?? (process.env.RUNS ? undefined : '1')
const TIMEOUT_MS = 3_600_000

let world: MeetupWorld | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

test('that nothing came of a question is said about it, and does not post it again', { timeout: 180_000 }, async () => {
  world = await openMeetupWorld()
  const twoWeeks = { act: 'pass', minutes: 20_000 } as const
  await play(world, [{ act: 'ask' }, { act: 'accept', which: 0 }, twoWeeks, { act: 'pass', minutes: 1_440 }])
  expect(world.posts.filter(({ words }) => words.includes('It is late'))).toHaveLength(1)
})

test('nothing is posted beyond the budget, in silence, without agreement or a yes, or twice', {
  timeout: TIMEOUT_MS,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30, size: 'max' }), async (steps) => {
      await world?.close()
      world = await openMeetupWorld()
      await play(world, steps)
    }),
    { numRuns: RUNS, ...(SEED && { seed: Number(SEED) }) },
  )
})
