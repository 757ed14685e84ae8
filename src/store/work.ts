import { LEASE_MS } from '../core/backoff.ts'
import { Prisma } from './generated/client.ts'

/**
 * Work that waits in a table: rows with `due_at`, claimed by a lease so that any number of processes may work on them.
 * Paused, stuck and finished rows have no due time.
 */

/** A claim by one worker: its name fences off whoever held the row before. */
export interface Lease {
  name: string
  now: Date
}

/**
 * How an attempt ended. `again` says when to try next; `stuck` that retrying cannot help. `isOpen`: nobody answered in time,
 * so it may still come about, and nothing else is done about the same thing until its lease is over. `isRefused`: it is the very thing told that is not taken.
 */
export type Outcome =
  | { done: true }
  | { again: Date; failure: string; isOpen?: boolean }
  | { stuck: string; isRefused?: boolean }
  /** Not tried at all, since it was not its turn yet. */
  | { unsent: Date }
  /** The same, and it keeps its place before those that came after it: whoever works on them knows when to go on. */
  | { unsent: 'in place' }

/** Rows that are due and held by nobody. */
export function isFree(now: Date): Prisma.Sql {
  return Prisma.sql`due_at <= ${now}::timestamptz and (leased_until is null or leased_until <= ${now}::timestamptz)`
}

/** The columns a claim sets. */
export function taken(lease: Lease): Prisma.Sql {
  return Prisma.sql`lease = ${lease.name}, leased_until = ${new Date(lease.now.getTime() + LEASE_MS)}::timestamptz`
}

/** Whether a row is as it was when it was claimed, and when it is due if it is not. */
export interface Unless {
  unchanged: Prisma.Sql
  otherwiseDue: Prisma.Sql
}

const NEVER_CHANGES: Unless = { unchanged: Prisma.sql`true`, otherwiseDue: Prisma.sql`null` }

/** The columns an outcome sets. A row that was changed while it was worked on keeps a due time of its own. */
export function settled(outcome: Outcome, { unchanged, otherwiseDue }: Unless = NEVER_CHANGES): Prisma.Sql {
  const at = 'again' in outcome ? outcome.again : 'unsent' in outcome ? outcome.unsent : null
  const again = at === 'in place' ? Prisma.sql`due_at` : Prisma.sql`${at}::timestamptz`
  const isOpen = 'again' in outcome && outcome.isOpen
  const lease = isOpen ? Prisma.sql`lease = null` : Prisma.sql`lease = null, leased_until = null`
  const due = Prisma.sql`${lease}, due_at = case when ${unchanged} then ${again} else ${otherwiseDue} end`
  if ('done' in outcome) return Prisma.sql`${due}, attempts = 0, failure = null`
  if ('unsent' in outcome) return due
  const failure = 'again' in outcome ? outcome.failure : outcome.stuck
  return Prisma.sql`${due}, attempts = case when ${unchanged} then attempts + 1 else 0 end, failure = ${failure}`
}

/** The earliest time at which a row of the table can be worked on, held rows counting from the end of their lease. */
export function nextDue(table: 'rooms' | 'cards' | 'mails'): Prisma.Sql {
  return Prisma.sql`select min(greatest(due_at, leased_until)) from ${Prisma.raw(table)} where due_at is not null`
}
