import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Forged, type Segment, type SegmentStore, Unauthorized } from '../../src/segments/segment-store.ts'
import { openGhost } from './ghost.ts'
import { AT, entryOf, opened } from './opened.ts'

const signal = new AbortController().signal
const MINUTE_MS = 60_000

describe('Ghost', () => {
  let now = AT
  let rig: Awaited<ReturnType<typeof openGhost>>
  let store: SegmentStore
  const made = async (key: string, name = `The ${key}`): Promise<Segment> => ({
    ...{ key, name },
    id: (await store.make?.({ key, name }, signal)) ?? '',
  })
  /** With a label alone, and no newsletter. */
  const withoutNewsletter = async () => {
    await store.close?.()
    const { NEWSLETTER: _, ...settings } = rig.settings
    store = opened({ ...rig, settings }, () => now)
  }
  const pass = (ms: number) => {
    now = new Date(now.getTime() + ms)
  }

  beforeEach(async () => {
    now = AT
    rig = await openGhost(() => now)
    store = opened(rig, () => now)
  })
  afterEach(async () => {
    expect(rig.server.complaints).toEqual([])
    await store.close?.()
    await rig.close()
  })

  test('is reached however its address ends', async () => {
    const other = opened(rig, () => now, { URL: `${rig.settings.URL}/` })
    await other.check()
    await other.close?.()
  })

  test('is asked with a token that is made anew before it runs out', async () => {
    await store.check()
    pass(60 * MINUTE_MS)
    await store.check()
    const late = opened(rig, () => new Date(now.getTime() - 10 * MINUTE_MS))
    await expect(late.check()).rejects.toBeInstanceOf(Unauthorized)
    await late.close?.()
  })

  test('has a label for each of two communities of the same name, by which it is found when renamed', async () => {
    const [a, b] = [await made('parents', 'Parents'), await made('parents-2', 'Parents')]
    expect([...rig.labels.values()].map(({ name, slug }) => `${name}: ${slug}`)).toEqual([
      'Parents (parents): kindred-parents',
      'Parents (parents-2): kindred-parents-2',
    ])
    rig.byHand?.rename('parents', 'Eltern')
    expect(await made('parents', 'Parents')).toMatchObject({ id: a.id })
    expect(a.id).not.toBe(b.id)
  })

  test('takes a label of our name that somebody made there before', async () => {
    rig.labels.set('by hand', { id: 'by hand', name: 'Parents (parents)', slug: 'parents-parents' })
    expect(await made('parents', 'Parents')).toMatchObject({ id: 'by hand' })
  })

  test('subscribes who is new to the newsletter that is set, and leaves the others as they chose', async () => {
    rig.byHand?.knew('ben@example.org')
    const ben = rig.byEmail('ben@example.org')
    if (ben) ben.newsletters = [rig.DAILY]
    const results = await store.put(await made('parents'), [entryOf('ana'), entryOf('ben')], signal)
    expect(results).toMatchObject([{ result: 'applied', isNew: true }, { result: 'applied' }])
    expect(rig.byEmail('ana@example.org')?.newsletters).toEqual([rig.WEEKLY])
    expect(rig.byEmail('ben@example.org')?.newsletters).toEqual([rig.DAILY])
  })

  test('subscribes nobody to anything where no newsletter is set, and takes nobody for unsubscribed', async () => {
    await withoutNewsletter()
    const parents = await made('parents')
    for (let i = 0; i < 2; i++)
      expect(await store.put(parents, [entryOf('ana')], signal)).toMatchObject([{ result: 'applied' }])
    expect(rig.byEmail('ana@example.org')).toMatchObject({ newsletters: [], labels: [parents.id] })
    for await (const one of store.list?.(parents, signal) ?? []) expect(one.suppressed).toBeUndefined()
    expect(store.hear?.(rig.hook('ana@example.org', { newsletters: [] }))).toEqual([])
  })

  test('says which newsletter it does not have', async () => {
    const other = opened(rig, () => now, { NEWSLETTER: 'monthly' })
    await expect(other.check()).rejects.toThrow('Ghost has no newsletter monthly')
    await other.close?.()
  })

  test('keeps the labels of others, and does not add ours twice', async () => {
    const [parents, cooks] = [await made('parents'), await made('cooks')]
    await store.put(parents, [entryOf('ana')], signal)
    await store.put(cooks, [entryOf('ana'), entryOf('ben')], signal)
    await store.put(cooks, [entryOf('ana'), entryOf('ben')], signal)
    expect(rig.byEmail('ana@example.org')?.labels).toEqual([parents.id, cooks.id])
    await store.take(parents, [entryOf('ana', { reason: 'left' })], signal)
    expect(rig.byEmail('ana@example.org')?.labels).toEqual([cooks.id])
  })

  test('says who bounced and who complained', async () => {
    const parents = await made('parents')
    const people = [entryOf('ana'), entryOf('ben')]
    await store.put(parents, people, signal)
    rig.suppress?.('ana@example.org', 'bounced', 'parents')
    rig.suppress?.('ben@example.org', 'complained', 'parents')
    expect(await store.put(parents, people, signal)).toEqual([
      { result: 'suppressed', why: 'bounced' },
      { result: 'suppressed', why: 'complained' },
    ])
  })

  test('lists more than it gives at once, and asks for long addresses in several requests', async () => {
    const parents = await made('parents')
    const people = Array.from({ length: 150 }, (_, i) =>
      entryOf(`p${i}`, { email: `${'a'.repeat(150)}${i}@example.org` }),
    )
    for (const from of [0, 50, 100]) await store.put(parents, people.slice(from, from + 50), signal)
    expect(rig.holds('parents')).toHaveLength(150)
    // By their addresses, many of them short: those of one request come back as a whole.
    const leaving = Array.from({ length: 300 }, (_, i) => entryOf(`q${i}`, { email: `${i}@b.example` }))
    for (const { email } of leaving) rig.byHand?.put('parents', email)
    await store.take(parents, leaving, signal)
    expect(rig.holds('parents')).toHaveLength(150)
    const seen: string[] = []
    for await (const { email = '' } of store.list?.(parents, signal) ?? []) seen.push(email)
    expect(seen.sort()).toEqual(people.map(({ email }) => email).sort())
  })

  test('keeps who pays or has a label of another, though they were made for us', async () => {
    const parents = await made('parents')
    const names = ['ana', 'ben', 'cem']
    await store.put(
      parents,
      names.map((name) => entryOf(name)),
      signal,
    )
    const [ben, cem] = [rig.byEmail('ben@example.org'), rig.byEmail('cem@example.org')]
    if (ben) ben.status = 'paid'
    cem?.labels.push((await made('theirs')).id ?? '')
    for (const name of names) {
      const held = [{ segment: parents, emails: [`${name}@example.org`], ids: [] }]
      const who = { person: `person-of-${name}`, email: `${name}@example.org`, held, isOurs: true, at: AT }
      await store.forget(who, signal)
    }
    expect(rig.contacts()).toEqual(['ben@example.org', 'cem@example.org'])
    expect(rig.holds('parents')).toEqual([])
  })

  test('tells by its webhook who left the newsletter, where its time is signed too', async () => {
    await store.put(await made('parents'), [entryOf('ana')], signal)
    const { id = '', email = '' } = rig.byEmail('ana@example.org') ?? {}
    expect(store.hear?.(rig.hook(email, { name: 'Ana' }))).toEqual([])
    rig.suppress?.(email, 'unsubscribed', 'parents')
    expect(store.hear?.(rig.hook(email, { name: 'Ana' }))).toEqual([])
    const leaving = { newsletters: [{ id: rig.WEEKLY }] }
    expect(store.hear?.(rig.hook(email, leaving))).toEqual([
      { id: `unsubscribed/${id}/2026-01-05T12:00`, at: AT, kind: 'unsubscribed', person: { id, email } },
    ])
    // As versions before July 2024 sign: whoever saw it could send it again at any time.
    expect(() => store.hear?.(rig.hook(email, leaving, true))).toThrow(Forged)
  })

  test('tells of somebody who left by its webhook and when asked, and both are the same news', async () => {
    await store.put(await made('parents'), [entryOf('ana')], signal)
    const { id = '', email = '' } = rig.byEmail('ana@example.org') ?? {}
    const first = await store.poll?.(undefined, signal)
    pass(5 * MINUTE_MS)
    rig.suppress?.(email, 'unsubscribed', 'parents')
    const data = {
      id: 'e1',
      created_at: now.toISOString(),
      member_id: id,
      subscribed: false,
      newsletter_id: rig.WEEKLY,
    }
    rig.events.push({ type: 'newsletter_event', data })
    const told = store.hear?.(rig.hook(email, { newsletters: [{ id: rig.WEEKLY }] }))
    pass(5 * MINUTE_MS)
    const { news } = (await store.poll?.(first?.cursor, signal)) ?? {}
    expect(news?.map((one) => one.id)).toEqual(told?.map((one) => one.id))
    expect(news).toHaveLength(1)
  })

  test('is not believed what it did not sign, or signed long ago', async () => {
    await store.put(await made('parents'), [entryOf('ana')], signal)
    const { hear } = store
    const request = rig.hook('ana@example.org', { newsletters: [] })
    expect(() => hear?.({ ...request, body: `${request.body} ` })).toThrow(Forged)
    expect(() => hear?.({ ...request, headers: {} })).toThrow(Forged)
    pass(6 * MINUTE_MS)
    expect(() => hear?.(request)).toThrow(Forged)
  })

  test('tells when asked who left the newsletter and did not come back, and who complained', async () => {
    await store.put(await made('parents'), [entryOf('ana'), entryOf('ben'), entryOf('cem')], signal)
    const first = await store.poll?.(undefined, signal)
    expect(first?.news).toEqual([])
    pass(30 * MINUTE_MS)
    const at = (minutes: number) => new Date(AT.getTime() + minutes * MINUTE_MS).toISOString()
    const who = (name: string) => ({ id: rig.byEmail(`${name}@example.org`)?.id ?? '', email: `${name}@example.org` })
    const chose = (id: string, name: string, minutes: number, subscribed: boolean, newsletter_id = rig.WEEKLY) => {
      const data = {
        id,
        created_at: at(minutes),
        member_id: who(name).id,
        member: who(name),
        subscribed,
        newsletter_id,
      }
      rig.events.push({ type: 'newsletter_event', data })
    }
    chose('e1', 'ana', 1, false)
    chose('e2', 'ben', 2, false)
    chose('e3', 'ben', 3, true)
    chose('e4', 'cem', 4, false, rig.DAILY)
    const email = { post_id: 'post', subject: 'A letter' }
    const complaint = { id: 'e5', created_at: at(5), member_id: who('cem').id, member: who('cem'), email }
    rig.events.push({ type: 'email_complained_event', data: complaint })
    const second = await store.poll?.(first?.cursor, signal)
    expect(second?.news).toEqual([
      {
        ...{ id: 'complained/e5', at: new Date(at(5)), kind: 'complained', person: who('cem') },
        campaign: { id: 'post', title: 'A letter' },
      },
      {
        id: `unsubscribed/${who('ana').id}/2026-01-05T12:01`,
        at: new Date(at(1)),
        kind: 'unsubscribed',
        person: who('ana'),
      },
    ])
    pass(120 * MINUTE_MS)
    const third = await store.poll?.(second?.cursor, signal)
    pass(120 * MINUTE_MS)
    expect((await store.poll?.(third?.cursor, signal))?.news).toEqual([])
  })

  test('tells of more who left than it gives at once, though many did so in the same second', async () => {
    const first = await store.poll?.(undefined, signal)
    pass(30 * MINUTE_MS)
    for (let i = 0; i < 250; i++) {
      const created_at = new Date(AT.getTime() + Math.floor(i / 90) * 1_000).toISOString()
      const data = { id: `e${i}`, created_at, member_id: `m${i}`, subscribed: false, newsletter_id: rig.WEEKLY }
      rig.events.push({ type: 'newsletter_event', data })
    }
    const { news = [] } = (await store.poll?.(first?.cursor, signal)) ?? {}
    expect(new Set(news.map(({ id }) => id)).size).toBe(250)
  })

  test('tells when asked what became of posts to labels of ours, each growth once', async () => {
    const parents = await made('parents')
    const email = { subject: 'A letter', submitted_at: AT.toISOString(), email_count: 40, opened_count: 12 }
    const post = (id: string, recipient_filter: string) => ({
      ...{ id, title: 'A post', published_at: AT.toISOString(), count: { clicks: 4 } },
      email: { ...email, recipient_filter },
    })
    rig.posts.push(post('p1', 'label:kindred-parents'), post('p2', 'status:free'), {
      id: 'p3',
      title: 'No letter',
      email: null,
    })
    const first = await store.poll?.(undefined, signal)
    const campaign = { id: 'p1', title: 'A letter', segment: parents.id }
    expect(first?.news).toEqual([
      { id: 'sent/p1/40', kind: 'sent', at: AT, campaign, count: 40 },
      { id: 'opened/p1/12', kind: 'opened', at: AT, campaign, count: 12 },
      { id: 'clicked/p1/4', kind: 'clicked', at: AT, campaign, count: 4 },
    ])
    expect((await store.poll?.(first?.cursor, signal))?.news).toEqual([])
  })

  test('forgets somebody though the label was deleted there', async () => {
    const parents = await made('parents')
    await store.put(parents, [entryOf('ana')], signal)
    rig.byHand?.drop('parents')
    const held = [{ segment: parents, emails: ['ana@example.org'], ids: [] }]
    const ana = { person: 'person-of-ana', email: 'ana@example.org', held, isOurs: true, at: AT }
    expect(await store.forget(ana, signal)).toEqual({ result: 'applied' })
    expect(rig.contacts()).toEqual([])
  })
})
