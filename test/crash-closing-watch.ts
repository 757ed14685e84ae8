import { setTimeout as pause } from 'node:timers/promises'
import type { Database } from '../src/store/database.ts'
import type { Store } from '../src/store/store.ts'

/**
 * Moments of a ballot's clock. `reminding`, `extending`, `closing`, `resting`: all of a transaction is written and nothing
 * committed; `reminded`, `extended`, `closed`, `rested`: it was. `counted`: the outcome is written, and nobody is to be told yet.
 * `ending secrets`: VACUUM FULL runs; `secrets ended`: it has, and the ballots still wait for it.
 */
export type ClosingMoment =
  | 'reminding'
  | 'reminded'
  | 'extending'
  | 'extended'
  | 'counted'
  | 'closing'
  | 'closed'
  | 'ending secrets'
  | 'secrets ended'
  | 'resting'
  | 'rested'

type Reach = (reached: { at: ClosingMoment; what: string; words: string }) => Promise<void>

/** Something of the server's own, such as autovacuum, looks at secret ballots. */
class StillSeen extends Error {}

/** A database that tells of those moments, each by the question it is about. */
export function watchClosing(inner: Database, reach: Reach): Database {
  return {
    ...inner,
    async transaction(work) {
      const passed: { before: ClosingMoment; after: ClosingMoment; question: string }[] = []
      const come = async (at: ClosingMoment | undefined) => {
        const words = passed.at(-1)?.question ?? ''
        if (at) await reach({ at, what: words, words })
      }
      const carried = async (store: Store) => {
        // It is run again where it collided.
        passed.length = 0
        const { closing } = store
        const watched: typeof closing = {
          ...closing,
          remind(ballot) {
            passed.push({ before: 'reminding', after: 'reminded', question: ballot.question })
            return closing.remind(ballot)
          },
          extend(ballot, now) {
            passed.push({ before: 'extending', after: 'extended', question: ballot.question })
            return closing.extend(ballot, now)
          },
          // In life that is put off, and what the house is to be killed at comes after what follows it.
          async over(now) {
            const found = await closing.over(now)
            if (found.isSeen) throw new StillSeen()
            return found
          },
          async close(ballot, counted, now) {
            passed.push({ before: 'closing', after: 'closed', question: ballot.question })
            await closing.close(ballot, counted, now)
            await come('counted')
          },
          rest(ids, now) {
            passed.push({ before: 'resting', after: 'rested', question: '' })
            return closing.rest(ids, now)
          },
        }
        const result = await work({ ...store, closing: watched })
        await come(passed.at(-1)?.before)
        return result
      }
      const result = await unseen(() => inner.transaction(carried))
      await come(passed.at(-1)?.after)
      return result
    },
    async endSecrets() {
      // Killed while it runs: nobody waits for its end.
      await Promise.all([inner.endSecrets(), reach({ at: 'ending secrets', what: '', words: '' })])
      await reach({ at: 'secrets ended', what: '', words: '' })
    },
  }
}

async function unseen<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof StillSeen)) throw error
      await pause(20)
    }
  }
}
