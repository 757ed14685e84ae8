import { createHash } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import { type Client, openClient } from './client.ts'
import { type Connector, type Entry, Rejected, type Result, type SegmentStore } from './segment-store.ts'
import { assertTaken, resultsOf } from './webhook-answer.ts'

/** The least and most bytes of a secret, by Standard Webhooks 1.0. */
const [SECRET_BYTES_MIN, SECRET_BYTES_MAX] = [24, 64]
/** How long the check waits for an answer; the requests that follow are aborted by whoever makes them. */
const CHECK_MS = 10_000
/**
 * The most events of one request: about 90 kB, as the strictest default a receiver is likely to have is Express's 100 kB.
 * One of long addresses may still be answered 413, and is then sent again in halves.
 */
const BATCH = 250
const CONNECTIONS = 4

const settings = z
  .object({
    URL: z
      .string()
      .refine((url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol), 'should begin with https://')
      .describe('Where events are posted: https, or http within your own network'),
    SECRET: z
      .string()
      .refine((words) => words.split(',').every(isSecret), `should be whsec_ and ${SECRET_BYTES_MIN} bytes in base64`)
      .describe(
        'whsec_ and 24 bytes in base64, which the receiver knows too; several, newest first, separated by commas',
      ),
    ALLOW_PRIVATE: z
      .enum(['yes', 'no'])
      .default('no')
      .describe('Whether events may be posted into your own network: yes or no'),
  })
  .refine(({ URL: url, ALLOW_PRIVATE }) => !url.startsWith('http:') || ALLOW_PRIVATE === 'yes', {
    path: ['URL'],
    message: 'should begin with https:// unless ALLOW_PRIVATE is yes',
  })

/** Signed events over HTTP, by Standard Webhooks 1.0; docs/webhook.md tells receivers what to do with them. */
export const webhook: Connector<typeof settings> = {
  name: 'webhook',
  settings,
  steps: [
    'Make a secret: `echo whsec_$(head -c 24 /dev/urandom | base64)`.',
    'Have your receiver check the signature with it, with any library of Standard Webhooks; docs/webhook.md says what comes.',
    'Set URL to where it listens, and SECRET.',
  ],
  fields: 'address, number, since when, by which yes, and the revision',
  byAddress: false,
  place: ({ URL: url }) => {
    const { protocol, host, pathname, search } = new URL(url)
    return `${protocol}//${host}${pathname}${search}`
  },
  open({ URL: words, SECRET, ALLOW_PRIVATE }, now) {
    const url = new URL(words)
    const reach = ALLOW_PRIVATE === 'no' ? 'public' : url.protocol === 'http:' ? 'private' : 'any'
    return openWebhook(
      openClient(url, reach, CONNECTIONS),
      SECRET.split(',').map((one) => new Webhook(one.trim())),
      now,
    )
  },
}

interface Event {
  /** The same however often it is told. */
  id: string
  type: string
  timestamp: Date
  data: Record<string, string | number | Date>
}

function openWebhook({ send, close }: Client, signers: Webhook[], now: () => Date): SegmentStore {
  /** One request, and what each event came to. */
  async function tell(type: string, timestamp: Date, events: Event[], signal: AbortSignal): Promise<Result[]> {
    const body = JSON.stringify({ type, timestamp, data: { events } })
    const ids = events.map(({ id }) => id)
    const id = `msg_${createHash('sha256')
      .update([type, timestamp.toISOString(), ...ids].join('\n'))
      .digest('hex')
      .slice(0, 32)}`
    const at = now()
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signers.map((signer) => signer.sign(id, at, body)).join(' '),
    }
    const answer = await send({ method: 'POST', body, headers }, signal)
    assertTaken(answer, at)
    return resultsOf(answer, ids)
  }
  const tellEvents = (events: Event[], signal: AbortSignal) => tell('kindred.events', latest(events), events, signal)

  return {
    batch: BATCH,
    async check() {
      try {
        await tell('kindred.check', now(), [], AbortSignal.timeout(CHECK_MS))
      } catch (error) {
        // It was reached, and did not know what to make of an event of that name, which is no harm.
        if (!(error instanceof Rejected)) throw error
      }
    },
    put: (segment, entries, signal) =>
      tellEvents(
        entries.map((one) => joined(segment.key, one)),
        signal,
      ),
    take: (segment, entries, signal) =>
      tellEvents(
        entries.map((one) => left(segment.key, one)),
        signal,
      ),
    async forget({ person, email, at }, signal) {
      const data = { person, ...(email && { email }) }
      const events = [{ id: `erased/${person}`, type: 'person.erased', timestamp: at, data }]
      const [result] = await tellEvents(events, signal)
      return result ?? { result: 'accepted' }
    },
    close,
  }
}

function joined(segment: string, entry: Entry): Event {
  const { since, direction, reason } = entry
  return {
    ...left(segment, entry),
    type: 'community.member.joined',
    data: { ...of(segment, entry), since, direction, reason },
  }
}

function left(segment: string, entry: Entry): Event {
  return {
    id: `${segment}/${entry.person}/${entry.revision}`,
    type: 'community.member.left',
    timestamp: entry.at,
    data: { ...of(segment, entry), reason: entry.reason },
  }
}

function of(segment: string, { person, email, revision }: Entry) {
  return { segment, person, email, revision }
}

/** A repetition has to say the same, so the time of a message is that of its latest event. */
function latest(events: Event[]): Date {
  return events.reduce((time, { timestamp }) => (timestamp > time ? timestamp : time), new Date(0))
}

function isSecret(words: string): boolean {
  const [, base64 = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(words.trim()) ?? []
  const { length } = Buffer.from(base64, 'base64')
  return length >= SECRET_BYTES_MIN && length <= SECRET_BYTES_MAX
}
