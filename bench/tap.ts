import { PGlite, type Transaction } from '@electric-sql/pglite'
import pg from 'pg'

/** One statement as it went to the driver. */
export interface Sent {
  text: string
  values: unknown[]
  /** Set where the statement is prepared once and kept (PostgreSQL only). */
  name?: string
}

/** What went through the drivers during some work. */
export interface Heard {
  sent: Sent[]
  /** The embedded database it went to. Its peer runs on this same one: a second would have another cache and file. */
  pglite?: PGlite
}

/**
 * Listens at the drivers, below Prisma: what reaches the database is what a peer must send, whoever thought it up.
 * BEGIN and COMMIT are left out, since PGlite's own driver adds them.
 */
export async function hear(work: () => Promise<unknown>): Promise<Heard> {
  const heard: Heard = { sent: [] }
  const { query } = pg.Client.prototype
  const { transaction, query: glance } = PGlite.prototype
  // The drivers' methods are overloaded; whatever is given is passed on as it is.
  Object.assign(pg.Client.prototype, {
    query(this: pg.Client, ...given: unknown[]) {
      note(heard, given)
      return Reflect.apply(query, this, given)
    },
  })
  Object.assign(PGlite.prototype, {
    // What needs no transaction around it.
    query(this: PGlite, ...given: unknown[]) {
      note(heard, given)
      return Reflect.apply(glance, this, given)
    },
    transaction(this: PGlite, act: (tx: Transaction) => Promise<unknown>) {
      heard.pglite = this
      return Reflect.apply(transaction, this, [(tx: Transaction) => act(listening(tx, heard))])
    },
  })
  try {
    await work()
  } finally {
    Object.assign(pg.Client.prototype, { query })
    Object.assign(PGlite.prototype, { transaction, query: glance })
  }
  return heard
}

function listening(tx: Transaction, heard: Heard): Transaction {
  return {
    ...tx,
    query(...given) {
      note(heard, given)
      return tx.query(...given)
    },
    // `closed` is a getter, which the spread above would read once.
    get closed() {
      return tx.closed
    },
  }
}

function note({ sent }: Heard, [query, values]: unknown[]): void {
  const { text, values: bound, name } = typeof query === 'string' ? { text: query, values } : partsOf(query)
  if (typeof text !== 'string' || /^(begin|commit)$/i.test(text)) return
  sent.push({ text, values: Array.isArray(bound) ? [...bound] : [], ...(typeof name === 'string' && { name }) })
}

function partsOf(query: unknown): { text?: unknown; values?: unknown; name?: unknown } {
  return typeof query === 'object' && query !== null ? query : {}
}
