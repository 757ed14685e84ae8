import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { gunzipSync, gzipSync } from 'node:zlib'
import { PGlite } from '@electric-sql/pglite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { backup, move, restore } from '../src/backup.ts'
import { backupFolder } from '../src/backup-folder.ts'
import { readConfig } from '../src/config.ts'
import { seededBytes } from '../src/core/ids.ts'
import { keysFrom } from '../src/core/keys.ts'
import { forget } from '../src/forgetting.ts'
import { tablesOf } from '../src/store/backup.ts'
import { type Connection, connect, type DatabasePlace } from '../src/store/connection.ts'
import { migrate, migrationsIn } from '../src/store/migrations.ts'
import { NEED } from './lookup.ts'
import { ownDatabase, server } from './postgres.ts'
import { codeFor, folders, openStage, type Stage, textOf } from './stage.ts'

/** A database in a folder takes seconds to open; the gate runs what opens many. */
const slow = test.runIf(process.env.SLOW)

/** The stage's own key. */
const KEY = Buffer.from(seededBytes('key')(32)).toString('base64')
const NAMES = Array.from({ length: 10 }, (_, i) => `person-${i}`)

/** A played database with a backup of it, every row of it, and what everybody is told on it. */
let played: string
let rows: Record<string, string[]>
let told: Record<string, string[]>
let root: string
let drops: (() => Promise<void>)[]
beforeAll(async () => {
  played = await mkdtemp(`${tmpdir()}/kindred-played-`)
  const place = { kind: 'folder' as const, folder: `${played}/data` }
  await playedAt(place)
  await backUp(place)
  rows = await dump(place)
  await cp(`${played}/data`, `${played}/heard`, { recursive: true })
  told = await heard({ kind: 'folder', folder: `${played}/heard` })
}, 180_000)
afterAll(() => rm(played, { recursive: true, force: true }))
beforeEach(async () => {
  root = await mkdtemp(`${tmpdir()}/kindred-backup-`)
  drops = []
})
afterEach(async () => {
  for (const drop of drops) await drop()
  await rm(root, { recursive: true, force: true })
})

const machine = { now: () => new Date('2026-01-06T12:00:00Z'), bytes: seededBytes('machine'), folders }
const folderOf = (name: string) => ({ kind: 'folder' as const, folder: `${root}/${name}` })

/** An empty database on the server, dropped after the test. */
async function onServer(): Promise<DatabasePlace & { kind: 'postgresql' }> {
  const own = await ownDatabase(server ?? '')
  drops.push(own.drop)
  return own.place
}

/** Runs a command as `npm run` would on a database, and gives what it says. */
async function run(command: typeof restore, place: DatabasePlace, words: string[] = [], key = KEY): Promise<string> {
  const said: string[] = []
  const config = readConfig({
    KINDRED_KEY: key,
    DATA_DIR: place.kind === 'folder' ? place.folder : `${root}/files`,
    ...(place.kind === 'postgresql' && { DATABASE_URL: place.url }),
  })
  await command(config, machine, words, (line) => void said.push(line))
  return said.join('\n')
}

/** The played database once more, in a folder of this test's own. */
async function copyOfPlayed(): Promise<DatabasePlace & { kind: 'folder' }> {
  await cp(`${played}/data`, `${root}/from`, { recursive: true })
  return folderOf('from')
}

/** The backup that was made of it. */
const backupOf = (place: DatabasePlace & { kind: 'folder' }) =>
  readdir(`${place.folder}/backups`).then(([name]) => `${place.folder}/backups/${name}`)

/** Makes a backup of a database; the path of the file. */
async function backUp(place: DatabasePlace): Promise<string> {
  const said = await run((config, outside, _, say) => backup(config, outside, say), place)
  return /is in (\S+\.gz)\./.exec(said)?.[1] ?? said
}

