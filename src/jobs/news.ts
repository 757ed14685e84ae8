import { backoffMs } from '../core/backoff.ts'
import type { Draws } from '../core/ids.ts'
import { say } from '../core/say.ts'
import { takeNews } from '../news.ts'
import { type SegmentStore, TryLater, Unauthorized } from '../segments/segment-store.ts'
import type { Database } from '../store/database.ts'
import { EFFECT_MS, inTime, type Job } from './job.ts'
import type { Destination } from './reports.ts'

const HOUR_MS = 3_600_000
/** A destination that has ever more to tell lets others have their turn, and goes on an hour later. */
const ROUNDS_MAX = 20
/** So many failures in a row are told to staff. */
const WORRYING = 10

type Polled = { name: string; poll: NonNullable<SegmentStore['poll']>; echoes: boolean }

/** Asks destinations that post nothing, once an hour, what they have to tell of people and of what was sent. */
export function newsJob(database: Database, destinations: Destination[], draws: Draws): Job {
  const polled = destinations.flatMap(({ name, store: { poll, echoes = false } }) =>
    poll ? [{ name, poll, echoes }] : [],
  )
  /** How often in a row each did not answer, by this process. */
  const failures = new Map<string, number>()

  /** All it has to tell since the last time; how it went, when it did not answer. */
  async function ask({ name, poll, echoes }: Polled, now: Date): Promise<{ error: unknown } | undefined> {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const since = await database.transaction((store) => store.destinations.cursor(name))
      const answer = await inTime(() => poll(since, AbortSignal.timeout(EFFECT_MS))).catch((error: unknown) => ({
        error,
      }))
      if ('error' in answer) return answer
      const { news, cursor } = answer
      // Both or neither: what was not taken is asked for again.
      const fresh = await database.transaction(async (store) => {
        await store.destinations.setCursor(name, cursor)
        return takeNews(store, { name, echoes }, news, now)
      })
      if (fresh === 0) return undefined
    }
    return undefined
  }

  async function rest(name: string, error: unknown, now: Date): Promise<void> {
    const before = failures.get(name) ?? 0
    failures.set(name, before + 1)
    const asked = error instanceof TryLater ? error.afterMs : 0
    const waitMs = Math.min(HOUR_MS, Math.max(asked, backoffMs(before, draws.fraction())))
    await database.transaction(async (store) => {
      await store.jobRuns.ran(runOf(name), new Date(now.getTime() - HOUR_MS + waitMs))
      if (error instanceof Unauthorized) {
        await store.destinations.pause(name, error.message, now)
        await store.staffNotes.tell(`paused/${name}`, say`${name} is paused: ${error.message}`, now)
      } else if (before + 1 === WORRYING) {
        const text = say`${name} could not be asked for a while who unsubscribed there. It is tried again by itself.`
        await store.staffNotes.tell(`news/unasked/${name}`, text, now)
      }
    })
  }

  return {
    name: 'news',
    schedule: { every: 'minute' },
    async run(clock) {
      for (const one of polled) {
        const { name } = one
        const now = clock()
        if (!(await database.transaction((store) => store.destinations.takePoll(name, runOf(name), now, HOUR_MS))))
          continue
        const failure = await ask(one, now)
        if (failure) await rest(name, failure.error, now)
        else failures.delete(name)
      }
    },
    async next(now, store) {
      if (polled.length === 0) return undefined
      const { runs } = await store.agenda()
      const times = polled.map(({ name }) => {
        const ran = runs.get(runOf(name))
        return ran ? ran.getTime() + HOUR_MS : now.getTime()
      })
      return new Date(Math.min(...times))
    },
  }
}

const runOf = (name: string) => `news/${name}`
