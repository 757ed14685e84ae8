import { askGrown, askToPause, grown, notWorthIt } from '../content/agreeing.ts'
import { nextDaily } from '../core/schedule.ts'
import type { Database } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import { isOurs, lastRun } from './daily.ts'
import type { Job } from './job.ts'

const NAME = 'agreements'

/**
 * Asks communities about what they receive: once they have grown, and where it was not worth their time. By day, since people
 * read it. Each in a transaction of its own that looks again with its row held: one that fails stops no other. It is asked the
 * day after, as is one that a crash left out.
 */
export function agreementsJob(database: Database, zone: string): Job {
  const at = { daily: '10:00', zone }
  return {
    name: NAME,
    schedule: at,
    async run(clock) {
      const now = clock()
      const found = await database.transaction(async (store) => {
        if (!(await isOurs(store, NAME, at, now))) return undefined
        await store.jobRuns.ran(NAME, now)
        return { grown: await grown(store), notWorthIt: await notWorthIt(store, now) }
      })
      if (!found) return
      const failures: unknown[] = []
      const each = async (ids: string[], ask: (store: Store, id: string, now: Date) => Promise<void>) => {
        for (const id of ids)
          await database
            .transaction((store) => ask(store, id, now))
            .catch((error: unknown) => void failures.push(error))
      }
      await each(found.grown, askGrown)
      await each(found.notWorthIt, askToPause)
      if (failures.length > 0) throw new AggregateError(failures, 'communities could not be asked what they receive')
    },
    next: async (now, store) => nextDaily(at, await lastRun(store, NAME, now)),
  }
}
