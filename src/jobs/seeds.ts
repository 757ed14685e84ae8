import type { Database } from '../store/database.ts'
import type { Job } from './job.ts'

/**
 * Ends seeds whose time is over: nobody is bothered, nothing is created, and the wish counts in the unmet-needs log,
 * unless it was secret or sensitive (product.md, law 7).
 */
export function seedsJob(database: Database): Job {
  return {
    name: 'seeds',
    schedule: { every: 'minute' },
    async run(clock) {
      const now = clock()
      await database.transaction(async (store) => {
        for (const { id } of await store.communities.overdue(now)) {
          await store.communities.lock(id)
          const seed = await store.communities.get(id)
          if (seed?.state !== 'seed') continue
          if (!seed.sensitive && seed.visibility !== 'secret') {
            const pledges = await store.memberships.pledges(id)
            await store.needs.log('seed', `${seed.name}: ${seed.need}`, pledges, now)
          }
          await store.communities.end(id, 'sunk', now)
          await store.cards.redraw('seed', id, now)
        }
      })
    },
    next: async (_, store) => (await store.agenda()).seeds,
  }
}
