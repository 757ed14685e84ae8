import { z } from 'zod'
import { backoffMs, LEASE_MS, TRIES_MAX } from '../core/backoff.ts'
import type { Schedule } from '../core/schedule.ts'
import { deadline, Later, Stuck } from '../platform.ts'
import { NOT_UNDERSTOOD } from '../segments/segment-store.ts'
import type { Store } from '../store/store.ts'
import type { Outcome } from '../store/work.ts'

export type Clock = () => Date

/** Work on a clock. */
export interface Job {
  name: string
  schedule: Schedule
  /** Does all that is due. It asks for the time at each step, since a lease counts from when it was taken. */
  run(clock: Clock): Promise<void>
  /** The time of the earliest work that waits; never at or before `now` for work that `run(now)` has just left undone. */
  next(now: Date, store: Store): Promise<Date | undefined>
}

/** An effect is given up after this long, so one begun with less of its lease left might end after the lease. */
export const EFFECT_MS = 15_000

/** Whether there is time for one more effect under a lease; if not, the row waits for whoever claims it next. */
export function isHeld(claimedAt: Date, clock: Clock): boolean {
  return clock().getTime() - claimedAt.getTime() < LEASE_MS - EFFECT_MS
}

/** Nobody answered in time, which does not mean that nothing happened. */
export class TooLate extends Error {}

/** What waits for somebody is tried again so often. */
const LATER_MS = 3_600_000

/** Whether a failure leaves open what came of it: given up on by us, or by the request itself when it was aborted. */
export function isOpenEnded(error: unknown): boolean {
  return error instanceof TooLate || (error instanceof Error && ['TimeoutError', 'AbortError'].includes(error.name))
}

/** The outcome of work, or a failure once it took too long: nothing may hang for ever on a service that does not answer. */
export async function inTime<T>(work: () => Promise<T>): Promise<T> {
  const given = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new TooLate(`no answer within ${EFFECT_MS / 1000} seconds`)
      given.abort(error)
      reject(error)
    }, EFFECT_MS)
  })
  const done = deadline.run(given.signal, work).catch((error: unknown) => {
    if (error instanceof z.ZodError) throw new Error(NOT_UNDERSTOOD)
    throw error
  })
  return Promise.race([done, tooLate]).finally(() => clearTimeout(timer))
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
    await inTime(work)
    return { done: true }
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error)
    if (error instanceof Later) return { again: new Date(now.getTime() + LATER_MS), failure }
    if (error instanceof Stuck || attempts >= TRIES_MAX) return { stuck: failure }
    return { again: new Date(now.getTime() + backoffMs(attempts, chance)), failure, isOpen: isOpenEnded(error) }
  }
}
