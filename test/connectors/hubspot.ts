import { z } from 'zod'
import { type Answered, type Asked, openFakeServer } from './fake-server.ts'
import { findable } from './findable.ts'
import type { Rig } from './rig.ts'

const TOKEN = 'pat-eu1-a-token'
const ADDRESS = /^[^@\s]+@[^@\s]+\.[^@\s]+$/
const BATCH_MAX = 100
const PROPERTIES = [
  ...['email', 'hs_additional_emails', 'firstname'],
  ...['hs_email_optout', 'hs_email_bad_address', 'hs_email_hard_bounce_reason_enum', 'num_associated_deals'],
]

const reading = z.strictObject({
  inputs: z
    .array(z.strictObject({ id: z.string() }))
    .min(1)
    .max(BATCH_MAX),
  properties: z.array(z.enum(PROPERTIES)),
  propertiesWithHistory: z.array(z.string()),
  idProperty: z.literal('email').optional(),
})
const upserting = z.strictObject({
  inputs: z
    .array(
      z.strictObject({
        id: z.string(),
        idProperty: z.literal('email'),
        properties: z.partialRecord(z.enum(PROPERTIES), z.string()),
      }),
    )
    .min(1)
    .max(BATCH_MAX),
})
const newList = z.strictObject({
  name: z.string(),
  objectTypeId: z.literal('0-1'),
  processingType: z.enum(['MANUAL', 'DYNAMIC']),
})
const moving = z.strictObject({ recordIdsToAdd: z.array(z.string()), recordIdsToRemove: z.array(z.string()) })

/** `first`: what it was called when it was made. */
type List = { name: string; first: string; processingType: string; members: Set<string> }

/** What only the tests of this store want of it. */
export interface Hubspot extends Rig {
  /** The requests of the day are used up; or not any more. */
  endDay(isOver: boolean): void
  /** The address is refused among others that are taken (207), and not with all of them (400). */
  refuseAlone(email: string): void
  /** The organization's people make a deal with somebody. */
  dealWith(email: string): void
  /** Somebody else makes this contact at the very moment at which it is next to be made. */
  makeMeanwhile(email: string): void
  /** Two contacts become one, which has the addresses of both and the number of the first. */
  merge(email: string, into: string): void
  /** A list somebody made by hand, that fills itself: with these. */
  makeDynamic(name: string, emails?: string[]): void
  /** Everybody on a list, whether they are written to or not. */
  members(community: string): string[]
}

