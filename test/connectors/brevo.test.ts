import { afterEach, beforeEach, expect, test } from 'vitest'
import { Forged, type Result, type SegmentStore, TryLater } from '../../src/segments/segment-store.ts'
import { type BrevoRig, openBrevo } from './brevo.ts'
import { AT, entryOf as entry, failureOf, made, openStore, posted } from './opened.ts'

const signal = new AbortController().signal
let now = AT
let rig: BrevoRig
let store: SegmentStore

const later = (ms: number) => {
  now = new Date(now.getTime() + ms)
}

beforeEach(async () => {
  now = AT
  rig = await openBrevo(() => now)
  store = openStore('brevo', rig.settings, () => now)
})
afterEach(async () => {
  expect(rig.server.complaints).toEqual([])
  await store.close?.()
  await rig.close()
})

/** Tells the store, and goes on after as long as it asks for, as the job does. */
async function put(people: Parameters<typeof entry>[], key = 'parents'): Promise<Result[]> {
  const segment = await made(store, key)
  const entries = people.map((one) => entry(...one))
  const results = new Map<string, Result>()
  for (let round = 0; results.size < entries.length; round++) {
    if (round > 50) throw new Error('it goes on for ever')
    const open = entries.filter(({ person }) => !results.has(person))
    const heard = await store.put(segment, open, signal).catch((error: unknown) => {
      if (error instanceof TryLater) return []
      throw error
    })
    for (const [i, one] of heard.entries()) {
      const person = open[i]?.person
      if (person && one.result !== 'wait' && one.result !== 'retry') results.set(person, one)
    }
    later(1000)
  }
  return entries.flatMap(({ person }) => results.get(person) ?? [])
}

test('puts in many more than it may ask for in a second, and is never asked too much', async () => {
  const names = Array.from({ length: 40 }, (_, i) => `p${String(i).padStart(2, '0')}`)
  const results = await put(names.map((name) => [name]))
  expect(results.every((one) => one.result === 'applied' && one.isNew)).toBe(true)
  expect(rig.holds('parents')).toEqual(names.map((name) => `${name}@example.org`))
  // Everybody was made once.
  expect(rig.server.asked.filter((one) => one === 'POST /v3/contacts')).toHaveLength(40)
  const again = await put(names.map((name) => [name, { revision: 2 }]))
  expect(again.every(({ result }) => result === 'applied')).toBe(true)
})

test('looks at everybody it knows by their numbers, a few at a time, and puts in nobody who is blocked since', async () => {
  const names = Array.from({ length: 40 }, (_, i) => `p${String(i).padStart(2, '0')}`)
  const ids = (await put(names.map((name) => [name]))).map((one) => ('id' in one && one.id) || '')
  const leaving = names.map((name, i) => entry(name, { revision: 2, reason: 'left', id: ids[i] ?? '' }))
  later(1000)
  await store.take(await made(store, 'parents'), leaving, signal)
  rig.suppress?.('p07@example.org', 'unsubscribed', 'parents')
  rig.suppress?.('p39@example.org', 'bounced', 'parents')
  later(1000)
  const results = await put(names.map((name, i) => [name, { revision: 3, id: ids[i] ?? '' }]))
  expect(names.filter((_, i) => results[i]?.result === 'suppressed')).toEqual(['p07', 'p39'])
  expect(rig.holds('parents')).toHaveLength(38)
})

test('waits as long as it is told to', async () => {
  const segment = await made(store, 'parents')
  rig.server.feel('too much')
  expect(await store.put(segment, [entry('ana')], signal)).toMatchObject([{ result: 'retry', afterMs: 2000 }])
  later(5000)
  expect(await failureOf(store.check())).toMatchObject({ afterMs: 2000 })
})

test('says where there is no such folder', async () => {
  await store.close?.()
  store = openStore('brevo', { ...rig.settings, FOLDER: '9' }, () => now)
  expect(String(await failureOf(store.check()))).toContain('FOLDER')
})

