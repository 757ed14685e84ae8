import { randomBytes } from 'node:crypto'
import { appendFileSync, readFileSync, writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { keysFrom } from '../src/core/keys.ts'
import { build } from '../src/house.ts'
import { loadCommands } from '../src/load-commands.ts'
import type { Answer, Platform } from '../src/platform.ts'
import type { SegmentStore } from '../src/segments/segment-store.ts'
import { openDatabase } from '../src/store/database.ts'
import { createChat } from '../src/terminal/chat.ts'
import { terminalPlatform } from '../src/terminal/rooms.ts'
import { deliveryOf, wordsOf } from './delivery.ts'

/**
 * A house in a process of its own, to be killed: it opens its data, carries out the deliveries it is given in their
 * order, and says on its standard output what it kept from before and each outcome as soon as it is told.
 */
const taskSchema = z.object({
  place: z.union([
    z.object({ kind: z.literal('folder'), folder: z.string() }),
    z.object({ kind: z.literal('postgresql'), url: z.string() }),
  ]),
  /** Where its platform keeps what was posted, a line of JSON each. */
  posted: z.string(),
  /** How long that takes to hear at most, and to answer: long enough to be killed in. */
  platformMs: z.number(),
  now: z.iso.datetime(),
  deliveries: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      command: z.string(),
      raw: z.record(z.string(), z.string()),
      press: z.string().optional(),
    }),
  ),
  /** Those whose outcome was told before. */
  told: z.array(z.string()),
})
export type Task = z.infer<typeof taskSchema>

/** What the child says, a line of JSON each. */
export type Said =
  | { kept: Record<string, string | null> }
  | { id: string; words: string }
  | { posting: string }
  | { failure: string }
  | { done: true }

const AT_ONCE = 4

const task = taskSchema.parse(JSON.parse(process.argv[2] ?? ''))
const now = new Date(task.now)
// A pipe written synchronously: what was said is out before anything else happens.
const say = (said: Said) => void writeSync(1, `${JSON.stringify(said)}\n`)

const folderOf = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const machineBytes = (length: number) => randomBytes(length)
const draws = drawsFrom(machineBytes)
const keys = keysFrom([seededBytes('key')(32)], machineBytes)
const database = await openDatabase(task.place, folderOf('prisma/migrations'), now, { draws, keys })
const house = await build({
  database,
  commands: await loadCommands(folderOf('commands')),
  platforms: [forgetful(task.posted)],
  destinations: [{ name: 'files', connector: 'none', purpose: 'letters', store: deaf() }],
  mailer: undefined,
  draws,
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

// Somebody's own deliveries come one after the other, those of different people at once.
const people = [...new Set(task.deliveries.map(({ name }) => name))]
const rounds: Promise<void>[] = []
await Promise.all(Array.from({ length: AT_ONCE }, carryOut))
await Promise.all(rounds)
await house.runner.runDue()
say({ done: true })
await database.close()

async function carryOut(): Promise<void> {
  for (let person = people.shift(); person !== undefined; person = people.shift()) {
    for (const { id, name, press, command, raw } of task.deliveries.filter((one) => one.name === person)) {
      const delivery = deliveryOf(id, name, now)
      const answer = await (press === undefined
        ? house.router.run(delivery, command, raw)
        : house.router.press(delivery, press))
      say({ id, words: wordsOf(answer) })
      rounds.push(house.runner.runDue())
    }
  }
}

/** Nobody here has an address, so a destination is only there to be asked about. */
function deaf(): SegmentStore {
  const never = () => Promise.reject(new Error('nobody was to be told of'))
  return { batch: 1, check: async () => undefined, put: never, take: never, forget: never }
}

/** A platform that keeps posts in a file and, as Discord does by the nonce, posts nothing twice under one key. */
function forgetful(file: string): Platform {
  const hears = () => pause(Math.random() * task.platformMs)
  return {
    ...terminalPlatform(createChat(), () => undefined),
    async post({ place, account }, content, reading, key) {
      say({ posting: key })
      await hears()
      const words = wordsOf({ ...reading, content, replaces: false })
      const before = readFileSync(file, 'utf8').split('\n').filter(Boolean)
      const isThere = before.some((line) => z.object({ key: z.string() }).parse(JSON.parse(line)).key === key)
      if (!isThere) appendFileSync(file, `${JSON.stringify({ key, to: account ?? place, words })}\n`)
      await hears()
    },
  }
}
