import { z } from 'zod'
import { type Answered, type Asked, openFakeServer } from './fake-server.ts'
import { findable } from './findable.ts'
import type { OpenRig } from './rig.ts'

const [USER, TOKEN] = ['kindred', 'token of listmonk']
const ADDRESS = /^[^@\s]+@[^@\s]+$/
/** Its paginator's MaxPerPage and DefaultPerPage. */
const [PAGE_MAX, PAGE] = [50, 20]

const newSubscriber = z.object({
  email: z.string(),
  name: z.string().default(''),
  lists: z.array(z.number()).optional(),
})
const newList = z.object({
  name: z.string().min(1).max(2000),
  type: z.enum(['public', 'private']),
  optin: z.enum(['single', 'double']),
  tags: z.array(z.string()).default([]),
})
const change = z.object({
  ids: z.array(z.number()).min(1),
  action: z.enum(['add', 'remove', 'unsubscribe']),
  target_list_ids: z.array(z.number()).min(1),
  status: z.enum(['', 'unconfirmed', 'confirmed', 'unsubscribed']).default(''),
})

interface Subscriber {
  id: number
  email: string
  name: string
  status: 'enabled' | 'blocklisted'
  on: Map<number, string>
  bounces: string[]
}

export interface Campaign {
  id: number
  subject: string
  started_at: string | null
  sent: number
  views: number
  clicks: number
  lists: { id: number; name: string }[]
}

/** listmonk, by its source at version 6: what it does in SQL is done here with maps. */
export const openListmonk = async (now: () => Date) => {
  const lists = new Map<number, z.infer<typeof newList>>()
  const { map: subscribers, find, among } = findable<number, Subscriber>(({ id, email }) => [`${id}`, email])
  const refused = new Set<string>()
  const campaigns: Campaign[] = []
  let isRevoked = false
  let ids = 0
  const problem = (status: number, message: string): Answered => ({ status, body: { message } })
  const done = (data: unknown): Answered => ({ status: 200, body: { data } })
  const byEmail = (email: string) => find(email.toLowerCase())?.[1]

  const server = await openFakeServer({
    now,
    // It has no limit of its own; the proxy before it may.
    tooMuch: () => ({ status: 429, headers: { 'retry-after': '20' } }),
    refuse({ headers }) {
      const key = Buffer.from(`${USER}:${TOKEN}`).toString('base64')
      return !isRevoked && headers.authorization === `Basic ${key}`
        ? undefined
        : problem(403, 'invalid API credentials')
    },
    answer,
  })

  function answer({ method, path, query, body }: Asked): Answered | undefined {
    const [, api, kind, part, more] = path.split('/')
    if (api !== 'api') return undefined
    if (kind === 'campaigns' && method === 'GET' && part === undefined) return paged(campaigns, query)
    if (kind === 'lists') {
      if (method === 'POST') return makeList(newList.parse(body))
      if (method === 'GET' && part === undefined) {
        const tags = query.getAll('tag')
        return paged([...lists].filter(([, one]) => tags.every((tag) => one.tags.includes(tag))).map(listed), query)
      }
      const found = lists.get(Number(part))
      if (method === 'GET') return found ? done(listed([Number(part), found])) : problem(400, 'List not found')
    }
    if (kind !== 'subscribers') return undefined
    if (method === 'GET' && more === 'bounces') {
      return done((subscribers.get(Number(part))?.bounces ?? []).map((type, at) => ({ id: at, type, meta: {} })))
    }
    if (method === 'GET' && part === undefined) return select(query)
    if (method === 'POST' && part === undefined) return make(newSubscriber.parse(body))
    if (method === 'PUT' && part === 'lists') return move(body)
    // No row is deleted where there is none, which is as good.
    if (method === 'DELETE') return done(subscribers.delete(Number(part)) || true)
    return undefined
  }

  const listed = ([id, one]: [number, z.infer<typeof newList>]) => ({ id, ...one, subscriber_count: 0 })

  function paged(all: unknown[], query: URLSearchParams): Answered {
    const words = query.get('per_page')
    const size = words === 'all' ? Number.POSITIVE_INFINITY : Math.min(Number(words ?? PAGE), PAGE_MAX)
    const page = Number(query.get('page') ?? 1)
    const from = words === 'all' ? 0 : (page - 1) * size
    return done({ results: all.slice(from, from + size), total: all.length, page, per_page: size })
  }

  function makeList(list: z.infer<typeof newList>): Answered {
    const id = ++ids
    lists.set(id, { ...list, tags: list.tags.map((tag) => tag.trim().toLowerCase().replaceAll(' ', '-')) })
    return done(listed([id, list]))
  }

  function select(query: URLSearchParams): Answered {
    const condition = conditionOf(query.get('query') ?? 'TRUE')
    if (!condition) return problem(400, 'Error preparing subscriber query: syntax error')
    const list = query.get('list_id')
    const order = query.get('order') === 'asc' ? 1 : -1
    const { fits, named } = condition
    const all = among(named)
      .map(([, one]) => one)
      .filter((one) => (list === null || one.on.has(Number(list))) && fits(one))
      .sort((a, b) => (a.id - b.id) * order)
    return paged(
      all.map(({ on, bounces, ...one }) => ({
        ...one,
        lists: [...on].map(([id, subscription_status]) => ({ id, subscription_status, ...lists.get(id) })),
      })),
      query,
    )
  }

  function make({ email: words, name, lists: on = [] }: z.infer<typeof newSubscriber>): Answered {
    const email = words.trim().toLowerCase()
    if (!ADDRESS.test(email) || refused.has(email)) return problem(400, 'Invalid email')
    if (byEmail(email)) return problem(409, 'E-mail already exists.')
    const id = ++ids
    subscribers.set(id, {
      ...{ id, email, name, status: 'enabled', bounces: [] },
      on: new Map(on.map((list) => [list, 'unconfirmed'])),
    })
    return done({ id, email, name, status: 'enabled', lists: on.map((list) => ({ id: list })) })
  }

  function move(words: unknown): Answered {
    const parsed = change.safeParse(words)
    if (!parsed.success) return problem(400, 'No IDs given.')
    const { ids: who, action, target_list_ids: to, status } = parsed.data
    // A foreign key that leads nowhere.
    const isBroken = to.some((id) => !lists.has(id)) || who.some((id) => !subscribers.has(id))
    if (action === 'add' && isBroken) return problem(500, 'Error updating subscribers')
    for (const one of who.flatMap((id) => subscribers.get(id) ?? []))
      for (const list of to) {
        if (action === 'remove') one.on.delete(list)
        if (action === 'unsubscribe' && one.on.has(list)) one.on.set(list, 'unsubscribed')
        if (action === 'add') one.on.set(list, status || (one.on.get(list) ?? 'unconfirmed'))
      }
    return done(true)
  }

  const listOf = (community: string) =>
    [...lists].find(([, one]) => one.tags.includes(`kindred-${community}`))?.[0] ?? -1
  const on = (community: string, status: string, ...emails: string[]) => {
    for (const email of emails) byEmail(email)?.on.set(listOf(community), status)
  }
  const rig: Awaited<ReturnType<OpenRig>> = {
    connector: 'listmonk',
    settings: { URL: server.url, USER, TOKEN },
    server,
    holds: (community) =>
      [...subscribers.values()]
        .filter(
          (one) => one.status === 'enabled' && (one.on.get(listOf(community)) ?? 'unsubscribed') !== 'unsubscribed',
        )
        .map(({ email }) => email)
        .sort(),
    contacts: () => [...subscribers.values()].map(({ email }) => email).sort(),
    kept: () => JSON.stringify([[...lists], [...subscribers.values()].map((one) => ({ ...one, on: [...one.on] }))]),
    revoke: (is) => {
      isRevoked = is
    },
    refuseAddress: (email) => void refused.add(email.toLowerCase()),
    suppress(email, why, community) {
      const one = byEmail(email)
      if (!one) return
      if (why === 'unsubscribed') return void one.on.set(listOf(community), 'unsubscribed')
      one.status = 'blocklisted'
      one.bounces.push(why === 'complained' ? 'complaint' : 'hard')
      for (const id of one.on.keys()) one.on.set(id, 'unsubscribed')
    },
    unsuppress(email, community) {
      const one = byEmail(email)
      if (!one) return
      one.status = 'enabled'
      one.on.set(listOf(community), 'confirmed')
    },
    byHand: {
      put(community, email) {
        make({ email, name: 'By hand' })
        on(community, 'confirmed', email)
      },
      take: (community, email) => void byEmail(email)?.on.delete(listOf(community)),
      rename(community, name) {
        const list = lists.get(listOf(community))
        if (list) list.name = name
      },
      drop(community) {
        const id = listOf(community)
        lists.delete(id)
        for (const one of subscribers.values()) one.on.delete(id)
      },
      deleteContact: (email) => void subscribers.delete(byEmail(email)?.id ?? -1),
      knew: (email) => void make({ email, name: 'Known before' }),
    },
    close: server.close,
  }
  return { ...rig, campaigns, listOf, lists }
}

