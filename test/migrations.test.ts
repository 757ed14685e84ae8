import { createHash } from 'node:crypto'
import { appendFile, cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { PGlite } from '@electric-sql/pglite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { missingSql, readSchema } from '../prisma/migration.ts'
import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { keysFrom } from '../src/core/keys.ts'
import { openDatabase } from '../src/store/database.ts'
import { applyMigrations, type Sql } from '../src/store/migrations.ts'
import { ask, ownDatabase, server } from './postgres.ts'
import { folders } from './stage.ts'

const NOW = new Date('2026-01-05T12:00:00Z')
const LATER = new Date('2026-01-06T12:00:00Z')

// Prisma's engine takes its time, so the gate asks it.
const engine = test.runIf(process.env.SLOW)

engine('the schema and the migrations agree', async () => {
  expect(await missingSql(await readSchema())).toBe('')
})

engine('a field that only the schema knows is missed in the migrations', async () => {
  const schema = (await readSchema()).replace('model Person {', 'model Person {\n  shoeSize Int?')
  expect(await missingSql(schema)).toContain('ADD COLUMN     "shoeSize" INTEGER')
})

describe('migrations', () => {
  let pglite: PGlite
  let sql: Sql
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(`${tmpdir()}/kindred-migrations-`)
    await cp(folders.migrations, folder, { recursive: true })
    pglite = await PGlite.create('memory://')
    sql = {
      run: async (statements) => void (await pglite.exec(statements)),
      query: async (statement, values) => (await pglite.query<Record<string, unknown>>(statement, values)).rows,
    }
  })
  afterEach(async () => {
    await pglite.close()
    await rm(folder, { recursive: true, force: true })
  })

  const recorded = () => sql.query('select * from _prisma_migrations order by migration_name', [])
  const names = async () => (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory())

  test('are recorded as Prisma records them', async () => {
    await applyMigrations(sql, folder, NOW)
    const rows = await recorded()
    expect(rows.map((row) => row.migration_name)).toEqual((await names()).map((entry) => entry.name).sort())
    for (const row of rows) {
      const script = await readFile(`${folder}/${row.migration_name}/migration.sql`)
      expect(row).toMatchObject({
        checksum: createHash('sha256').update(script).digest('hex'),
        finished_at: NOW,
        started_at: NOW,
        rolled_back_at: null,
        logs: null,
        applied_steps_count: 1,
      })
    }
  })

  test('are applied once, however often the database is opened', async () => {
    await applyMigrations(sql, folder, NOW)
    const before = await recorded()
    await applyMigrations(sql, folder, LATER)
    expect(await recorded()).toEqual(before)
  })

  test('that were changed after they were applied stop the start', async () => {
    await applyMigrations(sql, folder, NOW)
    const [first] = await names()
    await appendFile(`${folder}/${first?.name}/migration.sql`, '-- a small correction\n')
    await expect(applyMigrations(sql, folder, LATER)).rejects.toThrow(`Migration ${first?.name} was changed`)
  })

  test('that fail leave nothing behind, and are tried again at the next start', async () => {
    const [first] = await names()
    const script = `${folder}/${first?.name}/migration.sql`
    const right = await readFile(script, 'utf8')
    await appendFile(script, 'select 1 / 0;\n')
    await expect(applyMigrations(sql, folder, NOW)).rejects.toThrow('division by zero')
    expect(await recorded()).toEqual([])
    await rm(script)
    await appendFile(script, right)
    await applyMigrations(sql, folder, LATER)
    expect(await recorded()).toHaveLength((await names()).length)
  })

  test.runIf(server)('are applied once by two processes that start at the same moment', async () => {
    const own = await ownDatabase(server ?? '')
    const bytes = seededBytes('1')
    const tools = { draws: drawsFrom(bytes), keys: keysFrom([bytes(32)], bytes) }
    const open = () => openDatabase(own.place, folder, NOW, tools)
    const opened = await Promise.all([open(), open(), open()])
    const rows = await ask(own.place.url, 'select migration_name from _prisma_migrations')
    expect(rows).toHaveLength((await names()).length)
    for (const database of opened) await database.close()
    await own.drop()
  })
})
