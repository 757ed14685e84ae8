import { Prisma } from './generated/client.ts'

/**
 * Whether a report `r` is one that staff see as failed. One of somebody they have stopped goes on being seen, or who was
 * stopped would be known by it; one that they have tried again, until something has come of it.
 */
export const HAS_FAILED = Prisma.sql`(case when r.wanted = 'in' then r.failure is not null and (r.due_at is null or r.attempts = 0)
  else r.stopped_for is not null end)`

/** Why it failed. */
export const FAILED_FOR = Prisma.sql`(case when r.wanted = 'in' then r.failure else r.stopped_for end)`