test('gives its number to whoever is new, and to nobody the organization knew', async () => {
  rig.byHand?.knew('ben@example.org')
  rig.byHand?.knew('cem@example.org')
  rig.setExtId('cem@example.org', 'customer 7')
  const results = await put([['ana'], ['ben'], ['cem']])
  expect(results.map((one) => 'isNew' in one && one.isNew === true)).toEqual([true, false, false])
  expect(['ana', 'ben', 'cem'].map((name) => rig.extIdOf(`${name}@example.org`))).toEqual([
    ...['person-of-ana', undefined, 'customer 7'],
  ])
})

test('remembers whom it made where nobody heard of it', async () => {
  const segment = await made(store, 'parents')
  rig.server.feel('deaf')
  expect(await failureOf(store.put(segment, [entry('ana')], AbortSignal.timeout(300)))).toBeInstanceOf(Error)
  rig.server.feel('well')
  later(1000)
  expect(await put([['ana']])).toMatchObject([{ result: 'applied', isNew: true }])
})

test('says who wants to hear from nothing, or not from this list', async () => {
  rig.byHand?.knew('ana@example.org')
  rig.suppress?.('ana@example.org', 'unsubscribed', 'parents')
  rig.byHand?.knew('ben@example.org')
  await made(store, 'parents')
  rig.leavesList?.('ben@example.org', 'parents')
  expect(await put([['ana'], ['ben'], ['cem']])).toMatchObject([
    { result: 'suppressed', why: 'unsubscribed' },
    { result: 'suppressed', why: 'unsubscribed', isHere: true },
    { result: 'applied' },
  ])
  later(1000)
  const ben = await put([['ben']], 'cooks')
  expect(ben).toMatchObject([{ result: 'applied' }])
  // Known by their number as well, and taken off by us in between.
  const id = (ben[0] && 'id' in ben[0] && ben[0].id) || ''
  await store.take(await made(store, 'parents'), [entry('ben', { revision: 2, reason: 'left', id })], signal)
  later(1000)
  const again = await put([['ben', { revision: 3, id }]])
  expect(again).toEqual([{ result: 'suppressed', why: 'unsubscribed', isHere: true }])
  expect([rig.holds('parents'), rig.holds('cooks')]).toEqual([['cem@example.org'], ['ben@example.org']])
})

test('takes off whoever has another address there by now', async () => {
  const [met] = await put([['ana']])
  const id = met && 'id' in met ? met.id : undefined
  rig.readdress('ana@example.org', 'ana@work.example')
  expect(rig.holds('parents')).toEqual(['ana@work.example'])
  const leaving = entry('ana', { revision: 2, reason: 'left', ...(id && { id }) })
  expect(await store.take(await made(store, 'parents'), [leaving], signal)).toEqual([{ result: 'applied' }])
  expect(rig.holds('parents')).toEqual([])
})

test('takes nobody for somebody whose telephone number is theirs', async () => {
  rig.byHand?.knew('ben@example.org')
  const [met] = await put([['ana']])
  const id = (met && 'id' in met && met.id) || ''
  rig.setPhone('ben@example.org', id)
  rig.suppress?.('ana@example.org', 'unsubscribed', 'parents')
  expect(await put([['ana', { revision: 2, id }]])).toMatchObject([{ result: 'suppressed' }])
  const email = 'ana@example.org'
  const held = [{ segment: await made(store, 'parents'), emails: [email], ids: [id] }]
  later(1000)
  await store.forget({ person: 'person-of-ana', email, held, isOurs: true, at: AT }, signal)
  expect(rig.contacts()).toEqual(['ben@example.org'])
})

test('takes nobody for gone who is still there', async () => {
  await put([['ana'], ['ben']])
  const segment = await made(store, 'parents')
  const leaving = ['ana', 'ben', 'cem'].map((name) => entry(name, { revision: 2, reason: 'left' }))
  rig.holdOn('ana@example.org', true)
  expect(await store.take(segment, leaving, signal)).toMatchObject([
    ...[{ result: 'retry' }, { result: 'applied' }, { result: 'applied' }],
  ])
  rig.holdOn('ana@example.org', false)
  later(1000)
  expect(await store.take(segment, leaving.slice(0, 1), signal)).toEqual([{ result: 'applied' }])
  expect(rig.holds('parents')).toEqual([])
})

