import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { backup, restore } from '../src/backup.ts'
import { backupFolder, textOf } from '../src/backup-folder.ts'
import { readConfig } from '../src/config.ts'
import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { build } from '../src/house.ts'
import { readBackup } from '../src/store/backup.ts'
import { connect } from '../src/store/connection.ts'
import type { Mark } from '../src/store/marks.ts'
import { folders, MUSEUM, openStage, SITE } from './stage.ts'

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
  test('is made at half past two where the organization is', async () => {
    const backups = backupFolder(root)
    // Two o'clock in Berlin.
    const now = '2026-01-05T01:00:00Z'
    const stage = await openStage({ now, backups, organization: { ...MUSEUM, zone: 'Europe/Berlin' } })
    await stage.actor('ana').types('/help')
    await stage.pass('29m')
    expect(await backups.names()).toEqual([])
    await stage.pass('1m')
    expect(await backups.names()).toEqual(['kindred-2026-01-05.jsonl.gz'])
    expect(await rowsIn(`${root}/backups/kindred-2026-01-05.jsonl.gz`)).toBeGreaterThan(3)
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
      site: SITE,
      backups: other,
      now: () => new Date('2026-01-05T02:31:00Z'),
    })
    await stage.pass('1m')
    await Promise.all([second.runner.runDue(), stage.pass('30m')])
    expect([await one.names(), await other.names()].flat()).toEqual(['kindred-2026-01-05.jsonl.gz'])
    await stage.close()
  })

  test('leaves none that is older than seven days, whoever made it, by whatever process the newest is made', async () => {
    const backups = backupFolder(root)
    const put = (name: string) => writeFile(`${root}/backups/kindred-${name}.jsonl.gz`, '')
    await mkdir(`${root}/backups`)
    const old = ['2025-11-30', '2026-01-04', '2025-12-01T120000Z']
    const young = ['2026-01-05', '2026-01-05T130000Z', '2026-01-11']
    for (const name of [...old, ...young]) await put(name)
    // Another process has made tonight's.
    const stage = await openStage({ now: '2026-01-11T12:00:00Z', backups })
    await stage.read(async (store) => {
      await store.jobRuns.last('backup', stage.now())
      await store.jobRuns.ran('backup', new Date('2026-01-13T12:00:00Z'))
    })
    await stage.pass('1m')
    expect(await backups.names()).toEqual(young.sort().map((name) => `kindred-${name}.jsonl.gz`))
    await stage.pass('15h')
    expect(await backups.names()).toEqual(['kindred-2026-01-11.jsonl.gz'])
    expect(stage.failures).toEqual([])
    await stage.close()
  })

  test('and with it go the marks no backup can need, but for who was forgotten and what still holds', async () => {
    const { marks } = backupFolder(root)
    const mark = (hash: string, kind: Mark['kind'], day: string): Mark => ({
      hash,
      kind,
      at: new Date(`2026-01-${day}T12:00:00Z`),
    })
    const gone = [mark('y', 'yes', '01'), mark('b', 'paused', '01'), mark('b', 'resumed', '02')]
    const kept = [
      mark('p', 'person', '01'),
      mark('a', 'address', '01'),
      mark('s', 'sensitive', '01'),
      mark('c', 'paused', '01'),
      mark('z', 'yes', '05'),
      mark('d', 'resumed', '05'),
    ]
    await marks.add([...gone, ...kept], new Date('2026-01-01T12:00:00Z'))
    await marks.drop(new Date('2026-01-12T12:00:00Z'))
    expect(await marks.all()).toEqual(kept)
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
       select n::text, n::text, $1 || repeat(md5(n::text), 20), '2026-01-01Z', '2026-01-01Z' from generate_series(1, 20000) n`,
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

  // Killed processes take long; the gate runs it.
  test.runIf(process.env.SLOW)(
    'a backup leaves no half file under its name, and a restore the data that was there',
    async () => {
      await fill('before')
      const config = readConfig({ KINDRED_KEY: KEY, DATA_DIR: `${root}/data` })
      const machine = { now: () => new Date(), bytes: seededBytes('machine'), folders }
      const torn = start('backup')
      await expect
        .poll(
          async () => (await readdir(`${root}/data/backups`).catch(() => [])).some((name) => name.endsWith('.tmp')),
          {
            timeout: 40_000,
            interval: 5,
          },
        )
        .toBe(true)
      torn.child.kill('SIGKILL')
      expect(await torn.ended).toBeNull()
      expect(await backupFolder(`${root}/data`).names()).toEqual([])

      await backup(config, machine, () => undefined)
      const [name] = await backupFolder(`${root}/data`).names()
      const sql = await connect(place(), new Date())
      await sql.run(`update people set name = 'after'`)
      await sql.close()

      const words = ['restore', `data/backups/${name}`, '--replace']
      const cut = start(...words)
      await expect.poll(cut.said, { timeout: 40_000, interval: 5 }).toContain('Restoring over 20000 people')
      await pause(300)
      cut.child.kill('SIGKILL')
      expect(await cut.ended, cut.said()).toBeNull()
      const names = async () => {
        const open = await connect(place(), new Date())
        const rows = await open.query('select left(name, 5) as name, count(*)::int as count from people group by 1', [])
        await open.close()
        return rows
      }
      expect(await names()).toEqual([{ name: 'after', count: 20_000 }])

      await restore(config, machine, [`${root}/data/backups/${name}`, '--replace'], () => undefined)
      expect(await names()).toEqual([{ name: 'befor', count: 20_000 }])
    },
    180_000,
  )

  // It waits for the clock's next minute.
  test.runIf(process.env.SLOW)(
    'beside a running Kindred a backup is made by that one',
    async () => {
      const holder = start()
      await expect.poll(holder.said, { timeout: 60_000 }).toContain('Kindred is ready')
      const asking = start('backup')
      expect(await asking.ended, asking.said()).toBe(0)
      expect(asking.said()).toContain('is running on this data')
      expect(asking.said()).toMatch(/The backup is in \S+\.jsonl\.gz\./)
      holder.child.kill('SIGTERM')
      expect(await holder.ended).toBe(0)
    },
    180_000,
  )
})
