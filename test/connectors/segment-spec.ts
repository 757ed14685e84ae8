import { z } from 'zod'
import { type Answered, openFakeServer } from './fake-server.ts'
import type { OpenRig } from './rig.ts'

const WRITE_KEY = 'a write key'
/** Segment, HTTP API: of a request, and of one event. */
const [REQUEST_MAX_BYTES, EVENT_MAX_BYTES] = [500_000, 32_000]

const about = { messageId: z.string().max(100), userId: z.string().min(1), timestamp: z.iso.datetime() }
const event = z.discriminatedUnion('type', [
  z.strictObject({ ...about, type: z.literal('identify'), traits: z.record(z.string().regex(/^\w+$/), z.unknown()) }),
  z.strictObject({
    ...about,
    type: z.literal('track'),
    event: z.enum(['Audience Entered', 'Audience Exited']),
    properties: z.record(z.string(), z.unknown()),
  }),
])

/**
 * A data plane of the Segment spec. It answers 200 to whatever it drops: events it can't read, and those it has had. Keys are
 * refused as RudderStack does; Segment itself answers 200 to wrong ones too.
 */
export const openSegmentSpec: OpenRig = async (now) => {
  const had = new Set<string>()
  const profiles = new Map<string, Record<string, unknown>>()
  const refused = new Set<string>()
  const dropped: unknown[] = []
  let isRevoked = false

  const server = await openFakeServer({
    now,
    tooMuch: () => ({ status: 429 }),
    refuse({ headers }) {
      const key = Buffer.from(`${WRITE_KEY}:`).toString('base64')
      return !isRevoked && headers.authorization === `Basic ${key}` ? undefined : { status: 401, body: {} }
    },
    answer({ method, path, body, text }): Answered | undefined {
      if (method !== 'POST' || path !== '/v1/batch') return undefined
      if (Buffer.byteLength(text) > REQUEST_MAX_BYTES) return { status: 400, body: { message: 'too large' } }
      const { batch } = z.object({ batch: z.array(z.unknown()), sentAt: z.string().optional() }).parse(body)
      for (const one of batch) take(one)
      return { status: 200, body: { success: true } }
    },
  })

  function take(one: unknown): void {
    const read = event.safeParse(one)
    if (!read.success || JSON.stringify(one).length > EVENT_MAX_BYTES) return void dropped.push(one)
    const { data } = read
    if (had.has(data.messageId)) return
    had.add(data.messageId)
    if (data.type === 'track') return
    if (refused.has(String(data.traits.email).toLowerCase())) return
    const traits = { ...profiles.get(data.userId), ...data.traits }
    profiles.set(data.userId, Object.fromEntries(Object.entries(traits).filter(([, value]) => value !== null)))
  }

  const emails = (isMeant: (traits: Record<string, unknown>) => boolean) =>
    [...profiles.values()]
      .filter((traits) => traits.email !== undefined && isMeant(traits))
      .map(({ email }) => String(email).toLowerCase())
      .sort()
  return {
    connector: 'segment',
    settings: { URL: server.url, WRITE_KEY },
    server,
    holds: (community) => [
      ...new Set(emails((traits) => traits[`community_${community.replaceAll('-', '_')}`] === true)),
    ],
    contacts: () => emails(() => true),
    kept: () => JSON.stringify([[...profiles], dropped]),
    revoke: (is) => {
      isRevoked = is
    },
    refuseAddress: (email) => void refused.add(email.toLowerCase()),
    close: server.close,
  }
}
