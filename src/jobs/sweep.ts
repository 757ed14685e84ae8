import type { Database } from '../store/database.ts'
import { dailyJob } from './daily.ts'
import type { Job } from './job.ts'

/** Forgets what was kept only for a while: delivery ids, drafts, codes, and how to undo unions of accounts. */
export function sweepJob(database: Database, zone: string): Job {
  return dailyJob('sweep', { daily: '03:30', zone }, database, async (store, now) => {
    await store.deliveries.sweep(now)
    await store.drafts.sweep(now)
    await store.codes.sweep(now)
    await store.unions.settleForGood(now)
  })
}
