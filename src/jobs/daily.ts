import { nextDaily } from '../core/schedule.ts'
import type { Database } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import type { Job } from './job.ts'

/** A time of day in a zone. */
interface Daily {
  daily: string
  zone: string
}

/**
 * A job that runs once a day over all processes, at a time of day in a zone. Work that takes long says `more` after a
 * portion of it, and is called again in a transaction of its own.
 */
export function dailyJob(
  name: string,
  at: Daily,
  database: Database,
  work: (store: Store, now: Date) => Promise<unknown>,
): Job {
  return {
    name,
    schedule: at,
    async run(clock) {
      const now = clock()
      await database.transaction(async (store) => {
        if (!(await isOurs(store, name, at, now))) return
        if ((await work(store, now)) !== 'more') await store.jobRuns.ran(name, now)
      })
    },
    next: async (now, store) => nextDaily(at, await lastRun(store, name, now)),
  }
}

/** Whether this transaction is to do once-a-day work now, and no other process does or has done it. */
export async function isOurs(store: Store, name: string, at: Daily, now: Date): Promise<boolean> {
  return (await store.jobRuns.alone(name)) && nextDaily(at, await store.jobRuns.last(name, now)) <= now
}

/** When once-only work was done last, as the agenda has it; counted from now on where it never was. */
export async function lastRun(store: Store, name: string, now: Date): Promise<Date> {
  return (await store.agenda()).runs.get(name) ?? (await store.jobRuns.last(name, now))
}
