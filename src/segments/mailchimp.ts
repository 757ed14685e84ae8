import { z } from 'zod'
import { type Api, each, openApi } from './api.ts'
import type { Answer } from './client.ts'
import { type Contact, contactLists, listName, type Meeting } from './contact-lists.ts'
import { LIMITS } from './limits.ts'
import { hearMailchimp } from './mailchimp-hooks.ts'
import { contactOf, isInUse, member, met, ofStatus, suppressed, whyOf } from './mailchimp-member.ts'
import { rootOf } from './root-of.ts'
import { type Connector, type Entry, Gone, type Result, type SegmentStore } from './segment-store.ts'

const limits = LIMITS.mailchimp
const CHECK_MS = 10_000
const PAGE = 500
/** What stands after the last `-` of a key, and is the name of the data centre the account is in. */
const DATA_CENTRE = /-([a-z]+\d+)$/

const settings = z
  .object({
    URL: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('The API without /3.0; by itself https://<dc>.api.mailchimp.com, with the end of the key as <dc>'),
    KEY: z.string().min(1).describe('An API key, such as 0123…-us6'),
    AUDIENCE: z.string().min(1).describe('The audience id, such as a1b2c3d4e5'),
    HOOK_SECRET: z
      .string()
      .min(16, 'should have 16 characters or more')
      .optional()
      .describe('What the webhook address ends with, as ?secret=…; without it nothing is heard of who unsubscribes'),
  })
  .refine(({ URL: url, KEY }) => url !== undefined || DATA_CENTRE.test(KEY), {
    path: ['KEY'],
    message: 'should end with - and a data centre, such as -us6',
  })

type Settings = z.output<typeof settings>

const urlOf = ({ URL: url, KEY }: Settings) =>
  (url && rootOf(url)) ?? `https://${DATA_CENTRE.exec(KEY)?.[1]}.api.mailchimp.com`

/**
 * Tags in one audience of Mailchimp, one for each community. Who is forgotten is deleted there for good only where Kindred made
 * them and they have no other tag or group and are no VIP; it does not say in which flows they are.
 */
export const mailchimp: Connector<typeof settings> = {
  name: 'mailchimp',
  settings,
  steps: [
    'In Mailchimp, open your profile, Extras, API keys, and make a key for Kindred. Set KEY to it.',
    'Open Audience, Settings, Audience name and defaults, and copy the audience id. Set AUDIENCE to it.',
    'To hear who unsubscribes: make a secret with `openssl rand -hex 24` and set HOOK_SECRET to it.',
    'Restart Kindred, then open Audience, Settings, Webhooks, and add `https://<your Kindred>/hooks/<destination>?secret=<HOOK_SECRET>`.',
    'There, choose Unsubscribes, Cleaned address and Campaign sending, and all three sources.',
    'Tags are made on first use as `Kindred: <name> (<community>)`; rename them as you like.',
    'Whoever Kindred made there is deleted for good when they are forgotten, unless they have another tag or group by then, or are a VIP. Mailchimp does not say who is in a flow: give a tag of yours to whom you want to keep.',
    'Mailchimp takes whoever is deleted for good from nobody but themselves: if they come back, send them a signup form of Mailchimp.',
  ],
  fields: 'address',
  byAddress: true,
  place: (all) => `${urlOf(all)} ${all.AUDIENCE}`,
  open(all, now) {
    const key = Buffer.from(`kindred:${all.KEY}`).toString('base64')
    const headers = () => ({ authorization: `Basic ${key}` })
    const api = openApi({ url: `${urlOf(all)}/3.0`, limits, headers, isTooMuch }, now)
    return openMailchimp(api, all, now)
  },
}

/** A refusal of the key comes as JSON; the gate before the API, which lets no more through, answers a bare 403. */
const isTooMuch = ({ status, text }: Answer) => status === 403 && !text.trimStart().startsWith('{')

const idSchema = z.object({ id: z.number() })
const members = z.object({ members: z.array(member) })
const changed = z.object({ members_added: z.array(member).default([]), members_removed: z.array(member).default([]) })
const activities = z.object({ activity: z.array(z.unknown()).default([]) })
const segments = z.object({ segments: z.array(z.object({ id: z.number(), name: z.string() })) })

