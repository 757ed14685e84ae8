import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { barePg } from './bare.ts'
import { type Crowd, fillCrowd } from './crowd.ts'
import { median, printTable } from './figures.ts'
import { temporaryFolder } from './folder.ts'
import { openMuseum } from './museum.ts'
import type { Server } from './postgres.ts'
import { IDLE_MS, kindred, main, start } from './start.ts'
import type { Memory, Task } from './work-house.ts'

interface Size extends Crowd {
  commands: number
  /** How many of the people act. */
  actors: number
  runs: number
  idleMs: number
}
const FULL: Size = {
  people: 100_000,
  communities: 200,
  each: 10,
  gone: 100,
  commands: 4_000,
  actors: 1_000,
  runs: 3,
  idleMs: IDLE_MS,
}
const SMOKE: Size = {
  people: 200,
  communities: 20,
  each: 10,
  gone: 3,
  commands: 40,
  actors: 10,
  runs: 1,
  idleMs: 0,
}
/** The communities both databases have. */
const COMMON = 19

/**
 * The memory of one process on a database with 100,000 people in ten communities each, beside the same process on an empty
 * one: the built Kindred left idle, then a house at a day's work and through a night.
 */
export async function benchMemory(server: Server | string, isSmoke: boolean): Promise<void> {
  if (typeof server === 'string' || !existsSync('/proc/self/clear_refs')) {
    process.stdout.write(`\nMemory: ${typeof server === 'string' ? server : 'no /proc/self/clear_refs: left out'}\n`)
    return
  }
  const size = isSmoke ? SMOKE : FULL
  const [empty, full] = [await museum(server), await museum(server, size)]
  const rows: Record<string, [number, number][]> = {}
  const note = (name: string, onFull: number, onEmpty: number) => {
    rows[name] = [...(rows[name] ?? []), [onFull, onEmpty]]
  }
  for (let run = 0; run < size.runs; run++) {
    if (existsSync(main)) {
      const [a, b] = [await idle(full, size), await idle(empty, size)]
      note(`npm start, ${size.idleMs / 1000} s after it was ready`, a.idleMb, b.idleMb)
      note('npm start, at its highest until then', a.peakMb, b.peakMb)
    }
    const [a, b] = [await work(full, size), await work(empty, size)]
    note('a house, once started', a.started, b.started)
    note(`${size.commands} commands, at its highest`, a.day, b.day)
    note('a night with its backup, at its highest', a.night, b.night)
    note('after it', a.after, b.after)
  }
  const differences = (pairs: [number, number][]) => pairs.map(([a, b]) => a - b)
  printTable(
    `Memory on ${server.name}, MB: ${size.people} people and ${size.people * size.each} memberships beside an empty database`,
    ['', 'filled', 'empty', 'more', 'more, at most'],
    Object.entries(rows).map(([name, pairs]) => [
      name,
      median(pairs.map(([a]) => a)).toFixed(),
      median(pairs.map(([, b]) => b)).toFixed(),
      median(differences(pairs)).toFixed(),
      Math.max(...differences(pairs)).toFixed(),
    ]),
  )
  if (!existsSync(main)) process.stdout.write('npm start is left out: dist/ is missing; npm run build makes it.\n')
}

/** A database, and where its destination's files and its backups are, which stay where they are from start to start. */
interface Place {
  url: string
  folder: string
}

/** A set-up organization on a database of its own, with a crowd or with nobody. */
async function museum(server: Server, crowd?: Crowd): Promise<Place> {
  const [url, folder] = [await server.fresh(), temporaryFolder()]
  const { database } = await openMuseum({ kind: 'postgresql', url })
  await database.close()
  if (!crowd) return { url, folder }
  const pool = new pg.Pool({ connectionString: url, max: 1, options: '-c TimeZone=UTC' })
  try {
    await fillCrowd(barePg(pool), crowd)
  } finally {
    await pool.end()
  }
  return { url, folder }
}

function idle({ url, folder }: Place, { idleMs }: Size): ReturnType<typeof start> {
  const KINDRED_KEY = randomBytes(32).toString('base64')
  const settings = { DATABASE_URL: url, DATA_DIR: folder, FILES_DIR: `${folder}/segments`, KINDRED_KEY }
  return start(kindred(settings, folder), idleMs)
}

/** A day and a night in a process of its own (work-house.ts). */
async function work({ url, folder }: Place, { commands, actors: people }: Size): Promise<Memory> {
  const task: Task = { url, folder, commands, people, communities: COMMON }
  const child = fork(fileURLToPath(new URL('./work-house.ts', import.meta.url)), [JSON.stringify(task)])
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const ended = once(child, 'exit')
  const failed = ended.then(([code]) => {
    throw new Error(`the house ended with ${code} before it said anything`)
  })
  // It says nothing else (work-house.ts).
  const [memory] = (await Promise.race([once(child, 'message'), failed])) as [Memory]
  failed.catch(() => undefined)
  await ended
  process.off('exit', kill)
  if (memory.failures.length > 0) throw new Error(`the house failed: ${memory.failures.slice(0, 5).join('; ')}`)
  return memory
}
