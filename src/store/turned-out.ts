import { Prisma } from './generated/client.ts'

/**
 * What is set of reports `r` that nobody is to be held by any more: the destination is told at once, and in the place of
 * whatever waited; those that are `held` (SQL) wait for staff.
 */
export const turnedOut = (
  now: Date,
  held = Prisma.sql`false`,
): Prisma.Sql => Prisma.sql`wanted = 'out', reason = 'left',
  revision = r.revision + 1, changed_at = ${now}::timestamptz, guarded = ${held},
  due_at = case when ${held} then null else ${now}::timestamptz end, attempts = 0, first_failed_at = null, failure = null`
