import { backoffMs, TRIES_MAX } from '../core/backoff.ts'
import type { Schedule } from '../core/schedule.ts'
import { Stuck } from '../platform.ts'
import type { Outcome } from '../store/work.ts'

/** Work on a clock. */
export interface Job {
  name: string
  schedule: Schedule
  /** Does all that is due at `now`. */
  run(now: Date): Promise<void>
  /** The time of the earliest work that waits; never at or before `now` for work that `run(now)` has just left undone. */
  next(now: Date): Promise<Date | undefined>
}

/** How many rows a job takes at once. */
export const BATCH = 50

/** Tries one effect, and says how it went: done, again after a backoff, or stuck for good. `chance` is from 0 up to 1. */
export async function attempt(
  attempts: number,
  now: Date,
  chance: number,
  work: () => Promise<void>,
): Promise<Outcome> {
  try {
    await work()
    return { done: true }
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error)
    if (error instanceof Stuck || attempts >= TRIES_MAX) return { stuck: failure }
    return { again: new Date(now.getTime() + backoffMs(attempts, chance)), failure }
  }
}
