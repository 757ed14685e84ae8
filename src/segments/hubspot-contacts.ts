import { z } from 'zod'
import type { Api } from './api.ts'
import type { SuppressedWhy } from './segment-store.ts'

/** Where HubSpot keeps contacts. */
export const CONTACTS = '/crm/v3/objects/contacts'
/** The most contacts it reads or makes in one request. */
const BATCH = 100
const PROPERTIES = [
  ...['email', 'hs_additional_emails'],
  ...['hs_email_optout', 'hs_email_bad_address', 'hs_email_hard_bounce_reason_enum', 'num_associated_deals'],
]

const property = z.string().nullish()
const contactRecord = z.object({
  id: z.string(),
  new: z.boolean().default(false),
  properties: z.object({
    email: property,
    hs_additional_emails: property,
    num_associated_deals: property,
    ...{ hs_email_optout: property, hs_email_bad_address: property, hs_email_hard_bounce_reason_enum: property },
  }),
})

/** A contact as HubSpot gives it. */
export type ContactRecord = z.infer<typeof contactRecord>

/** What HubSpot answers about several contacts at once. */
export const contactRecords = z.object({
  results: z.array(contactRecord).default([]),
  errors: z.array(z.object({ category: z.string().optional() })).default([]),
})

/** Those of several contacts that are there, by their numbers or by any of their addresses. */
export async function readContacts(
  api: Api,
  ids: string[],
  idProperty: 'email' | undefined,
  signal: AbortSignal,
): Promise<ContactRecord[]> {
  const found: ContactRecord[] = []
  for (let i = 0; i < ids.length; i += BATCH) {
    const inputs = ids.slice(i, i + BATCH).map((id) => ({ id }))
    const body = { inputs, properties: PROPERTIES, propertiesWithHistory: [], ...(idProperty && { idProperty }) }
    const { json } = await api.call('POST', `${CONTACTS}/batch/read`, { body, signal })
    found.push(...contactRecords.parse(json).results)
  }
  return found
}

/** Every address of a contact, in lower case. */
export function emailsOf({ properties: { email, hs_additional_emails: more } }: ContactRecord): string[] {
  return [email ?? '', ...(more ?? '').split(';')].map((one) => one.trim().toLowerCase()).filter(Boolean)
}

/** Why HubSpot does not write to a contact; undefined where it does. */
export function suppressionOf({ properties }: ContactRecord): SuppressedWhy | undefined {
  if (properties.hs_email_optout === 'true') return 'unsubscribed'
  return properties.hs_email_bad_address === 'true' || properties.hs_email_hard_bounce_reason_enum
    ? 'bounced'
    : undefined
}

const onLists = z.object({ results: z.array(z.object({ listId: z.coerce.string() })) })
const kinds = z.object({ lists: z.array(z.object({ processingType: z.string() })) })

/** Whether the organization has to do with somebody beyond lists of ours; lists that fill themselves do not count. */
export async function isInUse(api: Api, id: string, signal: AbortSignal): Promise<boolean> {
  const [one] = await readContacts(api, [id], undefined, signal)
  if (!one) return false
  return Number(one.properties.num_associated_deals ?? 0) > 0 || isOnLists(api, id, signal)
}

async function isOnLists(api: Api, id: string, signal: AbortSignal): Promise<boolean> {
  const asked = `/crm/v3/lists/records/0-1/${encodeURIComponent(id)}/memberships`
  const { status, json } = await api.call('GET', asked, { signal, allow: [404] })
  const ids = status === 404 ? [] : onLists.parse(json).results.map(({ listId }) => listId)
  if (ids.length === 0) return false
  const query = ids.map((listId) => `listIds=${encodeURIComponent(listId)}`).join('&')
  const { json: told } = await api.call('GET', `/crm/v3/lists/?${query}`, { signal })
  return kinds.parse(told).lists.some(({ processingType }) => processingType !== 'DYNAMIC')
}
