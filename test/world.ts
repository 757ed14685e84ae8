import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { build, type House } from '../src/house.ts'
import { mailsJob } from '../src/jobs/mails.ts'
import { reportsJob } from '../src/jobs/reports.ts'
import { createRunner, type Runner } from '../src/jobs/runner.ts'
import type { Answer } from '../src/platform.ts'
import type { Raw } from '../src/router.ts'
import { csv } from '../src/segments/csv.ts'
import { type Fault, rehearsed } from '../src/segments/rehearsal.ts'
import type { DatabasePlace } from '../src/store/database.ts'
import { deliveryOf } from './delivery.ts'
import { RECIPIENTS } from './histories.ts'
import { ownDatabase, server } from './postgres.ts'
import { type Asked, createSaid, type Said } from './said.ts'
import { MUSEUM, openStage } from './stage.ts'
import { createWitness, type Held, personOf, type Witness } from './witness.ts'

/** A report that failed is tried again within an hour; a house that died holds its claims for a minute. */
const RETRIED_WITHIN_MS = 61 * 60_000
const LEASE_MS = 61_000

/** A destination as the world knows it, besides what it witnessed. */
interface Place {
  name: string
  connector: string
  purpose: Asked['purpose']
  recipient?: string
  witness: Witness
  suffer(fault: Fault): void
  store: Witness['store']
  /** Until when changes may still be on their way. */
  troubledUntil: number
  /** Who is held and should not be, since which piece of work. */
  late: Map<string, number>
}

const rowSchema = z.object({ email: z.string(), person: z.string(), since: z.string(), direction: z.string() })
type Row = Omit<Held, 'revision'>

/** A house that can be restarted and can die, on one database, with two destinations that watch what they are told. */
export interface World {
  said: Said
  places: Place[]
  asked(place: Place): Asked
  now(): Date
  run(name: string, command: string, raw: Raw, isStaff?: boolean): Promise<Answer>
  press(name: string, address: string, isStaff?: boolean): Promise<Answer>
  /** The code of the newest mail to an address. */
  codeFor(address: string): string | undefined
  /** Notes who is held without having let it know, and complains where that lasts longer than it may. */
  look(): void
  work(): Promise<void>
  pass(minutes: number): Promise<void>
  suffer(at: number, fault: Fault): void
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
  let house: House
  let runner: Runner

  const askedBy = ({ purpose, recipient }: Pick<Place, 'purpose' | 'recipient'>): Asked => ({
    purpose,
    recipient: recipient ?? said.recipient(),
  })
  const placeOf = (
    one: Pick<Place, 'name' | 'connector' | 'purpose' | 'recipient'>,
    behind?: Witness['store'],
  ): Place => {
    const witness = createWitness({
      name: one.name,
      ...(behind && { behind }),
      objection(op, segment, person, entry) {
        const may = said.may(askedBy(one), person, segment)
        if (op === 'out') return said.ever(one.purpose, person, segment) ? undefined : 'nobody had ever let it know'
        if (!may) return 'nobody lets it know'
        return may.email === entry.email ? undefined : `the address is ${may.email}`
      },
    })
    return { ...one, witness, ...rehearsed(witness.store), troubledUntil: 0, late: new Map() }
  }
  const places = [
    placeOf(
      { name: 'files', connector: 'csv', purpose: 'letters' },
      csv.open({ DIR: folder }, () => now),
    ),
    placeOf({ name: 'desk', connector: 'memory', purpose: 'service', recipient: 'the Front Desk' }),
  ]
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
    const parts = { database, commands, platforms: [], destinations: configured, mailer, draws, log, now: () => now }
    house = await build(parts)
    // Only these two can matter to a destination; with all jobs a history takes three times as long.
    const jobs = [mailsJob(database, mailer, draws), reportsJob(database, configured, draws)]
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
    const end = await Promise.race([work(), dead])
    if (end === 'dead') return restart()
    works++
    workedAt = now.getTime()
    look()
  }

  async function restart(): Promise<void> {
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
        const may = said.may(askedBy(place), person, segment)
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

  function suffer(at: number, fault: Fault): void {
    const place = places[at]
    if (!place) return
    place.suffer(fault)
    const wasTroubled = place.troubledUntil === Number.POSITIVE_INFINITY
    if (fault !== 'up') place.troubledUntil = Number.POSITIVE_INFINITY
    else if (wasTroubled) place.troubledUntil = now.getTime() + RETRIED_WITHIN_MS
  }

  return {
    said,
    places,
    asked: askedBy,
    now: () => now,
    run: (name, command, raw, isStaff = false) =>
      house.router.run(deliveryOf(`d/${deliveries++}`, name, now, isStaff), command, raw),
    press: (name, address, isStaff = false) =>
      house.router.press(deliveryOf(`d/${deliveries++}`, name, now, isStaff), address),
    codeFor: (address) => codes.get(address),
    look,
    work: () => working(() => runner.runDue()),
    pass,
    suffer,
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
      places.forEach((place, at) => {
        suffer(at, 'up')
        place.witness.interrupt('before', async () => undefined)
      })
      await pass((2 * RETRIED_WITHIN_MS) / 60_000)
    },
    complaints: () => [...places.flatMap((place) => place.witness.complaints), ...wrong, ...failures.map(String)],
    standing: (place, names) =>
      stage.read(async (store) => {
        const { purpose, recipient } = askedBy(place)
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

/** All rows of the CSV destination's files. */
async function rowsIn(folder: string): Promise<[string, Row][]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.csv'))
  const all = await Promise.all(
    files.map(async (file) => {
      const rows = rowSchema.array().parse(parse(await readFile(`${folder}/${file}`, 'utf8'), { columns: true }))
      return rows.map(({ email, since, direction }): [string, Row] => [
        `${file.slice(0, -4)}/${personOf(email)}`,
        { email, since: Date.parse(since), direction },
      ])
    }),
  )
  return all.flat()
}
