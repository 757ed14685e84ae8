import type { Connection } from './connection.ts'
import { inTransaction, type Sql } from './migrations.ts'
import { SECRET_TABLES } from './rewriting.ts'

/** Everything stored as it was at one moment. */
export interface Snapshot {
  /** The names of the migrations its tables were made by, in order. */
  migrations: string[]
  /** The rows of a table, each as JSON, in pages. */
  pages(table: string): AsyncIterable<string[]>
}

/** Takes a snapshot of some tables, that lasts as long as the work on it. */
export type TakeSnapshot = <T>(tables: string[], work: (snapshot: Snapshot) => Promise<T>) => Promise<T>

const PAGE_ROWS = 1_000
/** Blocks of 8 KB: a page is read in about 20 ms, so answers wait no longer than that for one. */
const PAGE_BLOCKS = 16

/** On a server: one transaction that sees one moment, on a connection of its own, however long it takes. */
export function serverSnapshot(open: () => Promise<Connection>): TakeSnapshot {
  return async (tables, work) => {
    const sql = await open()
    try {
      return await inTransaction(sql, async () => {
        await sql.run('set transaction isolation level repeatable read read only')
        // Before the first question, which is what fixes the moment: so the tables are those of that moment, too.
        await sql.run(`lock table ${tables.map(quoted).join(', ')}, _prisma_migrations in access share mode`)
        return await work({ migrations: await applied(sql), pages: (table) => cursorPages(sql, table) })
      })
    } finally {
      await sql.close()
    }
  }
}

/** The rows of a table, where their order must not tell anything in an order of their own. */
function inOrder(table: string): string {
  const order = SECRET_TABLES[table]
  return order ? `(select * from ${quoted(table)} order by ${order})` : quoted(table)
}

async function* cursorPages(sql: Sql, table: string): AsyncIterable<string[]> {
  await sql.run(`declare page no scroll cursor for select to_jsonb(t)::text as row from ${inOrder(table)} t`)
  for (;;) {
    const rows = await sql.query(`fetch ${PAGE_ROWS} from page`, [])
    if (rows.length > 0) yield rows.map((row) => String(row.row))
    if (rows.length < PAGE_ROWS) break
  }
  await sql.run('close page')
}

/**
 * Embedded there is one connection, and a transaction for the whole backup would hold up every answer (2.2 s at 5,000
 * people in ten communities each, against 0.2 s so). So the transaction only copies the tables, and the copies are read
 * page by page between other people's work. `admit` is the queue that work waits in.
 */
export function embeddedSnapshot(sql: Sql, admit: <T>(work: () => Promise<T>) => Promise<T>): TakeSnapshot {
  let taken = 0
  return async (tables, work) => {
    taken++
    const copies = new Map(tables.map((table) => [table, quoted(`snapshot_${taken}_${table}`)]))
    const copyOf = (table: string) => copies.get(table) ?? quoted(table)
    const migrations = await admit(() =>
      inTransaction(sql, async () => {
        for (const table of tables)
          await sql.run(`create temporary table ${copyOf(table)} as select * from ${inOrder(table)} t`)
        return applied(sql)
      }),
    )
    try {
      return await work({ migrations, pages: (table) => blockPages(sql, admit, copyOf(table)) })
    } finally {
      for (const copy of copies.values()) await admit(() => sql.run(`drop table ${copy}`))
    }
  }
}

async function* blockPages(
  sql: Sql,
  admit: <T>(work: () => Promise<T>) => Promise<T>,
  copy: string,
): AsyncIterable<string[]> {
  for (let block = 0; ; block += PAGE_BLOCKS) {
    const rows = await admit(() =>
      sql.query(
        `select to_jsonb(t)::text as row from ${copy} t
         where ctid >= '(${block},0)'::tid and ctid < '(${block + PAGE_BLOCKS},0)'::tid`,
        [],
      ),
    )
    // A fresh copy has no empty blocks but those after its end.
    if (rows.length === 0) return
    yield rows.map((row) => String(row.row))
  }
}

async function applied(sql: Sql): Promise<string[]> {
  const rows = await sql.query(
    'select migration_name from _prisma_migrations where finished_at is not null and rolled_back_at is null order by 1',
    [],
  )
  return rows.map((row) => String(row.migration_name))
}

/** A name as SQL takes it; only names that the migrations gave come here, which are of lower-case letters. */
export function quoted(name: string): string {
  if (!/^[a-z_0-9]+$/.test(name)) throw new Error('not a name of a table')
  return `"${name}"`
}
