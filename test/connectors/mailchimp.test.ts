import { createHash } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { mailchimp } from '../../src/segments/mailchimp.ts'
import { Forged, type SegmentStore, TryLater, Unauthorized } from '../../src/segments/segment-store.ts'
import { type MailchimpRig, openMailchimp } from './mailchimp.ts'
import { AT, entryOf as entry, failureOf, made, openStore, posted } from './opened.ts'

const signal = new AbortController().signal
const now = () => AT
let rig: MailchimpRig
let store: SegmentStore

beforeEach(async () => {
  rig = await openMailchimp(now)
  store = openStore('mailchimp', rig.settings, now)
})
afterEach(async () => {
  expect(rig.server.complaints).toEqual([])
  await store.close?.()
  await rig.close()
})

const put = async (...people: Parameters<typeof entry>[]) =>
  store.put(
    await made(store, 'parents'),
    people.map((one) => entry(...one)),
    signal,
  )

test('finds its data centre in the key, and asks for one that has it', () => {
  const [KEY, AUDIENCE] = ['0123456789abcdef-us21', 'a1b2c3d4e5']
  expect(mailchimp.place(mailchimp.settings.parse({ KEY, AUDIENCE }), 'tool')).toBe(
    'https://us21.api.mailchimp.com a1b2c3d4e5',
  )
  expect(mailchimp.settings.safeParse({ KEY: '0123456789abcdef', AUDIENCE }).success).toBe(false)
})

test('takes a bare 403 for too much at once, and one that says why for the key', async () => {
  const segment = await made(store, 'parents')
  rig.shutGate(true)
  const [throttled] = await store.put(segment, [entry('ana')], signal)
  expect(throttled).toMatchObject({ result: 'retry', afterMs: 10_000 })
  expect(await failureOf(store.check())).toBeInstanceOf(TryLater)
  rig.shutGate(false)
  rig.disableUser(true)
  expect(await failureOf(store.put(segment, [entry('ana')], signal))).toBeInstanceOf(Unauthorized)
  expect(await failureOf(store.check())).toBeInstanceOf(Unauthorized)
})

test('says where there is no such audience', async () => {
  await store.close?.()
  store = openStore('mailchimp', { ...rig.settings, AUDIENCE: 'another' }, now)
  expect(String(await failureOf(store.check()))).toContain('AUDIENCE')
  expect(String(await failureOf(made(store, 'parents')))).toContain('AUDIENCE')
})

test('subscribes who is new, and leaves everybody else as they are', async () => {
  rig.byHand?.knew('ben@example.org')
  rig.suppress?.('cem@example.org', 'unsubscribed', 'parents')
  rig.suppress?.('dan@example.org', 'bounced', 'parents')
  expect(await put(['ana'], ['ben'], ['cem'], ['dan'])).toMatchObject([
    { result: 'applied', isNew: true },
    { result: 'applied' },
    { result: 'suppressed', why: 'unsubscribed' },
    { result: 'suppressed', why: 'bounced' },
  ])
  const names = ['ana', 'ben', 'cem', 'dan']
  expect(names.map((name) => rig.statusOf(`${name}@example.org`))).toEqual([
    ...['subscribed', 'subscribed', 'unsubscribed', 'cleaned'],
  ])
  expect(rig.server.asked.filter((one) => /^(PUT|PATCH)/.test(one))).toHaveLength(1)
})

test('hears that somebody it knows by their id unsubscribed since', async () => {
  const [met] = await put(['ana'])
  const id = met && 'id' in met ? met.id : undefined
  rig.suppress?.('ana@example.org', 'unsubscribed', 'parents')
  expect(await put(['ana', { revision: 2, ...(id && { id }) }])).toEqual([
    { result: 'suppressed', why: 'unsubscribed' },
  ])
})

test('takes nobody back who had unsubscribed before they were put aside, though it would let us', async () => {
  rig.suppress?.('ana@example.org', 'unsubscribed', 'parents')
  rig.byHand?.deleteContact('ana@example.org')
  rig.forgetCompliance()
  expect(await put(['ana'])).toEqual([{ result: 'suppressed', why: 'unsubscribed' }])
  expect(rig.statusOf('ana@example.org')).toBe('archived')
})

test('takes a new yes of somebody who was put aside, but not of who had unsubscribed before, nor for who is deleted for good', async () => {
  rig.byHand?.knew('ana@example.org')
  rig.suppress?.('ben@example.org', 'unsubscribed', 'parents')
  rig.byHand?.deleteContact('ana@example.org')
  rig.byHand?.deleteContact('ben@example.org')
  rig.deleteForGood('cem@example.org')
  const [ana, ben, cem] = await put(['ana'], ['ben'], ['cem'])
  // They were the organization's before, and stay so when they are forgotten here.
  expect(ana).toEqual({ result: 'applied', id: expect.any(String) })
  expect(ben).toEqual({ result: 'suppressed', why: 'unsubscribed' })
  expect(cem).toMatchObject({ result: 'rejected', why: expect.stringContaining('deleted there for good') })
  expect(rig.holds('parents')).toEqual(['ana@example.org'])
})

test('leaves whoever is forgotten and chose a group of the audience by now', async () => {
  const segment = await made(store, 'parents')
  await put(['ana'])
  const email = 'ana@example.org'
  rig.chooseGroup(email, 'concerts')
  const person = { person: 'person-of-ana', email, held: [{ segment, emails: [email], ids: [] }], isOurs: true, at: AT }
  expect(await store.forget(person, signal)).toEqual({ result: 'applied' })
  expect([rig.holds('parents'), rig.statusOf(email)]).toEqual([[], 'subscribed'])
})

