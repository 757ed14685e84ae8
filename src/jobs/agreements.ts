import { askGrown, askToPause } from '../content/agreeing.ts'
import type { Database } from '../store/database.ts'
import { dailyJob } from './daily.ts'
import type { Job } from './job.ts'

/** Asks communities about what they receive: once they have grown, and where it was not worth their time. By day, since people read it. */
export function agreementsJob(database: Database, zone: string): Job {
  return dailyJob('agreements', { daily: '10:00', zone }, database, async (store, now) => {
    await askGrown(store, now)
    await askToPause(store, now)
  })
}
