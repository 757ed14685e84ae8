import { Prisma } from './generated/client.ts'
import type { Tx } from './store.ts'

/**
 * Work that waits in a table: rows with `due_at`, claimed by a lease so that any number of processes may work on them.
 * Paused, stuck and finished rows have no due time.
 */

/** How long a claim holds before others may take the row over; requests are given up long before. */
export const LEASE_MS = 60_000

/** A claim by one worker: its name fences off whoever held the row before. */
export interface Lease {
  name: string
  now: Date
}

/** How an attempt ended. `again` says when to try next; `stuck` that retrying cannot help. */
export type Outcome = { done: true } | { again: Date; failure: string } | { stuck: string }

/** Rows that are due and held by nobody. */
export function isFree(now: Date): Prisma.Sql {
  return Prisma.sql`due_at <= ${now}::timestamptz and (leased_until is null or leased_until <= ${now}::timestamptz)`
}

/** The columns a claim sets. */
export function taken(lease: Lease): Prisma.Sql {
  return Prisma.sql`lease = ${lease.name}, leased_until = ${new Date(lease.now.getTime() + LEASE_MS)}::timestamptz`
}

/** The columns an outcome sets, but for `due_at` of what is done, which depends on whether it changed meanwhile. */
export function settled(outcome: Outcome, dueWhenDone: Prisma.Sql): Prisma.Sql {
  if ('done' in outcome) {
    return Prisma.sql`lease = null, leased_until = null, attempts = 0, failure = null, due_at = ${dueWhenDone}`
  }
  const again = 'again' in outcome ? Prisma.sql`${outcome.again}::timestamptz` : Prisma.sql`null`
  const failure = 'again' in outcome ? outcome.failure : outcome.stuck
  return Prisma.sql`lease = null, leased_until = null, attempts = attempts + 1, failure = ${failure}, due_at = ${again}`
}

/** The earliest time at which a row of the table can be worked on, held rows counting from the end of their lease. */
export async function nextDue(tx: Tx, table: 'rooms' | 'cards' | 'mails'): Promise<Date | undefined> {
  const [row] = await tx.$queryRaw<{ next: Date | null }[]>(
    Prisma.sql`select min(greatest(due_at, leased_until)) as next from ${Prisma.raw(table)} where due_at is not null`,
  )
  return row?.next ?? undefined
}
