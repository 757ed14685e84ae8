import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { type Api, openApi } from './api.ts'
import { LIMITS } from './limits.ts'
import {
  type Connector,
  type Entry,
  Forged,
  type HookRequest,
  type News,
  type Result,
  type SegmentStore,
} from './segment-store.ts'

const limits = LIMITS.segment
const CHECK_MS = 10_000
/** 500 kB a request (Segment, HTTP API, batch), with room for what surrounds the events. */
const REQUEST_MAX_BYTES = 480_000

const settings = z.object({
  URL: z
    .url({ protocol: /^https?$/ })
    .default('https://api.segment.io')
    .describe("The data plane's address, without /v1: RudderStack, Customer.io and Dittofeed have their own"),
  WRITE_KEY: z.string().min(1).describe('The write key of an HTTP source made for Kindred'),
  HOOK_SECRET: z.string().min(1).optional().describe('The shared secret of a webhook that sends events back'),
})

/**
 * Whatever takes the Segment spec: Twilio Segment, RudderStack, Customer.io's CDP, Dittofeed. There is no "ungroup" in it, so a
 * community is a trait that is true or false, with an event for each change. It takes everything and proves nothing.
 */
export const segmentSpec: Connector<typeof settings> = {
  name: 'segment',
  settings,
  steps: [
    'Make a source of the kind *HTTP API* for Kindred, and nothing else, and copy its write key.',
    'Set WRITE_KEY, and URL where it is not Twilio Segment.',
    'Make an audience of people whose trait `community_<name>` is true, or listen to *Audience Entered* and *Audience Exited*.',
    'Send each only onwards to tools that the recipient people said yes to uses.',
    'Make a deletion rule of your own for *Audience Exited* with `reason: erased`: the spec has no deletion.',
  ],
  fields: 'address, number, the revision, and whether somebody is in',
  byAddress: false,
  place: ({ URL: url, WRITE_KEY }) => `${url} ${WRITE_KEY}`,
  open({ URL: url, WRITE_KEY, HOOK_SECRET }, now) {
    const key = Buffer.from(`${WRITE_KEY}:`).toString('base64')
    const api = openApi({ url: `${url}/v1`, limits, headers: () => ({ authorization: `Basic ${key}` }) }, now)
    return { ...openSpec(api, now), ...(HOOK_SECRET && { hear: (request) => newsIn(request, HOOK_SECRET) }) }
  },
}

type Event = { messageId: string; userId: string; timestamp: string } & (
  | { type: 'identify'; traits: Record<string, string | boolean | null> }
  | {
      type: 'track'
      event: 'Audience Entered' | 'Audience Exited'
      properties: Record<string, string | number | boolean>
    }
)

function openSpec(api: Api, now: () => Date): SegmentStore {
  async function send(events: Event[], signal: AbortSignal): Promise<void> {
    for (const batch of inRequests(events))
      await api.call('POST', '/batch', { body: { batch, sentAt: now().toISOString() }, signal })
  }
  const tell = async (segment: string, entries: Entry[], isIn: boolean, signal: AbortSignal): Promise<Result[]> => {
    await send(
      entries.flatMap((entry) => changeOf(segment, entry, isIn)),
      signal,
    )
    return entries.map(() => ({ result: 'accepted' }))
  }

  return {
    batch: limits.batch,
    async check() {
      // Some refuse an empty batch, and are reached all the same.
      await api.call('POST', '/batch', { body: { batch: [] }, signal: AbortSignal.timeout(CHECK_MS), allow: [400] })
    },
    put: ({ key }, entries, signal) => tell(key, entries, true, signal),
    take: ({ key }, entries, signal) => tell(key, entries, false, signal),
    async forget({ person, held, at }, signal) {
      const about = { userId: person, timestamp: at.toISOString() }
      const keys = held.map(({ segment }) => segment.key)
      const traits = Object.fromEntries(keys.map((key) => [traitOf(key), false]))
      await send(
        [
          ...keys.map(
            (key): Event => ({
              ...{ ...about, type: 'track', messageId: idOf('erased', person, key), event: 'Audience Exited' },
              properties: { audience_key: key, [key]: false, reason: 'erased' },
            }),
          ),
          { ...about, type: 'identify', messageId: idOf('erased', person), traits: { email: null, ...traits } },
        ],
        signal,
      )
      return { result: 'accepted' }
    },
    close: api.close,
  }
}

