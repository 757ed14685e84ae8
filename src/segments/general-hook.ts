import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import { isSameSecret } from './same-secret.ts'
import { type CampaignSeen, Forged, type HookRequest, type News } from './segment-store.ts'

/** How far a sender's clock may be from ours, by Standard Webhooks 1.0. */
const TOLERANCE_MS = 300_000
/** The least bytes of a secret, by Standard Webhooks 1.0. */
const SECRET_BYTES_MIN = 24
/** The most events of one message; docs/hooks.md says so. */
const EVENTS_MAX = 1_000
const WORDS_MAX = 300

const text = z.string().min(1).max(WORDS_MAX)
/** Words alone: nothing at all would be the year 1970. */
const time = text.pipe(z.coerce.date())
/** What a store calls things may be a number to it. */
const name = z.union([text, z.number().int().transform(String)])

const data = z.object({
  person: text.optional(),
  email: text.optional(),
  id: name.optional(),
  /** Which of our lists or tags it is about. */
  segment: name.optional(),
  campaign: z.object({ id: name, title: z.string().max(WORDS_MAX).default(''), segment: name.optional() }).optional(),
  count: z.int().min(1).max(10_000_000).optional(),
})

const PEOPLE = {
  'person.unsubscribed': 'unsubscribed',
  'person.bounced': 'bounced',
  'person.complained': 'complained',
} as const
const CAMPAIGNS = {
  'campaign.sent': 'sent',
  'campaign.opened': 'opened',
  'campaign.clicked': 'clicked',
  'campaign.bought': 'bought',
} as const

const event = z
  .object({ id: text.optional(), type: z.string(), timestamp: time.optional(), data })
  .refine(({ type, data: { person, id, email } }) => !isKey(PEOPLE, type) || (person ?? id ?? email) !== undefined, {
    message: 'should name somebody',
  })
  .refine(({ type, data: { campaign } }) => !isKey(CAMPAIGNS, type) || campaign !== undefined, {
    message: 'should name a campaign',
  })
const several = z.object({
  timestamp: time.optional(),
  data: z.object({ events: z.array(event).max(EVENTS_MAX) }),
})
const hasEvents = z.object({ data: z.object({ events: z.array(z.unknown()) }) })

/** A sender that changes its secret signs by both; nobody needs more. */
const SIGNATURES_MAX = 10

/** Whether words can be the secrets of a general hook: one, or several, newest first, separated by commas. */
export function areHookSecrets(secrets: string): boolean {
  return secrets.split(',').every((one) => {
    const [, base64 = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(one.trim()) ?? []
    return Buffer.from(base64, 'base64').length >= SECRET_BYTES_MIN
  })
}

/** Hears what anything that can sign by Standard Webhooks 1.0 tells of people and campaigns; docs/hooks.md tells how. */
export function generalHook(secrets: string, now: () => Date): (request: HookRequest) => News[] {
  const signers = secrets.split(',').map((one) => new Webhook(one.trim()))
  return ({ headers, body }) => {
    const { 'webhook-id': id = '', 'webhook-timestamp': seconds = '', 'webhook-signature': signatures = '' } = headers
    const at = new Date(Number(seconds) * 1000)
    if (!id || !/^\d{1,12}$/.test(seconds)) throw new Forged('It is not signed.')
    // By the given clock; the library's own check asks the machine's.
    if (Math.abs(at.getTime() - now().getTime()) > TOLERANCE_MS) throw new Forged('It was signed at another time.')
    // Signing takes its time over a long body, so it is done once for each secret of ours, whatever came along.
    const given = signatures.split(' ').slice(0, SIGNATURES_MAX)
    const own = signers.map((signer) => signer.sign(id, at, body))
    const isSigned = own.some((signature) => given.some((one) => isSameSecret(one, signature)))
    if (!isSigned) throw new Forged('Its signature is not that of this secret.')
    return readNews(body, id, at)
  }
}

/** What the body of a general message tells, taken as verified. Events of a type we do not know are passed over. */
export function readNews(body: string, id: string, at: Date): News[] {
  const words: unknown = JSON.parse(body)
  const message = hasEvents.safeParse(words).success ? several.parse(words) : undefined
  const events = message?.data.events ?? [event.parse(words)]
  const told = message?.timestamp
  return events.flatMap(({ type, timestamp, data: about, id: own }, i): News[] => {
    const place = events.length === 1 ? id : `${id}/${i}`
    const news = { id: own ?? place, at: timestamp ?? told ?? at }
    const whom = { ...pick(about, 'person'), ...pick(about, 'id'), ...pick(about, 'email') }
    const segment = about.segment ?? about.campaign?.segment
    const campaign: CampaignSeen | undefined = about.campaign && {
      id: about.campaign.id,
      title: about.campaign.title,
      ...(segment !== undefined && { segment }),
    }
    const isNamed = Object.keys(whom).length > 0
    if (isKey(PEOPLE, type)) {
      return [{ ...news, kind: PEOPLE[type], person: whom, ...(campaign && { campaign }), ...pick(about, 'segment') }]
    }
    if (!isKey(CAMPAIGNS, type) || !campaign) return []
    return [{ ...news, kind: CAMPAIGNS[type], campaign, ...(isNamed && { person: whom }), ...pick(about, 'count') }]
  })
}

function isKey<T extends object>(table: T, type: string): type is string & keyof T {
  return Object.hasOwn(table, type)
}

/** A field, where it is there: optional ones are left out and never undefined. */
function pick<T, K extends keyof T>(of: T, key: K): { [k in K]?: NonNullable<T[K]> } {
  const value = of[key]
  // One key, which is the one asked for.
  return (value === undefined || value === null ? {} : { [key]: value }) as { [k in K]?: NonNullable<T[K]> }
}
