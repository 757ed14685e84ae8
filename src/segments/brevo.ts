import { z } from 'zod'
import { type Api, each, openApi } from './api.ts'
import { hearBrevo } from './brevo-hooks.ts'
import type { Answer } from './client.ts'
import { type Contact, contactLists, listName, type Meeting } from './contact-lists.ts'
import { LIMITS } from './limits.ts'
import { rootOf } from './root-of.ts'
import { type Connector, type Entry, Gone, type Result, type SegmentStore } from './segment-store.ts'

const limits = LIMITS.brevo
const CHECK_MS = 10_000
/** So many who are known by their numbers are looked at in one call, which leaves requests to put on and take off: limits.ts. */
const LOOKS = 4
/** Of the lists, and of a list's contacts. */
const [LISTS_PAGE, PAGE] = [50, 500]

const settings = z.object({
  URL: z
    .url({ protocol: /^https?$/ })
    .default('https://api.brevo.com')
    .describe('The API without /v3'),
  KEY: z.string().min(1).describe('An API key, xkeysib-…'),
  FOLDER: z.coerce.number().int().positive().default(1).describe('The number of the folder new lists are made in'),
  ACCOUNT: z
    .string()
    .default('')
    .describe('Any name for the account; only where two destinations are two accounts of Brevo'),
  HOOK_SECRET: z
    .string()
    .min(16, 'should have 16 characters or more')
    .optional()
    .describe('The token the webhook sends; without it nothing is heard of who unsubscribes'),
})

/**
 * Lists of Brevo, one for each community. Who is forgotten is deleted there only where Kindred made them and they are on no
 * other list; it does not say in which automations they are.
 */
export const brevo: Connector<typeof settings> = {
  name: 'brevo',
  settings,
  steps: [
    'In Brevo, open your name, SMTP & API, API keys, and make one for Kindred. Set KEY to it.',
    'If Kindred runs at a fixed address, allow it under Security, Authorized IPs.',
    'To make the lists in a folder of their own: make it under Contacts, Lists, and set FOLDER to its number.',
    'To hear who unsubscribes: make a secret with `openssl rand -hex 24` and set HOOK_SECRET to it.',
    'Restart Kindred, then make a marketing webhook to `https://<your Kindred>/hooks/<destination>` with the authentication “Token” and HOOK_SECRET as the token.',
    'There, choose Unsubscribed, Marked as spam, Hard bounced, Delivered, Opened and Clicked.',
    'Lists are made on first use as `Kindred: <name> (<community>)`; rename them as you like.',
    'Whoever Kindred made there is deleted when they are forgotten, unless they are on another list by then. Brevo does not say who is in an automation: whom you want to keep belongs on a list of yours.',
  ],
  fields: 'address, and the number of whoever was not in Brevo before, as EXT_ID',
  byAddress: true,
  // Not by the key, which tells no account and is replaced from time to time.
  place: ({ URL: url, ACCOUNT }) => `${rootOf(url)} ${ACCOUNT}`,
  open({ URL: url, KEY, FOLDER, HOOK_SECRET }, now) {
    const root = `${rootOf(url)}/v3`
    const api = openApi({ url: root, limits, headers: () => ({ 'api-key': KEY }), waitMs }, now)
    return openBrevo(api, FOLDER, HOOK_SECRET, now)
  },
}

/** It has no Retry-After: how long until it takes more is in a header of its own, in seconds. */
function waitMs({ headers }: Answer): number | undefined {
  const words = String(headers['x-sib-ratelimit-reset'] ?? '')
  return /^\d+$/.test(words) ? Number(words) * 1000 : undefined
}

const idSchema = z.object({ id: z.number() })
const contactSchema = z.object({
  id: z.number(),
  email: z.string().nullish(),
  emailBlacklisted: z.boolean().default(false),
  listIds: z.array(z.number()).nullish(),
  /** The lists they left by themselves. */
  listUnsubscribed: z.array(z.number()).nullish(),
  attributes: z.record(z.string(), z.unknown()).nullish(),
})
type Known = z.output<typeof contactSchema>
const contactsSchema = z.object({ contacts: z.array(contactSchema).nullish() })
const listsSchema = z.object({ lists: z.array(z.object({ id: z.number(), name: z.string() })).nullish() })
const keySchema = z.union([z.string(), z.number()])
const changedSchema = z.object({ contacts: z.object({ success: z.array(keySchema).nullish() }) })

