import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'

/** The least a driver must do for migrations: several statements at once, and one with values. */
export interface Sql {
  run(statements: string): Promise<void>
  query(statement: string, values: unknown[]): Promise<Record<string, unknown>[]>
}

/** Held while the tables themselves change. Any number will do, so long as every process takes the same. */
export const MIGRATION_LOCK = 7_203_441

/** Prisma's own table, so that `prisma migrate deploy` run elsewhere agrees with what was applied here. */
const TABLE = `create table if not exists _prisma_migrations (
  id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz,
  migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
  started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`

/** One step in the making of the tables, as it is in the folder. */
export interface Migration {
  name: string
  script: string
  checksum: string
}

/** The migrations of a folder, in the order in which they are applied. */
export async function migrationsIn(folder: string): Promise<Migration[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory())
  const names = entries.map((entry) => entry.name).sort()
  return Promise.all(
    names.map(async (name) => {
      const script = await readFile(`${folder}/${name}/migration.sql`, 'utf8')
      return { name, script, checksum: createHash('sha256').update(script).digest('hex') }
    }),
  )
}

/**
 * Applies what is missing of `folder`, in order, each migration in a transaction of its own, while other processes wait.
 * Refuses to go on where an applied migration was changed afterwards.
 */
export async function applyMigrations(sql: Sql, folder: string, now: Date): Promise<void> {
  const migrations = await migrationsIn(folder)
  await sql.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
  try {
    await sql.run(TABLE)
    const applied = await sql.query(
      'select migration_name, checksum from _prisma_migrations where finished_at is not null and rolled_back_at is null',
      [],
    )
    for (const migration of migrations) {
      const earlier = applied.find((row) => row.migration_name === migration.name)
      if (earlier && earlier.checksum !== migration.checksum) {
        throw new Error(
          `Migration ${migration.name} was changed after it was applied here. Put the file back as it was.`,
        )
      }
      if (!earlier) await inTransaction(sql, () => migrate(sql, [migration], now))
    }
  } finally {
    await sql.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK])
  }
}

/** Applies migrations and writes them down, inside whatever transaction is open. */
export async function migrate(sql: Sql, migrations: Migration[], now: Date): Promise<void> {
  await sql.run(TABLE)
  for (const { name, script, checksum } of migrations) {
    await sql.run(script)
    await sql.query(
      `insert into _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       values ($1, $2, $3, $4, $4, 1)`,
      [checksum.slice(0, 36), checksum, name, now.toISOString()],
    )
  }
}

/** Does all of it or nothing. */
export async function inTransaction<T>(sql: Sql, work: () => Promise<T>): Promise<T> {
  await sql.run('begin')
  try {
    const done = await work()
    await sql.run('commit')
    return done
  } catch (error) {
    await sql.run('rollback')
    throw error
  }
}
