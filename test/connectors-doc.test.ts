import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import { connectors } from '../src/segments/connectors.ts'
import type { Connector, Entry } from '../src/segments/segment-store.ts'
import { pigeon } from './connectors/example.ts'
import { openFakeServer } from './connectors/fake-server.ts'
import { segmentCalled } from './segment-entries.ts'

const file = fileURLToPath(new URL('../docs/connectors.md', import.meta.url))
/** `UPDATE_DOCS=1 npx vitest run test/connectors-doc.test.ts` writes the part that comes from the code. */
const updates = process.env.UPDATE_DOCS === '1'
const AT = new Date('2026-01-05T12:00:00Z')
const STEPS_MAX = 9

/** Each opened with the least it needs, to see what it can do; no service is asked anything. A new one needs a row. */
const LEAST: Record<string, Record<string, string>> = {
  csv: { DIR: './data/segments' },
  table: { URL: 'postgresql://kindred:password@127.0.0.1:1/crm' },
  webhook: { URL: 'https://crm.example/hook', SECRET: `whsec_${'A'.repeat(32)}` },
  mailman: { PASSWORD: 'a password', DOMAIN: 'lists.example.org' },
  api: {},
  segment: { WRITE_KEY: 'a write key', HOOK_SECRET: 'a secret of the hook' },
  hubspot: { TOKEN: 'a token', HOOK_SECRET: 'a secret of the hook' },
  klaviyo: { KEY: 'a key', HOOK_SECRET: 'a secret of the hook' },
  mailchimp: { KEY: 'a key-us6', AUDIENCE: 'a1b2c3', HOOK_SECRET: 'a secret of the hook' },
  brevo: { KEY: 'a key', HOOK_SECRET: 'a secret of the hook' },
  ghost: {
    URL: 'https://ghost.example',
    KEY: `0123456789abcdef01234567:${'ab'.repeat(32)}`,
    HOOK_SECRET: 'a secret of the hook',
  },
  listmonk: { URL: 'https://listmonk.example', USER: 'kindred', TOKEN: 'a token' },
}

test('docs/connectors.md says of each connector what the code says', async () => {
  const chapters: string[] = []
  for (const connector of connectors) chapters.push(await chapter(connector))
  await holds('connectors', chapters.join('\n\n'))
})

test('its example is one that runs', async () => {
  const source = await readFile(new URL('connectors/example.ts', import.meta.url), 'utf8')
  await holds('example', ['```ts', source.trimEnd().replaceAll('../../src/segments/', './'), '```'].join('\n'))
  const lists = new Map([['1', new Set<string>()]])
  const server = await openFakeServer({
    now: () => AT,
    tooMuch: () => ({ status: 429 }),
    refuse: ({ headers }) => (headers.authorization === 'Bearer a key' ? undefined : { status: 401 }),
    answer({ method, path }) {
      const [, , list = '', , who = ''] = path.split('/').map(decodeURIComponent)
      if (path.startsWith('/lists/by-key/')) return { status: 200, body: { id: '1' } }
      const members = lists.get(list)
      if (!members) return { status: 404 }
      if (method === 'PUT') members.add(who)
      if (method === 'DELETE') members.delete(who)
      if (method !== 'GET') return { status: 204 }
      return { status: 200, body: { members: [...members].map((email) => ({ email })), next: null } }
    },
  })
  const store = pigeon.open({ URL: server.url, KEY: 'a key' }, () => AT)
  const signal = AbortSignal.timeout(5_000)
  const id = await store.make?.(segmentCalled('parents'), signal)
  const segment = segmentCalled('parents', id)
  const entry = (name: string): Entry => ({
    ...{ person: name, email: `${name}@example.org`, earlier: [], since: AT, direction: 'a yes', revision: 1 },
    ...{ reason: 'joined', at: AT },
  })
  expect((await store.put(segment, [entry('ana'), entry('ben')], signal)).map(({ result }) => result)).toEqual([
    'applied',
    'applied',
  ])
  await store.take(segment, [{ ...entry('ana'), reason: 'left', revision: 2 }], signal)
  const listed: unknown[] = []
  for await (const one of store.list?.(segment, signal) ?? []) listed.push(one)
  expect(listed).toEqual([{ email: 'ben@example.org' }])
  expect(server.complaints).toEqual([])
  await store.close?.()
  await server.close()
})

test('each is connected in under ten steps, and each of its variables is explained', () => {
  for (const { name, steps, settings, fields } of connectors) {
    expect(steps.length, name).toBeGreaterThan(0)
    expect(steps.length, name).toBeLessThanOrEqual(STEPS_MAX)
    expect(fields, name).not.toBe('')
    for (const [variable, field] of Object.entries(settings.shape))
      expect((field as z.ZodType).description, `${name} ${variable}`).toBeTruthy()
  }
})

test('every name of a file that the guide tells of is there', async () => {
  const text = await readFile(file, 'utf8')
  const named = [...text.matchAll(/`((?:src|test|docs)\/[\w./-]+\.(?:ts|md))`/g)].flatMap(([, path]) => path ?? [])
  expect(named.length).toBeGreaterThan(5)
  for (const path of named) await readFile(fileURLToPath(new URL(`../${path}`, import.meta.url)))
})

async function chapter(connector: Connector): Promise<string> {
  const { name, steps, fields, byAddress, settings } = connector
  const example = `\`DESTINATIONS=crm=${name}\``
  const rows = Object.entries(settings.shape).map(([variable, field]) => {
    // Every variable is a zod type with a default or left out; none has another kind of schema.
    const { description, safeParse } = field as z.ZodType
    return `| \`CRM_${variable}\` | ${cell(description ?? '')} | ${usual(safeParse(undefined))} |`
  })
  return [
    `### ${name}`,
    '',
    `${example}. Passed on: ${fields}. It knows people by ${byAddress ? 'their address' : 'our number for them'}. ${await comesBack(connector)}`,
    '',
    ...steps.map((step, i) => `${i + 1}. ${step}`),
    '',
    '| variable | | without it |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n')
}

function usual({ success, data }: { success: boolean; data?: unknown }): string {
  if (!success) return 'must be set'
  return data === undefined || data === '' ? 'nothing' : `\`${cell(String(data))}\``
}

const cell = (words: string) => words.replaceAll('|', '\\|')

/** How Kindred hears what became of people there. */
async function comesBack({ name, settings, open }: Connector): Promise<string> {
  const least = LEAST[name]
  if (!least) throw new Error(`${name}: say in LEAST what settings it needs`)
  const store = open(settings.parse(least), () => AT)
  const { hear, poll, list, absent } = store
  await store.close?.()
  const ways = [
    hear && 'It tells what becomes of people by posting to `/hooks/crm`, proven by `CRM_HOOK_SECRET`.',
    poll && 'It is asked now and then what is new.',
    list && 'It is asked every night whom it holds.',
    absent && 'Whoever is not there any more has unsubscribed.',
  ].filter(Boolean)
  return ways.length > 0 ? ways.join(' ') : 'It tells nothing by itself of what becomes of people.'
}

/** Compares a part of the guide between its two comments, or writes it. */
async function holds(name: string, wanted: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  const part = new RegExp(`(<!-- ${name}:[^>]*-->\\n)([\\s\\S]*?)(\\n<!-- /${name} -->)`)
  const [, , found] = part.exec(text) ?? []
  if (updates)
    await writeFile(
      file,
      text.replace(part, (_, before, __, after) => `${before}${wanted}${after}`),
    )
  else expect(found).toBe(wanted)
}
