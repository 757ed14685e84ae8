const FIRST_WAIT_MS = 5_000
const LONGEST_WAIT_MS = 3_600_000

/**
 * How long to wait before the next try: full jitter over a doubling span, at most an hour (AWS Architecture Blog,
 * "Exponential Backoff and Jitter"). `chance` is from 0 up to 1; the wait is never under a second, so that no loop is hot.
 */
export function backoffMs(attempts: number, chance: number): number {
  const span = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempts, 20))
  return Math.max(1_000, Math.floor(span * chance))
}

/** For how long a failing report is tried again before it is given up and shown to staff. */
export const GIVE_UP_AFTER_MS = 3 * 86_400_000

/** Effects on a platform, and mails, are given up after so many tries, which is about three days. */
export const TRIES_MAX = 100

/** How long a claim on a row holds before others may take it over. */
export const LEASE_MS = 60_000

/** A destination that does not answer is asked again after this long at most, whoever waits for it. */
export const REST_MAX_MS = 300_000
