import { z } from 'zod'
import { type Api, each, openApi } from './api.ts'
import { type Contact, contactLists } from './contact-lists.ts'
import { LIMITS } from './limits.ts'
import { rootOf } from './root-of.ts'
import { type Connector, Gone, type Result, type SegmentStore } from './segment-store.ts'

const limits = LIMITS.mailman
const CHECK_MS = 10_000
const PAGE = 500

const settings = z.object({
  URL: z
    .url({ protocol: /^https?$/ })
    .default('http://localhost:8001')
    .describe("Mailman core's REST address, without /3.1"),
  USER: z.string().default('restadmin').describe('Its admin_user, in the section [webservice] of mailman.cfg'),
  PASSWORD: z.string().min(1).describe('Its admin_pass'),
  DOMAIN: z.string().min(1).describe('The mail domain the lists are in, such as lists.example.org'),
  OPT_IN: z.enum(['yes', 'no']).default('no').describe('Whether Mailman asks each person once more by mail: yes or no'),
})

/**
 * Lists of GNU Mailman 3, one for each community, by the REST interface of its core. Who is forgotten is deleted there only
 * where Kindred made them and they are on no other list in any role.
 */
export const mailman: Connector<typeof settings> = {
  name: 'mailman',
  settings,
  steps: [
    'In `mailman.cfg` set `admin_user` and `admin_pass` in the section `[webservice]`, and restart Mailman core.',
    'Make the mail domain in Postorius, or with `mailman shell`, if it is not there yet.',
    'Let Kindred reach the REST port (8001) and nobody else.',
    'Set URL, USER, PASSWORD and DOMAIN.',
    'Lists are made on first use as `<community>@DOMAIN`, for announcements: members cannot write to them.',
  ],
  fields: 'address',
  byAddress: true,
  place: ({ URL: url, DOMAIN }) => `${rootOf(url)} ${DOMAIN.toLowerCase()}`,
  open({ URL: url, USER, PASSWORD, DOMAIN, OPT_IN }, now) {
    const key = Buffer.from(`${USER}:${PASSWORD}`).toString('base64')
    const api = openApi({ url: `${rootOf(url)}/3.1`, limits, headers: () => ({ authorization: `Basic ${key}` }) }, now)
    return openMailman(api, DOMAIN, OPT_IN === 'yes')
  },
}

const total = z.object({ total_size: z.number() }).transform(({ total_size }) => total_size)
const members = z.object({ entries: z.array(z.object({ email: z.string() })).default([]) })

/** A contact is an address, so nobody is looked up, and who has an address is called by it. */
function openMailman(api: Api, domain: string, asksAgain: boolean): SegmentStore {
  const contactOf = (email: string): Contact => ({ id: email.toLowerCase(), email })
  const path = (list: string) => `/lists/${encodeURIComponent(list)}`
  const mustBeThere = async (list: string, signal: AbortSignal) => {
    const { status } = await api.call('GET', path(list), { signal, allow: [404] })
    if (status === 404) throw new Gone('It has no such list.')
  }

  const isMember = async (list: string, email: string, signal: AbortSignal) => {
    const member = `${path(list)}/member/${encodeURIComponent(email)}`
    return (await api.call('GET', member, { signal, allow: [404] })).status !== 404
  }

  return contactLists({
    limits,
    // It tells nobody who unsubscribes, and keeps no trace of them in the list.
    absent: 'unsubscribed',
    async check() {
      const signal = AbortSignal.timeout(CHECK_MS)
      const { status } = await api.call('GET', `/domains/${domain}`, { signal, allow: [404] })
      if (status === 404) throw new Error(`Mailman has no domain ${domain}: make it first, or set another DOMAIN.`)
    },
    async make({ key, name }, signal) {
      const body = { fqdn_listname: `${key}@${domain}`, style_name: 'legacy-announce' }
      const id = `${key}.${domain}`
      const { status } = await api.call('POST', '/lists', { body, signal, allow: [400] })
      // 400 is also what it answers where the list is there already.
      if (status === 400) await mustBeThere(id, signal)
      const config = { display_name: name, advertised: false, send_welcome_message: false }
      await api.call('PATCH', `${path(id)}/config`, { body: config, signal })
      return id
    },
    meet: (entries, signal) =>
      each(entries, limits.connections, async ({ email }) => {
        const user = `/users/${encodeURIComponent(email)}`
        // Of what is no address it says so when it is to be put on a list.
        const { status } = await api.call('GET', user, { signal, allow: [400, 404] })
        return { contact: contactOf(email), isNew: status === 404 }
      }),
    find: async (emails) => emails.map(contactOf),
    async add(list, contacts, signal) {
      await mustBeThere(list, signal)
      const [verified, rest] = [true, { pre_confirmed: !asksAgain, pre_approved: true }]
      return each(contacts, limits.connections, async ({ email }): Promise<Result> => {
        const body = { list_id: list, subscriber: email, pre_verified: verified, ...rest }
        const { status } = await api.call('POST', '/members', { body, signal, allow: [409] })
        // 409 is of who is there, and of who is still to confirm.
        const isThere = status === 409 ? await isMember(list, email, signal) : status !== 202
        return { result: isThere ? 'applied' : 'accepted' }
      })
    },
    async isOn(list, emails, signal) {
      await mustBeThere(list, signal)
      return each(emails, limits.connections, async (own) => {
        for (const email of own) if (await isMember(list, email, signal)) return true
        return false
      })
    },
    remove: (list, contacts, signal) =>
      each(contacts, limits.connections, async ({ id }): Promise<Result> => {
        await api.call('DELETE', `${path(list)}/member/${encodeURIComponent(id)}`, { signal, allow: [404] })
        return { result: 'applied' }
      }),
    async members(list, page = '1', signal) {
      await mustBeThere(list, signal)
      const { json } = await api.call('GET', `${path(list)}/roster/member?count=${PAGE}&page=${page}`, { signal })
      const { entries } = members.parse(json)
      const listed = entries.map(({ email }) => ({ id: email.toLowerCase(), email }))
      return { listed, ...(entries.length === PAGE && { next: String(Number(page) + 1) }) }
    },
    async erase({ id }, signal) {
      const user = `/users/${encodeURIComponent(id)}`
      const owned = await api.call('GET', `${user}/addresses`, { signal, allow: [400, 404] })
      const { json } = await api.call('GET', `/members/find?subscriber=${encodeURIComponent(id)}`, { signal })
      // Whoever is on another list by now, looks after one, or has another address there is not there for us alone.
      if (owned.status >= 400 || total.parse(owned.json) > 1 || total.parse(json) > 0) return
      await api.call('DELETE', user, { signal, allow: [404] })
    },
    close: api.close,
  })
}
