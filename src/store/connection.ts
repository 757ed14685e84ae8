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
 * so in the address, because options there take the place of all that stand beside it. It also says whose it is, so that a
 * restore can see whether a Kindred still runs.
 */
export function inUtc(address: string): string {
  const url = new URL(address)
  url.searchParams.set('options', `${url.searchParams.get('options') ?? ''} -c TimeZone=UTC`.trim())
  if (!url.searchParams.has('application_name')) url.searchParams.set('application_name', 'kindred')
  return url.href
}
