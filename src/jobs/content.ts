import { handleItem, sayLate, sayTopicLate } from '../content/posting.ts'
import type { Database } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import { BATCH, type Job } from './job.ts'

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
      const due = await database.transaction((store) => store.queue.due(now, BATCH))
      /** One that fails holds up no other, and is taken up again later. */
      const each = async (
        ids: string[],
        work: (store: Store, id: string, now: Date) => Promise<void>,
        putOff: (store: Store, id: string) => Promise<void>,
      ) => {
        for (const id of ids) {
          try {
            await database.transaction((store) => work(store, id, now))
          } catch (error) {
            failures.push(error)
            await database.transaction((store) => putOff(store, id))
          }
        }
      }
      const failed = (store: Store, id: string) => store.queue.failed(id, now)
      await each(due.items, handleItem, failed)
      await each(due.owed, sayLate, failed)
      await each(due.topics, sayTopicLate, (store, id) => store.queue.putTopicOff(id, now))
      if (failures.length > 0) throw new AggregateError(failures, 'content could not be handled')
    },
    next: async (_, store) => (await store.agenda()).items,
  }
}
