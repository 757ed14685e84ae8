import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Api, isPage, openApi } from './api.ts'
import { LIMITS } from './limits.ts'
import { rootOf } from './root-of.ts'
import { newsOfEvents } from './segment-spec-news.ts'
import { type Connector, type Entry, Rejected, type Result, type SegmentStore } from './segment-store.ts'

const limits = LIMITS.segment
const CHECK_MS = 10_000
/** What is sent at once need not be spread evenly. */
const WINDOW_SECONDS = 10
const EVENTS_A_CHANGE = 2
/** Of one request and of one event in it, by the specification, with room for what is around them. */
const [REQUEST_MAX_BYTES, EVENT_MAX_BYTES] = [480_000, 32_000]

const settings = z.object({
  URL: z
    .url({ protocol: /^https?$/ })
    .default('https://api.segment.io')
    .describe('Where events are sent, without the path'),
  PATH: z
    .string()
    .regex(/^\/\S*$/)
    .default('/v1/batch')
    .describe('The path for batches there; /api/public/apps/batch for Dittofeed'),
  WRITE_KEY: z
    .string()
    .min(1)
    .describe('The write key of the source; with “Basic ” in front where it is a whole one already, as Dittofeed’s is'),
  EVENTS_PER_SECOND: z.coerce
    .number()
    .int()
    .min(1)
    .default(500)
    .describe(
      'How many events it takes in a second; a change is two. Twilio Segment takes 1,000 for a whole workspace',
    ),
  HOOK_SECRET: z
    .string()
    .min(16)
    .optional()
    .describe('The shared secret of the webhook that tells what became of mails, where there is one'),
})

/** Events by Segment's specification: Twilio Segment, RudderStack, Customer.io's pipelines, Dittofeed and others. */
export const segmentSpec: Connector<typeof settings> = {
  name: 'segment',
  settings,
  steps: [
    'Make a source of the kind “HTTP API” (RudderStack: “HTTP”; Customer.io: Data Pipelines), for Kindred alone.',
    'Set WRITE_KEY to its write key, and URL to where it listens: `https://api.segment.io`, your RudderStack data plane, `https://cdp.customer.io`, or your Dittofeed with PATH `/api/public/apps/batch`.',
    'Each person is told of with the trait `community_<slug>` (true or false, with _ for - in the slug) and the event `Audience Entered` or `Audience Exited`. Build the audience from the trait, and ignore events whose `revision` is lower than one you had.',
    'Twilio Segment answers 200 to a wrong key as to a right one: look in its Debugger that the first events have come.',
    'What is sent counts as accepted, not as proven: such a source cannot be asked what it holds. It has no deletion either: whoever is to be forgotten exits every audience and their address is set to nothing. Delete their past there by its own means (Segment: Privacy → Deletion), by the person’s number.',
    'To hear who unsubscribes, send the events of mails to a webhook at `/hooks/<destination>` with a shared secret, one event a request (no batching); and set HOOK_SECRET to it.',
  ],
  fields: 'address, number and the revision',
  byAddress: false,
  place: ({ URL: url, WRITE_KEY }) => `${rootOf(url)} ${WRITE_KEY}`,
  open({ URL: url, PATH, WRITE_KEY, EVENTS_PER_SECOND, HOOK_SECRET }, now) {
    const isWhole = WRITE_KEY.startsWith('Basic ')
    const authorization = isWhole ? WRITE_KEY : `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}`
    // Customer.io else answers 200 to what it drops; others do not look at it.
    const headers = () => ({ authorization, 'x-strict-mode': '1' })
    const count = EVENTS_PER_SECOND * WINDOW_SECONDS
    const windows = [{ count, ms: WINDOW_SECONDS * 1_000 }]
    const api = openApi({ url: rootOf(url), limits: { ...limits, windows }, headers, saysNothing }, now)
    const batch = Math.min(limits.batch, count / EVENTS_A_CHANGE)
    return openSegmentSpec(api, { path: PATH, batch, now, secret: HOOK_SECRET })
  },
}

/** RudderStack says OK, and others nothing at all; what begins like a page is somebody else's. */
const saysNothing = (text: string) => !isPage(text)

/** An event as it is sent. */
interface Event {
  type: 'identify' | 'track'
  userId: string
  messageId: string
  timestamp: Date
  traits?: Record<string, boolean | string | null>
  event?: string
  properties?: Record<string, boolean | string | number>
}

