import { answersSince, attendanceSince } from '../core/retention.ts'
import { lookForOrganizer } from '../opening.ts'
import type { Database } from '../store/database.ts'
import { dailyJob } from './daily.ts'
import type { Job } from './job.ts'

/** Forgets what was kept only for a while: delivery ids, drafts, codes, sessions, marks of a restore, and how to undo unions of accounts. */
export function sweepJob(database: Database, zone: string): Job {
  let unions: string[] = []
  const daily = dailyJob('sweep', { daily: '03:30', zone }, database, async (store, now) => {
    await store.deliveries.sweep(now)
    await store.drafts.sweep(now)
    await store.ballots.sweep(now)
    await store.meetups.sweep(now)
    await store.attendance.forgetBefore(attendanceSince(now))
    await store.items.sweep(now)
    await store.agreements.sweep(now)
    await store.itemAnswers.forgetBefore(answersSince(now))
    await store.codes.sweep(now)
    await store.webLinks.sweep(now)
    await store.webFiles.sweep(now)
    await store.webSessions.sweep(now)
    await store.restores.sweep(now)
    unions = await store.unions.due(now)
  })

  async function settle(id: string, now: Date): Promise<void> {
    await database.transaction(async (store) => {
      const { unlookedAfter, seeds } = await store.unions.settleForGood(id, now)
      for (const seed of seeds) await store.cards.redraw('seed', seed, now)
      for (const one of unlookedAfter) {
        const community = await store.communities.get(one)
        if (community) await lookForOrganizer({ store, now }, community)
      }
    })
  }

  return {
    ...daily,
    async run(clock) {
      await daily.run(clock)
      const failures: unknown[] = []
      // One that fails holds up no other; the next night takes it up again.
      for (const id of unions.splice(0)) await settle(id, clock()).catch((error: unknown) => failures.push(error))
      if (failures.length > 0) throw new AggregateError(failures, 'unions of accounts could not be settled for good')
    },
  }
}
