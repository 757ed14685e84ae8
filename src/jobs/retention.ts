import { keptSince } from '../core/retention.ts'
import type { Database } from '../store/database.ts'
import { dailyJob } from './daily.ts'
import type { Job } from './job.ts'

/** So many people are forgotten in one transaction, since others wait for it. */
const PORTION = 20

/** Forgets what was kept for as long as the organization decided, and people who have not been here for that long. */
export function retentionJob(database: Database, zone: string): Job {
  return dailyJob('retention', { daily: '04:00', zone }, database, async (store, now) => {
    const organization = await store.organization.get()
    const since = keptSince(organization, now)
    await store.retention.sweep(since)
    const unused = await store.retention.unused(since.people, organization.staffIds, PORTION)
    for (const person of unused) await store.erasures.erase(person, now)
    return unused.length === PORTION ? 'more' : 'done'
  })
}