interface Source {
  path: string
  /** Changes in one call, which no window is too small for. */
  batch: number
  now: () => Date
  secret: string | undefined
}

function openSegmentSpec(api: Api, { path, batch, now, secret }: Source): SegmentStore {
  /** In as many requests as they need; a repetition is told by the same ids, so that all may be sent again. */
  async function send(events: string[], signal: AbortSignal): Promise<void> {
    for (const [i, batch] of requestsOf(events).entries()) {
      // All at once, or what follows the first would never come: that is sent again each time.
      const weight = i === 0 ? events.length : 0
      await api.call('POST', path, { text: `{"batch":[${batch.join()}]}`, weight, signal })
    }
  }

  async function tell(key: string, entries: Entry[], isIn: boolean, signal: AbortSignal): Promise<Result[]> {
    const told = entries.map((entry) => eventsOf(key, entry, isIn).map(textOf))
    const fits = told.map((events) => events.every((one) => bytesOf(one) <= EVENT_MAX_BYTES))
    await send(told.filter((_, i) => fits[i]).flat(), signal)
    return fits.map((fit) =>
      fit ? { result: 'accepted' } : { result: 'rejected', why: 'It is too long for an event.' },
    )
  }

  return {
    batch,
    async check() {
      try {
        // Nothing, so that nobody is made up there.
        await api.call('POST', path, { body: { batch: [] }, signal: AbortSignal.timeout(CHECK_MS) })
      } catch (error) {
        // It knew the key, and some refuse a batch with nothing in it.
        if (!(error instanceof Rejected)) throw error
      }
    },
    put: (segment, entries, signal) => tell(segment.key, entries, true, signal),
    take: (segment, entries, signal) => tell(segment.key, entries, false, signal),
    async forget({ person, held, at }, signal) {
      const keys = held.map(({ segment }) => segment.key)
      const common = { userId: person, timestamp: at }
      const exits = keys.map(
        (key): Event => ({
          ...{ ...common, type: 'track', event: 'Audience Exited', properties: { [key]: false, audience_key: key } },
          messageId: idOf('erased', key, person),
        }),
      )
      const traits = { email: null, ...Object.fromEntries(keys.map((key) => [traitOf(key), false])) }
      const last: Event = { ...common, type: 'identify', messageId: idOf('erased', '', person), traits }
      await send([...exits, last].map(textOf), signal)
      return { result: 'accepted' }
    },
    ...(secret !== undefined && { hear: (request) => newsOfEvents(request, secret, now()) }),
    close: api.close,
  } satisfies SegmentStore
}

function eventsOf(key: string, entry: Entry, isIn: boolean): Event[] {
  const { person: userId, email, at: timestamp, revision } = entry
  const idFor = (kind: string) => idOf(kind, key, userId, String(revision), email)
  // Who leaves is known by their number; their address may be somebody else's by now.
  const traits = { ...(isIn && email && { email }), [traitOf(key)]: isIn }
  // In this order, as a community may be called `revision`.
  const properties = { [key]: isIn, audience_key: key, revision }
  const event = isIn ? 'Audience Entered' : 'Audience Exited'
  return [
    { type: 'identify', userId, messageId: idFor('identify'), timestamp, traits },
    { type: 'track', userId, messageId: idFor('track'), timestamp, event, properties },
  ]
}

/** Tools downstream make columns and attributes of traits, and few allow a hyphen in those. */
function traitOf(key: string): string {
  return `community_${key.replaceAll('-', '_')}`
}

/** The same for the same, and nothing to be read in it: receivers drop what they had before by it. */
function idOf(...parts: string[]): string {
  return `kindred-${createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 40)}`
}

/** Written once, since writing it is most of the work of telling somebody. */
const textOf = (event: Event) => JSON.stringify(event)

/** With the comma behind it. */
const bytesOf = (event: string) => Buffer.byteLength(event) + 1

function requestsOf(events: string[]): string[][] {
  const requests: string[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const one of events) {
    const own = bytesOf(one)
    if (bytes + own > REQUEST_MAX_BYTES) {
      requests.push([])
      bytes = 0
    }
    requests.at(-1)?.push(one)
    bytes += own
  }
  return requests
}
