import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Answered, type Asked, openFakeServer } from './fake-server.ts'
import type { Rig } from './rig.ts'

const [KEY, AUDIENCE] = ['0123456789abcdef0123456789abcdef-us6', 'a1b2c3d4e5']
const ADDRESS = /^[^@\s]+@[^@\s]+\.[^@\s]+$/
const BATCH_MAX = 500

const statuses = z.enum(['subscribed', 'unsubscribed', 'cleaned', 'pending', 'transactional'])
const newMember = z.strictObject({ email_address: z.string(), status_if_new: statuses.optional() })
const patch = z.strictObject({ status: statuses })
const newSegment = z.strictObject({ name: z.string().min(1).max(100), static_segment: z.array(z.string()) })
const emails = z.array(z.string()).max(BATCH_MAX).default([])
const batch = z.strictObject({ members_to_add: emails, members_to_remove: emails })

interface Member {
  id: string
  email_address: string
  status: z.output<typeof statuses> | 'archived'
  /** What they were before they were archived. */
  before?: string
  /** The groups they chose. */
  interests?: Record<string, boolean>
}

interface Tag {
  id: number
  name: string
  /** Its name when it was made, by which a test knows it after it was renamed. */
  made: string
  members: Set<string>
}

export interface MailchimpRig extends Rig {
  /** The gate before the API refuses all, without a word. */
  shutGate(isShut: boolean): void
  /** The key is one of somebody who may not use the API. */
  disableUser(isDisabled: boolean): void
  /** A batch does nothing about this address. */
  overlook(email: string): void
  /** The address is deleted for good. */
  deleteForGood(email: string): void
  statusOf(email: string): string | undefined
  /** It lets whoever unsubscribed be subscribed by us, as it does where that was not by its own link. */
  forgetCompliance(): void
  /** The person subscribes by a form of Mailchimp. */
  signsUp(email: string): void
  /** The person chooses a group of the audience, as on a form. */
  chooseGroup(email: string, group: string): void
}

const hashOf = (email: string) => createHash('md5').update(email.toLowerCase()).digest('hex')
const problem = (status: number, title: string): Answered => ({
  status,
  body: { type: 'https://mailchimp.com/developer/marketing/docs/errors/', title, status, detail: title, instance: '' },
})
const NOT_FOUND = 'Resource Not Found'

