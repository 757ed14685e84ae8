import type { Clock } from './clock.ts'

/** A refusal for haste. */
export interface Slowed {
  retryAfter: number
  scope: 'user' | 'global' | 'shared'
}

interface Bucket {
  left: number
  resetsAt: number
}

/** Requests a bucket takes and the seconds it takes them in, by route; about the real ones. */
const BUCKETS: Record<string, [limit: number, seconds: number]> = {
  'POST /channels/:channel/messages': [5, 5],
  'PATCH /channels/:channel/messages/:message': [5, 5],
  'PATCH /channels/:channel': [5, 15],
  'POST /guilds/:guild/channels': [20, 10],
  'POST /channels/:channel/threads': [20, 10],
  'PUT /channels/:channel/thread-members/:user': [5, 5],
  'PUT /guilds/:guild/members/:user/roles/:role': [10, 10],
  'DELETE /guilds/:guild/members/:user/roles/:role': [10, 10],
  'PUT /applications/:application/commands': [5, 20],
  'GET /guilds/:guild/members/:user': [5, 1],
  'POST /webhooks/:application/:token': [5, 2],
  'PATCH /webhooks/:application/:token/messages/:message': [5, 2],
}
const OTHERS: [number, number] = [50, 1]
const GLOBAL_MAX = 50
const RENAMES_MAX = 2
const RENAMES_SECONDS = 600
/** Answers of 401, 403 and 429 in ten minutes after which an address is banned. */
const INVALID_MAX = 10_000

export type Rates = ReturnType<typeof createRates>

export function createRates(clock: Clock, isOn: boolean) {
  const buckets = new Map<string, Bucket>()
  const renames = new Map<string, number[]>()
  const invalid: number[] = []

  const draw = (key: string, limit: number, seconds: number): Bucket => {
    const now = clock.ticks()
    const found = buckets.get(key)
    const bucket = found && found.resetsAt > now ? found : { left: limit, resetsAt: now + seconds * 1000 }
    buckets.set(key, bucket)
    if (buckets.size > 10_000) for (const [old, { resetsAt }] of buckets) if (resetsAt <= now) buckets.delete(old)
    return bucket
  }
  const secondsTo = (bucket: Bucket) => Math.max(0.001, Math.ceil(bucket.resetsAt - clock.ticks()) / 1000)

  return {
    /** Counts a request; `major` is the channel, server or webhook its bucket belongs to. Gives the headers and a refusal. */
    count(route: string, major: string, isExempt: boolean): { headers: Record<string, string>; slowed?: Slowed } {
      if (!isOn) return { headers: {} }
      const all = isExempt ? undefined : draw('global', GLOBAL_MAX, 1)
      if (all && all.left <= 0) return { headers: {}, slowed: { retryAfter: secondsTo(all), scope: 'global' } }
      if (all) all.left -= 1
      // First answers to interactions have no bucket.
      if (route.endsWith('/callback')) return { headers: {} }
      const [limit, seconds] = BUCKETS[route] ?? OTHERS
      const bucket = draw(`${route} ${major}`, limit, seconds)
      const isOver = bucket.left <= 0
      if (!isOver) bucket.left -= 1
      const resetAfter = secondsTo(bucket)
      const headers = {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(bucket.left),
        'x-ratelimit-reset': (Date.now() / 1000 + resetAfter).toFixed(3),
        'x-ratelimit-reset-after': resetAfter.toFixed(3),
        'x-ratelimit-bucket': Buffer.from(route).toString('hex').slice(0, 32),
      }
      return { headers, ...(isOver && { slowed: { retryAfter: resetAfter, scope: 'user' } }) }
    },

    /** Names and topics of a channel: twice in ten minutes, which no header tells beforehand. */
    rename(channelId: string): Slowed | undefined {
      if (!isOn) return undefined
      const since = clock.ticks() - RENAMES_SECONDS * 1000
      const recent = (renames.get(channelId) ?? []).filter((at) => at > since)
      renames.set(channelId, recent)
      const [first] = recent
      if (first !== undefined && recent.length >= RENAMES_MAX)
        return { retryAfter: Math.ceil(first - since) / 1000, scope: 'shared' }
      recent.push(clock.ticks())
      return undefined
    },

    /** Counts what was refused as 401, 403 or 429; true once the address is banned for it. */
    refuse(status: number): boolean {
      if (![401, 403, 429].includes(status)) return false
      const now = clock.ticks()
      while ((invalid[0] ?? now) < now - 600_000) invalid.shift()
      invalid.push(now)
      return invalid.length > INVALID_MAX
    },
  }
}
