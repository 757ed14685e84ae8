import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { jsonOf } from './json.ts'
import { type CampaignSeen, Forged, type HookRequest, type News } from './segment-store.ts'

const text = z.union([z.string(), z.number()]).transform(String).nullish()
/** Words alone: nothing at all would be the year 1970. */
const time = z.string().pipe(z.coerce.date())
const seen = z.object({
  messageId: z.string().min(1),
  type: z.literal('track'),
  event: z.string(),
  userId: text,
  timestamp: time.nullish(),
  receivedAt: time.nullish(),
  properties: z
    .object({ campaign_id: text, campaign_name: text, email_id: text, email_subject: text })
    .partial()
    .nullish(),
  context: z
    .object({
      traits: z.object({ email: text }).partial().nullish(),
      campaign: z.object({ id: text, name: text }).partial().nullish(),
    })
    .partial()
    .nullish(),
})

/** What it may tell of: the events of mails and of shops, by the specification. */
const KINDS = {
  Unsubscribed: 'unsubscribed',
  'Email Bounced': 'bounced',
  'Email Marked as Spam': 'complained',
  'Email Delivered': 'sent',
  'Email Opened': 'opened',
  'Email Link Clicked': 'clicked',
  'Order Completed': 'bought',
} as const satisfies Record<string, News['kind']>

/** What came to a webhook of Segment's or of another that signs as it does; throws `Forged` where it is not proven. */
export function newsOfEvents({ headers, body }: HookRequest, secret: string, now: Date): News[] {
  const said = Buffer.from(headers['x-signature'] ?? '', 'hex')
  const own = createHmac('sha1', secret).update(body).digest()
  if (said.length !== own.length || !timingSafeEqual(said, own)) throw new Forged('It is not signed with the secret.')
  return [jsonOf(body)].flat().flatMap((one) => newsOf(one, now))
}

function newsOf(words: unknown, now: Date): News[] {
  const event = seen.safeParse(words).data
  const kind = event && Object.entries(KINDS).find(([name]) => name === event.event)?.[1]
  if (!event || !kind) return []
  const { messageId: id, userId, context } = event
  const at = event.timestamp ?? event.receivedAt ?? now
  const email = context?.traits?.email
  const person = { ...(userId && { person: userId }), ...(email && { email }) }
  const isKnown = Object.keys(person).length > 0
  const campaign = campaignOf(event)
  if (kind === 'unsubscribed' || kind === 'bounced' || kind === 'complained') {
    return isKnown ? [{ id, at, kind, person, ...(campaign && { campaign }) }] : []
  }
  return campaign ? [{ id, at, kind, campaign, ...(isKnown && { person }) }] : []
}

/** The campaign of a mail, or the one that a purchase came from. */
function campaignOf({ properties, context }: z.infer<typeof seen>): CampaignSeen | undefined {
  const from = context?.campaign
  const id = properties?.campaign_id ?? properties?.email_id ?? from?.id ?? from?.name ?? properties?.campaign_name
  const title = properties?.campaign_name ?? properties?.email_subject ?? from?.name
  return id ? { id, title: title ?? id } : undefined
}
