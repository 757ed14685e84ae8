/** Keeps requests apart as Slack asks, each kind by a name of its own. */
export interface Pace {
  /** Waits for the next turn of a kind, or fails at once where that would take too long. */
  turn(name: string, rule: Rule): Promise<void>
  /** Whether there would be a turn at once. */
  isFree(name: string, rule: Rule): boolean
  /** Slack said how long nothing of this kind may be asked. */
  holdOff(name: string, ms: number): void
}

/** One in so many milliseconds; so many more may be taken at once after a rest. */
export interface Rule {
  everyMs: number
  burst: number
}

/** Slack asks for more patience than anybody waiting has: whoever asked tries again later. */
export class TooSoon extends Error {
  constructor(readonly waitMs: number) {
    super(`Slack asks to wait ${Math.ceil(waitMs / 1_000)} seconds`)
  }
}

/** A wait longer than this is left to the job, which tries again later; a shorter one is waited out. */
const WAIT_MS = 8_000
/** Names remembered; one that was let go of begins anew, rested. */
const KEPT = 20_000

/** Keeps pace by a clock; `wait` sleeps. */
export function createPace(now: () => Date, wait: (ms: number) => Promise<void>): Pace {
  /** When each kind will have rested: a turn moves it on by its distance. */
  const rested = new Map<string, number>()

  /** Until when Slack itself wants nothing of a kind. */
  const held = new Map<string, number>()

  const waitOf = (name: string, { everyMs, burst }: Rule) => {
    const from = Math.max((rested.get(name) ?? 0) - burst * everyMs, held.get(name) ?? 0)
    return Math.max(0, from - now().getTime())
  }

  /** Remembers the latest, and forgets whoever was not asked for the longest. */
  const note = (kept: Map<string, number>, name: string, at: number) => {
    kept.delete(name)
    kept.set(name, at)
    const [oldest] = kept.keys()
    if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest)
  }

  return {
    async turn(name, rule) {
      const ms = waitOf(name, rule)
      if (ms > WAIT_MS) throw new TooSoon(ms)
      note(rested, name, Math.max(rested.get(name) ?? 0, now().getTime()) + rule.everyMs)
      if (ms > 0) await wait(ms)
    },
    isFree: (name, rule) => waitOf(name, rule) === 0,
    holdOff: (name, ms) => note(held, name, now().getTime() + ms),
  }
}
