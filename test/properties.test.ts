import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { buttonIn } from './delivery.ts'
import { COMMUNITIES, history, ONCE_WRONG, SELDOM, type Step } from './histories.ts'
import { createCast, type Slot } from './play-history.ts'
import { openWorld, type World } from './world.ts'

/** How many histories; a soak sets RUNS, and then each run draws others. */
const RUNS = Number(process.env.RUNS ?? 25)
const SEED = process.env.SEED ?? (process.env.RUNS ? undefined : '1')
/** After so many histories a fresh world is opened, since the people of the old ones slow every rename. */
const HISTORIES_A_WORLD = 100
const TIMEOUT_MS = 3_600_000

let world: World | undefined
let isReopened = false
let slots: Slot[] = []
let played = 0

afterEach(() => closeWorld())

const sentence = 'whatever happens, a destination holds only people who let it know, and in the end all of them'

test(sentence, { timeout: TIMEOUT_MS }, async () => {
  await hold(history, RUNS, [...ONCE_WRONG, ...SELDOM])
})

test('that is so, too, when the house is closed and opened again on its data', { timeout: TIMEOUT_MS }, async () => {
  isReopened = true
  const restarted = history.map((steps) =>
    steps.flatMap((step, i): Step[] => (i % 3 === 2 ? [step, { act: 'restart' }] : [step])),
  )
  await hold(restarted, Math.ceil(RUNS / 50), [])
})

function hold(histories: fc.Arbitrary<Step[]>, runs: number, examples: Step[][]): Promise<void> {
  return fc.assert(
    fc.asyncProperty(histories, (steps) => playAlone(steps)),
    { numRuns: runs, examples: examples.map((steps): [Step[]] => [steps]), ...(SEED && { seed: Number(SEED) }) },
  )
}

/** A history in a world that earlier ones were played in too; where it fails, the next one gets a world of its own. */
async function playAlone(steps: Step[]): Promise<void> {
  try {
    world ??= await openWorld(isReopened)
    await play(world, steps)
    if (played % HISTORIES_A_WORLD === 0) await closeWorld()
  } catch (error) {
    await closeWorld()
    throw error
  }
}

async function play(world: World, steps: Step[]): Promise<void> {
  const number = ++played
  for (let i = 0; i < COMMUNITIES; i++) {
    if (!slots[i] || world.said.isSensitive(slots[i]?.segment ?? '')) slots[i] = await found(world, `${number}/${i}`)
  }
  const cast = createCast(world, `h${number}`, slots)
  const complaints = () => [...cast.wrong, ...world.complaints()]
  await cast.arrive()
  for (const step of steps) {
    await cast.play(step)
    world.look()
    expect(complaints()).toEqual([])
  }
  await world.calm()
  expect(complaints()).toEqual([])
  for (const place of world.places) {
    const wanted = world.said.wanted(place.asked())
    const held = place.witness.held()
    expect(sorted(held.map(([key, { email, since }]) => [key, { email, since }]))).toEqual(sorted([...wanted]))
    const own = held.filter(([key]) => cast.names.some((name) => key.endsWith(`/${name}`)))
    const standing = new Map(
      await world.standing(
        place,
        cast.names.filter((name) => own.some(([key]) => key.endsWith(name))),
      ),
    )
    expect(own.map(([key, { direction }]) => [key, direction])).toEqual(own.map(([key]) => [key, standing.get(key)]))
  }
  const [files] = world.places
  const written = await world.files()
  expect(sorted(written)).toEqual(
    sorted((files?.witness.held() ?? []).map(([key, { revision: _, ...row }]) => [key, row])),
  )
  await cast.depart()
  world.look()
  await world.work()
  expect(complaints()).toEqual([])
}

/** A community that is open at once, by a founder who does nothing else. */
async function found(world: World, number: string): Promise<Slot> {
  // Names that have nothing in common, or the founder would be shown the others first.
  const name = createHash('sha256')
    .update(number)
    .digest('hex')
    .replaceAll(/[0-9]/g, (digit) => 'ghijklmnop'[Number(digit)] ?? '')
    .slice(0, 12)
  const founder = `founder-${number}`
  const need = 'people with small children, so that we can enjoy culture'
  const answer = await world.run(founder, 'start-community', { name, need, pledges: '1' })
  const anyway = buttonIn(answer, 'Start it anyway')
  if (anyway) await world.press(founder, anyway)
  return { name, segment: name }
}

function sorted<T>(entries: [string, T][]): [string, T][] {
  return entries.sort(([a], [b]) => (a < b ? -1 : 1))
}

async function closeWorld(): Promise<void> {
  const closing = world
  world = undefined
  slots = []
  await closing?.close()
}
