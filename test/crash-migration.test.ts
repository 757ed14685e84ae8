import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connect } from '../src/store/connection.ts'
import type { Task } from './crash-child.ts'
import { startChild, taskOf } from './crash-lives.ts'
import { type Outside, openOutside } from './crash-outside.ts'
import { foundParents } from './parents.ts'
import { ask, type OwnDatabase, ownDatabase, server } from './postgres.ts'
import { folders, openStage } from './stage.ts'

/** How often the same migration is killed in its middle before it is let through. */
const KILLS = 2
const NAME = '99990101000000_halfway'
/** As slow as a table says, so that the very same migration can be let through afterwards. */
const SLOWLY = server
  ? 'select pg_sleep(slowness) from slow;'
  : 'do $$ begin for i in 1..(select slowness from slow) loop perform 1; end loop; end $$;'
/** Seconds on a server, which goes on with what a dead process began; steps in the embedded database, which dies with it. */
const SLOWNESS = server ? 4 : 2_000_000_000
const MIGRATION = `
  create table halfway (n int primary key);
  insert into halfway select n from generate_series(1, 1000) n;
  ${SLOWLY}
  alter table halfway add column late int not null default 1;
  insert into halfway select n from generate_series(1001, 2000) n;
`

let folder: string
let own: OwnDatabase | undefined
let outside: Outside
let place: Task['place']
beforeEach(async () => {
  folder = await mkdtemp(`${tmpdir()}/kindred-migration-`)
  own = server ? await ownDatabase(server) : undefined
  place = own?.place ?? { kind: 'folder', folder: `${folder}/data` }
  outside = await openOutside(folder, new Date('2026-01-05T12:00:00Z'))
})
afterEach(async () => {
  await outside.close()
  await own?.drop()
  await rm(folder, { recursive: true, force: true })
})

async function all<T>(things: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const thing of things) found.push(thing)
  return found
}

/** Asks the database while no house has it. */
async function look(statement: string): Promise<Record<string, unknown>[]> {
  const sql = await connect(place, outside.now())
  try {
    return await sql.query(statement, [])
  } finally {
    await sql.close()
  }
}

/** How many tables have a file; a new one is the first thing that the migration makes. */
async function files(): Promise<number> {
  const names = await readdir(`${folder}/data/postgres/base`, { recursive: true })
  return names.filter((name) => /\/\d+$/.test(name)).length
}

async function isHalfway(filesBefore: number): Promise<boolean> {
  if (!own) return (await files()) > filesBefore
  const asked = `select 1 from pg_stat_activity where datname = current_database() and state = 'active'
    and pid <> pg_backend_pid() and wait_event = 'PgSleep'`
  return (await ask(own.place.url, asked)).length > 0
}

test.runIf(process.env.SLOW)(
  'a house killed in a migration applies it whole and once at its next start, and has what it had',
  async () => {
    const stage = await openStage({ place, destinations: [outside.destination] })
    await foundParents(stage)
    await stage.close()
    await look(`create table slow as select ${SLOWNESS} as slowness`)
    const migrations = `${folder}/migrations`
    await cp(folders.migrations, migrations, { recursive: true })
    await mkdir(`${migrations}/${NAME}`)
    await writeFile(`${migrations}/${NAME}/migration.sql`, MIGRATION)
    const recorded = () => look(`select migration_name from _prisma_migrations where migration_name = '${NAME}'`)

    for (let killed = 0; killed < KILLS; killed++) {
      const before = own ? 0 : await files()
      const child = startChild()
      child.write(taskOf(outside, place, { migrations }))
      await expect.poll(() => isHalfway(before), { timeout: 60_000, interval: 20 }).toBe(true)
      child.kill()
      const said = await all(child.said)
      expect(said).toEqual([])
      // A server finds out that nobody is there any more when it has slept.
      if (own) await expect.poll(() => isHalfway(before), { timeout: 60_000 }).toBe(false)
      expect(await recorded()).toEqual([])
      expect(await look(`select to_regclass('halfway') as found`)).toEqual([{ found: null }])
    }

    await look('update slow set slowness = 0')
    for (let started = 0; started < 2; started++) {
      const child = startChild()
      child.write(taskOf(outside, place, { migrations }))
      child.end()
      const said = await all(child.said)
      // What it posts has waited since before.
      expect(said.filter((one) => !('at' in one))).toEqual([{ kept: {} }, { done: true }])
      expect(await recorded()).toHaveLength(1)
      expect(await look('select count(*)::int as rows, sum(late)::int as late from halfway')).toEqual([
        { rows: 2000, late: 2000 },
      ])
    }
    expect(await look('select name from communities')).toEqual([{ name: 'Parents United' }])
  },
  180_000,
)
