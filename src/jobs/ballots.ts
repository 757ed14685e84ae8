import { closeBallot, remindVoters, reviewDecision } from '../ballots/running.ts'
import { holdContent, settleContent } from '../content/settling.ts'
import { settleTime } from '../meetups/finding.ts'
import type { Database } from '../store/database.ts'
import { BATCH, type Job } from './job.ts'

/** What fails, and whoever still sees what a secret ballot was before its close, is looked at again after this time. */
const LATER_MS = 60_000

/**
 * Reminds of ballots, closes them, and brings decisions back. Each in a transaction of its own with the row held, so that
 * several processes do it once, and what was cut short is done again from its beginning.
 */
export function ballotsJob(database: Database, site: string): Job {
  async function handle(id: string, now: Date): Promise<void> {
    await database.transaction(async (store) => {
      await holdContent(store, id)
      const due = await store.closing.stillDue(id, now)
      const ballot = due && (await store.ballots.get(id))
      const community = ballot && (await store.communities.get(ballot.communityId))
      if (!ballot || !community) return
      const isClosing = due.state === 'open' && due.closesAt <= now
      if (isClosing) {
        await closeBallot(store, ballot, community, now)
        await settleTime({ store, now, site }, id)
        await settleContent(store, id, now)
      } else if (due.state === 'open') await remindVoters(store, ballot, community, now)
      else if (due.reviewAt && due.reviewAt <= now) await reviewDecision(store, ballot, community, now)
    })
  }

  /** Nothing of the rows of a secret ballot as they were before its close stays, not even where nobody looks. */
  async function endSecrets(now: Date): Promise<void> {
    const { ids, anySecret, isSeen } = await database.transaction((store) => store.closing.over(now))
    if (ids.length === 0) return
    const later = new Date(now.getTime() + LATER_MS)
    if (isSeen) return database.transaction((store) => store.closing.putOff(ids, later))
    if (anySecret) await database.endSecrets()
    await database.transaction((store) => store.closing.rest(ids, now))
  }

  return {
    name: 'ballots',
    schedule: { every: 'minute' },
    async run(clock) {
      const now = clock()
      const failures: unknown[] = []
      const ids = await database.transaction((store) => store.closing.due(now, BATCH))
      const failed: string[] = []
      for (const id of ids) {
        await handle(id, now).catch((error: unknown) => {
          failures.push(error)
          failed.push(id)
        })
      }
      // One that fails holds up no other, and is taken up again later.
      await database.transaction((store) => store.closing.putOff(failed, new Date(now.getTime() + LATER_MS)))
      await endSecrets(now)
      if (failures.length > 0) throw new AggregateError(failures, 'ballots could not be handled')
    },
    next: async (_, store) => (await store.agenda()).ballots,
  }
}
