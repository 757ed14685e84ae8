/** How many commands and presses one person may send at once, and how fast the allowance grows again. */
const BURST = 300
const PER_SECOND = 1
const KEEP = 10_000

/** A token bucket per person, in memory: it stops a flood by one person and knows nothing of the load by many. */
export function personLimiter(): (
  person: string,
  now: Date,
) => { allowed: true } | { allowed: false; waitSeconds: number } {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return (person, now) => {
    const bucket = buckets.get(person) ?? { tokens: BURST, at: now.getTime() }
    // A clock that was set back takes nothing away.
    const seconds = Math.max(0, now.getTime() - bucket.at) / 1000
    const tokens = Math.min(BURST, bucket.tokens + seconds * PER_SECOND)
    buckets.delete(person)
    buckets.set(person, { tokens: Math.max(0, tokens - 1), at: now.getTime() })
    if (buckets.size > KEEP) for (const oldest of [...buckets.keys()].slice(0, KEEP / 10)) buckets.delete(oldest)
    return tokens >= 1 ? { allowed: true } : { allowed: false, waitSeconds: Math.ceil((1 - tokens) / PER_SECOND) }
  }
}
