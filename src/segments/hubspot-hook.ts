import { z } from 'zod'
import { jsonOf } from './json.ts'
import { Forged, type HookRequest, type News, type SuppressedWhy } from './segment-store.ts'
import { assertSigned } from './signature.ts'

/** What is older HubSpot itself says to refuse. */
const WITHIN_MS = 5 * 60_000
/** It signs the address with these as they are, however they were sent. */
const PLAIN = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi

const changed = z.object({
  subscriptionType: z.enum(['contact.propertyChange', 'object.propertyChange']),
  /** Of the newer kind of event alone: of what kind the object is. */
  objectTypeId: z.literal('0-1').optional(),
  eventId: z.number(),
  subscriptionId: z.number(),
  objectId: z.number(),
  occurredAt: z.number(),
  propertyName: z.string(),
  propertyValue: z.string().nullish(),
})

/** Reads what HubSpot posts to us: who unsubscribed from everything, and whose address does not work. */
export function heardFromHubspot({ method, url, headers, body }: HookRequest, secret: string, now: Date): News[] {
  const time = headers['x-hubspot-request-timestamp'] ?? ''
  assertSigned({
    given: headers['x-hubspot-signature-v3'],
    encoding: 'base64',
    secret,
    words: `${method}${url.replace(PLAIN, decodeURIComponent)}${body}${time}`,
    at: /^\d+$/.test(time) ? Number(time) : Number.NaN,
    now,
    withinMs: WITHIN_MS,
  })
  const events = z.array(z.unknown()).safeParse(jsonOf(body)).data
  if (!events) throw new Forged('It is not what HubSpot sends.')
  // That a contact was deleted, or anything else of them changed, is no news to us.
  return events.flatMap((event) => newsOf(changed.safeParse(event).data) ?? [])
}

function newsOf(event: z.infer<typeof changed> | undefined): News | undefined {
  const kind = event && kindOf(event.propertyName, event.propertyValue ?? '')
  if (!kind) return undefined
  const { subscriptionId, eventId, objectId, occurredAt } = event
  // An event's number alone may come twice, by HubSpot's own word.
  const id = [subscriptionId, eventId, objectId, occurredAt].join('/')
  return { id, kind, at: new Date(occurredAt), person: { id: String(objectId) } }
}

/** Whoever takes it back there says so to Kindred with their next yes, so that only one direction is news. */
function kindOf(property: string, value: string): SuppressedWhy | undefined {
  switch (property) {
    case 'hs_email_optout':
      return value === 'true' ? 'unsubscribed' : undefined
    case 'hs_email_bad_address':
      return value === 'true' ? 'bounced' : undefined
    case 'hs_email_hard_bounce_reason_enum':
      return value === '' ? undefined : 'bounced'
    default:
      return undefined
  }
}
