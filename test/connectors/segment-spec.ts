import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { HookRequest } from '../../src/segments/segment-store.ts'
import { type Answered, openFakeServer } from './fake-server.ts'
import type { Rig } from './rig.ts'

const WRITE_KEY = 'write key of the source'
const HOOK_SECRET = 'shared secret of the webhook'
const [REQUEST_MAX_BYTES, EVENT_MAX_BYTES] = [500_000, 32_000]

const event = z.looseObject({
  type: z.enum(['identify', 'track']),
  messageId: z.string().max(100).optional(),
  userId: z.string().optional(),
  timestamp: z.string().optional(),
  event: z.string().optional(),
  traits: z.record(z.string(), z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
})
type Event = z.infer<typeof event>

/**
 * A source by Segment's specification. As the real ones it says 200 to what it drops; as Customer.io in its strict mode and
 * RudderStack it refuses a wrong key, and a batch with something in it that cannot be.
 */
export const openSegmentSpec = async (now: () => Date) => {
  const people = new Map<string, Record<string, unknown>>()
  const seen = new Set<string>()
  const tracked: Event[] = []
  const refused = new Set<string>()
  const counts = { accepted: 0, repeated: 0, dropped: 0, requests: 0 }
  let isRevoked = false

  const server = await openFakeServer({
    now,
    tooMuch: () => ({ status: 429, headers: { 'retry-after': '15' } }),
    refuse({ headers }) {
      const key = Buffer.from(`${WRITE_KEY}:`).toString('base64')
      if (!isRevoked && headers.authorization === `Basic ${key}`) return undefined
      return { status: 401, body: { success: false, message: 'Invalid Write Key' } }
    },
    answer({ method, path, body, text, headers }): Answered | undefined {
      if (method !== 'POST' || path !== '/v1/batch') return undefined
      const { batch } = z.object({ batch: z.array(event) }).parse(body)
      const isTooLong = batch.some((one) => Buffer.byteLength(JSON.stringify(one)) > EVENT_MAX_BYTES)
      if (Buffer.byteLength(text) > REQUEST_MAX_BYTES || isTooLong)
        return { status: 400, body: { message: 'too large' } }
      const isBad = batch.some((one) => refused.has(String(one.traits?.email).toLowerCase()))
      if (batch.length === 0) return { status: 400, body: { message: 'empty batch payload' } }
      if (headers['x-strict-mode'] === '1' && isBad) return { status: 400, body: { message: 'validation failed' } }
      counts.requests++
      for (const one of batch) take(one)
      return { status: 200, body: { success: true } }
    },
  })

  function take(one: Event) {
    if (!one.userId || (one.type === 'track' && !one.event)) return void counts.dropped++
    if (one.messageId && seen.has(one.messageId)) return void counts.repeated++
    if (one.messageId) seen.add(one.messageId)
    counts.accepted++
    if (one.type === 'track') return void tracked.push(one)
    people.set(one.userId, { ...people.get(one.userId), ...one.traits })
  }

  /** A request of a webhook of it, about one event. */
  function hook(about: object, secret = HOOK_SECRET): HookRequest {
    const body = JSON.stringify(about)
    const signature = createHmac('sha1', secret).update(body).digest('hex')
    return { method: 'POST', url: 'https://bot.example/hooks/cdp', headers: { 'x-signature': signature }, body }
  }

  const trait = (community: string) => `community_${community.replaceAll('-', '_')}`
  const rig: Rig = {
    connector: 'segment',
    settings: { URL: server.url, WRITE_KEY, HOOK_SECRET },
    server,
    holds: (community) =>
      [...people.values()]
        .filter((one) => one[trait(community)] === true && typeof one.email === 'string')
        .map((one) => String(one.email).toLowerCase())
        .sort(),
    contacts: () => [...people.values()].flatMap(({ email }) => (typeof email === 'string' ? email : [])).sort(),
    // The number alone may stay (segment-store.ts, `forget`), and its archive of events is cleared by its own means.
    kept: () => JSON.stringify([...people].filter(([, traits]) => Object.values(traits).some(Boolean))),
    revoke: (is) => {
      isRevoked = is
    },
    refuseAddress: (email) => void refused.add(email.toLowerCase()),
    close: server.close,
  }
  return { ...rig, people, tracked, counts, hook }
}
