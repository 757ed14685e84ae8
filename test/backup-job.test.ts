import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { backupFolder, textOf } from '../src/backup-folder.ts'
import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { build } from '../src/house.ts'
import { readBackup } from '../src/store/backup.ts'
import { connect } from '../src/store/connection.ts'
import { MUSEUM, openStage } from './stage.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const KEY = Buffer.from(seededBytes('key')(32)).toString('base64')

let root: string
let running: ChildProcess[]
beforeEach(async () => {
  root = await mkdtemp(`${tmpdir()}/kindred-backup-job-`)
  running = []
})
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL')
  await rm(root, { recursive: true, force: true })
})

async function rowsIn(file: string): Promise<number> {
  let count = 0
  for await (const _ of (await readBackup(textOf(file))).rows) count++
  return count
}

describe('the nightly backup', () => {
  test('is made at half past two where the organization is, and seven are kept', async () => {
    const backups = backupFolder(root)
    // Two o'clock in Berlin.
    const now = '2026-01-05T01:00:00Z'
    const stage = await openStage({ now, backups, organization: { ...MUSEUM, zone: 'Europe/Berlin' } })
    await stage.actor('ana').types('/help')
    await stage.pass('29m')
    expect(await backups.names()).toEqual([])
    await stage.pass('1m')
    expect(await backups.names()).toEqual(['kindred-2026-01-05.jsonl.gz'])
    await stage.pass('9d')
    const days = ['08', '09', '10', '11', '12', '13', '14']
    expect(await backups.names()).toEqual(days.map((day) => `kindred-2026-01-${day}.jsonl.gz`))
    expect(await rowsIn(`${root}/backups/kindred-2026-01-14.jsonl.gz`)).toBeGreaterThan(3)
    expect(stage.failures).toEqual([])
    await stage.close()
  })

  test('is made by one of two processes', async () => {
    const [one, other] = [backupFolder(`${root}/one`), backupFolder(`${root}/other`)]
    const stage = await openStage({ now: '2026-01-05T02:00:00Z', backups: one })
    const second = await build({
      database: stage.database,
      commands: stage.commands,
      platforms: [],
      destinations: [],
      mailer: undefined,
      draws: drawsFrom(seededBytes('second')),
      log: { failure: (_, __, error) => expect(error).toBeUndefined() },
      backups: other,
      now: () => new Date('2026-01-05T02:31:00Z'),
    })
    await stage.pass('1m')
    await Promise.all([second.runner.runDue(), stage.pass('30m')])
    expect([await one.names(), await other.names()].flat()).toEqual(['kindred-2026-01-05.jsonl.gz'])
    await stage.close()
  })

  test('that fails is told to staff and tried again in an hour, and the note goes once it works', async () => {
    const stage = await openStage({ now: '2026-01-05T01:00:00Z', backups: backupFolder(root) })
    const notes = () => stage.read(async (store) => (await store.staffNotes.open()).map((note) => note.key))
    // A file where the folder should be.
    await writeFile(`${root}/backups`, '')
    await stage.pass('2h')
    expect(await notes()).toContain('backup')
    await rm(`${root}/backups`)
    await stage.pass('1h')
    expect(await notes()).not.toContain('backup')
    expect(await backupFolder(root).names()).toEqual(['kindred-2026-01-05.jsonl.gz'])
    expect(stage.failures).toEqual([])
    await stage.close()
  })

  test('can be had at once from the Kindred that holds the data', async () => {
    const backups = backupFolder(root)
    const stage = await openStage({ backups })
    await backups.want(true)
    await stage.pass('1m')
    expect(await backups.isWanted()).toBe(false)
    expect(await backups.names()).toEqual(['kindred-2026-01-05T120000Z.jsonl.gz'])
    await stage.close()
  })
})

describe('killed in the middle', () => {
  const place = () => ({ kind: 'folder' as const, folder: `${root}/data` })

  /** Data enough to be killed in. */
  async function fill(name: string): Promise<void> {
    await (await openStage({ place: place() })).close()
    const sql = await connect(place(), new Date())
    await sql.query(
      `insert into people (id, key, name, created_at, last_seen_at)
       select n::text, n::text, $1 || repeat(md5(n::text), 20), '2026-01-01Z', '2026-01-01Z' from generate_series(1, 40000) n`,
      [name],
    )
    await sql.close()
  }

  function start(...words: string[]) {
    const { PATH = '' } = process.env
    const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), main, ...words], {
      cwd: root,
      env: { PATH, KINDRED_KEY: KEY },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.push(child)
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (words) => {
        said += words
      })
    }
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    return { child, said: () => said, ended }
  }

  test('a backup leaves no half file under its name, and a restore the data that was there', async () => {
    await fill('before')
    const torn = start('backup')
    await expect
      .poll(async () => (await readdir(`${root}/data/backups`).catch(() => [])).some((name) => name.endsWith('.tmp')), {
        timeout: 40_000,
        interval: 5,
      })
      .toBe(true)
    torn.child.kill('SIGKILL')
    expect(await torn.ended).toBeNull()
    expect(await backupFolder(`${root}/data`).names()).toEqual([])

    const whole = start('backup')
    expect(await whole.ended, whole.said()).toBe(0)
    const [name] = await backupFolder(`${root}/data`).names()
    const sql = await connect(place(), new Date())
    await sql.run(`update people set name = 'after'`)
    await sql.close()

    const words = ['restore', `data/backups/${name}`, '--replace']
    const cut = start(...words)
    await expect.poll(cut.said, { timeout: 40_000, interval: 5 }).toContain('Restoring over 40000 people')
    await pause(300)
    cut.child.kill('SIGKILL')
    expect(await cut.ended, cut.said()).toBeNull()
    const names = async () => {
      const open = await connect(place(), new Date())
      const rows = await open.query('select left(name, 5) as name, count(*)::int as count from people group by 1', [])
      await open.close()
      return rows
    }
    expect(await names()).toEqual([{ name: 'after', count: 40_000 }])

    const done = start(...words)
    expect(await done.ended, done.said()).toBe(0)
    expect(await names()).toEqual([{ name: 'befor', count: 40_000 }])
  }, 180_000)

  test('beside a running Kindred a backup is made by that one', async () => {
    const holder = start()
    await expect.poll(holder.said, { timeout: 40_000 }).toContain('Kindred is ready')
    const asking = start('backup')
    expect(await asking.ended, asking.said()).toBe(0)
    expect(asking.said()).toContain('is running on this data')
    expect(asking.said()).toMatch(/The backup is in \S+\.jsonl\.gz\./)
    holder.child.kill('SIGTERM')
    expect(await holder.ended).toBe(0)
  }, 180_000)
})
