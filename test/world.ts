import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { build } from '../src/house.ts'
import { erasuresJob } from '../src/jobs/erasures.ts'
import { mailsJob } from '../src/jobs/mails.ts'
import { reportsJob } from '../src/jobs/reports.ts'
import { createRunner, type Runner } from '../src/jobs/runner.ts'
import type { Answer } from '../src/platform.ts'
import type { Raw, Router } from '../src/router.ts'
import type { DatabasePlace } from '../src/store/database.ts'
import type { Store } from '../src/store/store.ts'
import { buttonIn, deliveryOf } from './delivery.ts'
import { RECIPIENTS } from './histories.ts'
import { createPlaces, type Place, RETRIED_WITHIN_MS, type Row, rowsIn } from './places.ts'
import { ownDatabase, server } from './postgres.ts'
import { createSaid, type Said } from './said.ts'
import { MUSEUM, openStage, SITE } from './stage.ts'

/** A house that died holds its claims for a minute. */
const LEASE_MS = 61_000

/** Two houses that can be restarted and can die, on one database, with two destinations that watch what they are told. */
export interface World {
  said: Said
  places: Place[]
  now(): Date
  run(name: string, command: string, raw: Raw, isStaff?: boolean): Promise<Answer>
  press(name: string, address: string, isStaff?: boolean): Promise<Answer>
  /** The code of the newest mail to an address. */
  codeFor(address: string): string | undefined
  /** Notes who is held without having let it know, and complains where that lasts longer than it may. */
  look(): void
  /** One house works, and the next time the other. */
  work(): Promise<void>
  /** The house works whose turn it is not, which may be while the other one does. */
  otherWorks(): Promise<void>
  pass(minutes: number): Promise<void>
  /** The house dies in the middle of the next request to a destination, and is started again. */
  crash(at: number, when: 'before' | 'after'): void
  restart(): Promise<void>
  /** Staff resume a destination, if it is paused. */
  resume(at: number, staff: string): Promise<void>
  /** Somebody was forgotten, which waits for what may be under way about them. */
  expectForgetting(): void
  /** Every fault is over, and time passes until everything is told. */
  calm(): Promise<void>
  /** What went wrong so far. */
  complaints(): string[]
  /** The directions that stand for a destination by the ledger, for these people: by segment and person. */
  standing(place: Place, names: string[]): Promise<[string, string][]>
  /** The rows of the CSV destination's files, by segment and person. */
  files(): Promise<[string, Row][]>
  close(): Promise<void>
}

/** One of the houses; over once it died. */
interface Life {
  router: Router
  runner: Runner
  end(): void
}

