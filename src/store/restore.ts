import { type BackupHeader, type BackupRow, BadBackup, tablesOf } from './backup.ts'
import type { Mark } from './marks.ts'
import { inTransaction, MIGRATION_LOCK, type Migration, migrate, type Sql } from './migrations.ts'
import { BACKED_UP, HISTORY } from './replaced.ts'
import { quoted } from './snapshot.ts'

/** What is in a database before it is written over. */
export interface Present {
  people: number
  communities: number
  /** Whether an organization was described. */
  isSetUp: boolean
  /** Applied there, and unknown to this Kindred. */
  newer: string[]
}

/** Looks at a database as it is, whatever migrations it has; one that never held anything holds nothing. */
export async function present(sql: Sql, known: Migration[]): Promise<Present> {
  const tables = await presentTables(sql)
  const ask = (table: string, question: string) => (tables.includes(table) ? sql.query(question, []) : [])
  const count = async (table: string) =>
    Number((await ask(table, `select count(*)::int as count from ${quoted(table)}`))[0]?.count ?? 0)
  const names = await ask('_prisma_migrations', 'select migration_name from _prisma_migrations')
  return {
    people: await count('people'),
    communities: await count('communities'),
    isSetUp: (await count('organization')) > 0,
    newer: names.map((row) => String(row.migration_name)).filter((name) => !known.some((one) => one.name === name)),
  }
}

/** Every program of Kindred that is connected to the same server's database now; none is seen between its steps. */
export async function others(sql: Sql): Promise<number> {
  const [row] = await sql.query(
    `select count(*)::int as count from pg_stat_activity
     where datname = current_database() and application_name = current_setting('application_name') and pid <> pg_backend_pid()
       and application_name <> ''`,
    [],
  )
  return Number(row?.count ?? 0)
}

export interface Restoring {
  header: BackupHeader
  rows: AsyncIterable<BackupRow>
  /** Every migration this Kindred knows. */
  migrations: Migration[]
  /** What people did since, from wherever it is known; one mark of each hash. */
  marks: Mark[]
  /** Whether those are all: otherwise no destination is told anything before staff start it. */
  isAllKnown: boolean
  now: Date
}

/** The migrations the backup was made after; refused where this Kindred does not know one of them. */
export function migrationsOf(
  header: BackupHeader,
  migrations: Migration[],
): { before: Migration[]; after: Migration[] } {
  const unknown = header.migrations.filter((name) => !migrations.some((one) => one.name === name))
  if (unknown.length > 0) {
    throw new BadBackup(`This backup is of a newer Kindred (${unknown.join(', ')}). Restore it with that one.`)
  }
  return {
    before: migrations.filter((one) => header.migrations.includes(one.name)),
    after: migrations.filter((one) => !header.migrations.includes(one.name)),
  }
}

/**
 * Puts a backup in the place of all that is there, in one transaction: the tables are made as they were when it was
 * written, filled, and brought up to date. Counts the rows by table.
 */
export async function restore(sql: Sql, restoring: Restoring): Promise<Record<string, number>> {
  const { header, rows, migrations, marks, now } = restoring
  const { before, after } = migrationsOf(header, migrations)
  return inTransaction(sql, async () => {
    // A Kindred that starts meanwhile waits, and then finds the restored tables.
    await sql.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
    const tables = await presentTables(sql)
    // All at once, and nothing else with them: what somebody built on these tables stops it.
    if (tables.length > 0) await sql.run(`drop table ${tables.map(quoted).join(', ')}`)
    await migrate(sql, before, now)
    const counts = await fill(sql, rows)
    await migrate(sql, after, now)
    await clearLeases(sql)
    if (header.scope === 'lasting') {
      await startAfresh(sql, now)
      if (!restoring.isAllKnown) await sql.run('update destinations set started = false')
    }
    // The backup may hold marks of an earlier restore that still wait for their destinations.
    await sql.query(
      `insert into tombstones select * from jsonb_populate_recordset(null::tombstones, $1::text::jsonb)
       on conflict (hash) do update set kind = excluded.kind, at = excluded.at
         where tombstones.kind not in ('person', 'address') and tombstones.at < excluded.at`,
      [JSON.stringify(marks)],
    )
    // What people did since is done again before anything else (restored.ts), also if this process dies now.
    if (header.scope === 'lasting') {
      await sql.query(
        `insert into job_runs (name, ran_at) values ('restored', $1::timestamptz) on conflict (name) do nothing`,
        [now.toISOString()],
      )
    }
    return counts
  })
}

