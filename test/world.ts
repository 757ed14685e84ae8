import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { build, type House } from '../src/house.ts'
import { mailsJob } from '../src/jobs/mails.ts'
import { reportsJob } from '../src/jobs/reports.ts'
import { createRunner, type Runner } from '../src/jobs/runner.ts'
import type { Answer } from '../src/platform.ts'
import type { Raw } from '../src/router.ts'
import type { DatabasePlace } from '../src/store/database.ts'
import type { Store } from '../src/store/store.ts'
import { deliveryOf } from './delivery.ts'
import { RECIPIENTS } from './histories.ts'
import { createPlaces, type Place, RETRIED_WITHIN_MS, type Row, rowsIn } from './places.ts'
import { ownDatabase, server } from './postgres.ts'
import { createSaid, type Said } from './said.ts'
import { MUSEUM, openStage } from './stage.ts'

/** A house that died holds its claims for a minute. */
const LEASE_MS = 61_000

/** A house that can be restarted and can die, on one database, with two destinations that watch what they are told. */
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
  work(): Promise<void>
  pass(minutes: number): Promise<void>
  /** The house dies in the middle of the next request to a destination, and is started again. */
  crash(at: number, when: 'before' | 'after'): void
  restart(): Promise<void>
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

/** With `isReopened` a restart closes the database and opens it again; else the house only forgets what it remembered. */
export async function openWorld(isReopened: boolean): Promise<World> {
  const folder = await mkdtemp(`${tmpdir()}/kindred-world-`)
  const own = isReopened && server ? await ownDatabase(server) : undefined
  const place: DatabasePlace | undefined = isReopened
    ? (own?.place ?? { kind: 'folder', folder: `${folder}/data` })
    : undefined
  const said = createSaid(RECIPIENTS[0] ?? '')
  const codes = new Map<string, string>()
  const failures: unknown[] = []
  const wrong: string[] = []
  let now = new Date('2026-01-05T12:00:00Z')
  let deliveries = 0
  let works = 0
  let workedAt = 0
  let opened = 0
  let died: (() => void) | undefined
  let endLife: (() => void) | undefined
  let house: House
  let runner: Runner

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
  let stage = await openDatabase()
  if (said.recipient() !== MUSEUM.recipient) throw new Error('the histories begin with another recipient')

  /** The house itself, with nothing in its memory. */
  async function start(): Promise<void> {
    const { database, commands } = stage
    // The longest waits, since every try costs the test time.
    const draws = { ...drawsFrom(seededBytes(`house/${opened}/${works}/${now.getTime()}`)), fraction: () => 0.99 }
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
    endLife = () => {
      life.isOver = true
    }
    const parts = {
      database: mortal,
      commands,
      platforms: [],
      destinations: configured,
      mailer,
      draws,
      log,
      now: () => now,
    }
    house = await build(parts)
    // Only these two can matter to a destination; with all jobs a history takes three times as long.
    const jobs = [mailsJob(mortal, mailer, draws), reportsJob(mortal, configured, draws)]
    runner = createRunner(
      jobs,
      () => now,
      (_, error) => void failures.push(error),
    )
  }
  await start()

  async function working(work: () => Promise<void>): Promise<void> {
    const dead = new Promise<'dead'>((resolve) => {
      died = () => resolve('dead')
    })
    if ((await Promise.race([work(), dead])) === 'dead') return restart()
    works++
    workedAt = now.getTime()
    look()
  }

  async function restart(): Promise<void> {
    endLife?.()
    if (place) {
      await stage.close()
      stage = await openDatabase()
    }
    await start()
  }

  function look(): void {
    for (const place of places) {
      for (const key of place.witness.held().keys()) {
        const [segment = '', person = ''] = key.split('/')
        const may = said.may(place.asked(), person, segment)
        if (may) place.late.delete(key)
        else if (!place.late.has(key)) place.late.set(key, works)
      }
      for (const [key, since] of place.late) {
        if (!place.witness.held().has(key)) place.late.delete(key)
        else if (works > since && workedAt >= place.troubledUntil) wrong.push(`${place.name} still holds ${key}`)
      }
    }
  }

  async function pass(minutes: number): Promise<void> {
    const until = new Date(now.getTime() + minutes * 60_000)
    const setClock = (time: Date) => {
      now = time
    }
    await working(() => runner.advance(until, setClock))
    now = until
  }

  return {
    said,
    places,
    now: () => now,
    run: (name, command, raw, isStaff = false) =>
      house.router.run(deliveryOf(`d/${deliveries++}`, name, now, isStaff), command, raw),
    press: (name, address, isStaff = false) =>
      house.router.press(deliveryOf(`d/${deliveries++}`, name, now, isStaff), address),
    codeFor: (address) => codes.get(address),
    look,
    work: () => working(() => runner.runDue()),
    pass,
    crash(at, when) {
      const place = places[at]
      place?.witness.interrupt(when, () => {
        place.troubledUntil = Math.max(place.troubledUntil, now.getTime() + LEASE_MS)
        died?.()
        // Nobody ever hears how this request ended.
        return new Promise(() => undefined)
      })
    },
    restart,
    async calm() {
      for (const place of places) {
        place.suffer('up')
        place.witness.interrupt('before', async () => undefined)
      }
      await pass((2 * RETRIED_WITHIN_MS) / 60_000)
    },
    complaints: () => [...places.flatMap((place) => place.witness.complaints), ...wrong, ...failures.map(String)],
    standing: (place, names) =>
      stage.read(async (store) => {
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
      await stage.close()
      await own?.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