function openMailchimp(api: Api, { AUDIENCE, HOOK_SECRET }: Settings, now: () => Date): SegmentStore {
  const audience = `/lists/${encodeURIComponent(AUDIENCE)}`
  const memberPath = (id: string) => `${audience}/members/${encodeURIComponent(id)}`
  const tagPath = (tag: string) => `${audience}/segments/${encodeURIComponent(tag)}`

  async function meet({ email }: Entry, signal: AbortSignal): Promise<Meeting> {
    const contact = contactOf(email)
    const path = memberPath(contact.id)
    const known = await api.call('GET', `${path}?fields=id,email_address,status`, { signal, allow: [404] })
    if (known.status === 404) {
      // They said yes to letters, and that is recorded, so who is new is subscribed. `status` would subscribe those too who
      // are there and unsubscribed; `status_if_new` does not.
      const body = { email_address: email, status_if_new: 'subscribed' }
      return met(contact, await api.call('PUT', path, { body, signal, allow: [400] }), true)
    }
    const { status } = member.parse(known.json)
    if (status !== 'archived') return whyOf(status) ? suppressed(status) : { contact }
    // Put aside by the organization, and not by themselves: a new yes takes them out of there, which `status_if_new` does not.
    // What they were before it does not say, and may let whoever had unsubscribed be subscribed.
    const feed = await api.call('GET', `${path}/activity-feed?activity_filters=unsub&count=1`, { signal, allow: [404] })
    if (feed.status !== 404 && activities.parse(feed.json).activity.length > 0) return suppressed('unsubscribed')
    return met(contact, await api.call('PATCH', path, { body: { status: 'subscribed' }, signal, allow: [400] }), false)
  }

  /** What became of a contact that was not simply put under the tag: it may be there already. */
  async function look(tag: string, { id }: Contact, signal: AbortSignal): Promise<Result> {
    const path = `${memberPath(id)}?fields=id,email_address,status,tags`
    const { status, json } = await api.call('GET', path, { signal, allow: [404] })
    if (status === 404) return { result: 'unknown', why: 'It knows nobody of this id.' }
    const one = member.parse(json)
    const isTagged = one.tags.some(({ id }) => String(id) === tag)
    return ofStatus(one.status) ?? (isTagged ? { result: 'applied' } : { result: 'rejected', why: NOT_TAGGED })
  }

  return contactLists({
    limits,
    async check() {
      const path = `${audience}?fields=id`
      const { status } = await api.call('GET', path, { signal: AbortSignal.timeout(CHECK_MS), allow: [404] })
      if (status === 404) throw new Error(NO_AUDIENCE)
    },
    async make(segment, signal) {
      const name = listName(segment)
      for (let offset = 0; ; offset += PAGE) {
        const query = `type=static&count=${PAGE}&offset=${offset}&fields=segments.id,segments.name`
        const { status, json } = await api.call('GET', `${audience}/segments?${query}`, { signal, allow: [404] })
        if (status === 404) throw new Error(NO_AUDIENCE)
        const page = segments.parse(json).segments
        const same = page.find((one) => one.name === name)
        if (same) return String(same.id)
        if (page.length < PAGE) break
      }
      const { json } = await api.call('POST', `${audience}/segments`, { body: { name, static_segment: [] }, signal })
      return String(idSchema.parse(json).id)
    },
    meet: (entries, signal) => each(entries, limits.connections, (entry) => meet(entry, signal)),
    find: async (emails) => emails.map(contactOf),
    // By the tag's id and not its name, since the organization may rename it.
    async add(tag, contacts, signal) {
      const body = { members_to_add: contacts.map(({ email }) => email) }
      const { status, json } = await api.call('POST', tagPath(tag), { body, signal, allow: [404] })
      if (status === 404) throw new Gone('It has no such tag.')
      const added = new Map(changed.parse(json).members_added.map((one) => [one.id, one.status]))
      return each(contacts, limits.connections, async (contact): Promise<Result> => {
        const is = added.get(contact.id)
        return is === undefined ? look(tag, contact, signal) : (ofStatus(is) ?? { result: 'applied' })
      })
    },
    async remove(tag, contacts, signal) {
      const emails = contacts.filter(({ id, email }) => contactOf(email).id === id).map(({ email }) => email)
      const removed = new Set<string>()
      if (emails.length > 0) {
        const body = { members_to_remove: emails }
        const { status, json } = await api.call('POST', tagPath(tag), { body, signal, allow: [404] })
        if (status === 404) return contacts.map(() => ({ result: 'applied' }))
        for (const { id } of changed.parse(json).members_removed) removed.add(id)
      }
      return each(contacts, limits.connections, async ({ id }): Promise<Result> => {
        // It says little of whom it did not remove, so that is made certain: 404 where they are not under the tag.
        const path = `${tagPath(tag)}/members/${encodeURIComponent(id)}`
        if (!removed.has(id)) await api.call('DELETE', path, { signal, allow: [404] })
        return { result: 'applied' }
      })
    },
    async members(tag, offset = '0', signal) {
      const all = 'include_unsubscribed=true&include_cleaned=true&include_transactional=true'
      const fields = 'fields=members.id,members.email_address,members.status'
      const path = `${tagPath(tag)}/members?${all}&${fields}&count=${PAGE}&offset=${offset}`
      const { status, json } = await api.call('GET', path, { signal, allow: [404] })
      if (status === 404) throw new Gone('It has no such tag.')
      const page = members.parse(json).members
      // Who is put aside is not there, and who is still to confirm not yet.
      const there = page.filter((one) => !['archived', 'pending'].includes(one.status))
      const listed = there.map(({ id, email_address: email, status }) => {
        const why = whyOf(status)
        return { id, email, ...(why && { suppressed: why }) }
      })
      return { listed, ...(page.length === PAGE && { next: String(Number(offset) + PAGE) }) }
    },
    async erase({ id }, signal) {
      const asked = `${memberPath(id)}?fields=id,email_address,status,tags,interests,vip`
      const { status, json } = await api.call('GET', asked, { signal, allow: [404] })
      // Whoever has another tag or group by now is not there for us alone.
      if (status === 404 || isInUse(member.parse(json))) return
      // What is archived instead is all still there: decision 17 says what this costs.
      await api.call('POST', `${memberPath(id)}/actions/delete-permanent`, { signal, allow: [404] })
    },
    ...(HOOK_SECRET && { hear: hearMailchimp(AUDIENCE, HOOK_SECRET, now) }),
    close: api.close,
  })
}

const NO_AUDIENCE = 'Mailchimp has no such audience: look at AUDIENCE.'
const NOT_TAGGED = 'It does not put this one under the tag.'
