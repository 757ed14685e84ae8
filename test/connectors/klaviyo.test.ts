import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDestinations } from '../../src/segments/connectors.ts'
import {
  type Entry,
  Forged,
  type Listed,
  NotYet,
  type Segment,
  type SegmentStore,
} from '../../src/segments/segment-store.ts'
import { type Klaviyo, openKlaviyo } from './klaviyo.ts'

const AT = new Date('2026-01-05T12:00:00Z')
const PARENTS: Segment = { key: 'parents', name: 'The "parents" of 5\\6' }
const signal = new AbortController().signal

let now = AT
let klaviyo: Klaviyo
let store: SegmentStore
let parents: Segment

const entry = (name: string, more: Partial<Entry> = {}): Entry => ({
  ...{ person: `person-of-${name}`, email: `${name}@example.org`, earlier: [], since: AT, at: AT },
  ...{ direction: 'a yes', revision: 1, reason: 'joined' },
  ...more,
})
const open = (settings = klaviyo.settings) => {
  const [one] = openDestinations([{ name: 'shop', connector: 'klaviyo', settings }], () => now)
  if (!one) throw new Error('it was not opened')
  return one.store
}
const made = async (segment: Segment): Promise<Segment> => {
  const id = await store.make?.(segment, signal)
  return { ...segment, ...(id && { id }) }
}
const put = (...entries: Entry[]) => store.put(parents, entries, signal)
const outcomes = (results: { result: string }[]) => results.map(({ result }) => result)
const idOf = (result: object | undefined) => (result && 'id' in result ? { id: String(result.id) } : {})
const listed = async (): Promise<Listed[]> => {
  const all: Listed[] = []
  for await (const one of store.list?.(parents, signal) ?? []) all.push(one)
  return all
}

beforeEach(async () => {
  now = AT
  klaviyo = await openKlaviyo(() => now)
  store = open()
  parents = await made(PARENTS)
})
afterEach(async () => {
  expect(klaviyo.server.complaints).toEqual([])
  await store.close?.()
  await klaviyo.close()
})

test('waits as long as Klaviyo asks', async () => {
  klaviyo.server.feel('too much', 1)
  expect(await put(entry('ana')).catch((error: unknown) => error)).toMatchObject({ afterMs: 17_000 })
})

test('makes no more profiles in a second than Klaviyo takes, and puts in those it made', async () => {
  const all = Array.from({ length: 100 }, (_, i) => entry(`p${i}`))
  const first = outcomes(await put(...all))
  expect(first).toContain('wait')
  expect(first.every((one) => one === 'applied' || one === 'wait')).toBe(true)
  now = new Date(now.getTime() + 1_000)
  expect(new Set(outcomes(await put(...all)))).toEqual(new Set(['applied']))
  expect(klaviyo.holds('parents')).toHaveLength(100)
})

test('changes lists no more often than Klaviyo takes, and knows then whom it had made', async () => {
  let tried: unknown
  for (let i = 0; i < 12 && !tried; i++) {
    tried = await put(entry(`p${i}`)).then(
      () => undefined,
      (error: unknown) => error,
    )
  }
  expect(tried).toBeInstanceOf(NotYet)
  now = new Date(now.getTime() + 1_000)
  const last = klaviyo.contacts().find((email) => !klaviyo.holds('parents').includes(email))
  const made = { result: 'applied', isNew: true }
  const [name = ''] = last?.split('@') ?? []
  expect(await put(entry(name))).toMatchObject([made])
  expect(await put(entry(name))).not.toMatchObject([made])
})

test('leaves the number that the organization knows somebody by', async () => {
  klaviyo.number('ana@example.org', 'customer-12')
  await put(entry('ana'), entry('ben'))
  expect([klaviyo.numberOf('ana@example.org'), klaviyo.numberOf('ben@example.org')]).toEqual(['customer-12', null])
  expect(klaviyo.kept()).not.toContain('person-of')
})

test('puts in nobody who is suppressed, everywhere or in this list, known by their number or not', async () => {
  const known = await put(entry('ana'), entry('dora'))
  klaviyo.suppress?.('ana@example.org', 'complained', 'parents')
  klaviyo.suppress?.('ben@example.org', 'bounced', 'parents')
  klaviyo.suppress?.('cem@example.org', 'unsubscribed', 'parents')
  klaviyo.leavesList?.('dora@example.org', 'parents')
  klaviyo.byHand?.take('parents', 'ana@example.org')
  klaviyo.byHand?.take('parents', 'dora@example.org')
  const [ana, dora] = known.map(idOf)
  const again = [entry('ana', { ...ana }), entry('ben'), entry('cem'), entry('dora', { ...dora }), entry('eve')]
  expect(await put(...again)).toMatchObject([
    { result: 'suppressed', why: 'complained' },
    { result: 'suppressed', why: 'bounced' },
    { result: 'suppressed', why: 'unsubscribed' },
    { result: 'suppressed', why: 'unsubscribed', isHere: true },
    { result: 'applied', isNew: true },
  ])
  expect(klaviyo.members('parents')).toEqual(['eve@example.org'])
  const cooks = await made({ key: 'cooks', name: 'Cooks' })
  expect(outcomes(await store.put(cooks, [entry('dora')], signal))).toEqual(['applied'])
  klaviyo.leavesList?.('eve@example.org', 'parents')
  expect(await listed()).toMatchObject([{ email: 'eve@example.org', suppressed: 'unsubscribed' }])
  expect(outcomes(await store.take(parents, [entry('eve')], signal))).toEqual(['applied'])
  expect(klaviyo.members('parents')).toEqual([])
})

