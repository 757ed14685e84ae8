import { createHash } from 'node:crypto'
import { z } from 'zod'
import { isSameSecret } from './same-secret.ts'
import { Forged, type HookRequest, type News } from './segment-store.ts'

/** `data[email]=…`: the names between the brackets, of what is known to come. */
const told = z.object({
  type: z.string(),
  fired_at: z.string().optional(),
  'data[list_id]': z.string(),
  'data[email]': z.string().optional(),
  'data[action]': z.string().optional(),
  'data[reason]': z.string().optional(),
  'data[id]': z.string().optional(),
  'data[subject]': z.string().optional(),
  'data[status]': z.string().optional(),
})

/**
 * Reads what an audience's webhook posts. Mailchimp signs nothing; its documentation has a secret in the address instead. It
 * asks with GET whether anybody is there, before it keeps the address.
 */
export function hearMailchimp(audience: string, secret: string, now: () => Date) {
  return ({ method, url, body }: HookRequest): News[] => {
    const query = new URL(url, 'http://here').searchParams
    if (!isSameSecret(query.get('secret'), secret)) throw new Forged('The secret in the address is not the right one.')
    if (method !== 'POST') return []
    const heard = told.safeParse(Object.fromEntries(new URLSearchParams(body))).data
    return heard?.['data[list_id]'] === audience ? newsOf(heard, body, now) : []
  }
}

function newsOf(heard: z.output<typeof told>, body: string, now: () => Date): News[] {
  // A repetition says the same word for word, and has no id of its own.
  const id = createHash('sha256').update(body).digest('base64url')
  const firedAt = new Date(`${heard.fired_at?.replace(' ', 'T')}Z`)
  const at = Number.isNaN(firedAt.getTime()) ? now() : firedAt
  const { type, 'data[email]': email, 'data[action]': action, 'data[reason]': reason, 'data[id]': campaign } = heard
  if (type === 'campaign') {
    if (heard['data[status]'] !== 'sent' || !campaign) return []
    return [{ id, at, kind: 'sent', campaign: { id: campaign, title: heard['data[subject]'] ?? '' } }]
  }
  if (!email) return []
  const person = { email }
  const isComplaint = reason === 'abuse'
  switch (type) {
    case 'unsubscribe':
      if (isComplaint) return [{ id, at, kind: 'complained', person }]
      // So it is told of whoever is archived or deleted, by the organization or by us: they did not unsubscribe.
      return action === 'delete' ? [] : [{ id, at, kind: 'unsubscribed', person }]
    case 'cleaned':
      return [{ id, at, kind: isComplaint ? 'complained' : 'bounced', person }]
    default:
      return []
  }
}
