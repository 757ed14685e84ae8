import { z } from 'zod'
import { type Answered, type Asked, openFakeServer } from './fake-server.ts'
import { findable } from './findable.ts'
import type { Rig } from './rig.ts'

const [KEY, TYPE] = ['pk_a_private_key', 'application/vnd.api+json']
const ADDRESS = /^[^@\s]+@[^@\s]+\.[^@\s]+$/
const [SECOND_MS, MINUTE_MS] = [1_000, 60_000]

const importing = z.strictObject({
  data: z.strictObject({
    type: z.literal('profile'),
    attributes: z.strictObject({ email: z.string(), external_id: z.string().optional() }),
  }),
})
const newList = z.strictObject({
  data: z.strictObject({ type: z.literal('list'), attributes: z.strictObject({ name: z.string() }) }),
})
const moving = z.strictObject({
  data: z
    .array(z.strictObject({ type: z.literal('profile'), id: z.string() }))
    .min(1)
    .max(1000),
})
const deleting = z.strictObject({
  data: z.strictObject({
    type: z.literal('data-privacy-deletion-job'),
    attributes: z.strictObject({
      profile: z.strictObject({
        data: z.strictObject({ type: z.literal('profile'), id: z.string(), attributes: z.strictObject({}) }),
      }),
    }),
  }),
})

interface Profile {
  email: string
  external_id: string | null
  suppression: { reason: string; timestamp: Date }[]
  list_suppressions: { list_id: string; reason: string; timestamp: Date }[]
}
/** `first`: what it was called when it was made. */
type List = { name: string; first: string; members: Set<string> }

/** What only the tests of this store want of it. */
export interface Klaviyo extends Rig {
  /** The number the organization knows somebody by. */
  number(email: string, externalId: string): void
  numberOf(email: string): string | null
  /** From now on it deletes only when it comes to it, as it says of itself; and then. */
  putOffDeletions(): void
  comeToDeletions(): void
  /** Everybody on a list, whether they are written to or not. */
  members(community: string): string[]
}

