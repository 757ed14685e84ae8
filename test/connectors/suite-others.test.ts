import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Entry, Result, Segment, SegmentStore } from '../../src/segments/segment-store.ts'
import { AT, entryOf as entry, made, opened } from './opened.ts'
import type { Rig } from './rig.ts'
import { RIGS } from './rigs.ts'

/** So long is each request under way, so that a store that takes few in a second is not asked too much by a test. */
const REQUEST_MS = 250
const signal = new AbortController().signal
const isDone = /^(applied|accepted)$/
const ANA = 'ana@example.org'

/** Who takes a person, and holds them only once something more has come about; by settings. */
const LATER: Record<string, Record<string, string>> = { segment: {}, mailchimp: {}, mailman: { OPT_IN: 'yes' } }

describe.each(Object.entries(RIGS))('%s, where others act too', (connector, open) => {
  let now = AT
  let rig: Rig
  let store: SegmentStore
  let parents: Segment

  beforeEach(async () => {
    now = AT
    rig = await open(() => now)
    store = opened(rig, () => {
      now = new Date(now.getTime() + REQUEST_MS)
      return now
    })
    parents = await made(store, 'parents')
  })
  afterEach(async () => {
    expect(rig.server.complaints).toEqual([])
    await store.close?.()
    await rig.close()
  })

  /** Whether it says by itself of who unsubscribed there, and not only by what it does not hold any more. */
  const knows = () => rig.suppress !== undefined && store.absent === undefined
  const put = (...entries: Entry[]) => store.put(parents, entries, signal)
  const idOf = (result: Result | undefined) => (result && 'id' in result && result.id ? { id: result.id } : {})

  test('forgets whom it made, and leaves who is on another list by now', async () => {
    if (!rig.byHand) return
    const [met] = await put(entry('ana'))
    expect(met).toMatchObject({ isNew: true })
    await made(store, 'choir')
    rig.byHand.put('choir', ANA)
    const { id } = idOf(met)
    const held = [{ segment: parents, emails: [ANA], ids: id ? [id] : [] }]
    const person = { person: 'person-of-ana', email: ANA, held, isOurs: true, at: AT }
    expect((await store.forget(person, signal)).result).toMatch(isDone)
    expect([rig.holds('parents'), rig.holds('choir'), rig.contacts()]).toEqual([[], [ANA], [ANA]])
    rig.byHand.take('choir', ANA)
    expect((await store.forget(person, signal)).result).toMatch(isDone)
    expect(rig.contacts()).toEqual([])
  })
  test.each([
    'unsubscribed',
    'bounced',
  ] as const)('puts in nobody it knows by their number who has %s since', async (why) => {
    if (!knows()) return
    const id = idOf((await put(entry('ana')))[0])
    rig.suppress?.(ANA, why, 'parents')
    expect(await put(entry('ana', { revision: 2, ...id }))).toMatchObject([{ result: 'suppressed' }])
    expect(rig.holds('parents')).toEqual([])
  })

  test('still holds who unsubscribed there for unsubscribed once they were taken out by us', async () => {
    if (!knows()) return
    const id = idOf((await put(entry('ana')))[0])
    rig.suppress?.(ANA, 'unsubscribed', 'parents')
    const leaving = entry('ana', { revision: 2, reason: 'left', ...id })
    const [taken] = await store.take(parents, [leaving], signal)
    // Or it says so at that moment, for it keeps it no longer.
    if (taken?.result === 'left') return
    expect(taken?.result).toMatch(isDone)
    for (const known of [id, {}]) {
      const again = entry('ana', { revision: 3, ...known })
      expect(await put(again)).toMatchObject([{ result: 'suppressed', why: 'unsubscribed' }])
    }
    expect(rig.holds('parents')).toEqual([])
  })
  test('tells who left this list alone from who wants to hear from none', async () => {
    if (!rig.leavesList || !rig.suppress || !store.list) return
    await put(entry('ana'), entry('ben'), entry('cem'))
    rig.leavesList(ANA, 'parents')
    rig.suppress('ben@example.org', 'unsubscribed', 'parents')
    const listed: Record<string, unknown> = {}
    for await (const { email = '', suppressed, isHere } of store.list(parents, signal)) {
      listed[email] = [suppressed, isHere ?? false]
    }
    expect(listed).toEqual({
      [ANA]: ['unsubscribed', true],
      ...{ 'ben@example.org': ['unsubscribed', false], 'cem@example.org': [undefined, false] },
    })
  })
  test('does not take who is still to confirm for one who is in, however often it is told', async () => {
    const settings = LATER[connector]
    if (!settings) return
    await store.close?.()
    store = opened(rig, () => now, settings)
    rig.asksFirst?.()
    const [first] = await put(entry('ana'))
    expect(first).toMatchObject({ result: 'accepted' })
    for (const known of [idOf(first), {}]) {
      expect(await put(entry('ana', { revision: 2, ...known }))).toMatchObject([{ result: 'accepted' }])
    }
    const listed: unknown[] = []
    for await (const one of store.list?.(parents, signal) ?? []) listed.push(one)
    expect(listed).toEqual([])
  })
})

test.each([
  ['brevo', 5_200],
  ['hubspot', 6_000],
] as const)(
  '%s reads a list to its end that takes more requests than it may ask for at once',
  async (name, count) => {
    let now = AT
    const rig = await RIGS[name](() => now)
    const clock = () => {
      now = new Date(now.getTime() + 50)
      return now
    }
    const store = opened(rig, clock)
    const parents = await made(store, 'parents')
    for (let i = 0; i < count; i++) rig.byHand?.put('parents', `p${i}@example.org`)
    now = new Date(now.getTime() + 60_000)
    const listed = new Set<string>()
    let pauses = 0
    for await (const { email, afterMs } of store.list?.(parents, signal) ?? []) {
      if (email) listed.add(email)
      if (afterMs === undefined) continue
      now = new Date(now.getTime() + afterMs)
      pauses++
    }
    expect(listed.size).toBe(count)
    expect(pauses).toBeGreaterThan(0)
    expect(rig.server.complaints).toEqual([])
    await store.close?.()
    await rig.close()
  },
  60_000,
)
