import pg from 'pg'
import { Rejected, Unauthorized } from './segment-store.ts'

/** Asks the server something inside a transaction. */
export type Query = (statement: string, values?: unknown[]) => Promise<Record<string, unknown>[]>

/** Work on somebody else's PostgreSQL, each in a transaction that an abort leaves without effect. */
export interface Transactions {
  transaction<T>(signal: AbortSignal, work: (query: Query) => Promise<T>): Promise<T>
  close(): Promise<void>
}

const CONNECTIONS_MAX = 2
const CONNECT_MS = 10_000
const IDLE_MS = 30_000
/**
 * `local`, as connections may be pooled on their way (PgBouncer). The server gives up itself, since it does not notice
 * that we went away while it waits for a lock.
 */
const BEGIN = `begin;
  set local time zone 'UTC';
  set local statement_timeout = '15s';
  set local idle_in_transaction_session_timeout = '15s'`

/** Opens a small pool. Errors are of the kinds the contract knows, and hold neither addresses nor values. */
export function openTransactions(url: string): Transactions {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    allowExitOnIdle: true,
  })
  // A connection may die at any time, in the pool or in use. Whoever uses it hears of it; unheard, it would end the process.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))

  /** A connection, unless the wait for it is given up; then it goes back unused when it comes. */
  async function connect(signal: AbortSignal): Promise<pg.PoolClient> {
    const connecting = pool.connect()
    const done = new AbortController()
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { signal: done.signal })
    })
    try {
      return await Promise.race([connecting, aborted])
    } catch (error) {
      connecting.then(
        (client) => client.release(),
        () => undefined,
      )
      throw error
    } finally {
      done.abort()
    }
  }

  async function transaction<T>(signal: AbortSignal, work: (query: Query) => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    let client: pg.PoolClient | undefined
    /** Once; a connection in doubt is cut, and the server rolls back what was begun on it. */
    const release = (isInDoubt: boolean) => {
      client?.release(isInDoubt)
      client = undefined
    }
    const cut = () => release(true)
    try {
      const connected = await connect(signal)
      client = connected
      signal.addEventListener('abort', cut, { once: true })
      await connected.query(BEGIN)
      const result = await work(async (statement, values) => {
        signal.throwIfAborted()
        return (await connected.query<Record<string, unknown>>(statement, values)).rows
      })
      signal.throwIfAborted()
      await connected.query('commit')
      release(false)
      return result
    } catch (error) {
      release(true)
      signal.throwIfAborted()
      throw inOurWords(error)
    } finally {
      signal.removeEventListener('abort', cut)
    }
  }

  return { transaction, close: () => pool.end() }
}

/** What a failure means for what was to be told (classes of PostgreSQL's error codes, its appendix A). */
function inOurWords(error: unknown): Error {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  const named = code && ` (${code})`
  // Values it can't hold: the same ones will never fit.
  if (error instanceof pg.DatabaseError && /^2[23]/.test(code))
    return new Rejected(`It refuses what it was told${named}.`)
  if (code.startsWith('28')) return new Unauthorized(`It refuses the user or the password in URL${named}.`)
  if (code === '42501') {
    return new Unauthorized(
      `The user in URL lacks a right${named}. It needs to select, insert, update and delete in both tables, and to make them unless somebody else does: see docs/table.md.`,
    )
  }
  if (code === '3F000') return new Unauthorized(`There is no such schema${named}. Make it, or set SCHEMA to another.`)
  // Nothing about the people in the batch: paused, they wait until somebody has mended the tables.
  if (code.startsWith('42')) {
    return new Unauthorized(`Its tables are not as Kindred makes them${named}: see docs/table.md.`)
  }
  if (code === '25006') return new Error(`It can only be read from, not written to${named}.`)
  if (code === '3D000') return new Error(`There is no such database${named}: look at URL.`)
  return new Error(`It could not be reached, or did not finish${named}.`)
}
