/** How many commands and presses one person may send at once, and how fast the allowance grows again. */
const PERSON = { burst: 300, perSecond: 1 }
const KEEP = 10_000

/** So many mails that sign somebody in go to one mailbox in an hour, for one who asks. */
export const MAILS_AN_HOUR = 5

/** How many acts are allowed at once, and how fast the allowance grows again. */
export interface Allowance {
  burst: number
  perSecond: number
}

/** Whether somebody may go on, or how long they are to wait. */
export type Limiter = (who: string, now: Date) => { allowed: true } | { allowed: false; waitSeconds: number }

/** Stops a flood of commands by one person; it knows nothing of the load by many. */
export const personLimiter = (): Limiter => limiter(PERSON)

/** A token bucket for everybody, in memory. */
export function limiter({ burst, perSecond }: Allowance): Limiter {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return (who, now) => {
    const bucket = buckets.get(who) ?? { tokens: burst, at: now.getTime() }
    // A clock that was set back takes nothing away.
    const seconds = Math.max(0, now.getTime() - bucket.at) / 1000
    const tokens = Math.min(burst, bucket.tokens + seconds * perSecond)
    buckets.delete(who)
    // Whoever is refused does not wait the longer for having asked.
    buckets.set(who, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now.getTime() })
    if (buckets.size > KEEP) for (const oldest of [...buckets.keys()].slice(0, KEEP / 10)) buckets.delete(oldest)
    return tokens >= 1 ? { allowed: true } : { allowed: false, waitSeconds: Math.ceil((1 - tokens) / perSecond) }
  }
}
