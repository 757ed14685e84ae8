import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { HookRequest } from '../../src/segments/segment-store.ts'
import { type Answered, type Asked, openFakeServer } from './fake-server.ts'
import { findable } from './findable.ts'
import { filterOf, namedIn } from './ghost-filter.ts'
import type { Rig } from './rig.ts'

const KID = '65f0000000000000000000aa'
const SECRET = 'ab'.repeat(32)
const HOOK_SECRET = 'secret of the hooks of ghost'
const ADDRESS = /^[^@\s]+@[^@\s]+$/
/** The most it gives at once (Ghost 6). */
const PAGE_MAX = 100
/** The newsletter that new members get by themselves, unless it is said which they get. */
const [WEEKLY, DAILY] = ['65f0000000000000000000b1', '65f0000000000000000000b2']
const TOKEN_SECONDS_MAX = 300

const ref = z.object({ id: z.string() })
const newMember = z.object({
  email: z.string(),
  labels: z.array(z.unknown()).optional(),
  newsletters: z.array(ref).optional(),
})
const newLabel = z.object({ name: z.string(), slug: z.string().optional() })
const bulkBody = z.object({
  bulk: z.object({ action: z.enum(['addLabel', 'removeLabel']), meta: z.object({ label: ref }) }),
})
const claims = z.object({ iat: z.number(), exp: z.number(), aud: z.literal('/admin/') })

interface Member {
  id: string
  email: string
  status: 'free' | 'paid'
  /** Of bulk additions the same may be there twice: no key forbids it. */
  labels: string[]
  newsletters: string[]
  suppressed?: 'fail' | 'spam'
}

