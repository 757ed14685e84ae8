import { createHash } from 'node:crypto'
import { z } from 'zod'
import { isSameSecret } from './same-secret.ts'
import { Forged, type HookRequest, type News } from './segment-store.ts'

const told = z.object({
  event: z.string(),
  email: z.string().nullish(),
  camp_id: z.union([z.number(), z.string()]).nullish(),
  'campaign name': z.string().nullish(),
  /** Seconds. */
  ts_event: z.number().nullish(),
})

/** Its names of events, without what it writes in two ways (hard_bounce, hardBounce). Opens by machines are none. */
const KINDS = new Map<string, Exclude<News['kind'], 'bought'>>([
  ['unsubscribe', 'unsubscribed'],
  ['unsubscribed', 'unsubscribed'],
  ['hardbounce', 'bounced'],
  ['hardbounced', 'bounced'],
  ['spam', 'complained'],
  ['complaint', 'complained'],
  ['delivered', 'sent'],
  ['opened', 'opened'],
  ['click', 'clicked'],
  ['clicked', 'clicked'],
])

/** Reads what a marketing webhook posts, one event or many. Brevo signs nothing, but sends the token it was given. */
export function hearBrevo(secret: string, now: () => Date) {
  return ({ method, headers, body }: HookRequest): News[] => {
    if (!isSameSecret(headers.authorization, `Bearer ${secret}`)) throw new Forged('The token is not the right one.')
    return method === 'POST' ? eventsIn(body).flatMap((one) => newsOf(one, now)) : []
  }
}

function eventsIn(body: string): unknown[] {
  try {
    return [JSON.parse(body)].flat()
  } catch {
    return []
  }
}

function newsOf(event: unknown, now: () => Date): News[] {
  const heard = told.safeParse(event).data
  const kind = heard && KINDS.get(heard.event.toLowerCase().replace(/[^a-z]/g, ''))
  if (!kind) return []
  const { email, camp_id: campaignId, 'campaign name': title, ts_event: seconds } = heard
  const at = seconds ? new Date(seconds * 1000) : now()
  // It has no id of its own: `id` is that of the webhook. Where it names no time, all it says tells it from others.
  const own = seconds ? [kind, email, campaignId, seconds] : [kind, sortedBut('id', event)]
  const id = createHash('sha256').update(JSON.stringify(own)).digest('base64url')
  const person = email ? { email } : undefined
  const campaign = campaignId ? { id: String(campaignId), title: title?.trim() ?? '' } : undefined
  switch (kind) {
    case 'unsubscribed':
    case 'bounced':
    case 'complained':
      // Also where they left one list alone: for all of them is what its link means unless the organization changed it.
      return person ? [{ id, at, kind, person, ...(campaign && { campaign }) }] : []
    case 'sent':
    case 'opened':
    case 'clicked':
      return campaign ? [{ id, at, kind, campaign, ...(person && { person }) }] : []
    default:
      return kind satisfies never
  }
}

/** All that is said but for one thing, in an order of our own. */
function sortedBut(left: string, event: unknown): [string, unknown][] {
  const said = z.record(z.string(), z.unknown()).safeParse(event).data ?? {}
  return Object.entries(said)
    .filter(([name]) => name !== left)
    .sort(([one], [other]) => (one < other ? -1 : 1))
}