test('puts in nobody who was suppressed before their profile was deleted', async () => {
  klaviyo.suppress?.('ana@example.org', 'unsubscribed', 'parents')
  klaviyo.byHand?.deleteContact('ana@example.org')
  expect(await put(entry('ana'))).toMatchObject([{ result: 'suppressed', why: 'unsubscribed' }])
  expect(klaviyo.members('parents')).toEqual([])
})

test('does not take for in who comes back while their deletion is under way, and makes them anew afterwards', async () => {
  const [met] = await put(entry('ana'))
  klaviyo.putOffDeletions()
  const email = 'ana@example.org'
  const held = [{ segment: parents, emails: [email], ids: [] }]
  await store.forget({ person: 'person-of-ana', email, held, isOurs: true, at: AT }, signal)
  for (const known of [{}, idOf(met)]) {
    expect(await put(entry('ana', { revision: 2, ...known }))).toMatchObject([{ result: 'accepted' }])
  }
  klaviyo.comeToDeletions()
  now = new Date(now.getTime() + 1_000)
  expect(outcomes(await put(entry('ana', { revision: 2, ...idOf(met) })))).toEqual(['unknown'])
  expect(await put(entry('ana', { revision: 2 }))).toMatchObject([{ result: 'applied', isNew: true }])
  expect(klaviyo.members('parents')).toEqual([email])
})

test('keeps two communities of one name apart, and finds its list again', async () => {
  const other = await made({ ...PARENTS, key: 'parents-2' })
  expect(other.id).not.toBe(parents.id)
  expect((await made(PARENTS)).id).toBe(parents.id)
})

test('lists several hundred people page by page', async () => {
  const names = Array.from({ length: 230 }, (_, i) => `p${i}@example.org`)
  for (const name of names) klaviyo.byHand?.put('parents', name)
  const emails = (await listed()).map(({ email }) => email)
  expect(emails.sort()).toEqual(names.sort())
})

test('finds the longest addresses there are', async () => {
  const long = Array.from({ length: 60 }, (_, i) =>
    entry('x', { email: `${'+'.repeat(60)}${i}@${'a'.repeat(180)}.org` }),
  )
  expect(new Set(outcomes(await put(...long)))).toEqual(new Set(['applied']))
  const leaving = long.map((one) => ({ ...one, revision: 2, reason: 'left' as const }))
  await store.take(parents, leaving, signal)
  expect(klaviyo.members('parents')).toEqual([])
})

const SECRET = 'a secret of sixteen letters'
const event = (topic: string, properties: object = {}, id = 'E1') => ({
  ...{ external_id: id, topic: `event:klaviyo.${topic}` },
  payload: {
    data: {
      ...{ type: 'event', id },
      attributes: { timestamp: AT.getTime() / 1000 - 60, event_properties: properties, uuid: 'a uuid' },
      relationships: { profile: { data: { type: 'profile', id: '01PROFILE1' } } },
    },
  },
})
const hear = (data: unknown, { secret = SECRET, at = AT, hook = 'W1' } = {}) => {
  const body = JSON.stringify({ data, meta: { klaviyo_webhook_id: 'W1', timestamp: at.toISOString() } })
  const time = at.toUTCString()
  const signature = createHmac('sha256', secret).update(`${body}${time}`).digest('hex')
  const headers = { 'klaviyo-signature': signature, 'klaviyo-timestamp': time, 'klaviyo-webhook-id': hook }
  return store.hear?.({ method: 'POST', url: 'https://kindred.example/hooks/shop', headers, body })
}

test('hears who is not written to any more, and what became of messages', () => {
  const message = { $message: 'M1', 'Campaign Name': 'January', $group_ids: ['L1'] }
  const person = { id: '01PROFILE1' }
  const at = new Date(AT.getTime() - 60_000)
  const news = hear([
    event('unsubscribed_from_email_marketing'),
    event('manually_suppressed_from_email_marketing'),
    event('marked_email_as_spam', message),
    event('bounced_email', { 'Bounce Type': 'Hard' }),
    event('bounced_email', { 'Bounce Type': 'Soft' }),
    event('received_email', message),
    event('opened_email', { ...message, $group_ids: ['L1', 'L2'] }),
    event('clicked_email', { $message: 'M2', Subject: 'Hello' }),
    event('opened_email'),
    event('sent_sms', message),
    { topic: 'something new' },
  ])
  const campaign = { id: 'M1', title: 'January', segment: 'L1' }
  expect(news).toEqual([
    { id: 'E1', at, person: expect.objectContaining(person), kind: 'unsubscribed' },
    { id: 'E1', at, person: expect.objectContaining(person), kind: 'unsubscribed' },
    { id: 'E1', at, person: expect.objectContaining(person), kind: 'complained', campaign },
    { id: 'E1', at, person: expect.objectContaining(person), kind: 'bounced' },
    { id: 'E1', at, person: expect.objectContaining(person), kind: 'sent', campaign },
    { id: 'E1', at, person: expect.objectContaining(person), kind: 'opened', campaign: { id: 'M1', title: 'January' } },
    { id: 'E1', at, person: expect.objectContaining(person), kind: 'clicked', campaign: { id: 'M2', title: 'Hello' } },
  ])
})

test('hears nothing that is forged, old, or meant for another webhook', () => {
  const data = [event('unsubscribed_from_email_marketing')]
  expect(() => hear(data, { secret: 'another secret of sixteen' })).toThrow(Forged)
  expect(() => hear(data, { at: new Date(AT.getTime() - 3_601_000) })).toThrow(Forged)
  expect(() => hear(data, { hook: 'W2' })).toThrow(Forged)
  expect(() => hear('no events')).toThrow(Forged)
  expect(() => store.hear?.({ method: 'POST', url: '', headers: {}, body: '{}' })).toThrow(Forged)
  const { HOOK_SECRET: _, ...silent } = klaviyo.settings
  expect(open(silent).hear).toBeUndefined()
})
