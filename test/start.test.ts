import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BadConfig, readConfig } from '../src/config.ts'
import { slackWay } from '../src/start-slack.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const tsx = import.meta.resolve('tsx')
/** Any key will do: 32 bytes in base64. */
const KEY = Buffer.alloc(32, 7).toString('base64')
/** Nobody listens on this port. */
const NO_SERVER = 'postgresql://kindred@127.0.0.1:1/kindred'
const READY_MS = 30_000
const STOP_MS = 10_000

let folder: string
let running: ChildProcess[]
beforeEach(async () => {
  folder = await mkdtemp(`${tmpdir()}/kindred-start-`)
  running = []
})
afterEach(async () => {
  for (const process of running) process.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

/** A port that nobody else is likely to have. */
const portAbove = (least: number) => least + Math.floor(Math.random() * 10_000)

/** A Kindred as it is started in a folder, with nothing set but what is given. */
function start(settings: Record<string, string> = {}) {
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, ['--import', tsx, main], {
    cwd: folder,
    env: { PATH, PORT: String(portAbove(20_000)), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.push(child)
  let said = ''
  child.stdout.on('data', (words) => {
    said += words
  })
  child.stderr.on('data', (words) => {
    said += words
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  return {
    pid: child.pid,
    said: () => said,
    ended,
    ready: () => expect.poll(() => said, { timeout: READY_MS }).toContain('Kindred is ready'),
    async stop(signal: NodeJS.Signals): Promise<number | null> {
      child.kill(signal)
      return ended
    },
  }
}

/** What it says when it refuses to start: words for people, and no more than that. */
async function refusal(settings: Record<string, string> = {}): Promise<string> {
  const refused = start(settings)
  expect(await refused.ended, refused.said()).toBe(1)
  expect(refused.said()).not.toMatch(/^\s+at /m)
  return refused.said()
}

describe('the embedded database', () => {
  test('is made at the first start with a key of its own, says what to do, and stops cleanly', async () => {
    const first = start()
    await first.ready()
    await expect.poll(first.said).toMatch(/To come in as staff in a browser[^\n]+\/enter\/\S+/)
    const key = `${folder}/data/key`
    expect((await stat(key)).mode & 0o777).toBe(0o600)
    expect((await stat(`${folder}/data`)).mode & 0o777).toBe(0o700)
    expect(await readFile(`${folder}/data/VERSION`, 'utf8')).toBe('18\n')
    const made = await readFile(key, 'utf8')
    expect(Buffer.from(made, 'base64')).toHaveLength(32)
    const since = Date.now()
    expect(await first.stop('SIGTERM')).toBe(0)
    expect(Date.now() - since).toBeLessThan(STOP_MS)
    const second = start()
    await second.ready()
    expect(await second.stop('SIGINT')).toBe(0)
    expect(await readFile(key, 'utf8')).toBe(made)
  })

  test.runIf(process.env.SLOW)('belongs to one process, and after a kill -9 to the next one at once', async () => {
    const holder = start()
    await holder.ready()
    const refused = await refusal()
    expect(refused).toContain('in use by process')
    expect(refused).toContain(String(holder.pid))
    expect(await holder.stop('SIGKILL')).toBeNull()
    const next = start()
    await next.ready()
    expect(await next.stop('SIGTERM')).toBe(0)
  })

  test('held by somebody who has not yet said who they are is refused with a sentence', async () => {
    await mkdir(`${folder}/data/lock`, { recursive: true })
    await writeFile(`${folder}/data/holder.json`, '')
    expect(await refusal()).toContain('in use by another process')
  })

  test('of another PostgreSQL is refused, and nothing in it is touched', async () => {
    await mkdir(`${folder}/data/postgres`, { recursive: true })
    await writeFile(`${folder}/data/VERSION`, '17\n')
    await writeFile(`${folder}/data/postgres/PG_VERSION`, '17\n')
    const refused = await refusal()
    expect(refused).toContain('written by PostgreSQL 17')
    expect(refused).toContain('touched nothing')
    expect((await readdir(`${folder}/data`, { recursive: true })).sort()).toEqual([
      'VERSION',
      'postgres',
      'postgres/PG_VERSION',
    ])
  })
})

describe('settings', () => {
  test('for PostgreSQL need a key, and the refusal says how to make one', async () => {
    const refused = await refusal({ DATABASE_URL: NO_SERVER })
    expect(refused).toContain('KINDRED_KEY')
    expect(refused).toContain('head -c 32 /dev/urandom | base64')
  })

  test.each([
    ['KINDRED_KEY', { KINDRED_KEY: 'c2hvcnQ=' }],
    ['DESTINATIONS', { DESTINATIONS: 'files' }],
    ['DESTINATIONS', { DESTINATIONS: 'files=csv,files=csv' }],
    ['FILES_PURPOSE', { FILES_PURPOSE: 'advertising' }],
    ['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
    ['DISCORD_API_URL', { DISCORD_API_URL: 'discord' }],
  ])('that can’t be read are refused, and %s is named', (name, settings) => {
    expect(() => readConfig(settings)).toThrow(BadConfig)
    expect(() => readConfig(settings)).toThrow(name)
  })

  test.each([
    ['nowhere', undefined],
    ['without a seal', 'http://kindred.example.org'],
    ['to an address that only begins like one of its own', 'http://127.0.0.1.example.org'],
  ])('by which Slack would send %s are refused', (_, PUBLIC_URL) => {
    const settings = { SLACK_SIGNING_SECRET: 'secret', SLACK_BOT_TOKEN: 'xoxb-1', ...(PUBLIC_URL && { PUBLIC_URL }) }
    expect(() => slackWay(readConfig(settings))).toThrow(BadConfig)
    expect(() => slackWay(readConfig(settings))).toThrow('PUBLIC_URL')
    expect(slackWay(readConfig({ ...settings, SLACK_APP_TOKEN: 'xapp-1' }))).toEqual({ appToken: 'xapp-1' })
    const way = { signingSecret: 'secret' }
    for (const url of ['https://kindred.example.org', 'http://127.0.0.1:3000', 'http://localhost:3000'])
      expect(slackWay(readConfig({ ...settings, PUBLIC_URL: url }))).toEqual(way)
  })

  test.each([
    ['DATABASE_URL', { DATABASE_URL: NO_SERVER, KINDRED_KEY: KEY }],
    ['DATABASE_URL', { DATABASE_URL: 'postgresql://localhost:port/kindred', KINDRED_KEY: KEY }],
    ['DESTINATIONS', { DESTINATIONS: 'crm=pigeon' }],
  ])('that are wrong stop the start, and %s is named', async (name, settings) => {
    const refused = await refusal(settings)
    expect(refused).toContain(name)
    expect(await readdir(folder)).toEqual([])
  })

  test('are read from .env in the folder it is started in, and the environment stands above them', async () => {
    await writeFile(`${folder}/.env`, 'LOG_LEVEL=loud\nDATABASE_URL=mysql://localhost/kindred\n')
    expect(await refusal()).toContain('LOG_LEVEL')
    expect(await refusal({ LOG_LEVEL: 'info' })).toContain('DATABASE_URL')
  })
})
