import { z } from 'zod'
import { type Api, each, openApi } from './api.ts'
import { type Contact, contactLists, type Meeting } from './contact-lists.ts'
import { filtersOf, isPlain, quoted } from './ghost-filter.ts'
import { GHOST_KEY, ghostToken, sentByGhost } from './ghost-key.ts'
import { newsOfEdited, pollGhost } from './ghost-news.ts'
import { LIMITS } from './limits.ts'
import { rootOf } from './root-of.ts'
import {
  type Connector,
  type Entry,
  Gone,
  type HookRequest,
  type Listed,
  Rejected,
  type Result,
  type SegmentStore,
  type SuppressedWhy,
} from './segment-store.ts'

const limits = LIMITS.ghost
const CHECK_MS = 10_000
/** The most it gives at once. */
const PAGE = 100
/** What the slug of every label of ours begins with; it stays when the label is renamed. */
const PREFIX = 'kindred-'

const settings = z.object({
  URL: z.url({ protocol: /^https?$/ }).describe("Ghost's address, without /ghost"),
  KEY: z.string().regex(GHOST_KEY, 'should be an Admin API key: an id, a colon and a secret').describe('Admin API key'),
  HOOK_SECRET: z.string().min(16).optional().describe('The secret of its webhooks, where it is to send any'),
  NEWSLETTER: z
    .string()
    .optional()
    .describe('Slug or id of the newsletter that new members are subscribed to; without it they get a label alone'),
})

/** Labels on members of Ghost, one for each community. */
export const ghost: Connector<typeof settings> = {
  name: 'ghost',
  settings,
  steps: [
    'In Ghost under Settings → Integrations add a custom integration, and copy its Admin API key.',
    'Set URL to the address of the site, and KEY.',
    'A label alone brings nobody a letter. Set NEWSLETTER to the slug of the newsletter that is sent to these labels: whoever is new to Ghost is then subscribed to it, as they said yes to its letters. Members who were there before keep what they chose: whoever has switched their newsletters off there is not written to, whatever they say here, until they switch one on in their account there.',
    'To hear at once who unsubscribes, add a webhook for “Member updated” in the integration, to `/hooks/<destination>`, with a secret; and set HOOK_SECRET to it. That takes a Ghost of July 2024 or later.',
    'Labels are made on first use. Rename them as you like; leave their slugs. Send a post to one as its audience.',
  ],
  fields: 'address',
  byAddress: true,
  place: ({ URL: url }) => rootOf(url),
  open({ URL: url, KEY, HOOK_SECRET, NEWSLETTER }, now) {
    const headers = () => ({ authorization: `Ghost ${ghostToken(KEY, now())}`, 'accept-version': 'v5.0' })
    const api = openApi({ url: `${rootOf(url)}/ghost/api/admin`, limits, headers }, now)
    return openGhost({ api, now, ...(HOOK_SECRET && { secret: HOOK_SECRET }), ...(NEWSLETTER && { NEWSLETTER }) })
  },
}

const id = z.object({ id: z.string() })
const member = id.extend({
  email: z.string(),
  status: z.string().nullish(),
  labels: z.array(id).nullish(),
  newsletters: z.array(id).nullish(),
  email_suppression: z
    .object({ suppressed: z.boolean(), info: z.object({ reason: z.string().nullish() }).nullish() })
    .nullish(),
})
type Member = z.infer<typeof member>
const members = z.object({ members: z.array(member) })
const labels = z.object({ labels: z.array(id.extend({ slug: z.string() })) })
const allNewsletters = z.object({ newsletters: z.array(id.extend({ slug: z.string() })) })
const bulk = z.object({ bulk: z.object({ meta: z.object({ stats: z.object({ unsuccessful: z.number() }) }) }) })

interface Opened {
  api: Api
  now(): Date
  secret?: string
  NEWSLETTER?: string
}

