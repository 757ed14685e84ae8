import { readFile } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaPGlite } from 'pglite-prisma-adapter'
import { CannotStart, holdFolder } from './data-folder.ts'
import { Prisma, PrismaClient } from './generated/client.ts'
import { applyMigrations, type Sql } from './migrations.ts'
import { type Store, storeOn } from './store.ts'
import type { Tools } from './transaction.ts'

/** The one door to stored things: everything is read and written inside a transaction. */
export interface Database {
  kind: 'embedded' | 'postgresql'
  /** Runs `work` in one transaction; it is run again where it collided with another. */
  transaction<T>(work: (store: Store) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Where the data is: a folder for the embedded database, nothing (memory), or a PostgreSQL server. */
export type DatabasePlace =
  | { kind: 'folder'; folder: string }
  | { kind: 'memory' /** A file made by PGlite's dumpDataDir to start from. */; image?: string }
  | { kind: 'postgresql'; url: string; connections?: number }

interface Driver {
  kind: Database['kind']
  prisma: PrismaClient
  /** How many transactions may run at once; the rest wait in order, none is refused. */
  admits: number
  /** Throws what the last COMMIT failed with, where the adapter does not. */
  confirmCommit(): void
  close(): Promise<void>
}

const POOL_SIZE = 10
// Prisma's own 2 s and 5 s refuse two in three of 2,000 presses at once; waiting is done in `admission` below.
const MAX_WAIT_MS = 120_000
const TIMEOUT_MS = 120_000
const TRIES = 5

/** Opens the database, bringing it up to date first. `migrations` is the folder of SQL files. */
export async function openDatabase(
  place: DatabasePlace,
  migrations: string,
  now: Date,
  tools: Tools,
): Promise<Database> {
  const driver =
    place.kind === 'postgresql' ? await openServer(place, migrations, now) : await openEmbedded(place, migrations, now)
  const admit = admission(driver.admits)
  return {
    kind: driver.kind,
    transaction: (work) =>
      admit(async () => {
        for (let tries = 1; ; tries++) {
          try {
            const result = await driver.prisma.$transaction((tx) => work(storeOn(tx, tools)), {
              maxWait: MAX_WAIT_MS,
              timeout: TIMEOUT_MS,
            })
            driver.confirmCommit()
            return result
          } catch (error) {
            if (tries >= TRIES || !isCollision(error)) throw error
          }
        }
      }),
    close: driver.close,
  }
}

async function openEmbedded(
  place: DatabasePlace & { kind: 'folder' | 'memory' },
  migrations: string,
  now: Date,
): Promise<Driver> {
  const held = place.kind === 'folder' ? await holdFolder(place.folder, now) : undefined
  try {
    const image = place.kind === 'memory' && place.image ? new Blob([await readFile(place.image)]) : undefined
    const pglite = await PGlite.create({ dataDir: held?.postgres ?? 'memory://', ...(image && { loadDataDir: image }) })
    await pglite.exec(`set time zone 'UTC'`)
    await held?.markVersion()
    await applyMigrations(
      {
        run: async (sql) => void (await pglite.exec(sql)),
        query: async (sql, values) => (await pglite.query<Record<string, unknown>>(sql, values)).rows,
      },
      migrations,
      now,
    )
    const watched = watchCommits(pglite)
    const prisma = new PrismaClient({ adapter: new PrismaPGlite(watched.pglite) })
    return {
      kind: 'embedded',
      prisma,
      // PGlite is one connection: a second transaction would only wait inside the first one's way.
      admits: 1,
      confirmCommit: watched.confirm,
      async close() {
        await prisma.$disconnect()
        await pglite.close()
        await held?.release()
      },
    }
  } catch (error) {
    await held?.release()
    throw error
  }
}

/** The adapter drops the error of a COMMIT that failed, so the outcome is kept here and asked for after each one. */
function watchCommits(pglite: PGlite): { pglite: PGlite; confirm(): void } {
  let failure: unknown
  const watched = new Proxy(pglite, {
    get(target, name) {
      if (name !== 'transaction') {
        const value = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      }
      return (work: Parameters<PGlite['transaction']>[0]) => {
        failure = undefined
        return target.transaction(work).catch((error: unknown) => {
          failure = error
          throw error
        })
      }
    },
  })
  return {
    pglite: watched,
    confirm() {
      if (failure) throw failure
    },
  }
}

async function openServer(
  place: DatabasePlace & { kind: 'postgresql' },
  migrations: string,
  now: Date,
): Promise<Driver> {
  const config = { connectionString: inUtc(place.url) }
  const client = new pg.Client(config)
  await client.connect().catch(explain)
  try {
    const sql: Sql = {
      run: async (statements) => void (await client.query(statements)),
      query: async (statement, values) => (await client.query<Record<string, unknown>>(statement, values)).rows,
    }
    await applyMigrations(sql, migrations, now)
  } finally {
    await client.end()
  }
  const connections = place.connections ?? POOL_SIZE
  const prisma = new PrismaClient({ adapter: new PrismaPg({ ...config, max: connections }) })
  return {
    kind: 'postgresql',
    prisma,
    admits: connections,
    confirmCommit: () => undefined,
    close: () => prisma.$disconnect(),
  }
}

/** The usual reasons, without the address, which holds a password. */
function explain(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer'
  throw new CannotStart(
    `The PostgreSQL server of DATABASE_URL does not let Kindred in (${code}). Is it running, and are the name, the password and the database right?`,
  )
}

/**
 * adapter-pg writes times without a zone, which the server would read in its own; so every connection is in UTC. It says
 * so in the address, because options there take the place of all that stand beside it.
 */
function inUtc(address: string): string {
  const url = new URL(address)
  url.searchParams.set('options', `${url.searchParams.get('options') ?? ''} -c TimeZone=UTC`.trim())
  return url.href
}

/** Lets `most` pieces of work run at once and the others wait in the order they came. */
function admission(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}

/** Whether this transaction met another one: both waited (40P01, 40001), or both made the same thing (P2002). */
function isCollision(error: unknown): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false
  return error.code === 'P2034' || error.code === 'P2002' || /40P01|40001|23505/.test(JSON.stringify(error.meta ?? {}))
}