/** The conditions it is asked for, of the SQL it would take; undefined where one is not understood. */
function conditionOf(words: string): { fits: (one: Subscriber) => boolean; named: string[] | undefined } | undefined {
  const parts: ((one: Subscriber) => boolean)[] = []
  let rest = words
  // Ids or addresses it asks for, where it does: nobody else can fit.
  let named: string[] | undefined
  for (;;) {
    const [all, sql, emails, ids, than] =
      /^(TRUE|LOWER\(subscribers\.email\) IN \(((?:'(?:[^']|'')*',?)+)\)|subscribers\.id IN \(([\d,]+)\)|subscribers\.id > (\d+))/.exec(
        rest,
      ) ?? []
    if (all === undefined || sql === undefined) return undefined
    if (emails !== undefined) {
      const these = [...emails.matchAll(/'((?:[^']|'')*)'/g)].map(([, email = '']) => email.replaceAll("''", "'"))
      named ??= these
      parts.push((one) => these.includes(one.email))
    }
    if (ids !== undefined) {
      const these = ids.split(',')
      named ??= these
      parts.push((one) => these.includes(String(one.id)))
    }
    if (than !== undefined) parts.push((one) => one.id > Number(than))
    rest = rest.slice(all.length)
    if (rest === '') return { fits: (one) => parts.every((fits) => fits(one)), named }
    if (!rest.startsWith(' AND ')) return undefined
    rest = rest.slice(' AND '.length)
  }
}
