import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exportFile } from '../src/ballots/export.ts'
import type { HeldBallot } from '../src/core/held-ballot.ts'
import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { type Recount, recount } from '../src/core/recount.ts'
import { address } from '../src/reply.ts'
import { foundElectorate } from './electorate.ts'
import { type Outside, openOutside } from './outside.ts'
import { type OwnDatabase, ownDatabase, server } from './postgres.ts'
import { type Replica, type Shown, startReplica } from './replica.ts'
import type { Task } from './replica-child.ts'
import { openStage } from './stage.ts'

/** How many vote on one ballot; .ci/run has 10,000 vote in two houses. */
const VOTES = Number(process.env.VOTES ?? 200)
const TIMEOUT_MS = 120_000 + VOTES * 100
/** So many wait for an answer at once. */
const AT_ONCE = 64
/** One in so many votes is delivered twice, to both houses at once; one in so many is changed afterwards. */
const TWICE = 10
const CHANGED = 8
const QUESTION = 'Where do we meet?'
const DAY_MS = 86_400_000
const PACE_MS = 1_000

describe('a ballot on which everybody votes at once, whichever house they reach', () => {
  const houses: Replica[] = []
  const told: string[] = []
  const said = new Map<string, string>()
  const everybody = Array.from({ length: VOTES }, (_, i) => i)
  /** What somebody voted in the end: a third of the options is only ever changed to. */
  const optionOf = (i: number) => (i % CHANGED === 0 ? 2 : i % 2)
  let folder: string
  let own: OwnDatabase | undefined
  let outside: Outside
  let ballot: HeldBallot | undefined
  let counted: Recount
  let beforeTheClose: string
  let drawnBefore: number
  // A community that has grown is also asked what it wants to receive.
  const draws = () => outside.draws.filter(({ words }) => words.includes(QUESTION))
  const lastDraw = () => draws().at(-1)?.words ?? ''
  const until = async (what: () => boolean) => {
    while (!what()) await pause(50)
  }

  /** Delivered to one house, or to both at once. */
  async function carryOut(id: string, name: string, what: object, isTwice = false): Promise<Shown[]> {
    const from = said.size % houses.length
    const to = [...houses.slice(from), ...houses.slice(0, from)].slice(0, isTwice ? 2 : 1)
    said.set(id, '')
    const given = { id, name, raw: {}, ...what }
    const shown = await Promise.all(to.map((house) => house.carryOut(given)))
    // Where there is one house, it is given it twice.
    const again = isTwice && shown.length < 2 ? await to[0]?.carryOut(given) : undefined
    return again ? [...shown, again] : shown
  }

  async function vote(b: string, i: number): Promise<void> {
    const cast = async (m: number) => {
      const press = address('vote.cast', { b, m: `${m}` })
      const shown = await carryOut(`vote/${i}/${m}`, `voter-${i}`, { press }, i % TWICE === 1)
      for (const { words } of shown) told.push(words.replace(/:.*/s, ''))
    }
    await cast(i % 2)
    if (i % CHANGED === 0) await cast(2)
  }

  beforeAll(async () => {
    folder = await mkdtemp(`${tmpdir()}/kindred-votes-`)
    own = server ? await ownDatabase(server) : undefined
    const place: Task['place'] = own?.place ?? { kind: 'folder', folder: `${folder}/data` }
    const { community, now } = await foundElectorate(place, VOTES)
    outside = await openOutside({ draws: drawsFrom(seededBytes('votes')), troubleOf: () => 0, everSaid: () => false })
    const task = { place, outside: outside.url, backups: folder, base: now.getTime(), epoch: Date.now(), speed: 1 }
    for (const name of own ? ['one', 'the other'] : ['the only one']) houses.push(await startReplica({ ...task, name }))
    const raw = { question: QUESTION, options: 'The zoo; The park; The lake', closes: '3 days', community }
    const [written] = await carryOut('ballot', 'ana', { command: 'ballot', raw })
    await carryOut('open', 'ana', { press: written?.buttons['Open it'] })
    const b = /b=(\w+)/.exec(written?.buttons['Open it'] ?? '')?.[1] ?? ''

    const began = performance.now()
    const left = [...everybody]
    const one = async () => {
      for (let i = left.shift(); i !== undefined; i = left.shift()) await vote(b, i)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, one))
    const seconds = (performance.now() - began) / 1000
    const figures = `${VOTES} people took ${seconds.toFixed(1)} s for ${told.length} votes`
    const drawn = draws().length
    await until(() => lastDraw().includes(`${VOTES} of ${VOTES + 1}`))
    const lateMs = (draws().at(-1)?.at ?? 0) - began - seconds * 1000
    console.log(`${figures}; ${drawn} draws meanwhile, the last after ${Math.round(lateMs)} ms`)
    beforeTheClose = lastDraw()
    drawnBefore = draws().length
    await Promise.all(houses.map((house) => house.skip(3 * DAY_MS)))
    await until(() => [...outside.posts.values()].some(({ words }) => words.includes(`Decided: ${QUESTION}`)))
    await until(() => !lastDraw().includes('[The zoo]') && outside.isIdle())
    for (const house of houses) await house.end()
    const after = await openStage({ place, destinations: [], now: new Date(now.getTime() + 4 * DAY_MS).toISOString() })
    ballot = await after.read((store) => store.ballots.get(b))
    const file = await after.read(
      async (store) => ballot && exportFile(store, ballot, { sensitive: false, slug: 'parents' }),
    )
    counted = recount(file?.text ?? '', ballot?.seal ?? '')
    await after.close()
  }, TIMEOUT_MS)

  afterAll(async () => {
    for (const house of houses) await house.end()
    await outside?.close()
    await own?.drop()
    await rm(folder, { recursive: true, force: true })
  })

  test('tells everybody that it counts, or is changed, as often as it was delivered', () => {
    const times = (i: number) => (i % TWICE === 1 ? 2 : 1)
    const sum = (all: number[]) => all.reduce((total, one) => total + one, 0)
    expect(houses.flatMap((house) => house.failures)).toEqual([])
    expect(Object.fromEntries(tally(told))).toEqual({
      Counted: sum(everybody.map(times)),
      Changed: sum(everybody.filter((i) => i % CHANGED === 0).map(times)),
    })
  })

  test('counts each of them once, as they voted last, of all who may vote', () => {
    const votes = [0, 1, 2].map((option) => everybody.filter((i) => optionOf(i) === option).length)
    expect(ballot).toMatchObject({ state: 'closed', electorate: VOTES + 1 })
    expect(ballot?.result).toMatchObject({ ballots: { cast: VOTES }, columns: [{ votes }] })
    expect(counted).toMatchObject({ verdict: 'as sealed', result: ballot?.result ?? {} })
    expect('file' in counted && counted.file.rows).toHaveLength(VOTES)
  })

  test('is drawn at most once a second by all houses together, and shows how it stands in the end', () => {
    expect(new Set(draws().map(({ card }) => card)).size).toBe(1)
    // Three days then pass for the houses in no time.
    const between = draws()
      .slice(1, drawnBefore)
      .map(({ at }, i) => at - (draws()[i]?.at ?? 0))
    expect(between.filter((ms) => ms < PACE_MS)).toEqual([])
    expect(beforeTheClose).toContain(`${VOTES} of ${VOTES + 1}`)
    expect(lastDraw()).toContain('[Outcome]')
    expect(outside.complaints()).toEqual([])
  })

  test('tells the outcome once', () => {
    const outcomes = [...outside.posts.values()].filter(({ words }) => words.includes(`Decided: ${QUESTION}`))
    expect(outcomes.map(({ to }) => to)).toEqual(['parents-united'])
  })
})

function tally<T>(things: T[]): Map<T, number> {
  const counts = new Map<T, number>()
  for (const thing of things) counts.set(thing, (counts.get(thing) ?? 0) + 1)
  return counts
}
