import { z } from 'zod'
import { type Api, each, openApi } from './api.ts'
import { type Contact, contactLists, listName, type Meeting } from './contact-lists.ts'
import { LIMITS } from './limits.ts'
import { campaignsSince, pageOf } from './listmonk-campaigns.ts'
import { piecesOf } from './pieces.ts'
import { rootOf } from './root-of.ts'
import {
  type Connector,
  type Entry,
  Gone,
  type Listed,
  Rejected,
  type Result,
  type SegmentStore,
  type SuppressedWhy,
} from './segment-store.ts'

const limits = LIMITS.listmonk
const CHECK_MS = 10_000
/** The most it gives at once, whatever is asked for (its paginator). */
const PAGE = 50
/** As the proxies that stand before it take some 8 kB of an address. */
const QUERY_MAX = 6_000
/** Every list of ours has this tag, and one more by the community's slug, which outlives being renamed. */
const TAG = 'kindred'

const settings = z.object({
  URL: z
    .url({ protocol: /^https?$/ })
    .default('http://localhost:9000')
    .describe("listmonk's address, without /api"),
  USER: z.string().min(1).describe('The name of its API user'),
  TOKEN: z.string().min(1).describe('The token it showed when that user was made'),
})

/** Lists of listmonk, one for each community. */
export const listmonk: Connector<typeof settings> = {
  name: 'listmonk',
  settings,
  steps: [
    'In listmonk under Admin → User roles make a role with `lists:get_all`, `lists:manage_all`, `subscribers:get`, `subscribers:get_all`, `subscribers:manage`, `subscribers:sql_query`, `bounces:get` and `campaigns:get_all`.',
    'Under Admin → Users make a user of the type API with this role, and copy its token, which is shown once.',
    'Set URL, USER and TOKEN.',
    'Lists are made on first use, private and with single opt-in, as the yes was given here. Rename them as you like; leave their tags.',
  ],
  fields: 'address, and as a name what stands before the @ in it',
  byAddress: true,
  place: ({ URL: url }) => rootOf(url),
  open({ URL: url, USER, TOKEN }, now) {
    const key = Buffer.from(`${USER}:${TOKEN}`).toString('base64')
    const api = openApi({ url: `${rootOf(url)}/api`, limits, headers: () => ({ authorization: `Basic ${key}` }) }, now)
    return openListmonk(api, now)
  },
}

