import { z } from 'zod'
import { type Api, openApi } from './api.ts'
import type { Answer } from './client.ts'
import { type Contact, contactLists } from './contact-lists.ts'
import {
  CONTACTS,
  type ContactRecord,
  contactRecords,
  emailsOf,
  isInUse,
  readContacts,
  suppressionOf,
} from './hubspot-contacts.ts'
import { heardFromHubspot } from './hubspot-hook.ts'
import { jsonOf } from './json.ts'
import { LIMITS } from './limits.ts'
import { rootOf } from './root-of.ts'
import { type Connector, Gone, type HookRequest, Rejected, type SegmentStore } from './segment-store.ts'

const limits = LIMITS.hubspot
const [CHECK_MS, HOUR_MS] = [10_000, 3_600_000]
/** The most members it lists in one request. */
const PAGE = 250
/** Locked for a moment, and moving to another data centre: it says when to come again. */
const [LOCKED, MOVING] = [423, 477]

const settings = z.object({
  URL: z
    .url({ protocol: /^https?$/ })
    .default('https://api.hubapi.com')
    .describe("HubSpot's API address"),
  TOKEN: z.string().min(1).describe('The access token of a private app'),
  ACCOUNT: z
    .string()
    .default('')
    .describe('Any name for the account; only where two destinations are two accounts of HubSpot'),
  HOOK_SECRET: z.string().min(1).optional().describe("The app's client secret, where it is to tell of unsubscribes"),
})

/**
 * Lists of contacts in HubSpot that are filled by hand, one for each community. Who is forgotten is deleted there only where
 * Kindred made them, they are on no other such list and have no deal; in which workflows they are is not asked.
 */
export const hubspot: Connector<typeof settings> = {
  name: 'hubspot',
  settings,
  steps: [
    'In HubSpot open Settings, Integrations, Private Apps, and create an app for Kindred.',
    'Give it the scopes `crm.lists.read`, `crm.lists.write`, `crm.objects.contacts.read` and `crm.objects.contacts.write`.',
    'Set TOKEN to its access token.',
    "Under the app's Webhooks set the target address to `/hooks/<destination>` of Kindred, and subscribe to changes of the contact properties `hs_email_optout`, `hs_email_bad_address` and `hs_email_hard_bounce_reason_enum`.",
    "Set HOOK_SECRET to the app's client secret. Without these two steps HubSpot is asked every night who unsubscribed.",
    'Lists are made on first use as `<name> (<community>)`. Rename them as you like.',
    'Whoever Kindred made there is deleted for good when they are forgotten, unless they are on another static list by then, or have a deal. Active lists and workflows do not count: whom you want to keep belongs on a static list of yours.',
  ],
  fields: 'address',
  byAddress: true,
  // Not by the token, which is replaced from time to time.
  place: ({ URL: url, ACCOUNT }) => `${rootOf(url)} ${ACCOUNT}`,
  open({ URL: url, TOKEN, HOOK_SECRET: secret }, now) {
    const headers = () => ({ authorization: `Bearer ${TOKEN}` })
    const isTooMuch = ({ status }: Answer) => status === LOCKED || status === MOVING
    const api = openApi({ url: rootOf(url), limits, headers, isTooMuch, waitMs }, now)
    const hear = secret && ((request: HookRequest) => heardFromHubspot(request, secret, now()))
    return { ...openHubspot(api), ...(hear && { hear }) }
  },
}

const throttled = z.object({ policyName: z.string() })

/** The day's requests are used up until midnight of the portal's own clock, so it is asked again every hour. */
function waitMs({ status, text }: Answer): number | undefined {
  const isDaily = status === 429 && throttled.safeParse(jsonOf(text)).data?.policyName === 'DAILY'
  return isDaily ? HOUR_MS : undefined
}

const list = z.object({ list: z.object({ listId: z.coerce.string(), processingType: z.string() }) })
const moved = z.object({ recordIdsMissing: z.array(z.coerce.string()).default([]) })
const members = z.object({
  results: z.array(z.object({ recordId: z.coerce.string() })),
  paging: z.object({ next: z.object({ after: z.string() }).nullish() }).nullish(),
})

