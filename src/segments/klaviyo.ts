import { z } from 'zod'
import { type Api, each, openApi } from './api.ts'
import { type Contact, contactLists, type Meeting } from './contact-lists.ts'
import { heardFromKlaviyo } from './klaviyo-hook.ts'
import { type Marketing, marketing, suppressionOf } from './klaviyo-suppression.ts'
import { LIMITS, type Limits } from './limits.ts'
import { piecesOf } from './pieces.ts'
import { rootOf } from './root-of.ts'
import { type Connector, Gone, type HookRequest, type Result, type SegmentStore } from './segment-store.ts'

/** The version of its interface that this file speaks. */
const REVISION = '2026-07-15'
const CHECK_MS = 10_000
const PAGE = 100
/** So many whose deletion is under way are remembered. */
const GOING_MAX = 10_000
/** It takes so many values in a filter; and encoded so many letters, for the address of a request to stay under 8 kB. */
const [VALUES_MAX, LETTERS_MAX] = [100, 7_000]
const [SUBSCRIPTIONS, FIELDS] = ['additional-fields[profile]', 'fields[profile]']

const settings = z.object({
  URL: z
    .url({ protocol: /^https?$/ })
    .default('https://a.klaviyo.com')
    .describe("Klaviyo's API address"),
  KEY: z.string().min(1).describe('A private API key'),
  ACCOUNT: z
    .string()
    .default('')
    .describe('Any name for the account; only where two destinations are two accounts of Klaviyo'),
  HOOK_SECRET: z.string().min(16).optional().describe('The secret key of a webhook, where it is to tell what happens'),
})

/**
 * Lists in Klaviyo, one for each community. Nobody's consent there is changed, and no suppression is lifted. Who is forgotten
 * is deleted there only where Kindred made them and they are on no other list; it does not say in which flows they are.
 */
export const klaviyo: Connector<typeof settings> = {
  name: 'klaviyo',
  settings,
  steps: [
    'In Klaviyo open Settings, API keys, and create a private API key for Kindred.',
    'Give it full access to lists, profiles and data privacy, and no access to the rest.',
    'Set KEY to it.',
    'If your account has webhooks, make one to `/hooks/<destination>` of Kindred with the topics of e-mail: unsubscribed, suppressed, bounced, marked as spam, received, opened and clicked.',
    "Set HOOK_SECRET to the webhook's secret key. Without these two steps Klaviyo is asked every night who unsubscribed.",
    'Lists are made on first use as `<name> (<community>)`. Rename them as you like.',
    'Whoever Kindred made there is deleted when they are forgotten, unless they are on another list by then. Klaviyo does not say who is in a flow: whom you want to keep belongs on a list of yours.',
  ],
  fields: 'address',
  byAddress: true,
  // Not by the key, which is replaced from time to time.
  place: ({ URL: url, ACCOUNT }) => `${rootOf(url)} ${ACCOUNT}`,
  open({ URL: url, KEY, HOOK_SECRET: secret }, now) {
    const type = 'application/vnd.api+json'
    const headers = () => ({
      ...{ authorization: `Klaviyo-API-Key ${KEY}`, revision: REVISION },
      ...{ accept: type, 'content-type': type },
    })
    const api = (limits: Limits) => openApi({ url: rootOf(url), limits, headers }, now)
    const apis = {
      ...{ reader: api(LIMITS.klaviyo), adder: api(LIMITS.klaviyoLists) },
      ...{ remover: api(LIMITS.klaviyoLists), looker: api(LIMITS.klaviyoDeletions) },
      eraser: api(LIMITS.klaviyoDeletions),
    }
    const hear = secret && ((request: HookRequest) => heardFromKlaviyo(request, secret, now()))
    return { ...openKlaviyo(apis), ...(hear && { hear }) }
  },
}

