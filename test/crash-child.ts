import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import { appendFileSync, readFileSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { backupFolder } from '../src/backup-folder.ts'
import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { keysFrom } from '../src/core/keys.ts'
import { build } from '../src/house.ts'
import { loadCommands } from '../src/load-commands.ts'
import { smtpMailer } from '../src/mail.ts'
import type { Answer, Platform } from '../src/platform.ts'
import { webhook } from '../src/segments/webhook.ts'
import { type Database, openDatabase } from '../src/store/database.ts'
import { createChat } from '../src/terminal/chat.ts'
import { terminalPlatform } from '../src/terminal/rooms.ts'
import { type ClosingMoment, watchClosing } from './crash-closing-watch.ts'
import { deliveryOf, wordsOf } from './delivery.ts'

/**
 * A house in a process of its own, to be killed. On its standard input it is given a task, then deliveries, a line of JSON
 * each, until the input ends; on its standard output it says what it kept from before, each outcome as soon as it is told,
 * and each moment it comes to.
 */
const taskSchema = z.object({
  place: z.union([
    z.object({ kind: z.literal('folder'), folder: z.string() }),
    z.object({ kind: z.literal('postgresql'), url: z.string() }),
  ]),
  migrations: z.string(),
  /** Where its platform keeps what was posted, a line of JSON each. */
  posted: z.string(),
  /** And what was drawn: the last of a message is what is seen. */
  drawn: z.string(),
  /** How long that takes to hear at most, and to answer: long enough to be killed in. */
  platformMs: z.number(),
  smtp: z.string(),
  hook: z.record(z.string(), z.string()),
  /** The data folder that backups are kept in. */
  backups: z.string(),
  now: z.iso.datetime(),
  /** For how long it goes on by its own clock once everything is delivered. */
  afterMs: z.number(),
  /** Deliveries whose outcome was told before. */
  told: z.array(z.string()),
  /** The moment at which it stands still, when it comes to it `about` something for the so-manieth time, counted from 0. */
  stop: z.object({ at: z.string(), about: z.string().optional(), count: z.number() }).optional(),
})
export type Task = z.infer<typeof taskSchema>

const deliveredSchema = z.object({
  id: z.string(),
  name: z.string(),
  command: z.string(),
  raw: z.record(z.string(), z.string()),
  press: z.string().optional(),
})
export type Delivered = z.infer<typeof deliveredSchema>

/** A moment it comes to: `words` are what is told in it, or what it is about. */
export type Reached =
  | { at: 'committed' | 'posting' | 'posted' | 'drawing' | 'drawn' | ClosingMoment; what: string; words: string }
  | { at: 'backing up'; what: string }

/** What the child says, a line of JSON each. */
export type Said =
  | { kept: Record<string, string | null> }
  | { at: 'told'; what: string; words: string }
  /** `now` is its clock; `isStill` where it stands still. */
  | (Reached & { now: string; isStill: boolean })
  | { failure: string }
  | { done: true }

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const task = taskSchema.parse(JSON.parse((await lines.next()).value ?? ''))
let now = new Date(task.now)
// A pipe written synchronously: what was said is out before anything else happens.
const say = (said: Said) => void writeSync(1, `${JSON.stringify(said)}\n`)
const counts = new Map<string, number>()
const LIFETIME_MS = 600_000

const machineBytes = (length: number) => randomBytes(length)
const draws = drawsFrom(machineBytes)
const keys = keysFrom([seededBytes('key')(32)], machineBytes)
const delivering = new AsyncLocalStorage<string>()
const opened = await openDatabase(task.place, task.migrations, now, { draws, keys })
const database = watched(watchClosing(opened, reach))
const mailer = smtpMailer(task.smtp, 'City Museum <museum@example.org>')
const hook = webhook.open(webhook.settings.parse(task.hook), () => now)
const house = await build({
  database,
  commands: await loadCommands(fileURLToPath(new URL('../commands', import.meta.url))),
  platforms: [forgetful(task)],
  destinations: [{ name: 'hook', connector: 'webhook', purpose: 'letters', store: hook }],
  mailer,
  draws,
  site: 'https://kindred.example',
  backups: backupFolder(task.backups),
  log: { failure: (where, _, error) => say({ failure: `${where}: ${error}` }) },
  now: () => now,
})

const kept = await database.transaction(async (store) => {
  const answers: Record<string, string | null> = {}
  for (const id of task.told) {
    // The router wrote it.
    const answer = (await store.deliveries.answerOf(id)) as Answer | undefined
    answers[id] = answer ? wordsOf(answer) : null
  }
  return answers
})
say({ kept })

let working: Promise<void> | undefined
let isMore = false
const carried: Promise<void>[] = []
void work()
for (let line = await lines.next(); !line.done; line = await lines.next()) {
  carried.push(carryOut(deliveredSchema.parse(JSON.parse(line.value))))
}
await Promise.all(carried)
await work()
if (task.afterMs > 0) {
  await house.runner.advance(new Date(now.getTime() + task.afterMs), (time) => {
    now = time
  })
}
say({ done: true })
mailer.close()
await hook.close?.()
await database.close()

async function carryOut({ id, name, press, command, raw }: Delivered): Promise<void> {
  const delivery = deliveryOf(id, name, now)
  const answer = await delivering.run(id, () =>
    press === undefined ? house.router.run(delivery, command, raw) : house.router.press(delivery, press),
  )
  say({ at: 'told', what: id, words: wordsOf(answer) })
  void work()
}

/** Does what is due, and what becomes due meanwhile. */
function work(): Promise<void> {
  isMore = true
  working ??= (async () => {
    while (isMore) {
      isMore = false
      await house.runner.runDue()
    }
    working = undefined
  })()
  return working
}

/** Says that a moment has come, and stands still there where it is to be killed. */
async function reach(reached: Reached): Promise<void> {
  const { at } = reached
  const isMeant = task.stop?.at === at && ('words' in reached ? reached.words : '').includes(task.stop.about ?? '')
  const count = counts.get(at) ?? 0
  if (isMeant) counts.set(at, count + 1)
  const isStill = isMeant && task.stop?.count === count
  say({ ...reached, now: now.toISOString(), isStill })
  if (isStill) await pause(LIFETIME_MS)
}

/** The database, with the moments after a command's commit and in the middle of a backup. */
function watched(inner: Database): Database {
  async function* inPieces(text: AsyncIterable<string>): AsyncIterable<string> {
    let isFirst = true
    for await (const piece of text) {
      yield piece
      if (isFirst) await reach({ at: 'backing up', what: '' })
      isFirst = false
    }
  }
  return {
    ...inner,
    async transaction(work) {
      const result = await inner.transaction(work)
      const id = delivering.getStore()
      // The transaction of a delivery gives the router's answer.
      if (id !== undefined) await reach({ at: 'committed', what: id, words: wordsOf(result as Answer) })
      return result
    },
    backup: (at, scope, take) => inner.backup(at, scope, (text) => take(inPieces(text))),
  }
}

/** A platform that keeps in files what is seen and, as Discord does by the nonce, posts nothing twice under one key. */
function forgetful({ posted, drawn, platformMs }: Task): Platform {
  const hears = () => pause(Math.random() * platformMs)
  return {
    ...terminalPlatform(createChat(), () => undefined),
    async post({ place, account }, content, reading, key) {
      const words = wordsOf({ ...reading, content, replaces: false })
      await reach({ at: 'posting', what: key, words })
      await hears()
      const before = readFileSync(posted, 'utf8').split('\n').filter(Boolean)
      const isThere = before.some((line) => z.object({ key: z.string() }).parse(JSON.parse(line)).key === key)
      if (!isThere) appendFileSync(posted, `${JSON.stringify({ key, to: account ?? place, words })}\n`)
      await reach({ at: 'posted', what: key, words })
      await hears()
    },
    async draw(_, content, reading, key, externalId) {
      const words = wordsOf({ ...reading, content, replaces: false })
      const id = externalId ?? key
      await reach({ at: 'drawing', what: id, words })
      await hears()
      appendFileSync(drawn, `${JSON.stringify({ id, words })}\n`)
      await reach({ at: 'drawn', what: id, words })
      await hears()
      return id
    },
  }
}