/** Klaviyo's profiles and lists, as revision 2026-07-15 of its interface is documented. */
export const openKlaviyo = async (now: () => Date): Promise<Klaviyo> => {
  const { map: profiles, find, among } = findable<string, Profile>(({ email }) => [email])
  const lists = new Map<string, List>()
  /** Why addresses were not written to whose profile is gone. */
  const suppressed = new Map<string, Profile['suppression']>()
  const refused = new Set<string>()
  let putOff: string[] | undefined
  let [isRevoked, number] = [false, 0]
  const problem = (status: number, code: string): Answered => ({
    status,
    body: { errors: [{ id: 'an id', status, code, title: code, detail: 'Something about ana@example.org' }] },
  })
  const kind = (of: RegExp, second: number, minute: number) => [
    { of, count: second, ms: SECOND_MS },
    { of, count: minute, ms: MINUTE_MS },
  ]

  const server = await openFakeServer({
    now,
    tooMuch: () => ({ ...problem(429, 'throttled'), headers: { 'retry-after': '17' } }),
    windows: [
      ...kind(/^POST \/api\/profile-import/, 75, 750),
      ...kind(/^GET \/api\/profiles$/, 75, 750),
      ...kind(/^GET \/api\/profiles\/[^/]+\/relationships\/lists$/, 3, 60),
      ...kind(/^GET \/api\/lists/, 75, 750),
      ...kind(/^POST \/api\/lists\/.+\/relationships/, 10, 150),
      ...kind(/^DELETE \/api\/lists\/.+\/relationships/, 10, 150),
      ...kind(/^POST \/api\/lists$/, 10, 150),
      ...kind(/^POST \/api\/data-privacy-deletion-jobs/, 3, 60),
    ],
    refuse({ headers, text }) {
      if (isRevoked || headers.authorization !== `Klaviyo-API-Key ${KEY}`) return problem(401, 'not_authenticated')
      if (!/^\d{4}-\d\d-\d\d$/.test(headers.revision ?? '')) return problem(400, 'invalid_revision')
      return text !== '' && headers['content-type'] !== TYPE ? problem(415, 'unsupported_media_type') : undefined
    },
    answer,
  })

  const idOf = (email: string) => find(email.toLowerCase())?.[0]
  const create = (email: string) => {
    const id = `01PROFILE${++number}`
    const [address, suppression] = [email.toLowerCase(), suppressed.get(email.toLowerCase()) ?? []]
    profiles.set(id, { email: address, external_id: null, suppression, list_suppressions: [] })
    return id
  }
  const remove = (id: string) => {
    const { email = '', suppression = [] } = profiles.get(id) ?? {}
    if (suppression.length > 0) suppressed.set(email, suppression)
    profiles.delete(id)
    for (const { members } of lists.values()) members.delete(id)
  }
  const isSuppressed = ({ suppression, list_suppressions }: Profile, list: string) =>
    suppression.length > 0 || list_suppressions.some(({ list_id }) => list_id === list)

  function answer({ method, path, query, body }: Asked): Answered | undefined {
    const what = `${method} ${path}`
    if (what === 'POST /api/profile-import') return bring(query, body)
    if (what === 'POST /api/data-privacy-deletion-jobs') {
      const asked = deleting.safeParse(body).data
      if (!asked) return problem(400, 'invalid')
      const { id } = asked.data.attributes.profile.data
      putOff ? putOff.push(id) : remove(id)
      return { status: 202 }
    }
    if (what === 'GET /api/profiles') return page(query, `${server.url}${path}`, filtered(query, candidates(query)))
    if (what === 'GET /api/lists') {
      const found = [...lists].filter(([, { name }]) => fits(query, { name }))
      return { status: 200, body: { data: found.slice(0, 10).map((one) => listOf(...one)), links: { next: null } } }
    }
    if (what === 'POST /api/lists') {
      const name = newList.safeParse(body).data?.data.attributes.name
      if (name === undefined) return problem(400, 'invalid')
      const [id, list] = [`L${++number}`, { name, first: name, members: new Set<string>() }]
      lists.set(id, list)
      return { status: 201, body: { data: listOf(id, list) } }
    }
    const [, , kindOf, id = '', part, third] = path.split('/').map(decodeURIComponent)
    if (method === 'GET' && kindOf === 'profiles' && part === 'relationships' && third === 'lists') {
      if (!profiles.has(id)) return problem(404, 'not_found')
      const on = [...lists].filter(([, { members }]) => members.has(id))
      return { status: 200, body: { data: on.map(([list]) => ({ type: 'list', id: list })) } }
    }
    if (kindOf !== 'lists') return undefined
    const list = lists.get(id)
    if (!list) return problem(404, 'not_found')
    if (method === 'GET' && part === undefined) return { status: 200, body: { data: listOf(id, list) } }
    if (method === 'GET' && part === 'profiles') {
      const members = [...list.members].flatMap((one): [string, Profile][] => {
        const profile = profiles.get(one)
        return profile ? [[one, profile]] : []
      })
      return page(query, `${server.url}${path}`, members)
    }
    if (part === 'relationships' && third === 'profiles' && method !== 'GET') return move(method, list, body)
    return undefined
  }

  function bring(query: URLSearchParams, body: unknown): Answered {
    const attributes = importing.safeParse(body).data?.data.attributes
    const email = attributes?.email.toLowerCase() ?? ''
    if (!attributes || !ADDRESS.test(email) || refused.has(email)) return problem(400, 'invalid')
    const known = idOf(email)
    const id = known ?? create(email)
    const profile = profiles.get(id)
    if (attributes.external_id && profile) profile.external_id = attributes.external_id
    return { status: known ? 200 : 201, body: { data: profile && shown(id, profile, query) } }
  }

  function move(method: string, list: List, body: unknown): Answered {
    const ids = moving.safeParse(body).data?.data.map(({ id }) => id)
    if (!ids) return problem(400, 'invalid')
    if (ids.some((id) => !profiles.has(id))) return problem(404, 'not_found')
    for (const id of ids) method === 'POST' ? list.members.add(id) : list.members.delete(id)
    return { status: 204 }
  }

  /** Whether something fits the one kind of filter that is understood: any(field,["a"]) or equals(field,"a"). */
  function fits(query: URLSearchParams, one: Record<string, string>): boolean {
    const filter = query.get('filter')
    if (filter === null) return true
    const [, operator, field = '', words = ''] = /^(any|equals)\((\w+),(.*)\)$/s.exec(filter) ?? []
    const given = (operator === 'any' ? z.array(z.string()).max(100) : z.string()).parse(JSON.parse(words))
    return [given].flat().includes(one[field] ?? '')
  }
  const filtered = (query: URLSearchParams, all: [string, Profile][]) =>
    all.filter(([id, { email }]) => fits(query, { id, email }))

  /** Whom a filter may let through. */
  const candidates = (query: URLSearchParams): [string, Profile][] => {
    const [, field, words] = /^any\((email|id),(.*)\)$/s.exec(query.get('filter') ?? '') ?? []
    if (words === undefined) return [...profiles]
    const values = z.array(z.string()).parse(JSON.parse(words))
    if (field === 'email') return among(values)
    return values.flatMap((id): [string, Profile][] => {
      const profile = profiles.get(id)
      return profile ? [[id, profile]] : []
    })
  }

  function page(query: URLSearchParams, url: string, all: [string, Profile][]): Answered {
    const [size, from] = [Number(query.get('page[size]') ?? 20), Number(query.get('page[cursor]') ?? 0)]
    if (size > 100 || url.length + query.toString().length > 8_000) return problem(400, 'invalid')
    const data = all.slice(from, from + size).map((one) => shown(...one, query))
    const next =
      from + size < all.length ? `${url}?${new URLSearchParams({ 'page[cursor]': String(from + size) })}` : null
    return { status: 200, body: { data, links: { self: url, next } } }
  }

  function shown(id: string, profile: Profile, query: URLSearchParams) {
    const { email, external_id, suppression, list_suppressions } = profile
    const consent = suppression.some(({ reason }) => reason === 'UNSUBSCRIBE') ? 'UNSUBSCRIBED' : 'NEVER_SUBSCRIBED'
    const marketing = { can_receive_email_marketing: suppression.length === 0, consent, suppression, list_suppressions }
    const subscriptions = query.get('additional-fields[profile]') === 'subscriptions' && {
      subscriptions: { email: { marketing }, sms: null },
    }
    const fields = query.get('fields[profile]')?.split(',')
    const attributes = Object.entries({ email, external_id, first_name: null, ...subscriptions })
    return {
      ...{ type: 'profile', id, links: { self: `${server.url}/api/profiles/${id}` } },
      attributes: Object.fromEntries(attributes.filter(([name]) => !fields || fields.includes(name))),
    }
  }

  const listOf = (id: string, { name }: List) => ({
    ...{ type: 'list', id, attributes: { name, opt_in_process: 'double_opt_in' }, links: { self: 'a link' } },
  })
  const listFor = (community: string) => [...lists].find(([, { first }]) => first.endsWith(`(${community})`))
  const emailsIn = (community: string, isWanted: (profile: Profile, list: string) => boolean) => {
    const [id = '', list] = listFor(community) ?? []
    return [...(list?.members ?? [])]
      .flatMap((member) => profiles.get(member) ?? [])
      .filter((profile) => isWanted(profile, id))
      .map(({ email }) => email)
      .sort()
  }
  const profileOf = (email: string) => profiles.get(idOf(email) ?? create(email))

  return {
    connector: 'klaviyo',
    settings: { URL: server.url, KEY, HOOK_SECRET: 'a secret of sixteen letters' },
    server,
    holds: (community) => emailsIn(community, (profile, list) => !isSuppressed(profile, list)),
    contacts: () => [...profiles.values()].map(({ email }) => email).sort(),
    kept: () => JSON.stringify([[...profiles], [...lists].map(([id, list]) => [id, list.name, [...list.members]])]),
    revoke: (is) => {
      isRevoked = is
    },
    refuseAddress: (email) => void refused.add(email.toLowerCase()),
    suppress(email, why) {
      const reason = { unsubscribed: 'UNSUBSCRIBE', bounced: 'HARD_BOUNCE', complained: 'SPAM_COMPLAINT' }[why]
      profileOf(email)?.suppression.push({ reason, timestamp: now() })
    },
    unsuppress(email) {
      const profile = profileOf(email)
      if (profile) profile.suppression = []
    },
    byHand: {
      put: (community, email) => void listFor(community)?.[1].members.add(idOf(email) ?? create(email)),
      take: (community, email) => void listFor(community)?.[1].members.delete(idOf(email) ?? ''),
      rename(community, name) {
        const [, list] = listFor(community) ?? []
        if (list) list.name = name
      },
      drop: (community) => void lists.delete(listFor(community)?.[0] ?? ''),
      deleteContact: (email) => remove(idOf(email) ?? ''),
      knew: (email) => void create(email),
    },
    leavesList(email, community) {
      const [list_id = ''] = listFor(community) ?? []
      profileOf(email)?.list_suppressions.push({ list_id, reason: 'USER_SUPPRESSED', timestamp: now() })
    },
    number(email, externalId) {
      const profile = profileOf(email)
      if (profile) profile.external_id = externalId
    },
    numberOf: (email) => profileOf(email)?.external_id ?? null,
    putOffDeletions() {
      putOff = []
    },
    comeToDeletions() {
      for (const id of putOff ?? []) remove(id)
      putOff = undefined
    },
    members: (community) => emailsIn(community, () => true),
    close: server.close,
  }
}