/** The same change has the same ids however often it is told, so that what comes twice counts once. */
function changeOf(segment: string, { person, email, revision, at, reason }: Entry, isIn: boolean): Event[] {
  const about = { userId: person, timestamp: at.toISOString() }
  const id = (kind: string) => idOf(kind, segment, person, String(revision))
  return [
    { ...about, type: 'identify', messageId: id('identify'), traits: { email, [traitOf(segment)]: isIn } },
    {
      ...{ ...about, type: 'track', messageId: id('track'), event: isIn ? 'Audience Entered' : 'Audience Exited' },
      properties: { audience_key: segment, [segment]: isIn, revision, ...(!isIn && { reason }) },
    },
  ]
}

/** Several of these services take letters, digits and `_` in the names of traits, and nothing else. */
const traitOf = (segment: string) => `community_${segment.replaceAll('-', '_')}`

const idOf = (...words: string[]) =>
  `kindred-${createHash('sha256').update(words.join('\n')).digest('hex').slice(0, 40)}`

/** As few requests as their size allows. */
function inRequests(events: Event[]): Event[][] {
  const requests: Event[][] = []
  let room = 0
  for (const event of events) {
    const bytes = Buffer.byteLength(JSON.stringify(event)) + 1
    if (bytes > room) {
      requests.push([])
      room = REQUEST_MAX_BYTES
    }
    requests.at(-1)?.push(event)
    room -= bytes
  }
  return requests
}

/** What of its events says something about letters (Segment, e-mail and e-commerce spec). */
const KINDS = {
  Unsubscribed: 'unsubscribed',
  'Email Bounced': 'bounced',
  'Email Marked as Spam': 'complained',
  'Email Opened': 'opened',
  'Email Link Clicked': 'clicked',
  'Order Completed': 'bought',
} as const

const heard = z.object({
  type: z.literal('track'),
  event: z.string(),
  messageId: z.string(),
  userId: z.string().nullish(),
  timestamp: z.coerce.date(),
  properties: z
    .object({
      email: z.string().nullish(),
      campaign: z.object({ id: z.coerce.string().nullish(), name: z.string().nullish() }).nullish(),
      email_id: z.coerce.string().nullish(),
      email_subject: z.string().nullish(),
    })
    .default({}),
})

/** A webhook of Segment's is signed with HMAC-SHA1 over its body, in hexadecimal digits. */
function newsIn({ headers, body }: HookRequest, secret: string): News[] {
  const signature = createHmac('sha1', secret).update(body).digest()
  const claimed = Buffer.from(headers['x-signature'] ?? '', 'hex')
  if (claimed.length !== signature.length || !timingSafeEqual(claimed, signature))
    throw new Forged('The signature is not the one of this secret.')
  const event = heard.safeParse(jsonOf(body)).data
  if (!event || !(event.event in KINDS)) return []
  // Looked up in itself the line before.
  const kind = KINDS[event.event as keyof typeof KINDS]
  const { campaign, email, email_id: emailId, email_subject: subject } = event.properties
  const person = { ...(event.userId && { person: event.userId }), ...(email && { email }) }
  const campaignId = campaign?.id ?? emailId
  const seen = campaignId ? { id: campaignId, title: campaign?.name ?? subject ?? campaignId } : undefined
  const about = { id: event.messageId, at: event.timestamp, person }
  switch (kind) {
    case 'unsubscribed':
    case 'bounced':
    case 'complained':
      return [{ ...about, kind, ...(seen && { campaign: seen }) }]
    case 'opened':
    case 'clicked':
    case 'bought':
      return seen ? [{ ...about, kind, campaign: seen }] : []
    default:
      return kind satisfies never
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
