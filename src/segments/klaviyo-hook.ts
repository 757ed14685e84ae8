import { z } from 'zod'
import { jsonOf } from './json.ts'
import { type CampaignSeen, Forged, type HookRequest, type News } from './segment-store.ts'
import { assertSigned } from './signature.ts'

/** Klaviyo names no time. What it tells again may carry the time of the first try, and news told twice are news once. */
const WITHIN_MS = 60 * 60_000

const event = z.object({
  external_id: z.string(),
  topic: z.string(),
  payload: z.object({
    data: z.object({
      attributes: z.object({
        /** In seconds. */
        timestamp: z.number(),
        event_properties: z
          .object({
            $message: z.string().optional(),
            $group_ids: z.array(z.string()).optional(),
            'Campaign Name': z.string().optional(),
            Subject: z.string().optional(),
            'Bounce Type': z.string().optional(),
          })
          .nullish(),
      }),
      relationships: z.object({ profile: z.object({ data: z.object({ id: z.string() }) }) }),
    }),
  }),
})
type Event = z.infer<typeof event>
const told = z.object({ data: z.array(z.unknown()), meta: z.object({ klaviyo_webhook_id: z.string() }) })

/** Reads what a webhook of Klaviyo posts to us: who is not written to any more, and what became of messages. */
export function heardFromKlaviyo({ headers, body }: HookRequest, secret: string, now: Date): News[] {
  const time = headers['klaviyo-timestamp'] ?? ''
  assertSigned({
    given: headers['klaviyo-signature'],
    encoding: 'hex',
    secret,
    words: `${body}${time}`,
    at: Date.parse(time),
    now,
    withinMs: WITHIN_MS,
  })
  const { data, meta } = told.safeParse(jsonOf(body)).data ?? {}
  if (!data || meta?.klaviyo_webhook_id !== headers['klaviyo-webhook-id'])
    throw new Forged('It is not what Klaviyo sends.')
  return data.flatMap((one) => newsOf(event.safeParse(one).data) ?? [])
}

function newsOf(one: Event | undefined): News | undefined {
  if (!one) return undefined
  const { attributes, relationships } = one.payload.data
  const about = { id: one.external_id, at: new Date(attributes.timestamp * 1000), person: relationships.profile.data }
  const campaign = campaignOf(attributes.event_properties ?? {})
  const seen = (kind: 'sent' | 'opened' | 'clicked') => campaign && { ...about, kind, campaign }
  const lost = (kind: 'unsubscribed' | 'bounced' | 'complained') => ({ ...about, kind, ...(campaign && { campaign }) })
  switch (one.topic.replace(/^event:klaviyo\./, '')) {
    case 'unsubscribed_from_email_marketing':
    case 'manually_suppressed_from_email_marketing':
      return lost('unsubscribed')
    case 'marked_email_as_spam':
      return lost('complained')
    case 'bounced_email':
      // A soft one may pass; after seven of them it suppresses the profile, which it then says when asked.
      return /^hard/i.test(attributes.event_properties?.['Bounce Type'] ?? '') ? lost('bounced') : undefined
    case 'received_email':
      return seen('sent')
    case 'opened_email':
      return seen('opened')
    case 'clicked_email':
      return seen('clicked')
    default:
      return undefined
  }
}

function campaignOf(
  properties: NonNullable<Event['payload']['data']['attributes']['event_properties']>,
): CampaignSeen | undefined {
  const { $message: id, $group_ids: [segment, ...more] = [], Subject, 'Campaign Name': title = Subject } = properties
  if (id === undefined) return undefined
  // Sent to several lists, it can't be told for which of them somebody got it.
  return { id, title: title ?? '', ...(segment && more.length === 0 && { segment }) }
}