test('keeps nothing of whoever is forgotten, and takes them again once they have used its own form', async () => {
  const segment = await made(store, 'parents')
  await put(['ana'])
  const email = 'ana@example.org'
  const ids = [createHash('md5').update(email).digest('hex')]
  const person = { person: 'person-of-ana', email, held: [{ segment, emails: [email], ids }], isOurs: true, at: AT }
  for (let time = 1; time <= 2; time++) expect(await store.forget(person, signal)).toEqual({ result: 'applied' })
  expect(rig.kept()).not.toContain(email)
  const why = expect.stringContaining('by a form of Mailchimp alone')
  expect(await put(['ana'])).toEqual([{ result: 'rejected', why }])
  rig.signsUp(email)
  expect(await put(['ana'])).toMatchObject([{ result: 'applied' }])
  expect(rig.holds('parents')).toEqual([email])
})

test('keeps nothing of whoever is forgotten and was put aside before', async () => {
  const segment = await made(store, 'parents')
  await put(['ana'])
  const email = 'ana@example.org'
  rig.byHand?.deleteContact(email)
  const person = { person: 'person-of-ana', email, held: [{ segment, emails: [email], ids: [] }], isOurs: true, at: AT }
  expect(await store.forget(person, signal)).toEqual({ result: 'applied' })
  expect(rig.kept()).not.toContain(email)
})

test('takes nobody for put in or gone whom a batch passed over', async () => {
  await put(['ana'])
  rig.overlook('ana@example.org')
  rig.overlook('ben@example.org')
  expect(await put(['ana'], ['ben'])).toMatchObject([{ result: 'applied' }, { result: 'rejected' }])
  const leaving = [entry('ana', { revision: 2, reason: 'left' })]
  expect(await store.take(await made(store, 'parents'), leaving, signal)).toEqual([{ result: 'applied' }])
  expect(rig.holds('parents')).toEqual([])
})

test('keeps two communities of one name apart', async () => {
  const [one, two] = [await made(store, 'parents', 'Parents'), await made(store, 'parents-2', 'Parents')]
  expect(one.id).not.toBe(two.id)
  expect((await made(store, 'parents', 'Parents')).id).toBe(one.id)
  await made(store, 'long', 'long '.repeat(60))
})

const FIRED = 'fired_at=2026-01-05+11%3A30%3A00'
const told = (type: string, data: Record<string, string>) => {
  const fields = Object.fromEntries(Object.entries(data).map(([name, value]) => [`data[${name}]`, value]))
  return `type=${type}&${FIRED}&${new URLSearchParams(fields)}`
}
const hear = (body: string, secret = 'a secret of the hook', method = 'POST') =>
  store.hear?.(
    posted({ method, body, url: `https://kindred.example.org/hooks/tool?secret=${encodeURIComponent(secret)}` }),
  )
const list_id = 'a1b2c3d4e5'

test('hears who unsubscribes, bounces or complains', () => {
  const at = new Date('2026-01-05T11:30:00Z')
  const person = { email: 'Ana@example.org' }
  const email = person.email
  for (const [type, reason, kind] of [
    ['unsubscribe', 'manual', 'unsubscribed'],
    ['unsubscribe', 'abuse', 'complained'],
    ['unsubscribe and delete', 'abuse', 'complained'],
    ['cleaned', 'hard', 'bounced'],
    ['cleaned', 'abuse', 'complained'],
  ] as const) {
    const [what = '', isDeleted] = type.split(' and ')
    const action = what === 'unsubscribe' && { action: isDeleted ? 'delete' : 'unsub' }
    const body = told(what, { list_id, email, reason, ...action })
    expect(hear(body)).toEqual([{ id: expect.any(String), at, kind, person }])
    expect(hear(body)).toEqual(hear(body))
  }
})

test('hears of campaigns that were sent', () => {
  const campaign = { id: 'cb398d21d2', list_id, subject: 'Spring in the museum', status: 'sent' }
  expect(hear(told('campaign', campaign))).toMatchObject([
    { kind: 'sent', campaign: { id: 'cb398d21d2', title: 'Spring in the museum' } },
  ])
  expect(hear(told('campaign', { ...campaign, status: 'canceled' }))).toEqual([])
})

test('takes its own doings, other audiences and what it does not know for no news', () => {
  const email = 'ana@example.org'
  expect(hear(told('unsubscribe', { list_id, email, action: 'delete', reason: 'manual' }))).toEqual([])
  expect(hear(told('unsubscribe', { list_id, email, action: 'something new', reason: 'manual' }))).toMatchObject([
    { kind: 'unsubscribed' },
  ])
  expect(hear(told('unsubscribe', { list_id: 'another', email, action: 'unsub', reason: 'manual' }))).toEqual([])
  expect(hear(told('subscribe', { list_id, email }))).toEqual([])
  expect(hear(told('profile', { list_id, email }))).toEqual([])
  expect(hear('{"no":"form"}')).toEqual([])
})

test('answers who asks whether it is there, and nobody without the secret', async () => {
  expect(hear('', 'a secret of the hook', 'GET')).toEqual([])
  const body = told('unsubscribe', { list_id, email: 'ana@example.org', action: 'unsub', reason: 'manual' })
  expect(() => hear(body, 'another secret')).toThrow(Forged)
  expect(() => hear('', '', 'GET')).toThrow(Forged)
  expect(() => store.hear?.(posted({ body }))).toThrow(Forged)
  const { HOOK_SECRET: _, ...rest } = rig.settings
  const deaf = openStore('mailchimp', rest, now)
  expect(deaf.hear).toBeUndefined()
  await deaf.close?.()
})