test('forgets who is on more lists than it may ask about in a second', async () => {
  const keys = Array.from({ length: 12 }, (_, i) => `community-${i}`)
  rig.byHand?.knew('ana@example.org')
  const held = []
  for (const key of keys) {
    await put([['ana']], key)
    later(1000)
    held.push({ segment: await made(store, key), emails: ['ana@example.org'], ids: [] })
    later(1000)
  }
  const person = { person: 'person-of-ana', email: 'ana@example.org', held, isOurs: false, at: AT }
  let heard: Result | undefined
  for (let round = 0; heard?.result !== 'applied'; round++) {
    expect(round).toBeLessThan(20)
    heard = await store.forget(person, signal).catch((error: unknown) => {
      if (!(error instanceof TryLater)) throw error
      return undefined
    })
    later(1000)
  }
  expect(keys.flatMap(rig.holds)).toEqual([])
  expect(rig.contacts()).toEqual(['ana@example.org'])
})

const TOKEN = { authorization: 'Bearer a secret of the hook' }
const hear = (event: unknown, headers: Record<string, string> = TOKEN) =>
  store.hear?.(posted({ headers, body: JSON.stringify(event) }))
const told = (event: string) => ({
  ...{ id: 12, event, email: 'ana@example.org', camp_id: 42, 'campaign name': 'Spring in the museum ' },
  ...{ date_event: '2026-01-05 12:30:00', ts_sent: 1767612000, ts_event: 1767612600, tag: '' },
})

test('hears who unsubscribes, bounces or complains, and what becomes of campaigns', () => {
  const campaign = { id: '42', title: 'Spring in the museum' }
  for (const [event, kind] of [
    ['unsubscribe', 'unsubscribed'],
    ['unsubscribed', 'unsubscribed'],
    ['hard_bounce', 'bounced'],
    ['hardBounce', 'bounced'],
    ['spam', 'complained'],
    ['delivered', 'sent'],
    ['opened', 'opened'],
    ['click', 'clicked'],
  ] as const) {
    const news = {
      id: expect.any(String),
      at: new Date('2026-01-05T11:30:00Z'),
      kind,
      person: { email: 'ana@example.org' },
    }
    expect(hear(told(event))).toEqual([{ ...news, campaign }])
    expect(hear(told(event))).toEqual(hear(told(event)))
  }
  expect(hear([told('opened'), told('click')])).toMatchObject([{ kind: 'opened' }, { kind: 'clicked' }])
})

test('tells one event from another where it names no time, and knows it again', () => {
  const { ts_event: _, ...timeless } = told('opened')
  const idOf = (event: object) => hear(event)?.map(({ id }) => id)
  const [first] = hear(timeless) ?? []
  expect(first).toMatchObject({ kind: 'opened', at: now })
  const turned = Object.fromEntries(Object.entries(timeless).reverse())
  // The number is that of the webhook, and another one tells of the same event.
  for (const same of [timeless, turned, { ...timeless, id: 13 }]) expect(idOf(same)).toEqual([first?.id])
  const others = [
    { date_event: '2026-01-05 12:31:00' },
    { camp_id: 43 },
    { email: 'ben@example.org' },
    { event: 'click' },
  ]
  const ids = others.flatMap((other) => idOf({ ...timeless, ...other }))
  expect(new Set([first?.id, ...ids]).size).toBe(5)
})

test('takes its own doings, opens by machines and what it does not know for no news', () => {
  for (const event of [
    'list_addition',
    'contact_updated',
    'contact_deleted',
    'proxy_open',
    'soft_bounce',
    'constructor',
  ])
    expect(hear(told(event))).toEqual([])
  expect(hear('no event')).toEqual([])
  expect(store.hear?.(posted({ headers: TOKEN, body: 'no JSON' }))).toEqual([])
})

test('hears nothing from who does not know the token', async () => {
  expect(() => hear(told('unsubscribe'), {})).toThrow(Forged)
  expect(() => hear(told('unsubscribe'), { authorization: 'Bearer another' })).toThrow(Forged)
  expect(() => hear(told('unsubscribe'), { authorization: 'a secret of the hook' })).toThrow(Forged)
  const { HOOK_SECRET: _, ...rest } = rig.settings
  const deaf = openStore('brevo', rest, () => now)
  expect(deaf.hear).toBeUndefined()
  await deaf.close?.()
})
