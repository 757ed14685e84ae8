import { z } from 'zod'
import { each, openApi } from '../../src/segments/api.ts'
import { contactLists } from '../../src/segments/contact-lists.ts'
import type { Limits } from '../../src/segments/limits.ts'
import { type Connector, Gone, type Result } from '../../src/segments/segment-store.ts'

const limits: Limits = { batch: 50, connections: 4, windows: [{ count: 10, ms: 1_000 }], waitMs: 10_000 }
const CHECK_MS = 10_000

const settings = z.object({
  URL: z
    .url({ protocol: /^https?$/ })
    .default('https://api.pigeon.example')
    .describe("Another address than Pigeon's own"),
  KEY: z.string().min(1).describe('An API key, made under Settings, Keys'),
})
const made = z.object({ id: z.string() })
const page = z.object({ members: z.array(z.object({ email: z.string() })), next: z.string().nullable() })

/** Lists of Pigeon, which knows people by their address. */
export const pigeon: Connector<typeof settings> = {
  name: 'pigeon',
  settings,
  steps: ['Make a key under *Settings*, *Keys*.', 'Set KEY.'],
  fields: 'address',
  byAddress: true,
  place: ({ URL: url, KEY }) => `${url} ${KEY}`,
  open({ URL: url, KEY }, now) {
    const api = openApi({ url, limits, headers: () => ({ authorization: `Bearer ${KEY}` }) }, now)
    const on = (list: string, email = '') => `/lists/${encodeURIComponent(list)}/members/${encodeURIComponent(email)}`
    const contactOf = (email: string) => ({ id: email.toLowerCase(), email })
    return contactLists({
      limits,
      check: async () => void (await api.call('GET', '/me', { signal: AbortSignal.timeout(CHECK_MS) })),
      // The same name gives the same list, so that it may be called again.
      make: async ({ key, name }, signal) =>
        made.parse((await api.call('PUT', `/lists/by-key/${key}`, { body: { name }, signal })).json).id,
      meet: async (entries) => entries.map(({ email }) => ({ contact: contactOf(email) })),
      find: async (emails) => emails.map(contactOf),
      add: (list, contacts, signal) =>
        each(contacts, limits.connections, async ({ email }): Promise<Result> => {
          const { status } = await api.call('PUT', on(list, email), { signal, allow: [404, 422, 451] })
          if (status === 404) throw new Gone('It has no such list.')
          if (status === 422) return { result: 'rejected', why: 'It does not take that address.' }
          return status === 451 ? { result: 'suppressed', why: 'unsubscribed' } : { result: 'applied' }
        }),
      remove: (list, contacts, signal) =>
        each(contacts, limits.connections, async ({ id }): Promise<Result> => {
          await api.call('DELETE', on(list, id), { signal, allow: [404] })
          return { result: 'applied' }
        }),
      async members(list, from = '', signal) {
        const { status, json } = await api.call('GET', `${on(list)}?from=${from}`, { signal, allow: [404] })
        if (status === 404) throw new Gone('It has no such list.')
        const { members, next } = page.parse(json)
        return { listed: members, ...(next !== null && { next }) }
      },
      erase: async ({ id }, signal) => void (await api.call('DELETE', `/people/${id}`, { signal, allow: [404] })),
      close: api.close,
    })
  },
}