function openGhost({ api, now, secret, NEWSLETTER }: Opened): SegmentStore {
  let newsletter: string | undefined

  /** The newsletter's id, asked for once. */
  async function newsletterId(signal: AbortSignal): Promise<string | undefined> {
    if (NEWSLETTER === undefined || newsletter !== undefined) return newsletter
    const { json } = await api.call('GET', `/newsletters/?limit=${PAGE}`, { signal })
    const found = allNewsletters.parse(json).newsletters.find((one) => [one.id, one.slug].includes(NEWSLETTER))
    if (!found) throw new Error(`Ghost has no newsletter ${NEWSLETTER}: look at NEWSLETTER.`)
    newsletter = found.id
    return newsletter
  }

  /** Members by one of their fields, in requests that are not too long. */
  async function membersBy(field: 'id' | 'email', values: string[], signal: AbortSignal): Promise<Member[]> {
    const found: Member[] = []
    for (const filter of filtersOf(field, values)) {
      const { json } = await api.call('GET', `/members/?limit=${PAGE}&filter=${filter}`, { signal })
      found.push(...members.parse(json).members)
    }
    return found
  }

  /** Both as it was typed and in lower case: whether it tells them apart depends on its database. */
  async function find(emails: string[], signal: AbortSignal): Promise<Contact[]> {
    const both = [...new Set(emails.filter(isPlain).flatMap((email) => [email, email.toLowerCase()]))]
    return membersBy('email', both, signal)
  }

  async function slugOf(label: string, signal: AbortSignal): Promise<string> {
    const { status, json } = await api.call('GET', `/labels/${label}/`, { signal, allow: [404] })
    const [found] = status === 404 ? [] : labels.parse(json).labels
    if (!found) throw new Gone('It has no such label.')
    return found.slug
  }

  async function labelWith(field: 'slug' | 'name', value: string, signal: AbortSignal): Promise<string | undefined> {
    const [filter = ''] = filtersOf(field, [value])
    const { json } = await api.call('GET', `/labels/?limit=${PAGE}&filter=${filter}`, { signal })
    return labels.parse(json).labels[0]?.id
  }

  /** Adds or removes a label, and says of each who has the id whether that is done. */
  async function label(action: 'addLabel' | 'removeLabel', list: string, ids: string[], signal: AbortSignal) {
    let isDone = true
    for (const filter of filtersOf('id', ids)) {
      const body = { bulk: { action, meta: { label: { id: list } } } }
      const { json } = await api.call('PUT', `/members/bulk/?filter=${filter}`, { body, signal })
      if (bulk.parse(json).bulk.meta.stats.unsuccessful > 0) isDone = false
    }
    const result: Result = isDone
      ? { result: 'applied' }
      : { result: 'retry', why: 'It did not do it for all of them.' }
    return result
  }

  async function meetOne({ email }: Entry, signal: AbortSignal): Promise<Meeting> {
    if (!isPlain(email)) throw new Rejected('It does not take an address with such characters.')
    const own = await newsletterId(signal)
    // Without the list of newsletters it would subscribe them to those that new members get by themselves.
    const one = { email: email.toLowerCase(), labels: [], newsletters: own === undefined ? [] : [{ id: own }] }
    const { status, json } = await api.call('POST', '/members/', { body: { members: [one] }, signal, allow: [422] })
    if (status !== 422) return { contact: first(members.parse(json).members), isNew: true }
    // That it knows the address is said as that it does not like it.
    const [contact] = await find([email], signal)
    if (!contact) throw new Rejected('It does not take this address.')
    return { contact }
  }

  function whySuppressed({ email_suppression: said, newsletters: on }: Member): SuppressedWhy | undefined {
    if (said?.suppressed) return said.info?.reason === 'spam' ? 'complained' : 'bounced'
    // Whoever has others of its newsletters was never asked about this one, or left it: its news tell which (poll).
    return NEWSLETTER !== undefined && on?.length === 0 ? 'unsubscribed' : undefined
  }

  return contactLists({
    limits,
    async check() {
      const signal = AbortSignal.timeout(CHECK_MS)
      await api.call('GET', '/members/?limit=1', { signal })
      await newsletterId(signal)
    },
    async make({ key, name: called }, signal) {
      const slug = `${PREFIX}${key.toLowerCase()}`
      const known = await labelWith('slug', slug, signal)
      if (known !== undefined) return known
      const name = `${called} (${key})`
      const body = { labels: [{ name, slug }] }
      const { status, json } = await api.call('POST', '/labels/', { body, signal, allow: [422] })
      if (status !== 422) return first(labels.parse(json).labels).id
      const there = (await labelWith('slug', slug, signal)) ?? (await labelWith('name', name, signal))
      if (there === undefined) throw new Rejected('It does not take this name for a label.')
      return there
    },
    async meet(entries, signal) {
      const found = await find(
        entries.map(({ email }) => email),
        signal,
      )
      const known = new Map(found.map((one) => [one.email.toLowerCase(), one]))
      return each(entries, limits.connections, async (entry): Promise<Meeting> => {
        const contact = known.get(entry.email.toLowerCase())
        return contact ? { contact } : meetOne(entry, signal)
      })
    },
    find,
    async add(list, contacts, signal) {
      await slugOf(list, signal)
      const ids = contacts.map((one) => one.id)
      const found = new Map((await membersBy('id', ids, signal)).map((one) => [one.id, one]))
      const results = contacts.map((contact): Result | 'add' => {
        const one = found.get(contact.id)
        if (!one) return { result: 'unknown', why: 'It does not know them any more.' }
        const why = whySuppressed(one)
        if (why) return { result: 'suppressed', why }
        // Twice added it would be there twice.
        return one.labels?.some((own) => own.id === list) ? { result: 'applied' } : 'add'
      })
      const added = await label('addLabel', list, [...new Set(ids.filter((_, i) => results[i] === 'add'))], signal)
      return results.map((one) => (one === 'add' ? added : one))
    },
    async remove(list, contacts, signal) {
      // Without a look at the label: where there is none any more nobody has it.
      const removed = await label('removeLabel', list, [...new Set(contacts.map((one) => one.id))], signal)
      return contacts.map(() => removed)
    },
    async members(list, last = '', signal) {
      const slug = await slugOf(list, signal)
      const after = last && `+id:>${quoted(last)}`
      const path = `/members/?limit=${PAGE}&order=id%20asc&filter=${encodeURIComponent(`label:${quoted(slug)}${after}`)}`
      const { json } = await api.call('GET', path, { signal })
      const page = members.parse(json).members
      const listed = page.map((one): Listed => {
        const suppressed = whySuppressed(one)
        return { id: one.id, email: one.email, ...(suppressed && { suppressed }) }
      })
      return { listed, ...(page.length === PAGE && { next: page.at(-1)?.id }) }
    },
    async erase(contact, signal) {
      const [one] = await membersBy('id', [contact.id], signal)
      // Who pays, or has a label of somebody else, is not there for us alone.
      if (!one || (one.status ?? 'free') !== 'free' || one.labels?.length) return
      await api.call('DELETE', `/members/${contact.id}/`, { signal, allow: [404] })
    },
    ...(secret !== undefined && {
      hear(request: HookRequest) {
        const at = sentByGhost(request, secret, now())
        return NEWSLETTER === undefined ? [] : newsOfEdited(request.body, newsletter, at)
      },
    }),
    async poll(cursor, signal) {
      const ours = { prefix: PREFIX, newsletter: await newsletterId(signal) }
      return pollGhost(api, ours, cursor, now(), signal)
    },
    close: api.close,
  })
}

/** A list with one in it, as Ghost answers about one. */
function first<T>(all: T[]): T {
  const [one] = all
  if (one === undefined) throw new Error('Ghost answered with nothing in it.')
  return one
}
