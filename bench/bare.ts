import type { PGlite } from '@electric-sql/pglite'
import type pg from 'pg'

/** Sends one statement and waits for its rows. */
export type Query = (text: string, values: unknown[], name?: string) => Promise<Record<string, unknown>[]>

/** A database driver with nothing around it. */
export interface Bare {
  query: Query
  /** BEGIN, what `work` sends, COMMIT, each awaited, on one connection. */
  transaction(work: (query: Query) => Promise<void>): Promise<void>
}

export function barePg(pool: pg.Pool): Bare {
  return {
    query: async (text, values) => (await pool.query<Record<string, unknown>>(text, values)).rows,
    async transaction(work) {
      const client = await pool.connect()
      try {
        await client.query('BEGIN')
        await work(async (text, values, name) => {
          const query = name === undefined ? { text, values } : { text, values, name }
          return (await client.query<Record<string, unknown>>(query)).rows
        })
        await client.query('COMMIT')
        client.release()
      } catch (error) {
        // Destroyed, not given back: its transaction is still open.
        client.release(true)
        throw error
      }
    },
  }
}

export function barePglite(pglite: PGlite): Bare {
  return {
    query: async (text, values) => (await pglite.query<Record<string, unknown>>(text, values)).rows,
    transaction: (work) =>
      pglite.transaction((tx) =>
        work(async (text, values) => (await tx.query<Record<string, unknown>>(text, values)).rows),
      ),
  }
}