/** Ten people in three communities, some of whom share; one is sensitive. */
async function play(stage: Stage): Promise<void> {
  await stage.actor('ana').types(`/start-community "Parents United" ${NEED} pledges:1 tags:"children, culture"`)
  await stage.actor('ana').types(`/start-community "Book Club" ${NEED} pledges:1`)
  await stage.actor('ana').types(`/start-community "Quiet Circle" ${NEED} pledges:1 sensitive:yes`)
  await stage.actor('ana').types(`/start-community "Chess Club" ${NEED} pledges:3`)
  for (const [i, name] of NAMES.entries()) {
    const person = stage.actor(name)
    await person.types(`/join ${i % 4 === 3 ? 'quiet-circle' : 'parents-united'}`)
    if (i % 2 === 0) await person.presses('Yes', 'May the Museum')
    if (i % 3 > 0 && i % 2 > 0) continue
    await person.types(`/email ${name}@example.org`)
    await person.types(`/email ${codeFor(stage, `${name}@example.org`)}`)
  }
  await stage.actor('person-9').types('/join book-club')
  await stage.actor('person-9').presses('Yes', 'May the Museum')
  const later = stage.actor('person-1')
  await later.types('/email person-1@example.org')
  await later.types(`/email ${codeFor(stage, 'person-1@example.org')}`)
  await later.types('/sharing parents-united on')
  await later.presses('Yes', 'May the Museum')
  await stage.actor('person-4').types('/leave parents-united reason:"moved\u2028away \\ “for good” 🦉"')
  await stage.actor('ana').types('/invite parents-united')
}

/** What a place says to everybody about themselves. */
async function heard(place: DatabasePlace): Promise<Record<string, string[]>> {
  const stage = await openStage({ place, organization: null, seed: 'after' })
  const said: Record<string, string[]> = {}
  for (const name of NAMES) {
    const person = stage.actor(name)
    said[name] = [
      await person.types('/communities show:mine'),
      await person.types('/sharing parents-united'),
      await person.types('/my'),
    ]
  }
  expect(stage.failures).toEqual([])
  await stage.close()
  return said
}

async function within<T>(place: DatabasePlace, work: (sql: Connection) => Promise<T>): Promise<T> {
  const sql = await connect(place, machine.now())
  return work(sql).finally(() => sql.close())
}

/** Every row of every table, as text. */
function dump(place: DatabasePlace): Promise<Record<string, string[]>> {
  return within(place, async (sql) => {
    const tables = await sql.query(`select tablename from pg_tables where schemaname = 'public' order by 1`, [])
    const found: Record<string, string[]> = {}
    for (const { tablename } of tables) {
      const rows = await sql.query(`select to_jsonb(t)::text as row from "${tablename}" t order by 1`, [])
      found[String(tablename)] = rows.map((row) => String(row.row)).sort()
    }
    return found
  })
}

/** The columns that a restore sets anew, and the rows it adds. */
function lasting(rows: Record<string, string[]>): Record<string, string[]> {
  const anew: Record<string, string[]> = {
    organization: ['report_floor'],
    reports: ['revision', 'known', 'known_email', 'due_at', 'attempts', 'failure', 'first_failed_at'],
    room_places: ['revision', 'known', 'due_at', 'attempts', 'failure'],
    cards: ['wanted', 'due_at', 'attempts', 'failure'],
    destinations: ['started', 'may_hold'],
  }
  return Object.fromEntries(
    tablesOf('lasting').map((table) => {
      const own = (rows[table] ?? []).map((row) => {
        const columns = JSON.parse(row)
        for (const column of [...(anew[table] ?? []), 'lease', 'leased_until']) delete columns[column]
        return JSON.stringify(columns)
      })
      // When a backup was made is noted after it; and a restore begins a history.
      return [table, own.filter((row) => !/"(backup\/made|history)"/.test(row)).sort()]
    }),
  )
}

/** A played database with values that are easily spoilt on the way. */
async function playedAt(place: DatabasePlace): Promise<void> {
  const stage = await openStage({ place })
  await play(stage)
  expect(stage.failures).toEqual([])
  await stage.close()
  await within(place, async (sql) => {
    await sql.query(
      `insert into erasures (id, kind, sealed, created_at, due_at, lease, leased_until)
       values ('bytes', 'room', decode($1, 'hex'), '2026-01-05T12:00:00.123Z', '1969-12-31T23:59:59.999Z', 'x', '2026-01-05T12:01:00Z')`,
      [Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString('hex')],
    )
    await sql.query(
      `insert into staff_notes (key, text, first_at, resolved_at)
       values ('json', '{"key": "a\\nb\\u2028c\\"", "n": 123456789012345678901234567890.10, "e": 1e-7, "deep": [[], {}, null, "\\ud83e\\udd89"]}', '2026-01-05T12:00:00.001Z',
         '2026-01-05T12:00:00.002Z')`,
      [],
    )
    await sql.query(`update communities set tags = $1 where slug = 'parents-united'`, [
      ['a,b', '{"c"}', '', 'NULL', 'ü\u2028\u0001\\', "d'e"],
    ])
  })
}