/** HubSpot's contacts and lists, as version 3 of its interface is documented (2026-11). */
export const openHubspot = async (now: () => Date): Promise<Hubspot> => {
  const lists = new Map<string, List>()
  const refused = new Set<string>()
  const refusedAlone = new Set<string>()
  const meanwhile = new Set<string>()
  let [isRevoked, isDayOver, number] = [false, false, 100]
  const problem = (status: number, category: string, more: object = {}): Answered => ({
    status,
    body: { status: 'error', message: 'Something about ana@example.org', correlationId: 'c', category, ...more },
  })
  const limited = (policyName: string) => problem(429, 'RATE_LIMITS', { errorType: 'RATE_LIMIT', policyName })

  const server = await openFakeServer({
    now,
    tooMuch: () => limited('TEN_SECONDLY_ROLLING'),
    windows: [{ count: 100, ms: 10_000 }],
    refuse({ headers }) {
      if (isRevoked || headers.authorization !== `Bearer ${TOKEN}`) return problem(401, 'INVALID_AUTHENTICATION')
      return isDayOver ? limited('DAILY') : undefined
    },
    answer,
  })

  const emailsOf = (contact: Record<string, string>) =>
    [contact.email ?? '', ...(contact.hs_additional_emails ?? '').split(';')].filter(Boolean)
  const { map: contacts, find } = findable<string, Record<string, string>>(emailsOf)
  const idOf = (email: string) => find(email.toLowerCase())?.[0]
  const shown = (id: string, properties: string[]) => {
    const contact = contacts.get(id) ?? {}
    return {
      id,
      properties: Object.fromEntries(properties.map((name) => [name, contact[name] ?? null])),
      archived: false,
    }
  }
  const create = (email: string) => {
    const id = String(++number)
    contacts.set(id, { email: email.toLowerCase() })
    return id
  }
  const archive = (id: string) => {
    contacts.delete(id)
    for (const { members } of lists.values()) members.delete(id)
  }

  function answer({ method, path, query, body }: Asked): Answered | undefined {
    const what = `${method} ${path}`
    if (what === 'GET /crm/v3/objects/contacts') return { status: 200, body: { results: [] } }
    if (what === 'POST /crm/v3/objects/contacts/batch/read') return read(body)
    if (what === 'POST /crm/v3/objects/contacts/batch/upsert') return upsert(body)
    if (what === 'POST /crm/v3/lists/search') return { status: 200, body: { lists: [], total: 0 } }
    if (what === 'POST /crm/v3/lists') return makeList(body)
    const [, , , kind, id = '', part, third, name = ''] = path.split('/').map(decodeURIComponent)
    if (what === 'POST /crm/v3/objects/contacts/gdpr-delete') {
      archive(z.strictObject({ objectId: z.string() }).parse(body).objectId)
      return { status: 204 }
    }
    if (kind !== 'lists') return undefined
    if (what === 'GET /crm/v3/lists/') {
      const found = query.getAll('listIds').flatMap((one) => lists.get(one) ?? [])
      return { status: 200, body: { lists: found.map((one) => listOf('a number', one)) } }
    }
    if (method === 'GET' && id === 'records' && part === '0-1' && name === 'memberships') {
      const on = [...lists].filter(([, { members }]) => members.has(third ?? ''))
      return { status: 200, body: { results: on.map(([listId]) => ({ listId, listVersion: 1 })), total: on.length } }
    }
    if (method === 'GET' && id === 'object-type-id' && part === '0-1' && third === 'name') {
      const [found] = [...lists].filter(([, list]) => list.name === name)
      return found ? { status: 200, body: { list: listOf(...found) } } : problem(404, 'OBJECT_NOT_FOUND')
    }
    if (part !== 'memberships') return undefined
    const list = lists.get(id)
    if (!list) return problem(404, 'OBJECT_NOT_FOUND', { subCategory: 'ILS.LIST_NOT_FOUND' })
    if (method === 'PUT' && third === 'add-and-remove') return move(list, body)
    if (method !== 'GET') return undefined
    const [limit, after] = [Number(query.get('limit') ?? 100), Number(query.get('after') ?? 0)]
    if (limit > 250) return problem(400, 'VALIDATION_ERROR')
    const all = [...list.members].sort()
    const next = after + limit < all.length && { paging: { next: { after: String(after + limit), link: 'a link' } } }
    const results = all.slice(after, after + limit).map((recordId) => ({ recordId, membershipTimestamp: now() }))
    return { status: 200, body: { results, total: all.length, ...next } }
  }

  function read(body: unknown): Answered {
    const asked = reading.safeParse(body).data
    if (!asked) return problem(400, 'VALIDATION_ERROR')
    const { inputs, properties, idProperty } = asked
    const ids = inputs.map(({ id }) => (idProperty ? idOf(id) : contacts.has(id) ? id : undefined))
    const missing = inputs.filter((_, i) => ids[i] === undefined).map(({ id }) => id)
    const results = [...new Set(ids)].flatMap((id) => (id === undefined ? [] : shown(id, properties)))
    if (missing.length === 0) return { status: 200, body: { status: 'COMPLETE', results } }
    const errors = [{ status: 'error', category: 'OBJECT_NOT_FOUND', context: { ids: missing } }]
    return { status: 207, body: { status: 'COMPLETE', results, numErrors: 1, errors } }
  }

  function upsert(body: unknown): Answered {
    const inputs = upserting.safeParse(body).data?.inputs
    if (!inputs) return problem(400, 'VALIDATION_ERROR')
    const emails = inputs.map(({ id }) => id.toLowerCase())
    const isBad = emails.some((email) => !ADDRESS.test(email) || refused.has(email))
    if (isBad || new Set(emails).size < emails.length) return problem(400, 'VALIDATION_ERROR')
    const raced = emails.filter((email) => meanwhile.delete(email))
    for (const email of raced) create(email)
    if (raced.length > 0) return problem(409, 'CONFLICT')
    const taken = emails.filter((email) => !refusedAlone.has(email))
    const results = taken.map((email) => {
      const known = idOf(email)
      return { ...shown(known ?? create(email), ['email']), new: known === undefined }
    })
    if (taken.length === emails.length) return { status: 200, body: { status: 'COMPLETE', results } }
    const errors = [{ status: 'error', category: 'VALIDATION_ERROR', message: 'Email address is invalid' }]
    return { status: 207, body: { status: 'COMPLETE', results, numErrors: 1, errors } }
  }

  function makeList(body: unknown): Answered {
    const asked = newList.safeParse(body).data
    if (!asked) return problem(400, 'VALIDATION_ERROR')
    const { name, processingType } = asked
    if ([...lists.values()].some((list) => list.name === name))
      return problem(400, 'VALIDATION_ERROR', { subCategory: 'ILS.DUPLICATE_LIST_NAMES' })
    const id = String(++number)
    const list = { name, first: name, processingType, members: new Set<string>() }
    lists.set(id, list)
    return { status: 200, body: { list: listOf(id, list) } }
  }

  function move(list: List, body: unknown): Answered {
    const asked = moving.safeParse(body).data
    const ids = [...(asked?.recordIdsToAdd ?? []), ...(asked?.recordIdsToRemove ?? [])]
    if (!asked || ids.length === 0 || list.processingType === 'DYNAMIC') return problem(400, 'VALIDATION_ERROR')
    const added = asked.recordIdsToAdd.filter((id) => contacts.has(id) && !list.members.has(id))
    const removed = asked.recordIdsToRemove.filter((id) => list.members.has(id))
    for (const id of added) list.members.add(id)
    for (const id of removed) list.members.delete(id)
    const missing = ids.filter((id) => !contacts.has(id))
    // So it is spelt there, and empty ones are left out.
    const said = { recordsIdsAdded: added, recordIdsRemoved: removed, recordIdsMissing: missing }
    return { status: 200, body: Object.fromEntries(Object.entries(said).filter(([, some]) => some.length > 0)) }
  }

  const listOf = (listId: string, { name, processingType }: List) => ({
    ...{ listId, name, processingType, objectTypeId: '0-1' },
  })
  const listFor = (community: string) => [...lists].find(([, { first }]) => first.endsWith(`(${community})`))
  const membersOf = (community: string) => [...(listFor(community)?.[1].members ?? [])]
  const isWrittenTo = ({
    hs_email_optout,
    hs_email_bad_address,
    hs_email_hard_bounce_reason_enum: bounce,
  }: Record<string, string>) => hs_email_optout !== 'true' && hs_email_bad_address !== 'true' && !bounce
  const emailsIn = (ids: string[], isWanted: (contact: Record<string, string>) => boolean) =>
    ids.flatMap((id) => {
      const contact = contacts.get(id)
      return contact?.email && isWanted(contact) ? contact.email : []
    })
  const change = (email: string, properties: Record<string, string>) => {
    const id = idOf(email) ?? create(email)
    contacts.set(id, Object.assign(contacts.get(id) ?? {}, properties))
  }

  return {
    connector: 'hubspot',
    settings: { URL: server.url, TOKEN, HOOK_SECRET: 'the client secret' },
    server,
    holds: (community) => emailsIn(membersOf(community), isWrittenTo).sort(),
    contacts: () => emailsIn([...contacts.keys()], () => true).sort(),
    kept: () => JSON.stringify([[...contacts], [...lists].map(([id, list]) => [id, list.name, [...list.members]])]),
    revoke: (is) => {
      isRevoked = is
    },
    refuseAddress: (email) => void refused.add(email.toLowerCase()),
    suppress: (email, why) =>
      change(
        email,
        why === 'bounced' ? { hs_email_hard_bounce_reason_enum: 'UNKNOWN_USER' } : { hs_email_optout: 'true' },
      ),
    unsuppress: (email) => change(email, { hs_email_optout: 'false', hs_email_hard_bounce_reason_enum: '' }),
    byHand: {
      put: (community, email) => void listFor(community)?.[1].members.add(idOf(email) ?? create(email)),
      take: (community, email) => void listFor(community)?.[1].members.delete(idOf(email) ?? ''),
      rename(community, name) {
        const [, list] = listFor(community) ?? []
        if (list) list.name = name
      },
      drop: (community) => void lists.delete(listFor(community)?.[0] ?? ''),
      deleteContact: (email) => archive(idOf(email) ?? ''),
      knew: (email) => void create(email),
    },
    endDay: (isOver) => {
      isDayOver = isOver
    },
    refuseAlone: (email) => void refusedAlone.add(email),
    dealWith: (email) => change(email, { num_associated_deals: '1' }),
    makeMeanwhile: (email) => void meanwhile.add(email),
    merge(email, into) {
      const [id, kept] = [idOf(email) ?? '', idOf(into) ?? '']
      for (const { members } of lists.values()) if (members.has(id)) members.add(kept)
      archive(id)
      change(into, { hs_additional_emails: email })
    },
    makeDynamic(name, emails = []) {
      const members = new Set(emails.flatMap((email) => idOf(email) ?? []))
      lists.set(String(++number), { name, first: name, processingType: 'DYNAMIC', members })
    },
    members: (community) => emailsIn(membersOf(community), () => true).sort(),
    close: server.close,
  }
}
