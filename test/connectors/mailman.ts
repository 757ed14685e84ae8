import { z } from 'zod'
import { type Answered, type Asked, openFakeServer } from './fake-server.ts'
import type { OpenRig } from './rig.ts'

const DOMAIN = 'lists.example.org'
const [USER, PASSWORD] = ['restadmin', 'secret of the core']
const ADDRESS = /^[^@\s]+@[^@\s]+$/

const newList = z.object({ fqdn_listname: z.string(), style_name: z.string().optional() })
const newMember = z.object({
  list_id: z.string(),
  subscriber: z.string(),
  pre_verified: z.boolean(),
  pre_confirmed: z.boolean(),
  pre_approved: z.boolean(),
})

/** GNU Mailman 3's core, as seen at version 3.3.8 (test/connectors/mailman-real.test.ts runs the same against the real one). */
export const openMailman: OpenRig = async (now) => {
  const lists = new Map<string, { name: string; config: Record<string, unknown>; members: Set<string> }>()
  const pending: { list: string; email: string }[] = []
  const users = new Set<string>()
  const refused = new Set<string>()
  let isRevoked = false
  const problem = (status: number, title: string): Answered => ({ status, body: { title, description: title } })

  const server = await openFakeServer({
    now,
    tooMuch: () => ({ status: 429, headers: { 'retry-after': '20' } }),
    refuse({ headers }) {
      const key = Buffer.from(`${USER}:${PASSWORD}`).toString('base64')
      if (!isRevoked && headers.authorization === `Basic ${key}`) return undefined
      return problem(401, 'REST API authorization failed')
    },
    answer,
  })

  function answer({ method, path, query, body }: Asked): Answered | undefined {
    const [, version, kind, id = '', part, who = ''] = path.split('/').map(decodeURIComponent)
    if (version !== '3.1') return undefined
    if (method === 'GET' && kind === 'domains')
      return id === DOMAIN ? { status: 200, body: { mail_host: DOMAIN } } : problem(404, 'Not Found')
    if (method === 'POST' && kind === 'lists' && id === '') {
      const { fqdn_listname } = newList.parse(body)
      const listId = fqdn_listname.replace('@', '.')
      if (lists.has(listId)) return problem(400, 'Mailing list exists')
      lists.set(listId, { name: fqdn_listname, config: {}, members: new Set() })
      return { status: 201, headers: { location: `http://localhost:8001/3.1/lists/${listId}` } }
    }
    if (method === 'GET' && kind === 'members' && id === 'find')
      return find((query.get('subscriber') ?? '').toLowerCase())
    if (method === 'POST' && kind === 'members') return subscribe(newMember.parse(body))
    if (method === 'GET' && kind === 'users' && part === 'addresses') {
      const email = id.toLowerCase()
      if (!users.has(email)) return problem(404, 'Not Found')
      return { status: 200, body: { start: 0, total_size: 1, entries: [{ email }] } }
    }
    if (method === 'GET' && kind === 'users')
      return users.has(id.toLowerCase()) ? { status: 200, body: { user_id: '1' } } : problem(404, 'Not Found')
    if (method === 'DELETE' && kind === 'users') {
      const email = id.toLowerCase()
      for (const list of lists.values()) list.members.delete(email)
      return users.delete(email) ? { status: 204 } : problem(404, 'Not Found')
    }
    if (kind !== 'lists') return undefined
    const list = lists.get(id)
    if (!list) return problem(404, 'Not Found')
    if (method === 'GET' && part === undefined) return { status: 200, body: { list_id: id, fqdn_listname: list.name } }
    if (method === 'PATCH' && part === 'config') {
      Object.assign(list.config, z.record(z.string(), z.unknown()).parse(body))
      return { status: 204 }
    }
    if (method === 'GET' && part === 'member')
      return list.members.has(who.toLowerCase()) ? { status: 200, body: { email: who } } : problem(404, 'Not Found')
    if (method === 'DELETE' && part === 'member')
      return list.members.delete(who.toLowerCase()) ? { status: 204 } : problem(404, 'Not Found')
    if (method === 'GET' && part === 'roster') {
      const [count, page] = [Number(query.get('count')), Number(query.get('page'))]
      const all = [...list.members].sort()
      const entries = all.slice((page - 1) * count, page * count).map((email) => ({ email, role: 'member' }))
      // It leaves `entries` out where there are none.
      return { status: 200, body: { start: 0, total_size: all.length, ...(entries.length > 0 && { entries }) } }
    }
    return undefined
  }

  /** On whatever list. */
  function find(email: string): Answered {
    const all = [...lists].flatMap(([list_id, { members }]) => (members.has(email) ? { list_id, role: 'member' } : []))
    return { status: 200, body: { start: 0, total_size: all.length, ...(all.length > 0 && { entries: all }) } }
  }

  function subscribe({ list_id, subscriber, pre_confirmed }: z.infer<typeof newMember>): Answered {
    const email = subscriber.toLowerCase()
    if (!ADDRESS.test(email) || refused.has(email)) return problem(400, 'Invalid email address')
    const list = lists.get(list_id)
    if (!list) return problem(400, 'No such list')
    if (list.members.has(email)) return problem(409, 'Member already subscribed')
    users.add(email)
    if (!pre_confirmed) {
      if (pending.some((one) => one.list === list_id && one.email === email))
        return problem(409, 'Subscription request already pending')
      pending.push({ list: list_id, email })
      return { status: 202, body: { token: 'a token', token_owner: 'subscriber' } }
    }
    list.members.add(email)
    return { status: 201 }
  }

  const members = (community: string) => lists.get(`${community}.${DOMAIN}`)?.members
  return {
    connector: 'mailman',
    settings: { URL: server.url, USER, PASSWORD, DOMAIN },
    server,
    holds: (community) => [...(members(community) ?? [])].sort(),
    contacts: () => [...users].sort(),
    kept: () => JSON.stringify([[...lists].map(([id, { members }]) => [id, [...members]]), [...users], pending]),
    revoke: (is) => {
      isRevoked = is
    },
    refuseAddress: (email) => void refused.add(email.toLowerCase()),
    suppress: (email, _, community) => void members(community)?.delete(email),
    byHand: {
      put(community, email) {
        users.add(email)
        members(community)?.add(email)
      },
      take: (community, email) => void members(community)?.delete(email),
      rename(community, name) {
        const list = lists.get(`${community}.${DOMAIN}`)
        if (list) list.config.display_name = name
      },
      drop: (community) => void lists.delete(`${community}.${DOMAIN}`),
      deleteContact(email) {
        users.delete(email)
        for (const list of lists.values()) list.members.delete(email)
      },
      knew: (email) => void users.add(email),
    },
    close: server.close,
  }
}
