import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { median, printTable } from './figures.ts'
import { temporaryFolder } from './folder.ts'
import type { Server } from './postgres.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
/** What `npm run build` makes; absent before that. */
export const main = `${root}dist/src/main.js`

/** How long a process is left alone before its memory counts as idle. */
export const IDLE_MS = 5_000
const RUNS = 5
const READY_WITHIN_MS = 120_000
const MB = 1024

/** A program that says "ready" once it is. */
export interface Program {
  words: string[]
  cwd: string
  environment: Record<string, string>
}

/** One start: how long until ready, then memory (resident, in MB) once idle and at its highest. */
interface Start {
  readyMs: number
  idleMb: number
  peakMb: number
}

/** From start to ready, on no data and on its own, and memory idle: Kindred's dist/ beside a bare process that only connects. */
export async function benchStart(server: Server | string, isSmoke: boolean): Promise<void> {
  if (!existsSync(main)) {
    process.stdout.write('\nStart: dist/ is missing; npm run build makes it. Left out.\n')
    return
  }
  await compare('embedded', 'bare PGlite', isSmoke, async () => {
    const [own, bare] = [temporaryFolder(), temporaryFolder()]
    return [kindred({ DATA_DIR: own }, own), peer(BARE_PGLITE, { FOLDER: bare })]
  })
  if (typeof server === 'string') {
    process.stdout.write(`\nStart on PostgreSQL: ${server}\n`)
    return
  }
  await compare(server.name, 'bare pg', isSmoke, async () => {
    const settings = { DATABASE_URL: await server.fresh(), KINDRED_KEY: randomBytes(32).toString('base64') }
    return [kindred(settings, temporaryFolder()), peer(BARE_PG, { DATABASE_URL: settings.DATABASE_URL })]
  })
}

/** The built Kindred. Away from the project, so that nobody's `.env` is read. */
export function kindred(environment: Record<string, string>, cwd: string): Program {
  return { words: ['--enable-source-maps', main], cwd, environment: { LOG_LEVEL: 'warn', ...environment } }
}

/** The least a program on this driver does, in a Node process of its own. */
function peer(code: string, environment: Record<string, string>): Program {
  return { words: ['--input-type=module', '--eval', code], cwd: root, environment }
}

const BARE_PG = `
  import pg from 'pg'
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL })
  await client.connect()
  await client.query('select 1')
  console.log('ready')`

const BARE_PGLITE = `
  import { PGlite } from '@electric-sql/pglite'
  const pglite = await PGlite.create(process.env.FOLDER)
  await pglite.query('select 1')
  console.log('ready')
  setInterval(() => {}, 60_000)`

async function compare(
  title: string,
  peerName: string,
  isSmoke: boolean,
  fresh: () => Promise<[Program, Program]>,
): Promise<void> {
  const starts: [Start, Start][][] = []
  for (let run = 0; run < (isSmoke ? 1 : RUNS); run++) {
    const [own, bare] = await fresh()
    // The first start finds nothing, the second what the first one left; in small the first one stands for both.
    const first = [await start(own, 0), await start(bare, 0)] as const
    const second = isSmoke ? first : ([await start(own, IDLE_MS), await start(bare, IDLE_MS)] as const)
    starts.push([
      [first[0], second[0]],
      [first[1], second[1]],
    ])
  }
  const figure = (of: (pair: [Start, Start]) => number) => {
    const both = starts.map(([own, bare]) => [own, bare].map((pair) => (pair ? of(pair) : Number.NaN)))
    const own = both.map(([one = Number.NaN]) => one)
    const bare = both.map(([, one = Number.NaN]) => one)
    const ratio = median(own.map((one, n) => one / (bare[n] ?? Number.NaN)))
    return [median(own).toFixed(), median(bare).toFixed(), ratio.toFixed(2)]
  }
  printTable(
    `Start and memory, ${title}: Kindred (dist/) beside ${peerName}`,
    ['', 'Kindred', peerName, 'ratio'],
    [
      ['first start to ready, ms', ...figure(([first]) => first.readyMs)],
      ['second start to ready, ms', ...figure(([, second]) => second.readyMs)],
      ['memory at its highest in the first start, MB', ...figure(([first]) => first.peakMb)],
      [`memory ${IDLE_MS / 1000} s after the second start, MB`, ...figure(([, second]) => second.idleMb)],
    ],
  )
}

/** Starts a program, waits until it is ready, leaves it idle for a while, looks at its memory, and stops it. */
export async function start({ words, cwd, environment }: Program, idleMs: number): Promise<Start> {
  const began = performance.now()
  const { PATH = '', HOME = '/' } = process.env
  const child = spawn(process.execPath, words, {
    cwd,
    env: { PATH, HOME, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()))
  try {
    await ready(child)
    const readyMs = performance.now() - began
    await pause(idleMs)
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '')
    return { readyMs, idleMb: megabytes(status, 'VmRSS'), peakMb: megabytes(status, 'VmHWM') }
  } finally {
    child.kill('SIGTERM')
    await ended
    process.off('exit', kill)
  }
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('not ready in time')), READY_WITHIN_MS)
    let written = ''
    child.stdout?.on('data', (chunk) => {
      written += chunk
      if (!/\bready\b/.test(written)) return
      clearTimeout(late)
      resolve()
    })
    child.on('exit', () => {
      clearTimeout(late)
      reject(new Error(`ended before it was ready (npm run build makes dist/ anew): ${written}`))
    })
  })
}

/** A figure of /proc/PID/status; not a number where there is no such file. */
function megabytes(status: string, name: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / MB
}
