import type { ClaimedReport } from './claimed-report.ts'
import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'
import type { Outcome } from './work.ts'

/**
 * Whether a report `r` is one that staff see as failed. One of somebody they have stopped goes on being seen, or who was
 * stopped would be known by it; one that they have tried again, until something has come of it.
 */
export const HAS_FAILED = Prisma.sql`(case when r.wanted = 'in' then r.failure is not null and (r.due_at is null or r.attempts = 0)
  else r.stopped_for is not null end)`

/** Why it failed. */
export const FAILED_FOR = Prisma.sql`(case when r.wanted = 'in' then r.failure else r.stopped_for end)`

/**
 * What came of those who failed and were tried again comes of whoever staff have stopped of them: once none is left that
 * failed for a reason, none who was stopped is seen to have, or is seen with the reason there is now.
 */
export async function shareFate(tx: Tx, rows: ClaimedReport[], outcome: Outcome): Promise<void> {
  const [first] = rows
  const before = [...new Set(rows.flatMap((row) => row.failedFor ?? []))]
  if (!first || before.length === 0) return
  const [failure, isRefused] = 'stuck' in outcome ? [outcome.stuck, outcome.isRefused ?? false] : [null, false]
  await tx.$executeRaw(Prisma.sql`
    update reports x set stopped_for = ${failure}, refused = ${isRefused}
    where x.destination = ${first.destination} and x.wanted = 'out' and x.stopped_for = any(${before}::text[])
      and not exists (select 1 from reports r where r.destination = ${first.destination} and r.wanted = 'in' and ${HAS_FAILED}
        and ${FAILED_FOR} = x.stopped_for)`)
}
