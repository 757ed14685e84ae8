import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Forged, NotYet, type SegmentStore } from '../../src/segments/segment-store.ts'
import { AT, entryOf, opened } from './opened.ts'
import { openSegmentSpec } from './segment-spec.ts'

const signal = new AbortController().signal
const PARENTS = { key: 'parents-united', name: 'Parents united' }

describe('a source by Segment’s specification', () => {
  let rig: Awaited<ReturnType<typeof openSegmentSpec>>
  let store: SegmentStore

  beforeEach(async () => {
    rig = await openSegmentSpec(() => AT)
    store = opened(rig, () => AT)
  })
  afterEach(async () => {
    expect(rig.server.complaints).toEqual([])
    await store.close?.()
    await rig.close()
  })

  test('hears who is in by a trait and by the event of an audience, with the revision', async () => {
    await store.put(PARENTS, [entryOf('ana', { revision: 7 })], signal)
    expect(rig.people.get('person-of-ana')).toEqual({ email: 'ana@example.org', community_parents_united: true })
    await store.take(PARENTS, [entryOf('ana', { revision: 8, reason: 'left' })], signal)
    expect(rig.people.get('person-of-ana')).toEqual({ email: 'ana@example.org', community_parents_united: false })
    const told = rig.tracked.map(({ event, properties, timestamp }) => ({ event, properties, timestamp }))
    const at = AT.toISOString()
    expect(told).toEqual([
      {
        event: 'Audience Entered',
        properties: { audience_key: 'parents-united', 'parents-united': true, revision: 7 },
        timestamp: at,
      },
      {
        event: 'Audience Exited',
        properties: { audience_key: 'parents-united', 'parents-united': false, revision: 8 },
        timestamp: at,
      },
    ])
  })

  test('is never said to have applied what it only accepted', async () => {
    expect(await store.put(PARENTS, [entryOf('ana')], signal)).toEqual([{ result: 'accepted' }])
    expect(store.list).toBeUndefined()
  })

  test('drops what it had before, and nothing of ours for another reason', async () => {
    for (let i = 0; i < 3; i++) await store.put(PARENTS, [entryOf('ana'), entryOf('ben')], signal)
    expect(rig.counts).toMatchObject({ accepted: 4, repeated: 8, dropped: 0 })
  })

  test('gets as many requests as 500 kB each need', async () => {
    const long = (i: number) => entryOf(`p${i}`, { email: `${'a'.repeat(5_000)}${i}@example.org` })
    const entries = Array.from({ length: 150 }, (_, i) => long(i))
    const results = await store.put(PARENTS, entries, signal)
    expect(results.every(({ result }) => result === 'accepted')).toBe(true)
    expect(rig.holds('parents-united')).toHaveLength(150)
    expect(rig.counts.requests).toBe(2)
  })

  test('gets no more events in a time than it takes, and the rest when their time has come', async () => {
    let at = AT
    const paced = opened(rig, () => at, { EVENTS_PER_SECOND: '20' })
    const people = (from: number) => Array.from({ length: 60 }, (_, i) => entryOf(`p${from + i}`))
    // 120 events, and 120 more: of 200 in ten seconds.
    await paced.put(PARENTS, people(0), signal)
    at = new Date(AT.getTime() + 4_000)
    const later = paced.put(PARENTS, people(60), signal)
    await expect(later).rejects.toThrow(NotYet)
    await expect(later).rejects.toMatchObject({ afterMs: 6_000 })
    // Few pass between them, and more than ever fit at once pass alone.
    await paced.put(PARENTS, people(60).slice(0, 40), signal)
    at = new Date(AT.getTime() + 10_000)
    await paced.put(PARENTS, people(100).slice(0, 20), signal)
    at = new Date(AT.getTime() + 20_000)
    await paced.put(PARENTS, [...people(0), ...people(60)], signal)
    expect(rig.counts.requests).toBe(4)
    await paced.close?.()
  })

  test('gets what takes two requests as one, however few events it takes, so that the second comes', async () => {
    const paced = opened(rig, () => AT, { EVENTS_PER_SECOND: '1' })
    expect(paced.batch).toBe(5)
    const long = (i: number) => entryOf(`p${i}`, { email: `${'a'.repeat(5_000)}${i}@example.org` })
    await paced.put(
      PARENTS,
      Array.from({ length: 150 }, (_, i) => long(i)),
      signal,
    )
    expect(rig.holds('parents-united')).toHaveLength(150)
    expect(rig.counts.requests).toBe(2)
    await expect(paced.put(PARENTS, [entryOf('ana')], signal)).rejects.toThrow(NotYet)
    await paced.close?.()
  })

  test('is not sent what is too long for an event, and gets the others', async () => {
    const long = entryOf('long', { email: `${'a'.repeat(33_000)}@example.org` })
    const results = await store.put(PARENTS, [entryOf('ana'), long, entryOf('ben')], signal)
    expect(results.map(({ result }) => result)).toEqual(['accepted', 'rejected', 'accepted'])
    expect(rig.holds('parents-united')).toEqual(['ana@example.org', 'ben@example.org'])
  })

  test('takes a key that is whole already as it is', async () => {
    const key = `Basic ${Buffer.from(`${rig.settings.WRITE_KEY}:`).toString('base64')}`
    const other = opened(rig, () => AT, { WRITE_KEY: key })
    await other.put(PARENTS, [entryOf('ana')], signal)
    expect(rig.holds('parents-united')).toEqual(['ana@example.org'])
    await other.close?.()
  })

  test('tells by its webhook who unsubscribed, bounced or complained, and what became of a campaign', () => {
    const about = (event: string, more: object = {}) => {
      const properties = { campaign_id: 'c1', campaign_name: 'A letter' }
      const body = { type: 'track', messageId: `m/${event}`, event, userId: 'person-of-ana', properties }
      return store.hear?.(rig.hook({ ...body, timestamp: AT.toISOString(), ...more }))
    }
    const person = { person: 'person-of-ana' }
    const campaign = { id: 'c1', title: 'A letter' }
    for (const [event, kind] of [
      ['Unsubscribed', 'unsubscribed'],
      ['Email Bounced', 'bounced'],
      ['Email Marked as Spam', 'complained'],
      ['Email Opened', 'opened'],
      ['Email Link Clicked', 'clicked'],
      ['Order Completed', 'bought'],
    ]) {
      expect(about(event ?? '')).toEqual([{ id: `m/${event}`, at: AT, kind, person, campaign }])
    }
    // Our own events, and a purchase that came from nowhere.
    expect(about('Audience Entered')).toEqual([])
    expect(about('Order Completed', { properties: { order_id: 'o1' } })).toEqual([])
    const bought = { properties: { order_id: 'o1' }, context: { campaign: { name: 'spring' } } }
    expect(about('Order Completed', bought)).toMatchObject([{ kind: 'bought', campaign: { id: 'spring' } }])
  })

  test('is not believed what it did not sign', () => {
    const { hear } = store
    const request = rig.hook(
      { type: 'track', messageId: 'm', event: 'Unsubscribed', userId: 'person-of-ana' },
      'another',
    )
    expect(() => hear?.(request)).toThrow(Forged)
    expect(() => hear?.({ ...request, headers: {} })).toThrow(Forged)
  })

  test('has no ear where no secret is set', async () => {
    const { HOOK_SECRET: _, ...settings } = rig.settings
    const deaf = opened({ ...rig, settings }, () => AT)
    expect(deaf.hear).toBeUndefined()
    await deaf.close?.()
  })

  test('keeps of who is forgotten no address and no audience', async () => {
    await store.put(PARENTS, [entryOf('ana')], signal)
    const held = [{ segment: PARENTS, emails: ['ana@example.org'], ids: [] }]
    const ana = { person: 'person-of-ana', email: 'ana@example.org', held, isOurs: true, at: AT }
    expect(await store.forget(ana, signal)).toEqual({ result: 'accepted' })
    expect(rig.people.get('person-of-ana')).toEqual({ email: null, community_parents_united: false })
    expect(rig.tracked.at(-1)).toMatchObject({
      event: 'Audience Exited',
      properties: { audience_key: 'parents-united' },
    })
  })
})
