import { randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { backupFolder } from '../src/backup-folder.ts'
import { LEASE_MS } from '../src/core/backoff.ts'
import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { keysFrom } from '../src/core/keys.ts'
import { build } from '../src/house.ts'
import { EFFECT_MS } from '../src/jobs/job.ts'
import { loadCommands } from '../src/load-commands.ts'
import { type Database, openDatabase } from '../src/store/database.ts'
import type { Store } from '../src/store/store.ts'
import { buttonsIn, deliveryOf, wordsOf } from './delivery.ts'
import { type Claim, outsideOf } from './outside-client.ts'

/**
 * One of several houses on one database, in a process of its own: it runs its jobs all the time and carries out what it is
 * given on its standard input, many things at once. Its time goes faster than the machine's, and so does its patience.
 */
const task = z
  .object({
    name: z.string(),
    place: z.union([
      z.object({ kind: z.literal('folder'), folder: z.string() }),
      z.object({ kind: z.literal('postgresql'), url: z.string() }),
    ]),
    outside: z.string(),
    backups: z.string(),
    /** What the clock showed when the machine's showed `epoch`, in milliseconds. */
    base: z.number(),
    epoch: z.number(),
    speed: z.number(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''))
export type Task = typeof task

const orderSchema = z.union([
  z.object({ skipMs: z.number() }),
  z.object({
    id: z.string(),
    name: z.string(),
    command: z.string().optional(),
    press: z.string().optional(),
    raw: z.record(z.string(), z.string()),
  }),
])
/** What it is given to do, a line of JSON each. */
export type Order = z.infer<typeof orderSchema>

/** What the child says, a line of JSON each. */
export type Said =
  | { ready: true }
  | { skipped: true }
  | { id: string; words: string; buttons: Record<string, string> }
  | { failure: string }

/** How often it looks for work that only the clock made due. */
const WAKE_MS = 200

const say = (said: Said) => void writeSync(1, `${JSON.stringify(said)}\n`)
const folderOf = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))

let skippedMs = 0
const now = () => new Date(task.base + skippedMs + (Date.now() - task.epoch) * task.speed)
const machineTimeOf = (time: Date) => task.epoch + (time.getTime() - task.base - skippedMs) / task.speed

// What is given up after 15 seconds is given up after 15 seconds of its own time.
const patienceMs = EFFECT_MS / task.speed
const setTimer = globalThis.setTimeout
const own = (ms?: number) => (ms === EFFECT_MS ? patienceMs : ms)
// Node's has more to it than being called, which nothing here uses.
globalThis.setTimeout = ((work: (...given: unknown[]) => void, ms?: number, ...rest: unknown[]) =>
  setTimer(() => work(...rest), own(ms))) as typeof setTimeout
const timeout = AbortSignal.timeout.bind(AbortSignal)
AbortSignal.timeout = (ms) => timeout(own(ms) ?? ms)

/** When the newest claim of each kind was made: each kind of work is one job's, which has one claim at a time. */
const claimedAt = new Map<Claim, Date>()
const outside = outsideOf({
  url: task.outside,
  from: task.name,
  patienceMs,
  untilOf: (claim) => machineTimeOf(new Date((claimedAt.get(claim) ?? now()).getTime() + LEASE_MS)),
})

const machineBytes = (length: number) => randomBytes(length)
const draws = drawsFrom(machineBytes)
const keys = keysFrom([seededBytes('key')(32)], machineBytes)
const opened = await openDatabase(task.place, folderOf('prisma/migrations'), now(), { draws, keys })
const database: Database = { ...opened, transaction: (work) => opened.transaction((store) => work(noting(store))) }
const backups = backupFolder(task.backups)
const house = await build({
  database,
  commands: await loadCommands(folderOf('commands')),
  platforms: [outside.platform],
  destinations: [{ name: 'desk', connector: 'none', purpose: 'letters', store: outside.desk }],
  mailer: outside.mailer,
  draws,
  site: 'https://kindred.example',
  log: { failure: (where, _, error) => say({ failure: `${task.name}, ${where}: ${error}` }) },
  backups: {
    ...backups,
    async write(name, text) {
      await outside.backup(name)
      return backups.write(name, text)
    },
  },
  now,
})
house.runner.start()
const waking = setInterval(() => house.runner.wake(), WAKE_MS)
say({ ready: true })

for await (const line of createInterface({ input: process.stdin })) {
  const order = orderSchema.parse(JSON.parse(line))
  if ('skipMs' in order) {
    skippedMs += order.skipMs
    house.runner.wake()
    say({ skipped: true })
  } else void carryOut(order)
}
clearInterval(waking)
await house.runner.stop()
await opened.close()

async function carryOut({ id, name, command = '', press, raw }: Exclude<Order, { skipMs: number }>): Promise<void> {
  const delivery = deliveryOf(id, name, now())
  const answer = await (press === undefined
    ? house.router.run(delivery, command, raw)
    : house.router.press(delivery, press, raw))
  say({ id, words: wordsOf(answer), buttons: buttonsIn(answer) })
}

/** The store, noting when what was claimed. */
function noting(store: Store): Store {
  const noted =
    <A extends unknown[], R>(claim: Claim, take: (...args: A) => R) =>
    (...args: A): R => {
      // The time is the last thing a claim is told.
      claimedAt.set(claim, args.at(-1) as Date)
      return take(...args)
    }
  const { rooms, cards, posts, mails, reports } = store
  return {
    ...store,
    rooms: { ...rooms, claim: noted('rooms', rooms.claim), claimPlaces: noted('places', rooms.claimPlaces) },
    cards: { ...cards, claim: noted('cards', cards.claim) },
    posts: { ...posts, claim: noted('posts', posts.claim) },
    mails: { ...mails, claim: noted('mails', mails.claim) },
    reports: { ...reports, claim: noted('reports', reports.claim) },
  }
}
