import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { address } from '../src/reply.ts'
import type { Guest } from '../src/store/attendance.ts'
import { foundElectorate } from './electorate.ts'
import { openMeetupWorld } from './meetup-world.ts'
import { type Outside, openOutside } from './outside.ts'
import { type OwnDatabase, ownDatabase, server } from './postgres.ts'
import { type Replica, type Shown, startReplica } from './replica.ts'
import { openStage } from './stage.ts'

/** How many say yes to one meetup in two houses; .ci/run has 2,000 do it, for 50 seats. */
const PRESSES = Number(process.env.PRESSES ?? 200)
const SEATS = PRESSES >= 1_000 ? 50 : 10
/** So fast people press: 2,000 of them within 10 seconds. */
const A_SECOND = 200
/** As many as can be waited for in one house, on the database that everybody tests on. */
const FEW = 80
const TIMEOUT_MS = 120_000 + PRESSES * 100
/** One in so many presses is delivered twice, to both houses at once; one in so many people press once more. */
const TWICE = 10
const AGAIN = 9
const TITLE = 'A walk in the park'
const PACE_MS = 1_000

/** What somebody was told of where they stand. */
const STANDING = /(You come|You are on the waitlist), number (\d+)\./

const ANSWERS = ['going', 'waiting', 'offered', 'lapsed', 'no'] as const

/** How it stands once everybody has said yes. */
interface Outcome {
  /** How many said yes, and for how many seats. */
  people: number
  seats: number
  /** All answers that are kept, and whose they are: the i-th person's. */
  held: (Guest & { i: number })[]
  lastNumber: number | undefined
  /** What each was told, as often as they were told something. */
  told: Map<number, string[]>
}

const isFull = (seats: number, people: number) =>
  `Who comes: ${seats} of ${seats} taken, ${people - seats} on the waitlist`

/** What has to be so, however many houses there are. */
function holds(outcome: () => Outcome): void {
  const numberOf = (one: Guest) => one.number ?? 0
  const inOrder = () => [...outcome().held].sort((a, b) => numberOf(a) - numberOf(b))

  test('as many come as there are seats, those the database took first, and the others wait', () => {
    const { people, seats } = outcome()
    expect(inOrder().map(({ state }) => state)).toEqual(
      Array.from({ length: people }, (_, place) => (place < seats ? 'going' : 'waiting')),
    )
  })

  test('numbers have no gaps and no repeats, however often a press was delivered', () => {
    const { people, lastNumber } = outcome()
    expect(inOrder().map(numberOf)).toEqual(Array.from({ length: people }, (_, place) => place + 1))
    expect(lastNumber).toBe(people)
  })

  test('everybody is told the number that is kept, each time the same, and how many are before them', () => {
    const { held, seats, told, people } = outcome()
    const wrong = held.flatMap((kept) => {
      const number = numberOf(kept)
      const comes = number <= seats
      const before = number - seats - 1
      const line = before === 0 ? 'You are the first in line' : `${before} ${before === 1 ? 'is' : 'are'} before you`
      return (told.get(kept.i) ?? []).filter((words) => {
        const [, what, said] = STANDING.exec(words) ?? []
        const isRight = what === (comes ? 'You come' : 'You are on the waitlist') && Number(said) === number
        return !isRight || words.includes(line) === comes
      })
    })
    expect(wrong).toEqual([])
    const times = (i: number) => (i % TWICE === 1 ? 2 : 1) + (i % AGAIN === 0 ? 1 : 0)
    const everybody = Array.from({ length: people }, (_, i) => i)
    expect(everybody.filter((i) => told.get(i)?.length !== times(i))).toEqual([])
  })
}

const NAMED = /-(\d+)$/

describe('when everybody says yes to a meetup at once in one house', () => {
  let found: Outcome
  let card: string | undefined

  beforeAll(async () => {
    const world = await openMeetupWorld()
    const everybody = Array.from({ length: FEW }, (_, i) => i)
    await Promise.all(everybody.map((i) => world.run(`guest-${i}`, 'join', { community: 'parents' })))
    const m = await world.announce(TITLE, { when: '1 March 2026 15:00', capacity: '10' })
    const press = address('meetups.yes', { m })
    const told = new Map<number, string[]>()
    await Promise.all(
      everybody.map(async (i) => {
        const name = `guest-${i}`
        const words = i % TWICE === 1 ? await world.pressTwice(name, press) : [await world.press(name, press)]
        if (i % AGAIN === 0) words.push(await world.press(name, press))
        told.set(i, words)
      }),
    )
    await world.work()
    card = [...world.cards.values()].find((words) => words.startsWith(TITLE))
    const held = await world.read((store) => store.attendance.list(m, [...ANSWERS], { skip: 0, take: FEW + 1 }))
    const names = await world.read((store) =>
      store.people.names(
        held.map(({ who }) => who),
        'terminal',
        'main',
      ),
    )
    const lastNumber = (await world.read((store) => store.meetups.get(m)))?.lastNumber
    found = {
      people: FEW,
      seats: 10,
      held: held.map((one) => ({ ...one, i: Number(NAMED.exec(names[one.who]?.name ?? '')?.[1]) })),
      lastNumber,
      told,
    }
    expect(world.complaints()).toEqual([])
    await world.close()
  }, TIMEOUT_MS)

  holds(() => found)

  test('its card shows how it stands in the end', () => {
    expect(card).toContain(isFull(10, FEW))
  })
})

