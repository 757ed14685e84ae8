import type { Database } from '../store/database.ts'
import { dailyJob } from './daily.ts'
import type { Job } from './job.ts'

/** Makes the numbers told outside anew, once a night, so that no two answers differ by one person (product.md, law 8). */
export function sizesJob(database: Database, zone: string): Job {
  return dailyJob('sizes', { daily: '03:00', zone }, database, async (store) => {
    await store.totals.sizes()
    await store.totals.objections()
    await store.totals.values()
  })
}
