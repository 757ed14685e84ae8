import type { DatabasePlace } from '../src/store/database.ts'
import { ask, ownDatabase, server } from './postgres.ts'
import { takeSpare } from './spare.ts'

/** A database as whoever has its superuser's password sees it, beside the bot that works on it. */
export interface Raw {
  place: DatabasePlace
  sql(statement: string): Promise<Record<string, unknown>[]>
  close(): Promise<void>
}

/** One of its own: in memory, or on the server of TEST_DATABASE_URL. Where the test changes its tables nobody gets it after. */
export async function openRaw({ isChanged = false } = {}): Promise<Raw> {
  if (server) {
    const { place, drop } = await ownDatabase(server)
    return { place, sql: (statement) => ask(place.url, statement), close: drop }
  }
  const { pglite, giveBack } = await takeSpare()
  return {
    place: { kind: 'memory', pglite },
    sql: async (statement) => (await pglite.query<Record<string, unknown>>(statement)).rows,
    close: () => (isChanged ? pglite.close() : giveBack()),
  }
}

/** A row as it lies there: its place, the transaction that wrote it, and its words. */
export interface RawRow {
  place: number
  transaction: number
  columns: Record<string, unknown>
  text: string
}

/** Every table there is, its rows in the order in which they lie. */
export async function allTables(raw: Raw): Promise<Map<string, RawRow[]>> {
  const tables = await raw.sql(`
    select table_schema as "of", table_name as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1, 2`)
  const found = new Map<string, RawRow[]>()
  for (const { of, name } of tables) {
    const rows = await raw.sql(
      `select ctid::text as ctid, xmin::text as xmin, to_jsonb(t)::text as text from "${of}"."${name}" t order by t.ctid`,
    )
    found.set(
      String(name),
      rows.map(({ ctid, xmin, text }) => {
        const [block = 0, item = 0] = String(ctid).match(/\d+/g)?.map(Number) ?? []
        const columns = JSON.parse(String(text)) as Record<string, unknown>
        return { place: block * 65_536 + item, transaction: Number(xmin), columns, text: String(text) }
      }),
    )
  }
  return found
}