describe('a backup', () => {
  test('brings back every row and what everybody is told, in another folder', async () => {
    const to = folderOf('to')
    const file = await backupOf({ kind: 'folder', folder: `${played}/data` })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await run(restore, to, [file])).toContain('11 people in 4 communities')
    expect(lasting(await dump(to))).toEqual(lasting(rows))
    expect(await heard(to)).toEqual(told)
  })

  test.runIf(server)('goes from the embedded database to PostgreSQL and back', async () => {
    const [there, back] = [await onServer(), folderOf('back')]
    await run(restore, there, [await backupOf({ kind: 'folder', folder: `${played}/data` })])
    expect(lasting(await dump(there))).toEqual(lasting(rows))
    await run(restore, back, [await backUp(there)])
    expect(lasting(await dump(back))).toEqual(lasting(rows))
    expect(await heard(there)).toEqual(told)
  })

  test('has every destination told again, with higher revisions, and nobody told anything twice', async () => {
    const place = await copyOfPlayed()
    await within(place, (sql) =>
      sql.run(`delete from erasures; insert into posts (id, line, platform, workspace, place, body, key, created_at, due_at)
        values ('p', 'l', 'terminal', 'main', 'lobby', '{}', 'k', '2026-01-05Z', '2026-01-05Z')`),
    )
    const revisions = ({ reports = [] }: Record<string, string[]>) =>
      reports
        .map((row) => JSON.parse(row))
        .sort((one, other) => (one.person_id < other.person_id ? -1 : 1))
        .map(({ person_id, revision }) => [person_id, revision])
    const before = revisions(rows)
    expect(await run(restore, place, [await backUp(place), '--replace'])).toContain('is told everything again')
    const after = await dump(place)
    expect(before.length).toBeGreaterThan(0)
    expect(revisions(after)).toEqual(before.map(([id, revision]) => [id, revision + 1_000_000]))
    expect(after.reports?.every((row) => JSON.parse(row).known === null && JSON.parse(row).due_at !== null)).toBe(true)
    expect(after.posts).toEqual([])
    const now = machine.now().toISOString()
    const stage = await openStage({ place, organization: null, seed: 'after', now })
    await stage.pass('1h')
    // A card is drawn again where it hangs; nothing is said.
    const shown = stage.outputs.flatMap((output) => ('shown' in output ? [textOf(output)] : []))
    expect(shown).toEqual([expect.stringContaining('Wanted: Chess Club')])
    const { 'parents-united.csv': sent } = await stage.files()
    expect(sent).toContain('person-0@example.org')
    expect(stage.failures).toEqual([])
    await stage.close()
  })
})