function openHubspot(api: Api): SegmentStore {
  const path = (id: string) => `/crm/v3/lists/${encodeURIComponent(id)}`

  async function byName(name: string, signal: AbortSignal): Promise<string | undefined> {
    const asked = `/crm/v3/lists/object-type-id/0-1/name/${encodeURIComponent(name)}`
    const { status, json } = await api.call('GET', asked, { signal, allow: [404] })
    if (status === 404) return undefined
    const { listId, processingType } = list.parse(json).list
    if (processingType !== 'DYNAMIC') return listId
    throw new Rejected('It has a list of that name that fills itself: give that one another name.')
  }

  /** It knows people by several addresses, and finds them by any: each is given as it was asked for. */
  async function find(emails: string[], signal: AbortSignal): Promise<Contact[]> {
    const found = await readContacts(api, emails, 'email', signal)
    const byEmail = new Map(found.flatMap((one) => emailsOf(one).map((email) => [email, one.id])))
    return emails.flatMap((email) => {
      const id = byEmail.get(email.toLowerCase())
      return id === undefined ? [] : [{ id, email }]
    })
  }

  /** Makes contacts of addresses that it did not know; whom it refused is left out. Undefined where one of them is there. */
  async function upsert(emails: string[], signal: AbortSignal) {
    const inputs = emails.map((email) => ({ id: email, idProperty: 'email', properties: { email } }))
    const asked = { body: { inputs }, signal, allow: [409] }
    const { status, json } = await api.call('POST', `${CONTACTS}/batch/upsert`, asked)
    if (status === 409) return undefined
    const { results, errors } = contactRecords.parse(json)
    const isRefused = errors.length > 0 && errors.every(({ category }) => category === 'VALIDATION_ERROR')
    return { isRefused, made: new Map(results.flatMap((one) => emailsOf(one).map((email) => [email, one]))) }
  }

  async function move(
    listId: string,
    change: 'recordIdsToAdd' | 'recordIdsToRemove',
    ids: string[],
    signal: AbortSignal,
  ) {
    const body = { recordIdsToAdd: [], recordIdsToRemove: [], [change]: ids }
    const asked = { body, signal, allow: [404] }
    const { status, json } = await api.call('PUT', `${path(listId)}/memberships/add-and-remove`, asked)
    if (status === 404) throw new Gone('It has no such list.')
    return new Set(moved.parse(json).recordIdsMissing)
  }

  return contactLists({
    limits,
    async check() {
      const signal = AbortSignal.timeout(CHECK_MS)
      await api.call('GET', `${CONTACTS}?limit=1`, { signal })
      await api.call('POST', '/crm/v3/lists/search', { body: { query: '', count: 1, offset: 0 }, signal })
    },
    async make({ key, name: community }, signal) {
      const name = `${community} (${key})`
      const body = { name, objectTypeId: '0-1', processingType: 'MANUAL' }
      const { status, json } = await api.call('POST', '/crm/v3/lists', { body, signal, allow: [400, 409] })
      if (status < 300) return list.parse(json).list.listId
      // So it answers where the name is taken; most likely by us.
      const taken = await byName(name, signal)
      if (taken === undefined) throw new Rejected(`It answered ${status}: it refuses the name of the list.`)
      return taken
    },
    async meet(entries, signal) {
      const typed = new Map(entries.map(({ email }) => [email.toLowerCase(), email]))
      const known = new Map((await find([...typed.keys()], signal)).map((one) => [one.email, one]))
      const strangers = () => [...typed].filter(([email]) => !known.has(email)).map(([, email]) => email)
      let heard = strangers().length > 0 ? await upsert(strangers(), signal) : NOBODY
      if (!heard) {
        // Somebody else has made one of them in between.
        for (const one of await find(strangers(), signal)) known.set(one.email.toLowerCase(), one)
        heard = strangers().length > 0 ? await upsert(strangers(), signal) : NOBODY
      }
      const { isRefused, made } = heard ?? NOBODY
      return entries.map(({ email }) => {
        const [contact, one] = [known.get(email.toLowerCase()), made.get(email.toLowerCase())]
        if (contact) return { contact }
        if (one) return { contact: { id: one.id, email }, isNew: one.new }
        if (isRefused) return { result: 'rejected', why: 'It refuses the address.' }
        return { result: 'retry', why: 'It did not say what became of this one.' }
      })
    },
    find,
    async add(listId, contacts, signal) {
      const found = new Map((await readContacts(api, idsOf(contacts), undefined, signal)).map((one) => [one.id, one]))
      const wanted = [...found.values()].filter((one) => suppressionOf(one) === undefined).map(({ id }) => id)
      const missing = wanted.length > 0 ? await move(listId, 'recordIdsToAdd', wanted, signal) : new Set()
      return contacts.map(({ id }) => {
        const one = found.get(id)
        if (!one || missing.has(id)) return { result: 'unknown', why: 'It does not know this contact.' }
        const why = suppressionOf(one)
        return why ? { result: 'suppressed', why } : { result: 'applied' }
      })
    },
    async remove(listId, contacts, signal) {
      const missing = await move(listId, 'recordIdsToRemove', idsOf(contacts), signal)
      // Merged into another contact it may be, which is then found by its address.
      return contacts.map(({ id }) =>
        missing.has(id) ? { result: 'unknown', why: 'It does not know this contact.' } : { result: 'applied' },
      )
    },
    async members(listId, after = '', signal) {
      const query = `limit=${PAGE}${after && `&after=${encodeURIComponent(after)}`}`
      const { status, json } = await api.call('GET', `${path(listId)}/memberships?${query}`, { signal, allow: [404] })
      if (status === 404) throw new Gone('It has no such list.')
      const page = members.parse(json)
      const ids = page.results.map(({ recordId }) => recordId)
      const found = new Map((await readContacts(api, ids, undefined, signal)).map((one) => [one.id, one]))
      const listed = ids.map((id) => {
        const one = found.get(id)
        const [email, suppressed] = [one?.properties.email, one && suppressionOf(one)]
        return { id, ...(email && { email }), ...(suppressed && { suppressed }) }
      })
      return { listed, next: page.paging?.next?.after }
    },
    async erase({ id }, signal) {
      // Whoever is on another list by now, or has a deal, is not there for us alone.
      if (await isInUse(api, id, signal)) return
      // For good, and not into the bin for ninety days; they may come back by a yes of their own all the same.
      await api.call('POST', `${CONTACTS}/gdpr-delete`, { body: { objectId: id }, signal, allow: [404] })
    },
    close: api.close,
  })
}

const NOBODY = { isRefused: false, made: new Map<string, ContactRecord>() }

const idsOf = (contacts: Contact[]) => [...new Set(contacts.map(({ id }) => id))]
