import { z } from 'zod'
import { type Answered, type Asked, openFakeServer } from './fake-server.ts'
import { findable } from './findable.ts'
import type { Rig } from './rig.ts'

const [KEY, FOLDER] = ['xkeysib-0123456789', 7]
const ADDRESS = /^[^@\s]+@[^@\s]+\.[^@\s]+$/
const BATCH_MAX = 150

const newContact = z.strictObject({
  email: z.string(),
  ext_id: z.string().optional(),
  updateEnabled: z.boolean().default(false),
})
const newList = z.strictObject({ name: z.string().min(1), folderId: z.number() })
const change = z.union([
  z.strictObject({ ids: z.array(z.number()).min(1).max(BATCH_MAX) }),
  z.strictObject({ emails: z.array(z.string()).min(1).max(BATCH_MAX) }),
])

interface Contact {
  id: number
  email: string
  extId?: string | undefined
  emailBlacklisted: boolean
  phone?: string
  /** The lists they left by themselves. */
  left: Set<number>
}

interface List {
  id: number
  name: string
  /** Its name when it was made, by which a test knows it after it was renamed. */
  made: string
  members: Set<number>
}

export interface BrevoRig extends Rig {
  /** The number the organization's own systems know a contact by. */
  extIdOf(email: string): string | undefined
  setExtId(email: string, extId: string): void
  /** The organization enters somebody's number for text messages. */
  setPhone(email: string, phone: string): void
  /** It fails to take this address off any list, and says no more than of who is on none. */
  holdOn(email: string, isHeld: boolean): void
  /** The address of a contact is another from now on. */
  readdress(email: string, next: string): void
}

const problem = (status: number, code: string, message: string): Answered => ({ status, body: { code, message } })
const invalid = (message: string) => problem(400, 'invalid_parameter', message)
const notFound = (what: string) => problem(404, 'document_not_found', `${what} does not exist`)