const profile = z.object({
  id: z.string(),
  attributes: z.object({
    email: z.string().nullish(),
    subscriptions: z.object({ email: z.object({ marketing: marketing.nullish() }).nullish() }).nullish(),
  }),
})
type Profile = z.infer<typeof profile>
const imported = z.object({ data: profile })
const made = z.object({ data: z.object({ id: z.string() }) })
const profiles = z.object({ data: z.array(profile), links: z.object({ next: z.string().nullish() }).nullish() })
const onLists = z.object({ data: z.array(z.unknown()) })
const lists = z.object({
  data: z.array(z.object({ id: z.string(), attributes: z.object({ name: z.string().nullish() }) })),
})

/** Requests of each kind have limits of their own (limits.ts). */
interface Apis {
  /** Everything that reads, and new profiles. */
  reader: Api
  /** New lists, and who is put on one. */
  adder: Api
  remover: Api
  /** Which lists somebody is on. */
  looker: Api
  eraser: Api
}

function openKlaviyo({ reader, adder, remover, looker, eraser }: Apis): SegmentStore {
  const path = (list: string) => `/api/lists/${encodeURIComponent(list)}`
  /** Whom it was asked to delete, which it does in its own time: they may be there until then, and gone after. */
  const going = new Set<string>()

  async function read(field: 'id' | 'email', values: string[], signal: AbortSignal): Promise<Profile[]> {
    const found: Profile[] = []
    for (const some of inParts(values)) {
      const query = new URLSearchParams({
        filter: `any(${field},${JSON.stringify(some)})`,
        ...{ [SUBSCRIPTIONS]: 'subscriptions', [FIELDS]: 'email,subscriptions', 'page[size]': String(PAGE) },
      })
      const { json } = await reader.call('GET', `/api/profiles?${query}`, { signal })
      found.push(...profiles.parse(json).data)
    }
    return found
  }

  async function find(emails: string[], signal: AbortSignal): Promise<Contact[]> {
    const found = await read('email', emails, signal)
    return found.flatMap(({ id, attributes: { email } }) => (email ? { id, email } : []))
  }

  /** Only the address is sent: a number of ours would take the place of the one the organization gave. */
  async function create(email: string, signal: AbortSignal): Promise<Meeting> {
    const body = { data: { type: 'profile', attributes: { email } } }
    const asked = `/api/profile-import?${new URLSearchParams({ [SUBSCRIPTIONS]: 'subscriptions' })}`
    const { status, json } = await reader.call('POST', asked, { body, signal })
    const { data } = imported.parse(json)
    // It may have been made by others just now, or remember why an address it had before was not written to.
    const blocked = suppressionOf(marketingOf(data), '')
    return blocked ?? { contact: { id: data.id, email, isMade: true }, isNew: status === 201 }
  }

  async function change(method: 'POST' | 'DELETE', list: string, ids: string[], signal: AbortSignal): Promise<void> {
    const body = { data: ids.map((id) => ({ type: 'profile', id })) }
    const asked = { body, signal, allow: [404] }
    const { status } = await (method === 'POST' ? adder : remover).call(
      method,
      `${path(list)}/relationships/profiles`,
      asked,
    )
    if (status !== 404) return
    const { status: seen } = await reader.call('GET', path(list), { signal, allow: [404] })
    if (seen === 404) throw new Gone('It has no such list.')
    // One of the profiles has gone in between, and is not among those it is asked for the next time.
    throw new Error('It answered 404.')
  }

  /** What becomes of contacts that are moved; whom it does not know is not moved, and may have another number now. */
  async function move(method: 'POST' | 'DELETE', list: string, contacts: Contact[], signal: AbortSignal) {
    const asked = new Set(contacts.filter(({ isMade }) => !isMade).map(({ id }) => id))
    const known = new Map<string, Marketing | undefined>()
    for (const { id, isMade } of contacts) if (isMade) known.set(id, undefined)
    for (const one of await read('id', [...asked], signal)) known.set(one.id, marketingOf(one))
    const why = (id: string) => (method === 'POST' ? suppressionOf(known.get(id), list) : undefined)
    const wanted = [...known.keys()].filter((id) => why(id) === undefined)
    if (wanted.length > 0) await change(method, list, wanted, signal)
    return contacts.map(({ id }): Result => {
      if (!known.has(id)) return { result: 'unknown', why: 'It does not know this profile.' }
      return why(id) ?? { result: going.has(id) && method === 'POST' ? 'accepted' : 'applied' }
    })
  }

  return contactLists({
    limits: LIMITS.klaviyo,
    async check() {
      const signal = AbortSignal.timeout(CHECK_MS)
      for (const kind of ['lists', 'profiles']) await reader.call('GET', `/api/${kind}?page[size]=1`, { signal })
    },
    async make({ key, name: community }, signal) {
      const name = `${community} (${key})`
      // Names are not unique there: the oldest of that name is the one that was made before.
      const query = new URLSearchParams({ filter: `equals(name,${JSON.stringify(name)})`, sort: 'created' })
      const { json: found } = await reader.call('GET', `/api/lists?${query}`, { signal })
      const known = lists.parse(found).data.find(({ attributes }) => attributes.name === name)
      if (known) return known.id
      const body = { data: { type: 'list', attributes: { name } } }
      const { json } = await adder.call('POST', '/api/lists', { body, signal })
      return made.parse(json).data.id
    },
    async meet(entries, signal) {
      const typed = new Map(entries.map(({ email }) => [email.toLowerCase(), email]))
      const known = new Map((await find([...typed.keys()], signal)).map((one) => [one.email.toLowerCase(), one]))
      const strangers = [...typed.keys()].filter((email) => !known.has(email))
      const came = await each(strangers, LIMITS.klaviyo.connections, (email) =>
        create(typed.get(email) ?? email, signal),
      )
      const met = new Map(strangers.map((email, i) => [email, came[i]]))
      return entries.map(({ email }) => {
        const contact = known.get(email.toLowerCase())
        if (contact) return { contact }
        return met.get(email.toLowerCase()) ?? { result: 'retry', why: 'It did not say what became of this one.' }
      })
    },
    find,
    add: (list, contacts, signal) => move('POST', list, contacts, signal),
    remove: (list, contacts, signal) => move('DELETE', list, contacts, signal),
    async members(list, cursor, signal) {
      const query = new URLSearchParams({
        ...{ [SUBSCRIPTIONS]: 'subscriptions', [FIELDS]: 'email,subscriptions', 'page[size]': String(PAGE) },
        ...(cursor && { 'page[cursor]': cursor }),
      })
      const { status, json } = await reader.call('GET', `${path(list)}/profiles?${query}`, { signal, allow: [404] })
      if (status === 404) throw new Gone('It has no such list.')
      const { data, links } = profiles.parse(json)
      const listed = data.map((one) => {
        const { email } = one.attributes
        const heard = suppressionOf(marketingOf(one), list)
        const off = heard && { suppressed: heard.why, isHere: heard.isHere ?? false }
        return { id: one.id, ...(email && { email }), ...off }
      })
      // Of the address it gives only the place to go on from is taken, so that it leads nowhere else.
      const next = links?.next ? new URL(links.next).searchParams.get('page[cursor]') : null
      return { listed, ...(next && { next }) }
    },
    async erase({ id }, signal) {
      const asked = `/api/profiles/${encodeURIComponent(id)}/relationships/lists`
      const { status, json } = await looker.call('GET', asked, { signal, allow: [404] })
      // Whoever is on another list by now is not there for us alone.
      if (status === 404 || onLists.parse(json).data.length > 0) return
      const who = { data: { type: 'profile', id, attributes: {} } }
      const body = { data: { type: 'data-privacy-deletion-job', attributes: { profile: who } } }
      await eraser.call('POST', '/api/data-privacy-deletion-jobs', { body, signal, allow: [404] })
      if (going.size > GOING_MAX) going.clear()
      going.add(id)
    },
    async close() {
      await Promise.all([reader, adder, remover, looker, eraser].map((api) => api.close()))
    },
  })
}

function marketingOf({ attributes }: Profile): Marketing | undefined {
  return attributes.subscriptions?.email?.marketing ?? undefined
}

/** Values as they fit into one filter. */
const inParts = (values: string[]) =>
  piecesOf(
    values,
    (part) => part.length <= VALUES_MAX && encodeURIComponent(JSON.stringify(part)).length <= LETTERS_MAX,
  )
