import { makeDigest } from '../content/digest.ts'
import type { Database } from '../store/database.ts'
import { BATCH, type Job } from './job.ts'

/** Makes digests that are due, each in a transaction of its own, so that what was cut short is made again whole. */
export function digestsJob(database: Database): Job {
  return {
    name: 'digests',
    schedule: { every: 'minute' },
    async run(clock) {
      const now = clock()
      const failures: unknown[] = []
      for (const id of await database.transaction((store) => store.digests.due(now, BATCH))) {
        await database
          .transaction((store) => makeDigest(store, id, now))
          .catch(async (error: unknown) => {
            failures.push(error)
            // One that fails holds up no other, and is made again later.
            await database.transaction((store) => store.digests.again(id, new Date(now.getTime() + LATER_MS)))
          })
      }
      if (failures.length > 0) throw new AggregateError(failures, 'digests could not be made')
    },
    next: async (_, store) => (await store.agenda()).digests,
  }
}

/** What fails is made again after this time. */
const LATER_MS = 3_600_000