/** With `isReopened` a restart closes the database and opens it again; else the house only forgets what it remembered. */
export async function openWorld(isReopened: boolean, said = createSaid(RECIPIENTS[0] ?? '')): Promise<World> {
  const folder = await mkdtemp(`${tmpdir()}/kindred-world-`)
  const own = server ? await ownDatabase(server) : undefined
  const lasting: DatabasePlace = { kind: 'folder', folder: `${folder}/data` }
  const place = own?.place ?? (isReopened ? lasting : undefined)
  const codes = new Map<string, string>()
  const failures: unknown[] = []
  const wrong: string[] = []
  let now = new Date('2026-01-05T12:00:00Z')
  let deliveries = 0
  /** Pieces of work that were done to their end; one in which the house died is only a turn. */
  let works = 0
  let turns = 0
  let workedAt = 0
  let opened = 0
  let died: (() => void) | undefined
  let isOtherAtWork = false

  const places = createPlaces(said, folder, () => now)
  const configured = places.map(({ name, connector, purpose, recipient, store }) => ({
    name,
    connector,
    purpose,
    ...(recipient && { recipient }),
    store,
  }))
  const openDatabase = () =>
    openStage({
      now: now.toISOString(),
      seed: `world/${opened++}`,
      destinations: configured,
      ...(opened > 1 && { organization: null }),
      ...(place && { place }),
    })
  /** Embedded both houses share the one there is; a server gives each its own connections. */
  const openAll = async () => {
    const first = await openDatabase()
    return [first, own ? await openDatabase() : first] as const
  }
  let stages = await openAll()
  if (said.recipient() !== MUSEUM.recipient) throw new Error('the histories begin with another recipient')

  /** The house itself, with nothing in its memory. */
  async function start(which: number): Promise<Life> {
    const { database, commands } = which === 0 ? stages[0] : stages[1]
    // The longest waits, since every try costs the test time.
    const seed = `house/${which}/${opened}/${turns}/${now.getTime()}`
    const draws = { ...drawsFrom(seededBytes(seed)), fraction: () => 0.99 }
    const mailer = {
      send: async ({ to, text }: { to: string; text: string }) => void codes.set(to, /\b\d{6}\b/.exec(text)?.[0] ?? ''),
      close: () => undefined,
    }
    const log = { failure: (_: string, __: string | undefined, error: unknown) => void failures.push(error) }
    // Whoever waits for an answer in a house that died never goes on: neither to the database nor to the clock.
    const life = { isOver: false }
    const mortal = {
      ...database,
      transaction: <T>(work: (store: Store) => Promise<T>) =>
        life.isOver ? new Promise<T>(() => undefined) : database.transaction(work),
    }
    const parts = {
      database: mortal,
      commands,
      platforms: [],
      destinations: configured,
      mailer,
      draws,
      log,
      site: SITE,
      now: () => now,
    }
    const { router } = await build(parts)
    // Only these can matter to a destination; with all jobs a history takes three times as long.
    const jobs = [
      mailsJob(mortal, mailer, draws, SITE),
      ...configured.map((one) => reportsJob(mortal, one, draws)),
      erasuresJob(mortal, [], configured, draws),
    ]
    const runner = createRunner(
      mortal,
      jobs,
      () => now,
      (_, error) => void failures.push(error),
    )
    const end = () => {
      life.isOver = true
    }
    return { router, runner, end }
  }
  const houses = [await start(0), await start(1)]
  const turn = (count: number) => count % houses.length
  const houseOf = (which: number): Life => {
    const house = houses[which]
    if (!house) throw new Error('there are two houses')
    return house
  }

  /** The one whose turn it is does its work, and may die of it; the other one lives on. */
  async function working(work: (runner: Runner) => Promise<void>): Promise<void> {
    const which = turn(turns)
    const dead = new Promise<'dead'>((resolve) => {
      died = () => resolve('dead')
    })
    const { runner, end } = houseOf(which)
    if ((await Promise.race([work(runner), dead])) === 'dead') {
      turns++
      end()
      // Both were at work, one of them inside a request of the other's: neither goes on.
      const isEnd = isReopened || isOtherAtWork
      isOtherAtWork = false
      if (isEnd) return restart()
      houses[which] = await start(which)
      return
    }
    turns++
    works++
    workedAt = now.getTime()
    look()
  }

  async function restart(): Promise<void> {
    for (const house of houses) house.end()
    if (isReopened) {
      await closeAll()
      stages = await openAll()
    }
    for (const which of houses.keys()) houses[which] = await start(which)
  }

  async function closeAll(): Promise<void> {
    for (const stage of new Set(stages)) await stage.close()
  }

  function look(): void {
    for (const place of places) {
      const held = new Set(place.witness.held().map(([key]) => key))
      for (const key of held) {
        const [segment = '', person = ''] = key.split('/')
        const may = said.may(place.asked(), person, segment)
        if (may) place.late.delete(key)
        else if (!place.late.has(key)) place.late.set(key, works)
      }
      for (const [key, since] of place.late) {
        if (!held.has(key)) place.late.delete(key)
        else if (works > since && workedAt >= place.troubledUntil) wrong.push(`${place.name} still holds ${key}`)
      }
    }
  }

  async function pass(minutes: number): Promise<void> {
    const until = new Date(now.getTime() + minutes * 60_000)
    const setClock = (time: Date) => {
      now = time
    }
    await working((runner) => runner.advance(until, setClock))
    now = until
  }

  const deliver = (name: string, isStaff: boolean) => deliveryOf(`d/${deliveries++}`, name, now, isStaff)
  const routerOf = (delivery: { id: string }) => houseOf(turn(Number(delivery.id.slice(2)))).router
  const press: World['press'] = (name, address, isStaff = false) => {
    const delivery = deliver(name, isStaff)
    return routerOf(delivery).press(delivery, address)
  }
  const run: World['run'] = (name, command, raw, isStaff = false) => {
    const delivery = deliver(name, isStaff)
    return routerOf(delivery).run(delivery, command, raw)
  }

  async function resume(at: number, staff: string): Promise<void> {
    const place = places[at]
    const button = buttonIn(await run(staff, 'status', {}, true), `Resume ${place?.name}`)
    if (button) await press(staff, button, true)
    place?.resumed()
  }

  const troubleFor = (place: Place, ms: number) => {
    place.troubledUntil = Math.max(place.troubledUntil, now.getTime() + ms)
  }

  return {
    said,
    places,
    now: () => now,
    run,
    press,
    codeFor: (address) => codes.get(address),
    look,
    work: () => working((runner) => runner.runDue()),
    async otherWorks() {
      isOtherAtWork = true
      await houseOf(turn(turns + 1)).runner.runDue()
      isOtherAtWork = false
    },
    pass,
    crash(at, when) {
      const place = places[at]
      place?.witness.interrupt(when, () => {
        for (const each of isOtherAtWork ? places : [place]) {
          troubleFor(each, LEASE_MS)
          each.witness.forsake()
        }
        died?.()
        // Nobody ever hears how this request ended.
        return new Promise(() => undefined)
      })
    },
    restart,
    resume,
    expectForgetting() {
      for (const place of places) troubleFor(place, LEASE_MS)
    },
    async calm() {
      for (const [at, place] of places.entries()) {
        place.suffer('up')
        place.witness.interrupt('before', async () => undefined)
        await resume(at, 'somebody')
      }
      await pass((2 * RETRIED_WITHIN_MS) / 60_000)
    },
    complaints: () => [...places.flatMap((place) => place.witness.complaints), ...wrong, ...failures.map(String)],
    standing: (place, names) =>
      stages[0].read(async (store) => {
        const { purpose, recipient } = place.asked()
        const keys: [string, string][] = []
        for (const name of names) {
          const person = await store.people.meet(deliveryOf('', name, now).account, name, now)
          const all = (await store.directions.of(person.id)).filter((one) => !one.revokedAt)
          // The communities of a history are called by their slugs.
          const own = all.filter((one) => one.purpose === purpose && one.recipient === recipient)
          keys.push(...own.map((one): [string, string] => [`${one.communityName}/${name}`, one.id]))
        }
        return keys
      }),
    files: () => rowsIn(folder),
    async close() {
      await closeAll()
      await own?.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
