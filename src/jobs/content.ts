import { handleItem, sayLate, sayTopicLate } from '../content/posting.ts'
import type { Database } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import { BATCH, type Job } from './job.ts'

/** What fails is looked at again after this time. */
const LATER_MS = 60_000

/**
 * Posts what waits for its turn, asks again about what was put off, and says what is late. Each in a transaction of its own
 * with the community's row held, so that several processes never post beyond its budget.
 */
export function contentJob(database: Database): Job {
  return {
    name: 'content',
    schedule: { every: 'minute' },
    async run(clock) {
      const now = clock()
      const failures: unknown[] = []
      const failed: string[] = []
      const due = await database.transaction((store) => store.items.due(now, BATCH))
      const each = async (ids: string[], work: (store: Store, id: string) => Promise<void>) => {
        for (const id of ids) {
          await database
            .transaction((store) => work(store, id))
            .catch((error: unknown) => {
              failures.push(error)
              failed.push(id)
            })
        }
      }
      await each(due.items, (store, id) => handleItem(store, id, now))
      await each(due.owed, async (store, id) => {
        const item = await store.items.get(id)
        if (item) await sayLate(store, item, now)
      })
      await each(due.topics, (store, id) => sayTopicLate(store, id, now))
      // One that fails holds up no other, and is taken up again later.
      await database.transaction((store) => store.items.putOff(failed, new Date(now.getTime() + LATER_MS)))
      if (failures.length > 0) throw new AggregateError(failures, 'content could not be handled')
    },
    next: async (_, store) => (await store.agenda()).items,
  }
}
