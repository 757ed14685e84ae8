import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDestinations } from '../../src/segments/connectors.ts'
import {
  type Entry,
  Forged,
  type Listed,
  NotYet,
  Rejected,
  type Segment,
  type SegmentStore,
  TryLater,
} from '../../src/segments/segment-store.ts'
import { type Hubspot, openHubspot } from './hubspot.ts'

const AT = new Date('2026-01-05T12:00:00Z')
const PARENTS: Segment = { key: 'parents', name: 'The parents' }
const signal = new AbortController().signal

let now = AT
let hubspot: Hubspot
let store: SegmentStore
let parents: Segment

const entry = (name: string, more: Partial<Entry> = {}): Entry => ({
  ...{ person: `person-of-${name}`, email: `${name}@example.org`, earlier: [], since: AT, at: AT },
  ...{ direction: 'a yes', revision: 1, reason: 'joined' },
  ...more,
})
const open = (settings = hubspot.settings) => {
  const [one] = openDestinations([{ name: 'crm', connector: 'hubspot', settings }], () => now)
  if (!one) throw new Error('it was not opened')
  return one.store
}
const made = async (segment: Segment): Promise<Segment> => {
  const id = await store.make?.(segment, signal)
  return { ...segment, ...(id && { id }) }
}
const put = (...entries: Entry[]) => store.put(parents, entries, signal)
const outcomes = (results: { result: string }[]) => results.map(({ result }) => result)
const listed = async (): Promise<Listed[]> => {
  const all: Listed[] = []
  for await (const one of store.list?.(parents, signal) ?? []) all.push(one)
  return all
}

beforeEach(async () => {
  now = AT
  hubspot = await openHubspot(() => now)
  store = open()
  parents = await made(PARENTS)
})
afterEach(async () => {
  expect(hubspot.server.complaints).toEqual([])
  await store.close?.()
  await hubspot.close()
})

test('waits ten seconds where others have used up the portal, and an hour where the day is used up', async () => {
  hubspot.server.feel('too much', 1)
  const soon = await put(entry('ana')).catch((error: unknown) => error)
  expect(soon).toBeInstanceOf(TryLater)
  expect(soon).toMatchObject({ afterMs: 10_000 })
  hubspot.endDay(true)
  expect(await put(entry('ana')).catch((error: unknown) => error)).toMatchObject({ afterMs: 3_600_000 })
  hubspot.endDay(false)
  expect(outcomes(await put(entry('ana')))).toEqual(['applied'])
})

test('leaves the portal some requests for others, and says how long until its own are free', async () => {
  let tried: unknown
  for (let i = 0; i < 100 && !tried; i++)
    tried = await put(entry('ana')).then(
      () => undefined,
      (error: unknown) => error,
    )
  expect(tried).toBeInstanceOf(NotYet)
  expect(hubspot.server.asked.length).toBeLessThanOrEqual(90)
  now = new Date(now.getTime() + 10_000)
  expect(outcomes(await put(entry('ana')))).toEqual(['applied'])
})

test('refuses the one address that HubSpot refuses among others', async () => {
  hubspot.refuseAlone('bad@example.org')
  expect(outcomes(await put(entry('ana'), entry('bad'), entry('ben')))).toEqual(['applied', 'rejected', 'applied'])
  expect(hubspot.holds('parents')).toEqual(['ana@example.org', 'ben@example.org'])
})

test('finds whom somebody else made in the same moment, and makes the others', async () => {
  hubspot.makeMeanwhile('ana@example.org')
  expect(await put(entry('ana'), entry('ben'))).toEqual([
    { result: 'applied', id: expect.any(String) },
    { result: 'applied', id: expect.any(String), isNew: true },
  ])
  expect(hubspot.holds('parents')).toEqual(['ana@example.org', 'ben@example.org'])
})

test('puts in nobody who opted out or bounced, known by their number or not, and takes them out all the same', async () => {
  const [ana] = await put(entry('ana'))
  const id = ana && 'id' in ana && ana.id !== undefined ? { id: ana.id } : {}
  await store.take(parents, [entry('ana', { ...id, revision: 2, reason: 'left' })], signal)
  hubspot.suppress?.('ana@example.org', 'unsubscribed', 'parents')
  hubspot.suppress?.('ben@example.org', 'bounced', 'parents')
  const results = await put(entry('ana', { ...id, revision: 3 }), entry('ben'), entry('cem'))
  expect(results).toMatchObject([
    { result: 'suppressed', why: 'unsubscribed' },
    { result: 'suppressed', why: 'bounced' },
    { result: 'applied' },
  ])
  expect(hubspot.members('parents')).toEqual(['cem@example.org'])
  hubspot.suppress?.('cem@example.org', 'unsubscribed', 'parents')
  expect(await listed()).toMatchObject([{ email: 'cem@example.org', suppressed: 'unsubscribed' }])
  expect(outcomes(await store.take(parents, [entry('cem')], signal))).toEqual(['applied'])
  expect(hubspot.members('parents')).toEqual([])
})

test('says of a contact that was merged away that it does not know it, and takes out who has its address', async () => {
  const [ana] = await put(entry('ana'))
  const id = ana && 'id' in ana && ana.id !== undefined ? { id: ana.id } : {}
  hubspot.byHand?.knew('ana@work.example')
  hubspot.merge('ana@example.org', 'ana@work.example')
  expect(hubspot.holds('parents')).toEqual(['ana@work.example'])
  const leaving = { revision: 2, reason: 'left' } as const
  expect(outcomes(await store.take(parents, [entry('ana', { ...id, ...leaving })], signal))).toEqual(['unknown'])
  expect(outcomes(await store.take(parents, [entry('ana', leaving)], signal))).toEqual(['applied'])
  expect(hubspot.holds('parents')).toEqual([])
})

