import { isTimed } from '../core/meetup.ts'
import { handleDue } from '../meetups/running.ts'
import type { Database } from '../store/database.ts'
import { BATCH, type Job } from './job.ts'

/** What fails is looked at again after this time. */
const LATER_MS = 60_000

/**
 * Offers seats, takes offers back, reminds, and ends meetups. Each in a transaction of its own with the row held, so that
 * several processes do it once, and what was cut short is done again from its beginning.
 */
export function meetupsJob(database: Database, site: string): Job {
  return {
    name: 'meetups',
    schedule: { every: 'minute' },
    async run(clock) {
      const now = clock()
      const failures: unknown[] = []
      const failed: string[] = []
      for (const id of await database.transaction((store) => store.meetups.due(now, BATCH))) {
        await database
          .transaction(async (store) => {
            const meetup = await store.meetups.stillDue(id, now)
            if (!meetup) return
            if (meetup.state === 'planned' && isTimed(meetup)) await handleDue({ store, now, site }, meetup)
            else await store.meetups.reschedule(id)
          })
          .catch((error: unknown) => {
            failures.push(error)
            failed.push(id)
          })
      }
      // One that fails holds up no other, and is taken up again later.
      await database.transaction((store) => store.meetups.putOff(failed, new Date(now.getTime() + LATER_MS)))
      if (failures.length > 0) throw new AggregateError(failures, 'meetups could not be handled')
    },
    next: async (_, store) => (await store.agenda()).meetups,
  }
}
