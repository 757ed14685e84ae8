import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { DatabasePlace } from '../src/store/database.ts'

/** An empty database on a PostgreSQL server, for one test alone. */
export interface OwnDatabase {
  place: DatabasePlace & { kind: 'postgresql' }
  drop(): Promise<void>
}

/** The server that TEST_DATABASE_URL names; unset, tests run on the embedded database. `.ci/run` runs them on both. */
export const server = process.env.TEST_DATABASE_URL

/** Makes a database on the server, by a name nobody else has. */
export async function ownDatabase(url: string): Promise<OwnDatabase> {
  const name = `kindred_${randomBytes(8).toString('hex')}`
  await ask(url, `create database ${name}`)
  const own = new URL(url)
  own.pathname = `/${name}`
  return {
    place: { kind: 'postgresql', url: own.href },
    drop: async () => void (await ask(url, `drop database ${name} with (force)`)),
  }
}

/** Asks a server something on a connection of its own. */
export async function ask(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows
  } finally {
    await client.end()
  }
}