test('deletes whom it made and is forgotten, though a list that fills itself holds them', async () => {
  const [met] = await put(entry('ana'))
  hubspot.makeDynamic('Everybody', ['ana@example.org'])
  const ids = met && 'id' in met && met.id ? [met.id] : []
  const email = 'ana@example.org'
  const person = { person: 'person-of-ana', email, held: [{ segment: parents, emails: [email], ids }] }
  expect(await store.forget({ ...person, isOurs: true, at: AT }, signal)).toEqual({ result: 'applied' })
  expect(hubspot.contacts()).toEqual([])
})

test('leaves whom it made and is forgotten, once there is a deal with them', async () => {
  await put(entry('ana'))
  const email = 'ana@example.org'
  hubspot.dealWith(email)
  const held = [{ segment: parents, emails: [email], ids: [] }]
  const person = { person: 'person-of-ana', email, held, isOurs: true, at: AT }
  expect(await store.forget(person, signal)).toEqual({ result: 'applied' })
  expect([hubspot.members('parents'), hubspot.contacts()]).toEqual([[], [email]])
})

test('keeps two communities of one name apart, finds its list again, and takes none that fills itself', async () => {
  const other = await made({ key: 'parents-2', name: 'The parents' })
  expect(other.id).not.toBe(parents.id)
  expect((await made(PARENTS)).id).toBe(parents.id)
  hubspot.makeDynamic('Cooks (cooks)')
  await expect(made({ key: 'cooks', name: 'Cooks' })).rejects.toThrow(Rejected)
})

test('lists several hundred people page by page', async () => {
  const names = Array.from({ length: 520 }, (_, i) => `p${i}@example.org`)
  for (const name of names) hubspot.byHand?.put('parents', name)
  const emails = (await listed()).map(({ email }) => email)
  expect(emails.sort()).toEqual(names.sort())
})

const SECRET = 'the client secret'
const URL_ = 'https://kindred.example/hooks/crm?from=%2Fhubspot'
const event = (more: object) => ({
  ...{
    subscriptionType: 'contact.propertyChange',
    eventId: 7,
    subscriptionId: 3,
    portalId: 1,
    appId: 2,
    objectId: 501,
  },
  ...{ occurredAt: AT.getTime() - 60_000, attemptNumber: 0, changeSource: 'EMAIL' },
  ...{ propertyName: 'hs_email_optout', propertyValue: 'true' },
  ...more,
})
/** Posts as HubSpot does; the address is signed with its slashes as they are. */
const hear = (events: unknown, { secret = SECRET, at = AT, url = URL_ } = {}) => {
  const [body, time] = [JSON.stringify(events), String(at.getTime())]
  const words = `POSThttps://kindred.example/hooks/crm?from=/hubspot${body}${time}`
  const signature = createHmac('sha256', secret).update(words).digest('base64')
  const headers = { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': time }
  return store.hear?.({ method: 'POST', url, headers, body })
}

test('hears who unsubscribed and whose address does not work, and nothing else', () => {
  const news = hear([
    event({}),
    event({ eventId: 8, propertyName: 'hs_email_hard_bounce_reason_enum', propertyValue: 'UNKNOWN_USER' }),
    event({
      eventId: 9,
      subscriptionType: 'object.propertyChange',
      objectTypeId: '0-1',
      propertyName: 'hs_email_bad_address',
    }),
    event({ eventId: 10, subscriptionType: 'object.propertyChange', objectTypeId: '0-2' }),
    event({ eventId: 11, propertyValue: 'false' }),
    event({ eventId: 12, propertyName: 'firstname', propertyValue: 'Ana' }),
    { eventId: 13, subscriptionType: 'contact.deletion', objectId: 501, occurredAt: AT.getTime() },
    { eventId: 14, subscriptionType: 'contact.privacyDeletion', objectId: 501, occurredAt: AT.getTime() },
    'something new',
  ])
  expect(news?.map(({ kind }) => kind)).toEqual(['unsubscribed', 'bounced', 'bounced'])
  expect(news?.[0]).toMatchObject({ person: { id: '501' }, at: new Date(AT.getTime() - 60_000) })
  const again = hear([event({ attemptNumber: 3 })])
  expect(again?.map(({ id }) => id)).toEqual([news?.[0]?.id])
})

test('hears nothing that is forged, old, or no news at all', () => {
  expect(() => hear([event({})], { secret: 'another' })).toThrow(Forged)
  expect(() => hear([event({})], { at: new Date(AT.getTime() - 301_000) })).toThrow(Forged)
  expect(() => hear([event({})], { at: new Date(AT.getTime() + 301_000) })).toThrow(Forged)
  expect(() => hear([event({})], { url: 'https://kindred.example/hooks/other' })).toThrow(Forged)
  expect(() => hear({ not: 'events' })).toThrow(Forged)
  expect(() => store.hear?.({ method: 'POST', url: URL_, headers: {}, body: '[]' })).toThrow(Forged)
  const { HOOK_SECRET: _, ...silent } = hubspot.settings
  const deaf = open(silent)
  expect(deaf.hear).toBeUndefined()
})