/** Mailchimp's Marketing API 3.0 with one audience, as it is documented and as people tell of it (2026-11). */
export async function openMailchimp(now: () => Date): Promise<MailchimpRig> {
  const members = new Map<string, Member>()
  const tags = new Map<number, Tag>()
  const forgotten = new Set<string>()
  const refused = new Set<string>()
  const overlooked = new Set<string>()
  let nextTag = 1000
  let isRevoked = false
  let isShut = false
  let isDisabled = false
  let [isCompliant, asksFirst] = [true, false]

  const server = await openFakeServer({
    now,
    tooMuch: () => problem(429, 'Too Many Requests'),
    refuse({ headers }) {
      if (isShut) return { status: 403 }
      const [kind, key = ''] = (headers.authorization ?? '').split(' ')
      const [, password] = Buffer.from(key, 'base64').toString().split(':')
      if (kind !== 'Basic' || password !== KEY || isRevoked) return problem(401, 'API Key Invalid')
      return isDisabled ? problem(403, 'User Disabled') : undefined
    },
    answer,
  })

  function answer(asked: Asked): Answered | undefined {
    const [, version, lists, audience, kind, ...rest] = asked.path.split('/').map(decodeURIComponent)
    if (version !== '3.0' || lists !== 'lists') return undefined
    if (audience !== AUDIENCE) return problem(404, NOT_FOUND)
    if (kind === undefined) return asked.method === 'GET' ? { status: 200, body: { id: AUDIENCE } } : undefined
    if (kind === 'members') return answerMember(asked, rest)
    if (kind === 'segments') return rest.length === 0 ? answerTags(asked) : answerTag(asked, rest)
    return undefined
  }

  function answerMember({ method, query, body }: Asked, [id = '', ...rest]: string[]): Answered | undefined {
    const known = members.get(id)
    if (method === 'GET' && rest.join('/') === 'activity-feed') {
      if (!known) return problem(404, NOT_FOUND)
      const isAsked = query.get('activity_filters')?.split(',').includes('unsub')
      const hasLeft = isAsked && (known.before ?? known.status) === 'unsubscribed'
      const left = { activity_type: 'unsub', created_at_timestamp: now().toISOString() }
      return { status: 200, body: { email_id: id, list_id: AUDIENCE, activity: hasLeft ? [left] : [] } }
    }
    if (method === 'POST' && rest.join('/') === 'actions/delete-permanent') {
      if (!known) return problem(404, NOT_FOUND)
      deleteForGood(known)
      return { status: 204 }
    }
    if (rest.length > 0) return undefined
    if (method === 'PUT') {
      const said = newMember.safeParse(body).data
      if (!said || hashOf(said.email_address) !== id || !isAddress(said.email_address)) return invalid()
      if (forgotten.has(id)) return problem(400, 'Forgotten Email Not Subscribed')
      if (!known && !said.status_if_new) return invalid()
      const { email_address, status_if_new = 'subscribed' } = said
      const status = asksFirst && status_if_new === 'subscribed' ? 'pending' : status_if_new
      // An archived member stays archived: they are not new.
      const one = known ?? { id, email_address, status }
      members.set(id, one)
      return { status: 200, body: shown(one) }
    }
    if (!known) return problem(404, NOT_FOUND)
    if (method === 'GET') return { status: 200, body: shown(known) }
    if (method === 'PATCH') {
      const said = patch.safeParse(body).data
      if (!said) return invalid()
      const was = known.before ?? known.status
      if (isCompliant && said.status === 'subscribed' && (was === 'unsubscribed' || was === 'cleaned'))
        return problem(400, 'Member In Compliance State')
      members.set(id, { id, email_address: known.email_address, status: said.status })
      return { status: 200, body: shown({ ...known, status: said.status }) }
    }
    return undefined
  }

  function answerTags({ method, query, body }: Asked): Answered | undefined {
    if (method === 'GET') {
      const all = query.get('type') === 'static' ? [...tags.values()] : []
      return { status: 200, body: { segments: page(all, query).map(({ id, name }) => ({ id, name, type: 'static' })) } }
    }
    if (method !== 'POST') return undefined
    const said = newSegment.safeParse(body).data
    if (!said || said.static_segment.length > 0) return invalid()
    if ([...tags.values()].some(({ name }) => name === said.name)) return problem(400, 'Bad Request')
    const tag = { id: nextTag++, name: said.name, made: said.name, members: new Set<string>() }
    tags.set(tag.id, tag)
    return { status: 200, body: { id: tag.id, name: tag.name, type: 'static' } }
  }

  function answerTag({ method, query, body }: Asked, [tagId, part, id = '']: string[]): Answered | undefined {
    const tag = tags.get(Number(tagId))
    if (!tag) return problem(404, NOT_FOUND)
    if (method === 'POST' && part === undefined) return change(tag, body)
    if (part !== 'members') return undefined
    if (method === 'DELETE') return tag.members.delete(id) ? { status: 204 } : problem(404, NOT_FOUND)
    if (method !== 'GET' || id !== '') return undefined
    const isAsked = ({ status }: Member) =>
      ['subscribed', 'pending'].includes(status) || (status !== 'archived' && query.get(`include_${status}`) === 'true')
    const all = [...tag.members].flatMap((one) => members.get(one) ?? []).filter(isAsked)
    return { status: 200, body: { members: page(all, query).map(shown), total_items: all.length } }
  }

  /** Of whom it does nothing about it says so by address, in words. */
  function change(tag: Tag, body: unknown): Answered {
    const said = batch.safeParse(body).data
    if (!said) return invalid()
    const there = (email: string) => {
      const one = members.get(hashOf(email))
      return one && one.status !== 'archived' && !overlooked.has(email) ? one : undefined
    }
    const added = said.members_to_add.flatMap((email) => {
      const one = there(email)
      return one && !tag.members.has(one.id) ? one : []
    })
    const removed = said.members_to_remove.flatMap((email) => {
      const one = there(email)
      return one && tag.members.has(one.id) ? one : []
    })
    for (const { id } of added) tag.members.add(id)
    for (const { id } of removed) tag.members.delete(id)
    const done = new Set([...added, ...removed].map(({ id }) => id))
    const left = [...said.members_to_add, ...said.members_to_remove].filter((email) => !done.has(hashOf(email)))
    const errors = left.length > 0 ? [{ email_addresses: left, error: 'Email addresses could not be processed' }] : []
    const counts = { total_added: added.length, total_removed: removed.length, error_count: errors.length }
    return {
      status: 200,
      body: { members_added: added.map(shown), members_removed: removed.map(shown), errors, ...counts },
    }
  }

  const invalid = () => problem(400, 'Invalid Resource')
  const isAddress = (email: string) => ADDRESS.test(email) && !refused.has(email.toLowerCase())
  const shown = ({ id, email_address, status, interests = {} }: Member) => ({
    ...{ id, email_address, status, interests, vip: false },
    tags: [...tags.values()].flatMap(({ id: tag, name, members }) => (members.has(id) ? [{ id: tag, name }] : [])),
  })
  function page<T>(all: T[], query: URLSearchParams): T[] {
    const [count, offset] = [Number(query.get('count') ?? 10), Number(query.get('offset') ?? 0)]
    return all.slice(offset, offset + Math.min(count, 1000))
  }
  function archive(one: Member) {
    members.set(one.id, { ...one, status: 'archived', before: one.status })
    for (const tag of tags.values()) tag.members.delete(one.id)
  }
  function deleteForGood(one: Member) {
    archive(one)
    members.delete(one.id)
    forgotten.add(one.id)
  }
  const tagOf = (community: string) => [...tags.values()].find(({ made }) => made.endsWith(`(${community})`))
  const memberOf = (email: string) => members.get(hashOf(email))
  const put = (email: string, status: Member['status']) =>
    members.set(hashOf(email), { id: hashOf(email), email_address: email, status })

  return {
    connector: 'mailchimp',
    settings: { URL: server.url, KEY, AUDIENCE, HOOK_SECRET: 'a secret of the hook' },
    server,
    holds: (community) =>
      [...(tagOf(community)?.members ?? [])]
        .flatMap((id) => members.get(id) ?? [])
        .filter(({ status }) => status === 'subscribed')
        .map(({ email_address }) => email_address.toLowerCase())
        .sort(),
    contacts: () =>
      [...members.values()]
        .filter(({ status }) => status !== 'archived')
        .map(({ email_address }) => email_address.toLowerCase())
        .sort(),
    kept: () => JSON.stringify([[...members.values()], [...tags.values()].map((tag) => [tag.name, ...tag.members])]),
    revoke(is) {
      isRevoked = is
    },
    shutGate(is) {
      isShut = is
    },
    disableUser(is) {
      isDisabled = is
    },
    overlook: (email) => void overlooked.add(email),
    deleteForGood: (email) =>
      deleteForGood(memberOf(email) ?? { id: hashOf(email), email_address: '', status: 'archived' }),
    signsUp(email) {
      forgotten.delete(hashOf(email))
      put(email, 'subscribed')
    },
    bars: (email) => forgotten.has(hashOf(email)),
    forgetCompliance() {
      isCompliant = false
    },
    chooseGroup(email, group) {
      const one = memberOf(email)
      if (one) members.set(one.id, { ...one, interests: { ...one.interests, [group]: true } })
    },
    statusOf: (email) => memberOf(email)?.status,
    asksFirst() {
      asksFirst = true
    },
    refuseAddress: (email) => void refused.add(email.toLowerCase()),
    suppress: (email, why) => void put(email, why === 'unsubscribed' ? 'unsubscribed' : 'cleaned'),
    unsuppress: (email) => void put(email, 'subscribed'),
    byHand: {
      put(community, email) {
        put(email, 'subscribed')
        tagOf(community)?.members.add(hashOf(email))
      },
      take: (community, email) => void tagOf(community)?.members.delete(hashOf(email)),
      rename(community, name) {
        const tag = tagOf(community)
        if (tag) tag.name = name
      },
      drop(community) {
        const tag = tagOf(community)
        if (tag) tags.delete(tag.id)
      },
      deleteContact(email) {
        const one = memberOf(email)
        if (one) archive(one)
      },
      knew: (email) => void put(email, 'subscribed'),
    },
    close: server.close,
  }
}
