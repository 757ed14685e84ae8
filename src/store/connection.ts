import { readdir, rm } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { CannotStart, holdFolder } from './data-folder.ts'
import type { Sql } from './migrations.ts'

/** Where the data is: a folder for the embedded database, nothing (memory), or a PostgreSQL server. */
export type DatabasePlace =
  | { kind: 'folder'; folder: string }
  | { kind: 'memory' /** One that is open already, and stays open. */; pglite?: PGlite }
  | { kind: 'postgresql'; url: string; connections?: number }

/** One bare connection, for what is done to the database as a whole: migrations, backups, restores. */
export interface Connection extends Sql {
  close(): Promise<void>
}

/** A connection with whatever tables there are; an embedded database is held by it alone. */
export function connect(place: DatabasePlace, now: Date): Promise<Connection> {
  return place.kind === 'postgresql' ? connectServer(place.url) : openPglite(place, now)
}

/** The embedded database, held by this process until the connection is closed. */
export async function openPglite(
  place: DatabasePlace & { kind: 'folder' | 'memory' },
  now: Date,
): Promise<Connection & { pglite: PGlite }> {
  const held = place.kind === 'folder' ? await holdFolder(place.folder, now) : undefined
  try {
    const lent = place.kind === 'memory' ? place.pglite : undefined
    const pglite = lent ?? (await PGlite.create(held?.postgres ?? 'memory://'))
    await pglite.exec(`set time zone 'UTC'`)
    await held?.markVersion()
    if (held) await removeLeftFiles(pglite, held.postgres)
    return {
      pglite,
      run: async (statements) => void (await pglite.exec(statements)),
      query: async (statement, values) => (await pglite.query<Record<string, unknown>>(statement, values)).rows,
      async close() {
        if (!lent) await pglite.close()
        await held?.release()
      },
    }
  } catch (error) {
    await held?.release()
    throw error
  }
}

/** A file of a table: its number, and which part of it. */
const TABLE_FILE = /^(\d+)(?:_[a-z]+)?(?:\.\d+)?$/

/**
 * Removes what a VACUUM FULL that was killed had written: PostgreSQL never does, and no table knows of it, but rows of a
 * secret ballot may lie there in the order in which they came. At a start nobody else can be writing one.
 */
async function removeLeftFiles(pglite: PGlite, folder: string): Promise<void> {
  // What was removed before is gone then for sure, and nothing that is done again after a crash asks for it.
  await pglite.exec('checkpoint')
  const { rows } = await pglite.query<{ database: string; owned: string[] }>(`
    select (select oid::text from pg_database where datname = current_database()) as database,
      array_agg(pg_relation_filenode(oid)::text) as owned from pg_class where pg_relation_filenode(oid) is not null`)
  const [row] = rows
  if (!row) throw new Error('a select of aggregates gives a row')
  const base = `${folder}/base/${row.database}`
  for (const name of await readdir(base)) {
    const number = TABLE_FILE.exec(name)?.[1]
    if (number !== undefined && !row.owned.includes(number)) await rm(`${base}/${name}`)
  }
}

/** A connection of one's own to a PostgreSQL server; `named` says in a refusal which one it is. */
export async function connectServer(url: string, named = 'of DATABASE_URL'): Promise<Connection> {
  const client = new pg.Client({ connectionString: inUtc(url) })
  await client.connect().catch((error: unknown) => explain(error, named))
  return {
    run: async (statements) => void (await client.query(statements)),
    query: async (statement, values) => (await client.query<Record<string, unknown>>(statement, values)).rows,
    close: () => client.end(),
  }
}

/** The usual reasons, without the address, which holds a password. */
function explain(error: unknown, named: string): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer'
  throw new CannotStart(
    `The PostgreSQL server ${named} does not let Kindred in (${code}). Is it running, and are the name, the password and the database right?`,
  )
}

/**
 * adapter-pg writes times without a zone, which the server would read in its own; so every connection is in UTC. It says
 * so in the address, because options there take the place of all that stand beside it. No statement is compiled, which takes
 * half a second where a server deems it large, and ours takes milliseconds. It also says whose it is, so that a
 * restore can see whether a Kindred still runs.
 */
export function inUtc(address: string): string {
  const url = new URL(address)
  url.searchParams.set('options', `${url.searchParams.get('options') ?? ''} -c TimeZone=UTC -c jit=off`.trim())
  if (!url.searchParams.has('application_name')) url.searchParams.set('application_name', 'kindred')
  return url.href
}