/** Kindred's own tables that are there. */
async function presentTables(sql: Sql): Promise<string[]> {
  const rows = await sql.query(
    `select tablename from pg_tables where schemaname = current_schema() and tablename = any($1::text[]) order by 1`,
    [[...tablesOf('everything'), '_prisma_migrations']],
  )
  return rows.map((row) => String(row.tablename))
}

const PAGE_ROWS = 1_000
const PAGE_CHARACTERS = 1_000_000

/** Writes rows in pages of one table each, handing their JSON on unread. */
async function fill(sql: Sql, rows: AsyncIterable<BackupRow>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  let page: string[] = []
  let characters = 0
  let filling = ''
  const write = async () => {
    if (page.length === 0) return
    const table = quoted(filling)
    await sql.query(`insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1::text::jsonb)`, [
      `[${page.join(',')}]`,
    ])
    counts[filling] = (counts[filling] ?? 0) + page.length
    page = []
    characters = 0
  }
  for await (const { table, row } of rows) {
    if (table !== filling || page.length >= PAGE_ROWS || characters >= PAGE_CHARACTERS) await write()
    filling = table
    page.push(row)
    characters += row.length
  }
  await write()
  return counts
}

/** Whoever held a row holds it no more. */
async function clearLeases(sql: Sql): Promise<void> {
  const rows = await sql.query(
    `select table_name from information_schema.columns
     where table_schema = current_schema() and column_name = 'leased_until' and table_name = any($1::text[])`,
    [tablesOf('everything')],
  )
  for (const { table_name } of rows) {
    await sql.run(
      `update ${quoted(String(table_name))} set lease = null, leased_until = null where lease is not null or leased_until is not null`,
    )
  }
}

/**
 * Since the backup, destinations have heard higher revisions and drop lower ones. Nobody changes their mind a million times
 * between two backups, and the column has room for two thousand restores.
 */
const REVISIONS_AHEAD = 1_000_000

/** What is outside is no longer what the backup believes: all of it is told, let in and drawn again; nothing is said again. */
async function startAfresh(sql: Sql, now: Date): Promise<void> {
  const at = [now.toISOString()]
  // What waits for staff goes on waiting.
  await sql.query(
    `update reports set revision = revision + ${REVISIONS_AHEAD}, known = null, known_email = coalesce(known_email, 0),
       attempts = 0, failure = null, first_failed_at = null, stopped_for = null, refused = false,
       due_at = case when guarded then null else $1::timestamptz end`,
    at,
  )
  // Who is reported for the first time from now on may have been reported since the backup, too.
  await sql.run(`update organization set report_floor = report_floor + ${REVISIONS_AHEAD}`)
  await sql.query(
    `update room_places set known = null, revision = revision + 1, attempts = 0, failure = null, due_at = $1::timestamptz`,
    at,
  )
  // One that waited to be put up is up by now, where nothing here knows of it.
  await sql.run('delete from cards where external_id is null and due_at is not null')
  await sql.query(
    `update cards set wanted = wanted + 1, attempts = 0, failure = null, due_at = $1::timestamptz where external_id is not null`,
    at,
  )
  await contentAfresh(sql, at)
  await sql.run('update destinations set may_hold = true, absentees = null')
  // Files are on this machine now; all else is still where it was.
  await sql.run(`update destinations set place = null where connector = 'csv'`)
  // What is done from now on is known to no other database of the history so far, nor to a file of its marks.
  await sql.query('delete from job_runs where name = $1', [BACKED_UP])
  await sql.query(
    `insert into job_runs (name, ran_at) values ($1, $2::timestamptz) on conflict (name) do update set ran_at = excluded.ran_at`,
    [HISTORY, ...at],
  )
  // Otherwise the next start would make up for last night's, in the place of the file that is there.
  await sql.query(`update job_runs set ran_at = $1::timestamptz where name = 'backup'`, at)
}

/** Content whose turn came since the backup was most likely sent, so it counts, and nobody is to get it twice; likewise digests. */
async function contentAfresh(sql: Sql, at: string[]): Promise<void> {
  await sql.query(
    `update items set state = 'posted', posted_at = due_at, said_at = due_at, due_at = null
     where state = 'waiting' and due_at <= $1::timestamptz`,
    at,
  )
  await sql.query(
    `update items set late_at = owed_by where state = 'posted' and told_at is null and late_at is null
       and owed_by <= $1::timestamptz`,
    at,
  )
  await sql.query(
    `update topics set late_at = planned_for where state = 'planned' and late_at is null
       and planned_for <= $1::timestamptz`,
    at,
  )
  await sql.query(
    `update communities set digested_at = digest_at, digest_at = null, digest_version = null where digest_at <= $1::timestamptz`,
    at,
  )
}