/** Ghost, as seen at versions 5 and 6 and by its source: members, labels, and its feeds of what happened. */
export const openGhost = async (now: () => Date) => {
  const labels = new Map<string, { id: string; name: string; slug: string }>()
  const { map: members, find, among } = findable<string, Member>(({ id, email }) => [id, email.toLowerCase()])
  const refused = new Set<string>()
  const events: { type: string; data: Record<string, unknown> & { id: string; created_at: string } }[] = []
  const posts: Record<string, unknown>[] = []
  let isRevoked = false
  let made = 0
  const nextId = () => (++made).toString(16).padStart(24, '0')
  const problem = (status: number, type: string): Answered => ({ status, body: { errors: [{ type, message: type }] } })
  const byEmail = (email: string) => find(email.toLowerCase())?.[1]
  /** Whom a filter may let through. */
  const candidates = (query: URLSearchParams) => among(namedIn(query.get('filter') ?? '')).map(([, one]) => one)

  const server = await openFakeServer({
    now,
    // It has no limit of its own; whoever hosts it may.
    tooMuch: () => ({
      status: 429,
      headers: { 'retry-after': '30' },
      body: { errors: [{ type: 'TooManyRequestsError' }] },
    }),
    refuse: ({ headers }) =>
      !isRevoked && isToken(headers.authorization) ? undefined : problem(401, 'UnauthorizedError'),
    answer,
  })

  function isToken(words = ''): boolean {
    const [, header = '', payload = '', signature] = /^Ghost ([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(words) ?? []
    const own = createHmac('sha256', Buffer.from(SECRET, 'hex')).update(`${header}.${payload}`).digest('base64url')
    if (signature !== own) return false
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString())
    const { alg, kid } = z.object({ alg: z.string(), kid: z.string() }).parse(read(header))
    const said = claims.safeParse(read(payload)).data
    const at = Math.floor(now().getTime() / 1000)
    if (said && said.exp - said.iat > TOKEN_SECONDS_MAX)
      server.complaints.push('a token holds for longer than Ghost says')
    return alg === 'HS256' && kid === KID && !!said && said.exp > at && at - said.iat <= TOKEN_SECONDS_MAX
  }

  function answer({ method, path, query, body }: Asked): Answered | undefined {
    const [, root, api, admin, kind, part] = path.split('/')
    if (`${root}/${api}/${admin}` !== 'ghost/api/admin') return undefined
    const fits = filterOf(query.get('filter') ?? '')
    if (!fits) return problem(400, 'BadRequestError')
    const limit = Math.min(Number(query.get('limit') ?? 15), PAGE_MAX)
    if (method === 'GET' && kind === 'newsletters') {
      const all = [
        { id: WEEKLY, slug: 'weekly', name: 'Weekly' },
        { id: DAILY, slug: 'daily', name: 'Daily' },
      ]
      return { status: 200, body: { newsletters: all.slice(0, limit) } }
    }
    if (method === 'GET' && kind === 'posts') return { status: 200, body: { posts: posts.slice(0, limit) } }
    if (kind === 'labels') {
      if (method === 'POST') return makeLabel(z.object({ labels: z.array(newLabel) }).parse(body).labels[0])
      if (method !== 'GET') return undefined
      if (!part) return { status: 200, body: { labels: [...labels.values()].filter(fits).slice(0, limit) } }
      const one = labels.get(part)
      return one ? { status: 200, body: { labels: [one] } } : problem(404, 'NotFoundError')
    }
    if (kind !== 'members') return undefined
    if (method === 'GET' && part === 'events') {
      const latest = [...events].sort((a, b) => (a.data.created_at < b.data.created_at ? 1 : -1))
      const these = latest.filter((one) => fits({ ...flat(one.data), type: one.type, id: one.data.id }))
      // It is asked for as `complained` and told as `complaint`.
      const told = these.slice(0, limit).map((one) => ({ ...one, type: one.type.replace('complained', 'complaint') }))
      return { status: 200, body: { events: told, meta: {} } }
    }
    if (method === 'GET' && !part) {
      const all = candidates(query).sort((a, b) => (a.id < b.id ? -1 : 1))
      const found = all.filter((one) => fits({ ...one, label: one.labels.map((id) => labels.get(id)?.slug) }))
      return { status: 200, body: { members: found.slice(0, limit).map(shown), meta: {} } }
    }
    if (method === 'POST' && !part) return make(z.object({ members: z.array(newMember) }).parse(body).members[0])
    if (method === 'PUT' && part === 'bulk')
      return query.get('filter')
        ? change(
            candidates(query).filter((one) => fits({ ...one })),
            body,
          )
        : problem(422, 'IncorrectUsageError')
    if (method === 'DELETE' && part) return members.delete(part) ? { status: 204 } : problem(404, 'NotFoundError')
    return undefined
  }

  const shown = ({ suppressed, labels: own, newsletters, ...one }: Member) => ({
    ...one,
    labels: own.map((id) => labels.get(id)),
    newsletters: newsletters.map((id) => ({ id, name: 'A newsletter', status: 'active' })),
    email_suppression: { suppressed: !!suppressed, info: suppressed ? { reason: suppressed } : null },
  })

  function makeLabel(label: z.infer<typeof newLabel> | undefined): Answered {
    if (!label || [...labels.values()].some((one) => one.name === label.name)) return problem(422, 'ValidationError')
    const plain = (label.slug ?? label.name).toLowerCase().replace(/[^a-z0-9]+/g, '-')
    const isTaken = [...labels.values()].some((one) => one.slug === plain)
    const one = { id: nextId(), name: label.name, slug: isTaken ? `${plain}-2` : plain }
    labels.set(one.id, one)
    return { status: 201, body: { labels: [one] } }
  }

  function make(member: z.infer<typeof newMember> | undefined): Answered {
    if (!member || !ADDRESS.test(member.email) || refused.has(member.email.toLowerCase()))
      return problem(422, 'ValidationError')
    if (byEmail(member.email)) return problem(422, 'ValidationError')
    const newsletters = member.newsletters?.map(({ id }) => id) ?? [WEEKLY]
    const one: Member = { id: nextId(), email: member.email, status: 'free', labels: [], newsletters }
    members.set(one.id, one)
    return { status: 201, body: { members: [shown(one)] } }
  }

  function change(these: Member[], body: unknown): Answered {
    const { action, meta } = bulkBody.parse(body).bulk
    const { id } = meta.label
    const isThere = labels.has(id)
    for (const one of isThere ? these : []) {
      if (action === 'addLabel' && one.labels.includes(id)) server.complaints.push('a label was added twice')
      if (action === 'addLabel') one.labels.push(id)
      else one.labels = one.labels.filter((own) => own !== id)
    }
    const stats = {
      successful: isThere ? these.length : 0,
      unsuccessful: isThere || action === 'removeLabel' ? 0 : these.length,
    }
    return { status: 200, body: { bulk: { action, meta: { stats, errors: [], unsuccessfulData: [] } } } }
  }

  /** The webhook of an integration when a member was edited. */
  function hook(email: string, previous: object, older = false): HookRequest {
    const one = byEmail(email)
    const current = one && { ...shown(one), updated_at: now().toISOString(), email_suppression: undefined }
    const body = JSON.stringify({ member: { current, previous } })
    const at = now().getTime()
    const hex = createHmac('sha256', HOOK_SECRET)
      .update(older ? body : `${body}${at}`)
      .digest('hex')
    const headers = { 'x-ghost-signature': `sha256=${hex}, t=${at}`, 'content-type': 'application/json' }
    return { method: 'POST', url: 'https://bot.example/hooks/ghost', headers, body }
  }

  const labelOf = (community: string) =>
    [...labels.values()].find(({ slug }) => slug === `kindred-${community}`)?.id ?? '-'
  const rig: Rig = {
    connector: 'ghost',
    settings: { URL: server.url, KEY: `${KID}:${SECRET}`, HOOK_SECRET, NEWSLETTER: 'weekly' },
    server,
    holds: (community) =>
      [...members.values()]
        .filter((one) => one.labels.includes(labelOf(community)) && !one.suppressed && one.newsletters.includes(WEEKLY))
        .map(({ email }) => email.toLowerCase())
        .sort(),
    contacts: () => [...members.values()].map(({ email }) => email.toLowerCase()).sort(),
    kept: () => JSON.stringify([[...labels.values()], [...members.values()]]),
    revoke: (is) => {
      isRevoked = is
    },
    refuseAddress: (email) => void refused.add(email.toLowerCase()),
    suppress(email, why) {
      const one = byEmail(email)
      if (!one) return
      if (why === 'unsubscribed') one.newsletters = []
      else one.suppressed = why === 'complained' ? 'spam' : 'fail'
    },
    unsuppress(email) {
      const one = byEmail(email)
      if (!one) return
      one.newsletters = [WEEKLY]
      delete one.suppressed
    },
    byHand: {
      put(community, email) {
        make({ email })
        byEmail(email)?.labels.push(labelOf(community))
      },
      take(community, email) {
        const one = byEmail(email)
        if (one) one.labels = one.labels.filter((id) => id !== labelOf(community))
      },
      rename(community, name) {
        const label = labels.get(labelOf(community))
        if (label) label.name = name
      },
      drop(community) {
        const id = labelOf(community)
        labels.delete(id)
        for (const one of members.values()) one.labels = one.labels.filter((own) => own !== id)
      },
      deleteContact: (email) => void members.delete(byEmail(email)?.id ?? ''),
      knew: (email) => void make({ email }),
    },
    close: server.close,
  }
  return { ...rig, members, byEmail, labels, labelOf, events, posts, hook, WEEKLY, DAILY }
}

/** As the filters of events name the fields: `data.created_at`. */
function flat(data: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [`data.${name}`, value]))
}