/** Who is called by an id was met; who is called by their address was not, and is only ever taken off. */
const isId = (id: string) => /^\d+$/.test(id)
/** It is said what it is, as a bare number may also be somebody's for text messages. */
const contactPath = (who: string) =>
  `/contacts/${encodeURIComponent(who)}?identifierType=${isId(who) ? 'contact_id' : 'email_id'}`

function openBrevo(api: Api, folder: number, secret: string | undefined, now: () => Date): SegmentStore {
  /** What it knew of somebody when they were met; of whom it is not known has just been made. */
  const met = new WeakMap<Contact, Known | 'made'>()
  const listPath = (list: string) => `/contacts/lists/${encodeURIComponent(list)}`

  async function look(who: string, signal: AbortSignal): Promise<Known | undefined> {
    const { status, json } = await api.call('GET', contactPath(who), { signal, allow: [404] })
    return status === 404 ? undefined : contactSchema.parse(json)
  }

  async function make(body: object, signal: AbortSignal): Promise<string | undefined> {
    // With updateEnabled whoever is there would be changed, and their number not told.
    const request = { body: { ...body, updateEnabled: false }, signal, allow: [400] }
    const { status, json } = await api.call('POST', '/contacts', request)
    return status === 400 ? undefined : String(idSchema.parse(json).id)
  }

  async function meet({ email, person }: Entry, signal: AbortSignal): Promise<Meeting> {
    const made = (id: string): Meeting => {
      const contact = { id, email }
      met.set(contact, 'made')
      return { contact, isNew: true }
    }
    const numbered = await make({ email, ext_id: person }, signal)
    if (numbered !== undefined) return made(numbered)
    const known = await look(email, signal)
    if (!known) {
      // Their number may stand for who has the address they had before; else it is the address that is refused.
      const id = await make({ email }, signal)
      if (id !== undefined) return made(id)
      return { result: 'rejected', why: 'It does not take this address.' }
    }
    if (known.emailBlacklisted) return { result: 'suppressed', why: 'unsubscribed' }
    const contact = { id: String(known.id), email }
    met.set(contact, known)
    // Made for us before, where nobody heard that it was.
    return { contact, isNew: known.attributes?.EXT_ID === person }
  }

  /** What is to be said of somebody it knows, or whether they are to be put on. */
  function ofKnown(list: string, known: Known | undefined): Result | 'add' {
    if (!known) return { result: 'unknown', why: 'It knows nobody of this id.' }
    if (known.emailBlacklisted) return { result: 'suppressed', why: 'unsubscribed' }
    const isIn = (lists: number[] | null | undefined) => lists?.some((one) => String(one) === list)
    if (isIn(known.listUnsubscribed)) return { result: 'suppressed', why: 'unsubscribed', isHere: true }
    return isIn(known.listIds) ? { result: 'applied' } : 'add'
  }

  /** Whoever was met before may have unsubscribed since. As many as it takes no more of come again later. */
  async function isToAdd(list: string, contacts: Contact[], signal: AbortSignal): Promise<(Result | 'add')[]> {
    const unseen = contacts.filter((one) => !met.has(one))
    const looks = unseen.slice(0, LOOKS)
    const looked = await each(looks, limits.connections, async ({ id }) => ofKnown(list, await look(id, signal)))
    return contacts.map((contact) => {
      const known = met.get(contact)
      if (known) return known === 'made' ? 'add' : ofKnown(list, known)
      const afterMs = limits.windows[0]?.ms ?? limits.waitMs
      return looked[looks.indexOf(contact)] ?? { result: 'wait', afterMs, why: 'It is to come again later.' }
    })
  }

  /** What became of one it did not add, of which it says no more than that it is there already, or not at all. */
  async function unadded(list: string, { id }: Contact, signal: AbortSignal): Promise<Result> {
    const heard = ofKnown(list, await look(id, signal))
    return heard === 'add' ? { result: 'rejected', why: 'It does not put this one on the list.' } : heard
  }

  /** Whom it says it added or removed; undefined where there is no such list. */
  async function change(list: string, how: 'add' | 'remove', body: object, signal: AbortSignal) {
    const path = `${listPath(list)}/contacts/${how}`
    const { status, json } = await api.call('POST', path, { body, signal, allow: [400, 404] })
    if (status === 404) return undefined
    // 400 is also what it answers where it could do it for nobody.
    return new Set(status === 400 ? [] : (changedSchema.parse(json).contacts.success ?? []).map(keyOf))
  }

  return contactLists({
    limits,
    async check() {
      const path = `/contacts/folders/${folder}`
      const { status } = await api.call('GET', path, { signal: AbortSignal.timeout(CHECK_MS), allow: [404] })
      if (status === 404) throw new Error(`Brevo has no folder ${folder}: look at FOLDER.`)
    },
    async make(segment, signal) {
      const name = listName(segment)
      for (let offset = 0; ; offset += LISTS_PAGE) {
        const path = `/contacts/lists?limit=${LISTS_PAGE}&offset=${offset}`
        const { json } = await api.call('GET', path, { signal })
        const page = listsSchema.parse(json).lists ?? []
        const same = page.find((one) => one.name === name)
        if (same) return String(same.id)
        if (page.length < LISTS_PAGE) break
      }
      const { json } = await api.call('POST', '/contacts/lists', { body: { name, folderId: folder }, signal })
      return String(idSchema.parse(json).id)
    },
    meet: (entries, signal) => each(entries, limits.connections, (entry) => meet(entry, signal)),
    // Nobody is looked up: it takes addresses too where contacts are taken off.
    find: async (emails) => emails.map((email) => ({ id: email.toLowerCase(), email })),
    async add(list, contacts, signal) {
      const before = await isToAdd(list, contacts, signal)
      const ids = contacts.filter((_, i) => before[i] === 'add').map(({ id }) => Number(id))
      const added = ids.length > 0 ? await change(list, 'add', { ids }, signal) : new Set<string>()
      if (!added) throw new Gone('It has no such list.')
      const pairs = contacts.map((contact, i) => ({ contact, heard: before[i] }))
      return each(pairs, limits.connections, async ({ contact, heard = 'add' }): Promise<Result> => {
        if (heard !== 'add') return heard
        return added.has(contact.id) ? { result: 'applied' } : unadded(list, contact, signal)
      })
    },
    async remove(list, contacts, signal) {
      const ids = contacts.filter(({ id }) => isId(id)).map(({ id }) => Number(id))
      const emails = contacts.filter(({ id }) => !isId(id)).map(({ id }) => id)
      const removed = new Set<string>()
      for (const body of [ids.length > 0 && { ids }, emails.length > 0 && { emails }]) {
        const some = body ? await change(list, 'remove', body, signal) : []
        if (!some) return contacts.map(() => ({ result: 'applied' }))
        for (const one of some) removed.add(one)
      }
      return each(contacts, limits.connections, async ({ id }): Promise<Result> => {
        if (removed.has(id)) return { result: 'applied' }
        // It says the same of whoever was not on the list as of whom it failed to take off.
        const isOn = (await look(id, signal))?.listIds?.some((one) => String(one) === list)
        return isOn ? { result: 'retry', why: 'It did not take this one off the list.' } : { result: 'applied' }
      })
    },
    async members(list, offset = '0', signal) {
      const path = `${listPath(list)}/contacts?limit=${PAGE}&offset=${offset}&sort=asc`
      const { status, json } = await api.call('GET', path, { signal, allow: [404] })
      if (status === 404) throw new Gone('It has no such list.')
      const page = contactsSchema.parse(json).contacts ?? []
      const listed = page.map((one) => {
        const heard = ofKnown(list, one)
        const isOff = heard !== 'add' && heard.result === 'suppressed'
        const off = isOff && { suppressed: heard.why, isHere: heard.isHere ?? false }
        return { id: String(one.id), ...(one.email && { email: one.email }), ...off }
      })
      return { listed, ...(page.length === PAGE && { next: String(Number(offset) + PAGE) }) }
    },
    async erase({ id }, signal) {
      const one = await look(id, signal)
      // Whoever is on another list by now is not there for us alone.
      if (!one || one.listIds?.length) return
      await api.call('DELETE', contactPath(id), { signal, allow: [404] })
    },
    ...(secret && { hear: hearBrevo(secret, now) }),
    close: api.close,
  })
}

const keyOf = (key: string | number) => String(key).toLowerCase()