describe('a restore', () => {
  let from: DatabasePlace & { kind: 'folder' }
  let file: string
  beforeEach(async () => {
    from = await copyOfPlayed()
    file = await backupOf(from)
  })

  /** Changes the text of the backup, as one file more. */
  async function changed(change: (text: string) => string): Promise<string> {
    const text = change(gunzipSync(await readFile(file)).toString())
    await writeFile(`${root}/changed.gz`, gzipSync(text))
    return `${root}/changed.gz`
  }
  /** The text with a header of one's own and a sum that fits it. */
  const resealed = (text: string, header: (line: string) => string) => {
    const [first = '', ...rest] = text.trimEnd().split('\n')
    const body = `${[header(first), ...rest.slice(0, -1)].join('\n')}\n`
    const { rows } = JSON.parse(rest.at(-1) ?? '')
    return `${body}${JSON.stringify({ rows, sha256: createHash('sha256').update(body).digest('hex') })}\n`
  }

  test('refuses what is torn or was changed, and touches nothing', async () => {
    const whole = await readFile(file)
    await writeFile(`${root}/torn.gz`, whole.subarray(0, whole.length - 200))
    const refused = [`${root}/torn.gz`, await changed((text) => text.replace('person-3', 'person-X'))]
    for (const bad of refused) {
      await expect(run(restore, folderOf('to'), [bad])).rejects.toThrow(/cut off/)
      await expect(run(restore, from, [bad, '--replace'])).rejects.toThrow(/cut off/)
    }
    for (const change of [
      (text: string) => text.replace(/\n\["people",.*\n/, '\n'),
      (text: string) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1),
      (text: string) => text.trimEnd(),
      (text: string) => `${text}["people",{}]\n`,
      () => 'something else\n',
    ]) {
      await expect(run(restore, from, [await changed(change), '--replace'])).rejects.toThrow(/backup/)
    }
    expect((await readdir(root)).sort()).not.toContain('to')
    expect(await dump(from)).toEqual(rows)
  })

  test('refuses another key, a newer Kindred, and a database that is not empty', async () => {
    const other = Buffer.alloc(32, 7).toString('base64')
    await expect(run(restore, folderOf('to'), [file], other)).rejects.toThrow('another key')
    const newer = await changed((text) =>
      resealed(text, (line) => line.replace('"0001_first"', '"0001_first","9999_x"')),
    )
    await expect(run(restore, folderOf('to'), [newer])).rejects.toThrow('newer Kindred (9999_x)')
    await expect(run(restore, from, [file])).rejects.toThrow('it holds 11 people in 4 communities')
    expect(await dump(from)).toEqual(rows)
  })

  test('on a machine without the key says which it needs, and makes none', async () => {
    await expect(run(restore, folderOf('to'), [file], '')).rejects.toThrow('There is no key')
    expect(await readdir(root)).not.toContain('to')
  })

  test.runIf(server)('refuses a server on which Kindred runs', async () => {
    const there = await onServer()
    const stage = await openStage({ place: there })
    await expect(run(restore, there, [file, '--replace'])).rejects.toThrow('Kindred is running on this database')
    await stage.close()
  })

  slow('that was killed before it had forgotten again is finished by whatever starts next', async () => {
    const to = folderOf('to')
    await run(restore, to, [file])
    const { people = [] } = await dump(to)
    const { id } = JSON.parse(people.find((row) => row.includes('person-5')) ?? '')
    const { tombstone } = keysFrom([seededBytes('key')(32)], seededBytes('1'))
    await within(to, async (sql) => {
      await sql.query(`insert into tombstones values ($1, 'person', '2026-01-06Z')`, [tombstone(`person/${id}`)])
      await sql.run(`insert into job_runs values ('restored', '2026-01-06Z')`)
    })
    await backUp(to)
    const { people: left = [], job_runs: runs = [] } = await dump(to)
    expect(left).toHaveLength(people.length - 1)
    expect(left.join()).not.toContain('person-5')
    expect(runs.join()).not.toContain('restored')
  })

  /** What people do after the backup: take a yes back, unsubscribe, leave, pause, become sensitive, have themselves forgotten. */
  async function goOn(): Promise<void> {
    const backups = backupFolder(from.folder)
    const now = machine.now().toISOString()
    const stage = await openStage({ place: from, organization: null, seed: 'on', backups, now })
    await stage.actor('person-0').types('/sharing parents-united off')
    await stage.actor('person-2').types('/leave parents-united')
    await stage.actor('person-6').types('/my')
    await stage.actor('person-6').presses('Pause everything')
    await stage.play(
      `hook files ${JSON.stringify({ type: 'person.unsubscribed', data: { email: 'person-1@example.org' } })}`,
    )
    await stage.actor('sam!').types('/sensitive book-club')
    await stage.actor('sam!').presses('Make it sensitive')
    const { id } = JSON.parse(rows.people?.find((row) => row.includes('person-5')) ?? '')
    await stage.read((store) => forget({ store, now: stage.now() }, id))
    await stage.runner.runDue()
    expect(stage.failures).toEqual([])
    await stage.close()
  }

  /** Who is told of once Kindred has run for a while on a place, by files of the destination; and what staff see. */
  async function reported(place: DatabasePlace, presses?: string) {
    const now = machine.now().toISOString()
    const stage = await openStage({ place, organization: null, seed: 'after', now })
    const status = await stage.actor('sam!').types('/status')
    if (presses) await stage.actor('sam!').presses(presses)
    await stage.pass('1h')
    const files = await stage.files()
    const people = Object.entries(files).flatMap(([name, text]) =>
      name.endsWith('.csv') ? [...text.matchAll(/person-\d/g)].map(([found]) => found) : [],
    )
    expect(stage.failures).toEqual([])
    await stage.close()
    return { status, people: [...new Set(people)].sort() }
  }

  const AGAIN = [
    'asked for it since: 1.',
    'Yeses taken back again, as they were since: 2.',
    'People held back again, as a destination said since, or staff: 1.',
    'Pauses set as they were since: 1.',
    'What became sensitive since is sensitive again.',
    'every destination is told everything again',
  ]

  test('does again what people did since, neither over the old database nor by the marks beside the backups is it undone', async () => {
    await goOn()
    const marks = `${from.folder}/backups/marks.jsonl`
    expect((await stat(marks)).mode & 0o777).toBe(0o600)
    const to = folderOf('to')
    await mkdir(`${to.folder}/backups`, { recursive: true })
    await cp(marks, `${to.folder}/backups/marks.jsonl`)
    await rm(marks)
    for (const [place, words] of [
      [from, [file, '--replace']],
      [to, [file]],
    ] as const) {
      const said = await run(restore, place, [...words])
      for (const line of AGAIN) expect(said).toContain(line)
      const { people = [], accounts = [], directions = [], tombstones = [], job_runs: runs = [] } = await dump(place)
      expect([...people, ...accounts].join()).not.toContain('person-5')
      expect(directions.filter((row) => row.includes('a restore found it taken back'))).toHaveLength(2)
      // Nothing of what was passing is left.
      expect(tombstones.join()).not.toMatch(/yes|paused|sensitive/)
      expect(runs.join()).not.toContain('restored')
      expect((await reported(place)).people).toEqual(['person-8'])
    }
  })

  slow('where nobody knows what was done since tells no destination anything before staff start it', async () => {
    const to = folderOf('to')
    // A key that was added since does no harm.
    const added = `${Buffer.alloc(32, 7).toString('base64')},${KEY}`
    expect(await run(restore, to, [file], added)).toContain(
      'until staff have looked at it and pressed Start in /status',
    )
    await mkdir(`${root}/as-restored`)
    await cp(to.folder, `${root}/as-restored`, { recursive: true })
    const waiting = await reported(to)
    expect(waiting.people).toEqual([])
    expect(waiting.status).toContain('Not started yet.')
    expect((await reported(folderOf('as-restored'), 'Start files')).people).toContain('person-0')
    // That database was no newer than the backup, so it knows no more.
    expect(await run(restore, to, [file, '--replace'])).toContain('pressed Start')
  })

  slow('of an older Kindred fills the tables as they were then, and brings them up to date', async () => {
    const migrations = await migrationsIn(folders.migrations)
    const old = await PGlite.create('memory://')
    const query = async (statement: string) => (await old.query<Record<string, unknown>>(statement)).rows
    await migrate({ run: async (sql) => void (await old.exec(sql)), query }, [], machine.now()).catch(() => undefined)
    await old.exec(migrations[0]?.script ?? '')
    await old.exec(
      `insert into people (id, key, name, created_at) values ('P1', 'k1', 'Ada', '2025-01-01T00:00:00.5Z')`,
    )
    const [row] = await query('select to_jsonb(t)::text as row from people t')
    await old.close()
    const [first = ''] = gunzipSync(await readFile(file))
      .toString()
      .split('\n')
    const header = { ...JSON.parse(first), migrations: ['0001_first'], tables: ['people'] }
    const body = `${JSON.stringify(header)}\n["people",${row?.row}]\n`
    const sha256 = createHash('sha256').update(body).digest('hex')
    await writeFile(`${root}/old.gz`, gzipSync(`${body}${JSON.stringify({ rows: { people: 1 }, sha256 })}\n`))
    await run(restore, folderOf('to'), [`${root}/old.gz`])
    const { people = [], _prisma_migrations: applied = [] } = await dump(folderOf('to'))
    // What the second migration says of everybody who was there before.
    expect(JSON.parse(people[0] ?? '')).toMatchObject({ name: 'Ada', last_seen_at: '2025-01-01T00:00:00.5+00:00' })
    expect(applied).toHaveLength(migrations.length)
  })
})

describe.runIf(server)('a move', () => {
  test('takes every row as it is to an empty database on a server, and says what to set', async () => {
    const from = await copyOfPlayed()
    const to = await onServer()
    await within(from, (sql) =>
      sql.run(`insert into posts (id, line, platform, workspace, place, body, key, created_at, due_at)
        values ('p', 'l', 'terminal', 'main', 'lobby', '{"a": 1.0}', 'k', '2026-01-05Z', '2026-01-05Z')`),
    )
    const before = await dump(from)
    const said = await run(move, from, [to.url])
    expect(said).toContain('DATABASE_URL')
    expect(said).not.toContain(KEY)
    const held = (rows: Record<string, string[]>) => {
      const { _prisma_migrations, erasures = [], ...others } = rows
      // Whoever held a row before holds it no more.
      return { ...others, erasures: erasures.map((row) => row.replace(/"(lease|leased_until)": [^,}]*/g, '')) }
    }
    expect(held(await dump(to))).toEqual(held(before))
    expect(await heard(to)).toEqual(told)
    await expect(run(move, from, [to.url])).rejects.toThrow('A move needs an empty one')
    await expect(run(move, to, [to.url])).rejects.toThrow('starts from the embedded database')
  })
})
