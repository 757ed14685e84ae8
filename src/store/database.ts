import type { PGlite } from '@electric-sql/pglite'
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaPGlite } from 'pglite-prisma-adapter'
import { type BackupScope, backupLines, tablesOf } from './backup.ts'
import { connectServer, type DatabasePlace, inUtc, openPglite } from './connection.ts'
import { Prisma, PrismaClient } from './generated/client.ts'
import { applyMigrations } from './migrations.ts'
import { SECRET_TABLES } from './rewriting.ts'
import { embeddedSnapshot, serverSnapshot, type TakeSnapshot } from './snapshot.ts'
import { type Store, storeOn } from './store.ts'
import type { Tools } from './transaction.ts'

export type { DatabasePlace } from './connection.ts'

/** The one door to stored things: everything is read and written inside a transaction. */
export interface Database {
  kind: 'embedded' | 'postgresql'
  /** Runs `work` in one transaction; it is run again where it collided with another. */
  transaction<T>(work: (store: Store) => Promise<T>): Promise<T>
  /** Runs `work` whose statements need no transaction around them: a page is looked up in one round trip, not three. */
  glance<T>(work: (store: Store) => Promise<T>): Promise<T>
  /**
   * Gives all that is stored at this moment as the text of a backup, piece by piece (store/backup.ts), while everybody else
   * goes on.
   */
  backup<T>(now: Date, scope: BackupScope, take: (text: AsyncIterable<string>) => Promise<T>): Promise<T>
  /** Removes for good what rows of secret ballots were before they were written anew; nobody votes meanwhile. */
  endSecrets(): Promise<void>
  close(): Promise<void>
}

interface Driver {
  kind: Database['kind']
  prisma: PrismaClient
  /** How many transactions may run at once; the rest wait in order, none is refused. */
  admits: number
  /** Throws what the last COMMIT failed with, where the adapter does not. */
  confirmCommit(): void
  snapshot(admit: <T>(work: () => Promise<T>) => Promise<T>): TakeSnapshot
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
  const snapshot = driver.snapshot(admit)
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
            if (tries >= TRIES || !(isCollision(error) || (tries === 1 && isOfNobody(error)))) throw error
          }
        }
      }),
    glance: (work) => admit(() => work(storeOn(driver.prisma, tools))),
    backup: (now, scope, take) =>
      snapshot(tablesOf(scope), (found) =>
        take(backupLines(found, { at: now, from: driver.kind, keys: tools.keys }, scope)),
      ),
    // The names are our own; VACUUM takes no parameters, and runs in no transaction.
    endSecrets: () =>
      admit(
        async () =>
          void (await driver.prisma.$executeRawUnsafe(`vacuum full ${Object.keys(SECRET_TABLES).join(', ')}`)),
      ),
    close: driver.close,
  }
}

async function openEmbedded(
  place: DatabasePlace & { kind: 'folder' | 'memory' },
  migrations: string,
  now: Date,
): Promise<Driver> {
  const { pglite, ...connection } = await openPglite(place, now)
  try {
    await applyMigrations(connection, migrations, now)
  } catch (error) {
    await connection.close()
    throw error
  }
  const watched = watchCommits(pglite)
  const prisma = new PrismaClient({ adapter: new PrismaPGlite(watched.pglite) })
  return {
    kind: 'embedded',
    prisma,
    // PGlite is one connection: a second transaction would only wait inside the first one's way.
    admits: 1,
    confirmCommit: watched.confirm,
    snapshot: (admit) => embeddedSnapshot(connection, admit),
    async close() {
      await prisma.$disconnect()
      await connection.close()
    },
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
  const connection = await connectServer(place.url)
  try {
    await applyMigrations(connection, migrations, now)
  } finally {
    await connection.close()
  }
  const connections = place.connections ?? POOL_SIZE
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: inUtc(place.url), max: connections }) })
  return {
    kind: 'postgresql',
    prisma,
    admits: connections,
    confirmCommit: () => undefined,
    snapshot: () => serverSnapshot(() => connectServer(place.url)),
    close: () => prisma.$disconnect(),
  }
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

/** Whether it wrote something of a person who was forgotten at that moment (23503): the second time nobody is found. */
function isOfNobody(error: unknown): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false
  const about = JSON.stringify([error.message, error.meta ?? {}])
  return (error.code === 'P2003' || about.includes('23503')) && about.includes('person_id')
}