// Several processes need a server.
describe.runIf(server)('when everybody says yes to a meetup at once, whichever of two houses they reach', () => {
  const houses: Replica[] = []
  const told = new Map<number, string[]>()
  let folder: string
  let own: OwnDatabase
  let outside: Outside
  let found: Outcome
  let turns = 0
  const drawn = () => outside.draws.filter(({ words }) => words.startsWith(TITLE) && words.includes('Who comes'))

  /** Delivered to one house, or to both at once. */
  async function carryOut(id: string, name: string, what: object, isTwice = false): Promise<Shown[]> {
    const from = turns++ % houses.length
    const to = [...houses.slice(from), ...houses.slice(0, from)].slice(0, isTwice ? 2 : 1)
    return Promise.all(to.map((house) => house.carryOut({ id, name, raw: {}, ...what })))
  }

  async function sayYes(m: string, i: number): Promise<void> {
    const press = address('meetups.yes', { m })
    const shown = await carryOut(`yes/${i}`, `voter-${i}`, { press }, i % TWICE === 1)
    if (i % AGAIN === 0) shown.push(...(await carryOut(`again/${i}`, `voter-${i}`, { press })))
    told.set(
      i,
      shown.map(({ words }) => words),
    )
  }

  beforeAll(async () => {
    folder = await mkdtemp(`${tmpdir()}/kindred-seats-`)
    own = await ownDatabase(server ?? '')
    const { place } = own
    const { community, now } = await foundElectorate(place, PRESSES)
    outside = await openOutside({ draws: drawsFrom(seededBytes('seats')), troubleOf: () => 0, everSaid: () => false })
    const task = { place, outside: outside.url, backups: folder, base: now.getTime(), epoch: Date.now(), speed: 1 }
    for (const name of ['one', 'the other']) houses.push(await startReplica({ ...task, name }))
    const raw = { title: TITLE, when: '1 March 2026 15:00', capacity: `${SEATS}`, community }
    const [written] = await carryOut('meetup', 'ana', { command: 'meetup', raw })
    const announce = written?.buttons['Announce it'] ?? ''
    await carryOut('announce', 'ana', { press: announce })
    const m = /m=(\w+)/.exec(announce)?.[1] ?? ''

    const began = performance.now()
    let longestMs = 0
    await Promise.all(
      Array.from({ length: PRESSES }, async (_, i) => {
        await pause((i / A_SECOND) * 1_000)
        const pressed = performance.now()
        await sayYes(m, i)
        longestMs = Math.max(longestMs, performance.now() - pressed)
      }),
    )
    const seconds = (performance.now() - began) / 1_000
    const meanwhile = drawn().length
    while (!drawn().at(-1)?.words.includes(isFull(SEATS, PRESSES))) await pause(50)
    const lateMs = Math.round((drawn().at(-1)?.at ?? 0) - began - seconds * 1_000)
    const all = [...told.values()].flat().length
    const figures = `${PRESSES} people pressed yes within ${PRESSES / A_SECOND} s; ${all} answers took ${seconds.toFixed(1)} s`
    const more = `${Math.round(all / seconds)} a second, the longest ${(longestMs / 1_000).toFixed(1)} s`
    console.log(`${figures}, ${more}; ${meanwhile} draws meanwhile, the last after ${lateMs} ms`)
    for (const house of houses) await house.end()
    const after = await openStage({ place, destinations: [], now: new Date(now.getTime() + 60_000).toISOString() })
    const held = await after.read((store) => store.attendance.list(m, [...ANSWERS], { skip: 0, take: PRESSES + 1 }))
    const lastNumber = (await after.read((store) => store.meetups.get(m)))?.lastNumber
    await after.close()
    const numbered = held.map((one) => ({ ...one, i: Number(one.personId.slice(1)) }))
    found = { people: PRESSES, seats: SEATS, held: numbered, lastNumber, told }
  }, TIMEOUT_MS)

  afterAll(async () => {
    for (const house of houses) await house.end()
    await outside?.close()
    await own?.drop()
    await rm(folder, { recursive: true, force: true })
  })

  holds(() => found)

  test('its card is drawn at most once a second by both houses together, and shows how it stands in the end', () => {
    const draws = drawn()
    expect(houses.flatMap((house) => house.failures)).toEqual([])
    expect(new Set(draws.map(({ card }) => card)).size).toBe(1)
    const between = draws.slice(1).map(({ at }, i) => at - (draws[i]?.at ?? 0))
    expect(between.filter((ms) => ms < PACE_MS)).toEqual([])
    expect(draws.at(-1)?.words).toContain(isFull(SEATS, PRESSES))
    expect(outside.complaints()).toEqual([])
  })
})