/** Brevo's API v3, as it is documented and as people tell of it (2026-11). */
export async function openBrevo(now: () => Date): Promise<BrevoRig> {
  const { map: contacts, find } = findable<number, Contact>(({ email, extId, phone }) => [
    email,
    ...(extId === undefined ? [] : [`ext ${extId}`]),
    ...(phone === undefined ? [] : [`phone ${phone}`]),
  ])
  const lists = new Map<number, List>()
  const refused = new Set<string>()
  const stuck = new Set<string>()
  let next = 100
  let isRevoked = false

  const server = await openFakeServer({
    now,
    windows: [{ count: 10, ms: 1000 }],
    tooMuch: () => ({
      ...problem(429, 'too_many_requests', 'Too many requests'),
      headers: { 'x-sib-ratelimit-limit': '10', 'x-sib-ratelimit-remaining': '0', 'x-sib-ratelimit-reset': '2' },
    }),
    refuse: ({ headers }) =>
      headers['api-key'] === KEY && !isRevoked ? undefined : problem(401, 'unauthorized', 'Key not found'),
    answer,
  })

  function answer({ method, path, query, body }: Asked): Answered | undefined {
    const [, version, root, part, id, tail, how] = path.split('/').map(decodeURIComponent)
    if (version !== 'v3' || root !== 'contacts') return undefined
    if (part === undefined) return method === 'POST' ? create(body) : undefined
    if (part === 'folders')
      return Number(id) === FOLDER ? { status: 200, body: { id: FOLDER, name: 'Kindred' } } : notFound('Folder')
    if (part !== 'lists') return id === undefined ? answerContact(method, part, query) : undefined
    if (id === undefined && method === 'GET') {
      const all = page([...lists.values()], query, 50).map(({ id, name }) => ({ id, name, folderId: FOLDER }))
      // It leaves them out where there are none.
      return { status: 200, body: { count: lists.size, ...(all.length > 0 && { lists: all }) } }
    }
    if (id === undefined && method === 'POST') return createList(body)
    const list = lists.get(Number(id))
    if (!list) return notFound('List ID')
    if (tail !== 'contacts') return undefined
    if (method === 'GET' && how === undefined) {
      const all = [...list.members].flatMap((one) => contacts.get(one) ?? [])
      return { status: 200, body: { contacts: page(all, query, 500).map(shown), count: all.length } }
    }
    if (method === 'POST' && (how === 'add' || how === 'remove')) return move(list, how, body)
    return undefined
  }

  function create(body: unknown): Answered {
    const said = newContact.safeParse(body).data
    if (!said) return invalid('Invalid body')
    const { ext_id: extId } = said
    const email = said.email.toLowerCase()
    if (!ADDRESS.test(email) || refused.has(email)) return invalid('Invalid email address')
    const known = byEmail(email)
    if (known && said.updateEnabled) {
      if (extId !== undefined) contacts.set(known.id, Object.assign(known, { extId }))
      return { status: 204 }
    }
    const isTaken = extId !== undefined && find(`ext ${extId}`) !== undefined
    if (known || isTaken) {
      const metadata = { duplicate_identifiers: [...(known ? ['email'] : []), ...(isTaken ? ['ext_id'] : [])] }
      const message = 'Unable to create contact, it is already associated with another Contact'
      return { status: 400, body: { code: 'duplicate_parameter', message, metadata } }
    }
    return { status: 201, body: { id: add(email, extId).id } }
  }

  function createList(body: unknown): Answered {
    const said = newList.safeParse(body).data
    if (!said) return invalid('Invalid body')
    if (said.folderId !== FOLDER) return invalid('Folder ID does not exist')
    const list = { id: next++, name: said.name, made: said.name, members: new Set<number>() }
    lists.set(list.id, list)
    return { status: 201, body: { id: list.id } }
  }

  /** Unless it is said what kind of thing it is, a number may be somebody's for text messages. */
  function answerContact(method: string, who: string, query: URLSearchParams): Answered | undefined {
    const kind = query.get('identifierType')
    const byPhone = kind ? undefined : find(`phone ${who}`)?.[1]
    const isNumber = kind ? kind === 'contact_id' : /^\d+$/.test(who)
    const one = byPhone ?? (isNumber ? contacts.get(Number(who)) : byEmail(who))
    if (!one) return notFound('Contact')
    if (method === 'GET') return { status: 200, body: shown(one) }
    if (method !== 'DELETE') return undefined
    drop(one)
    return { status: 204 }
  }

  /** Who is there already, or not, is a failure like one who does not exist; where all are failures it is a bad request. */
  function move(list: List, how: 'add' | 'remove', body: unknown): Answered {
    const said = change.safeParse(body).data
    if (!said) return invalid('Invalid body')
    const [success, failure]: (string | number)[][] = [[], []]
    for (const who of 'ids' in said ? said.ids : said.emails) {
      const one = typeof who === 'number' ? contacts.get(who) : byEmail(who)
      const isDone =
        one && (how === 'add' ? !list.members.has(one.id) : list.members.has(one.id) && !stuck.has(one.email))
      if (isDone && how === 'add') list.members.add(one.id)
      if (isDone && how === 'remove') list.members.delete(one.id)
      ;(isDone ? success : failure)?.push(who)
    }
    if (success?.length === 0)
      return invalid(`Contact already ${how === 'add' ? 'in' : 'removed from'} list and/or does not exist`)
    return { status: 201, body: { contacts: { success, failure } } }
  }

  function page<T>(all: T[], query: URLSearchParams, most: number): T[] {
    const [limit, offset] = [Number(query.get('limit') ?? 10), Number(query.get('offset') ?? 0)]
    if (limit > most) throw new Error(`no more than ${most} a page`)
    return all.slice(offset, offset + limit)
  }
  const byEmail = (email: string) => find(email.toLowerCase())?.[1]
  const shown = ({ id, email, extId, emailBlacklisted, left }: Contact) => ({
    ...{ id, email, emailBlacklisted, smsBlacklisted: false, createdAt: '2026-01-05T12:00:00.000Z' },
    listIds: [...lists.values()].filter(({ members }) => members.has(id)).map((list) => list.id),
    listUnsubscribed: left.size > 0 ? [...left] : null,
    attributes: { ...(extId && { EXT_ID: extId }) },
  })
  function add(email: string, extId?: string): Contact {
    const one = { id: next++, email: email.toLowerCase(), extId, emailBlacklisted: false, left: new Set<number>() }
    contacts.set(one.id, one)
    return one
  }
  function drop({ id }: Contact) {
    contacts.delete(id)
    for (const { members } of lists.values()) members.delete(id)
  }
  const listOf = (community: string) => [...lists.values()].find(({ made }) => made.endsWith(`(${community})`))

  return {
    connector: 'brevo',
    settings: { URL: server.url, KEY, FOLDER: String(FOLDER), HOOK_SECRET: 'a secret of the hook' },
    server,
    holds(community) {
      const list = listOf(community)
      return [...(list?.members ?? [])]
        .flatMap((id) => contacts.get(id) ?? [])
        .filter(({ emailBlacklisted, left }) => !emailBlacklisted && !(list && left.has(list.id)))
        .map(({ email }) => email)
        .sort()
    },
    contacts: () => [...contacts.values()].map(({ email }) => email).sort(),
    kept: () => JSON.stringify([[...contacts.values()], [...lists.values()].map((one) => [one.name, ...one.members])]),
    revoke(is) {
      isRevoked = is
    },
    refuseAddress: (email) => void refused.add(email.toLowerCase()),
    suppress(email) {
      const one = byEmail(email)
      if (one) one.emailBlacklisted = true
    },
    unsuppress(email) {
      const one = byEmail(email)
      if (one) one.emailBlacklisted = false
    },
    extIdOf: (email) => byEmail(email)?.extId,
    setExtId(email, extId) {
      const one = byEmail(email)
      if (one) one.extId = extId
    },
    leavesList(email, community) {
      const [one, list] = [byEmail(email), listOf(community)]
      if (one && list) one.left.add(list.id)
    },
    setPhone(email, phone) {
      const one = byEmail(email)
      if (one) contacts.set(one.id, Object.assign(one, { phone }))
    },
    holdOn: (email, isHeld) => void (isHeld ? stuck.add(email) : stuck.delete(email)),
    readdress(email, nextEmail) {
      const one = byEmail(email)
      if (one) contacts.set(one.id, Object.assign(one, { email: nextEmail.toLowerCase() }))
    },
    byHand: {
      put: (community, email) => void listOf(community)?.members.add((byEmail(email) ?? add(email)).id),
      take(community, email) {
        const one = byEmail(email)
        if (one) listOf(community)?.members.delete(one.id)
      },
      rename(community, name) {
        const list = listOf(community)
        if (list) list.name = name
      },
      drop(community) {
        const list = listOf(community)
        if (list) lists.delete(list.id)
      },
      deleteContact(email) {
        const one = byEmail(email)
        if (one) drop(one)
      },
      knew: (email) => void (byEmail(email) ?? add(email)),
    },
    close: server.close,
  }
}
