import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Segment, SegmentStore } from '../../src/segments/segment-store.ts'
import { openListmonk } from './listmonk.ts'
import { AT, entryOf, opened } from './opened.ts'

const signal = new AbortController().signal

describe('listmonk', () => {
  let rig: Awaited<ReturnType<typeof openListmonk>>
  let store: SegmentStore
  const made = async (key: string, name = `The ${key}`): Promise<Segment> => ({
    ...{ key, name },
    id: (await store.make?.({ key, name }, signal)) ?? '',
  })
  const listed = async (segment: Segment) => {
    const all: string[] = []
    for await (const { email, suppressed, isHere } of store.list?.(segment, signal) ?? []) {
      all.push([email, suppressed, isHere && 'here'].filter(Boolean).join(' '))
    }
    return all
  }

  beforeEach(async () => {
    rig = await openListmonk(() => AT)
    store = opened(rig, () => AT)
  })
  afterEach(async () => {
    expect(rig.server.complaints).toEqual([])
    await store.close?.()
    await rig.close()
  })

  test('is reached however its address ends', async () => {
    const other = opened(rig, () => AT, { URL: `${rig.settings.URL}/` })
    await other.check()
    await other.close?.()
  })

  test('has a list for each of two communities of the same name, private and asking nobody again', async () => {
    const [a, b] = [await made('parents', 'Parents'), await made('parents-2', 'Parents')]
    expect(a.id).not.toBe(b.id)
    expect(await made('parents', 'Parents, renamed')).toMatchObject({ id: a.id })
    const all = [...rig.lists.values()].map(({ name, type, optin }) => ({ name, type, optin }))
    expect(all).toEqual([
      { name: 'Kindred: Parents (parents)', type: 'private', optin: 'single' },
      { name: 'Kindred: Parents (parents-2)', type: 'private', optin: 'single' },
    ])
  })

  test('does not confirm anew who left the list there, until they leave and say yes again here', async () => {
    const parents = await made('parents')
    const cooks = await made('cooks')
    await store.put(parents, [entryOf('ana')], signal)
    rig.suppress?.('ana@example.org', 'unsubscribed', 'parents')
    const again = entryOf('ana', { revision: 2 })
    expect(await store.put(parents, [again], signal)).toEqual([
      { result: 'suppressed', why: 'unsubscribed', isHere: true },
    ])
    expect(await listed(parents)).toEqual(['ana@example.org unsubscribed here'])
    // It is of this list alone.
    expect(await store.put(cooks, [again], signal)).toMatchObject([{ result: 'applied' }])
    const leaving = entryOf('ana', { revision: 3, reason: 'left' })
    expect(await store.take(parents, [leaving], signal)).toEqual([{ result: 'left' }])
    expect(await store.put(parents, [entryOf('ana', { revision: 4 })], signal)).toMatchObject([{ result: 'applied' }])
    expect(rig.holds('parents')).toEqual(['ana@example.org'])
  })

  test('says why it blocks somebody, everywhere', async () => {
    const parents = await made('parents')
    const people = ['ana', 'ben', 'cem'].map((name) => entryOf(name))
    await store.put(parents, people, signal)
    rig.suppress?.('ana@example.org', 'bounced', 'parents')
    rig.suppress?.('ben@example.org', 'complained', 'parents')
    expect(await store.put(await made('cooks'), people, signal)).toMatchObject([
      { result: 'suppressed', why: 'bounced' },
      { result: 'suppressed', why: 'complained' },
      { result: 'applied' },
    ])
    expect(await listed(parents)).toEqual([
      'ana@example.org unsubscribed',
      'ben@example.org unsubscribed',
      'cem@example.org',
    ])
  })

  test('keeps whoever is on another list too, though they were made for us', async () => {
    const parents = await made('parents')
    for (const name of ['ana', 'ben']) await store.put(parents, [entryOf(name)], signal)
    await store.put(await made('theirs'), [entryOf('ben')], signal)
    for (const name of ['ana', 'ben']) {
      const held = [{ segment: parents, emails: [`${name}@example.org`], ids: [] }]
      const who = { person: `person-of-${name}`, email: `${name}@example.org`, held, isOurs: true, at: AT }
      await store.forget(who, signal)
    }
    expect(rig.contacts()).toEqual(['ben@example.org'])
    expect(rig.holds('parents')).toEqual([])
  })

  test('refuses an address that would mean something in a condition', async () => {
    const parents = await made('parents')
    const odd = [String.raw`a\'@example.org`, '%order%@example.org', 'a;b@example.org'].map((email, i) =>
      entryOf(`p${i}`, { email }),
    )
    const quoted = entryOf('quoted', { email: "x')or('1'='1@example.org" })
    const results = await store.put(parents, [...odd, quoted, entryOf('ana')], signal)
    expect(results.map(({ result }) => result)).toEqual([...Array(3).fill('rejected'), 'applied', 'applied'])
    expect(await store.put(parents, [quoted], signal)).toMatchObject([{ result: 'applied' }])
    await store.take(parents, [quoted], signal)
    expect(rig.holds('parents')).toEqual(['ana@example.org'])
  })

  test('lists more than it gives at once, whoever leaves meanwhile', async () => {
    const parents = await made('parents')
    const people = Array.from({ length: 130 }, (_, i) => entryOf(`p${1000 + i}`))
    await store.put(parents, people.slice(0, 100), signal)
    await store.put(parents, people.slice(100), signal)
    const seen: string[] = []
    for await (const { email = '' } of store.list?.(parents, signal) ?? []) {
      if (seen.push(email) === 40) for (const one of people.slice(0, 30)) rig.byHand?.take('parents', one.email)
    }
    // Several are made at once, in no order.
    expect(seen.sort()).toEqual(people.map(({ email }) => email))
  })

  test('tells what became of campaigns to lists of ours, each growth once', async () => {
    const { id = '' } = await made('parents')
    const to = (list: number) => ({ lists: [{ id: list, name: 'A list' }] })
    const counts = { sent: 20, views: 8, clicks: 3 }
    const common = { subject: 'A letter', started_at: AT.toISOString() }
    rig.campaigns.push({ id: 1, ...common, ...counts, ...to(Number(id)) })
    rig.campaigns.push({ id: 2, ...common, ...counts, ...to(999) })
    rig.campaigns.push({ id: 3, ...common, ...counts, started_at: null, ...to(Number(id)) })
    const first = await store.poll?.(undefined, signal)
    const campaign = { id: '1', title: 'A letter', segment: id }
    expect(first?.news).toEqual([
      { id: 'sent/1/20', kind: 'sent', at: AT, campaign, count: 20 },
      { id: 'opened/1/8', kind: 'opened', at: AT, campaign, count: 8 },
      { id: 'clicked/1/3', kind: 'clicked', at: AT, campaign, count: 3 },
    ])
    expect((await store.poll?.(first?.cursor, signal))?.news).toEqual([])
    const [one] = rig.campaigns
    if (one) one.clicks = 5
    expect((await store.poll?.(first?.cursor, signal))?.news).toMatchObject([{ id: 'clicked/1/5', count: 2 }])
  })

  test('forgets somebody though the list was deleted there', async () => {
    const parents = await made('parents')
    await store.put(parents, [entryOf('ana')], signal)
    rig.byHand?.drop('parents')
    const held = [{ segment: parents, emails: ['ana@example.org'], ids: [] }]
    const ana = { person: 'person-of-ana', email: 'ana@example.org', held, isOurs: true, at: AT }
    expect(await store.forget(ana, signal)).toEqual({ result: 'applied' })
    expect(rig.contacts()).toEqual([])
  })
})