const id = z.object({ id: z.number() })
const subscriber = id.extend({
  email: z.string(),
  status: z.string(),
  lists: z.array(id.extend({ subscription_status: z.string().nullish() })).nullish(),
})
type Subscriber = z.infer<typeof subscriber>
const tagged = id.extend({ tags: z.array(z.string()).nullish() })
const bounces = z.object({ data: z.array(z.object({ type: z.string() })).nullish() })
function openListmonk(api: Api, now: () => Date): SegmentStore {
  /** Those a condition fits after an id, and not by pages, so that whoever goes meanwhile hides nobody else. */
  async function some(condition: string, last: number, signal: AbortSignal, list?: string) {
    const query = new URLSearchParams({
      ...(list !== undefined && { list_id: list }),
      ...{ query: `${condition} AND subscribers.id > ${last}`, order_by: 'id', order: 'asc', per_page: String(PAGE) },
    })
    const { json } = await api.call('GET', `/subscribers?${query}`, { signal })
    const { results, total } = pageOf(subscriber).parse(json).data
    const isLast = results.length === 0 || results.length >= total
    return { results, next: isLast ? undefined : Math.max(last, ...results.map((one) => one.id)) }
  }

  async function* subscribers(condition: string, signal: AbortSignal): AsyncIterable<Subscriber> {
    for (let last: number | undefined = 0; last !== undefined; ) {
      const { results, next }: Awaited<ReturnType<typeof some>> = await some(condition, last, signal)
      yield* results
      last = next
    }
  }

  async function find(emails: string[], signal: AbortSignal): Promise<Contact[]> {
    const found: Contact[] = []
    const quoted = emails.filter(isPlain).map((email) => `'${email.toLowerCase().replaceAll("'", "''")}'`)
    for (const these of piecesOf(quoted, (all) => encodeURIComponent(all.join()).length <= QUERY_MAX)) {
      for await (const one of subscribers(`LOWER(subscribers.email) IN (${these.join()})`, signal)) {
        found.push({ id: String(one.id), email: one.email })
      }
    }
    return found
  }

  async function byIds(ids: string[], signal: AbortSignal): Promise<Map<string, Subscriber>> {
    const found = new Map<string, Subscriber>()
    const numbers = ids.filter((one) => /^\d+$/.test(one))
    if (numbers.length === 0) return found
    for await (const one of subscribers(`subscribers.id IN (${numbers.join(',')})`, signal)) {
      found.set(String(one.id), one)
    }
    return found
  }

  async function mustBeThere(list: string, signal: AbortSignal) {
    // 400 is what it answers where there is no such list.
    const { status } = await api.call('GET', `/lists/${list}`, { signal, allow: [400, 404] })
    if (status >= 400) throw new Gone('It has no such list.')
  }

  /** The lists with a tag, the first made first. */
  async function listsWith(tag: string, signal: AbortSignal): Promise<string[]> {
    const query = new URLSearchParams({ tag, per_page: 'all' })
    const { json } = await api.call('GET', `/lists?${query}`, { signal })
    const { results } = pageOf(tagged).parse(json).data
    const ids = results.filter(({ tags }) => tags?.includes(tag)).map((one) => one.id)
    return ids.sort((a, b) => a - b).map(String)
  }

  /** It keeps why somebody is blocked with the mails that came back. */
  async function whyBlocked(who: number, signal: AbortSignal): Promise<SuppressedWhy> {
    const { json } = await api.call('GET', `/subscribers/${who}/bounces`, { signal, allow: [400, 403, 404] })
    const types = (bounces.safeParse(json).data?.data ?? []).map(({ type }) => type)
    if (types.includes('complaint')) return 'complained'
    return types.length > 0 ? 'bounced' : 'unsubscribed'
  }

  const statusIn = (list: string, { lists }: Subscriber) =>
    lists?.find((one) => String(one.id) === list)?.subscription_status

  async function meetOne({ email }: Entry, signal: AbortSignal): Promise<Meeting> {
    if (!isPlain(email)) throw new Rejected('It does not take an address with such characters.')
    const [name] = email.split('@')
    const body = { email, name, status: 'enabled', lists: [] }
    const { status, json } = await api.call('POST', '/subscribers', { body, signal, allow: [409] })
    if (status !== 409) {
      return { contact: { id: String(z.object({ data: id }).parse(json).data.id), email }, isNew: true }
    }
    const [contact] = await find([email], signal)
    return contact ? { contact } : { result: 'retry', why: 'It knows the address, and does not find it.' }
  }

  return contactLists({
    limits,
    async check() {
      const signal = AbortSignal.timeout(CHECK_MS)
      await listsWith(TAG, signal)
      await find(['nobody@example.invalid'], signal)
    },
    async make(segment, signal) {
      const own = `${TAG}-${segment.key.toLowerCase()}`
      const [known] = await listsWith(own, signal)
      if (known !== undefined) return known
      const body = { name: listName(segment), type: 'private', optin: 'single', tags: [TAG, own] }
      const { json } = await api.call('POST', '/lists', { body, signal })
      const made = String(z.object({ data: id }).parse(json).data.id)
      // Whoever made one at the same time takes the same of the two.
      return (await listsWith(own, signal))[0] ?? made
    },
    async meet(entries, signal) {
      const emails = entries.map(({ email }) => email)
      const known = new Map((await find(emails, signal)).map((one) => [one.email.toLowerCase(), one]))
      return each(entries, limits.connections, async (entry): Promise<Meeting> => {
        const contact = known.get(entry.email.toLowerCase())
        return contact ? { contact } : meetOne(entry, signal)
      })
    },
    find,
    async add(list, contacts, signal) {
      await mustBeThere(list, signal)
      const found = await byIds(
        contacts.map((one) => one.id),
        signal,
      )
      const results = await each(contacts, limits.connections, async (contact): Promise<Result | 'add'> => {
        const one = found.get(contact.id)
        if (!one) return { result: 'unknown', why: 'It does not know them any more.' }
        if (one.status === 'blocklisted') return { result: 'suppressed', why: await whyBlocked(one.id, signal) }
        const status = statusIn(list, one)
        // To add them would confirm them anew, against what they said there.
        if (status === 'unsubscribed') return { result: 'suppressed', why: 'unsubscribed', isHere: true }
        return status === 'confirmed' ? { result: 'applied' } : 'add'
      })
      const ids = contacts.filter((_, i) => results[i] === 'add').map((one) => Number(one.id))
      const body = { ids, action: 'add', target_list_ids: [Number(list)], status: 'confirmed' }
      if (ids.length > 0) await api.call('PUT', '/subscribers/lists', { body, signal })
      return results.map((one): Result => (one === 'add' ? { result: 'applied' } : one))
    },
    async remove(list, contacts, signal) {
      const found = await byIds(
        contacts.map((one) => one.id),
        signal,
      )
      const ids = [...found.values()].map((one) => one.id)
      const body = { ids, action: 'remove', target_list_ids: [Number(list)] }
      if (ids.length > 0) await api.call('PUT', '/subscribers/lists', { body, signal })
      // That they unsubscribed is kept by their place on the list alone, so it is told now or never.
      return contacts.map((contact): Result => {
        const one = found.get(contact.id)
        return { result: one && statusIn(list, one) === 'unsubscribed' ? 'left' : 'applied' }
      })
    },
    async members(list, from = '0', signal) {
      await mustBeThere(list, signal)
      const { results, next } = await some('TRUE', Number(from), signal, list)
      const listed = results.map((one) => {
        const isBlocked = one.status === 'blocklisted'
        const isOff = isBlocked || statusIn(list, one) === 'unsubscribed'
        const member: Listed = { id: String(one.id), email: one.email }
        return isOff ? { ...member, suppressed: 'unsubscribed' as const, isHere: !isBlocked } : member
      })
      return { listed, ...(next !== undefined && { next: String(next) }) }
    },
    async erase(contact, signal) {
      const one = (await byIds([contact.id], signal)).get(contact.id)
      // Whoever is on another list by now is not there for us alone.
      if (one && !one.lists?.length)
        await api.call('DELETE', `/subscribers/${contact.id}`, { signal, allow: [400, 404] })
    },
    poll: async (cursor, signal) => campaignsSince(api, await listsWith(TAG, signal), cursor, signal, now()),
    close: api.close,
  })
}

/** What may stand in a condition without a meaning of its own there: no backslash, and none of its placeholders. */
function isPlain(email: string): boolean {
  return /^[^\s\\%;\p{C}]+$/u.test(email)
}
