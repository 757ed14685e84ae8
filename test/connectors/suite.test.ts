import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDestinations } from '../../src/segments/connectors.ts'
import {
  type Entry,
  Gone,
  Rejected,
  type Segment,
  type SegmentStore,
  TryLater,
  Unauthorized,
} from '../../src/segments/segment-store.ts'
import type { Rig } from './rig.ts'
import { RIGS } from './rigs.ts'

const AT = new Date('2026-01-05T12:00:00Z')
/** So long is each request under way, so that a store that takes few in a second is not asked too much by a test. */
const REQUEST_MS = 250
const signal = new AbortController().signal

describe.each(Object.entries(RIGS))('%s', (connector, open) => {
  let now = AT
  let rig: Rig
  let store: SegmentStore
  const segments = new Map<string, Segment>()
  const opened: SegmentStore[] = []

  const entry = (name: string, more: Partial<Entry> = {}): Entry => ({
    ...{ person: `person-of-${name}`, email: `${name}@example.org`, earlier: [] },
    ...{ since: AT, direction: `yes-of-${name}`, revision: 1, reason: 'joined', at: AT },
    ...more,
  })
  const leaving = (name: string, more: Partial<Entry> = {}) => entry(name, { revision: 2, reason: 'left', ...more })
  /** The segment with its list or tag, as the job has it made. */
  const list = async (key: string): Promise<Segment> => {
    const known = segments.get(key)
    if (known) return known
    const segment: Segment = { key, name: `The ${key}` }
    const id = await store.make?.(segment, signal)
    if (id !== undefined) segment.id = id
    segments.set(key, segment)
    return segment
  }
  const put = async (key: string, ...entries: Entry[]) => {
    const results = await store.put(await list(key), entries, signal)
    expect(results).toHaveLength(entries.length)
    return results
  }
  const take = async (key: string, ...entries: Entry[]) => store.take(await list(key), entries, signal)
  const outcomes = (results: { result: string }[]) => results.map(({ result }) => result)
  const isDone = /^(applied|accepted)$/
  const ids = (results: object[]) => results.map((one) => ('id' in one ? String(one.id) : undefined))
  const failureOf = (work: Promise<unknown>) => work.then(() => undefined).catch((error: unknown) => error)
  const openStore = (settings = rig.settings) => {
    const clock = () => {
      now = new Date(now.getTime() + REQUEST_MS)
      return now
    }
    const [one] = openDestinations([{ name: 'tool', connector, settings }], clock)
    if (!one) throw new Error('it was not opened')
    opened.push(one.store)
    return one.store
  }

  beforeEach(async () => {
    now = AT
    rig = await open(() => now)
    store = openStore()
  })
  afterEach(async () => {
    expect(rig.server.complaints).toEqual([])
    for (const one of opened.splice(0)) await one.close?.()
    segments.clear()
    await rig.close()
  })

  test('can be reached', async () => {
    await store.check()
  })

  test('puts people in, and says so of each', async () => {
    for (const one of await put('parents', entry('ana'), entry('ben'))) expect(one.result).toMatch(isDone)
    expect(rig.holds('parents')).toEqual(['ana@example.org', 'ben@example.org'])
    expect(rig.holds('cooks')).toEqual([])
  })

  test('may be told the same again, also by another process', async () => {
    await put('parents', entry('ana'))
    await put('parents', entry('ana'))
    store = openStore()
    segments.clear()
    await put('parents', entry('ana'), entry('ben'))
    expect(rig.holds('parents')).toEqual(['ana@example.org', 'ben@example.org'])
    await take('parents', leaving('ana'))
    for (const one of await take('parents', leaving('ana'), leaving('nobody'))) expect(one.result).toMatch(isDone)
    expect(rig.holds('parents')).toEqual(['ben@example.org'])
  })

  test('takes people out of one community and leaves the others', async () => {
    const known = ids(await put('parents', entry('ana'), entry('ben')))
    await put('cooks', entry('ana'))
    const [id] = known
    await take('parents', leaving('ana', { ...(id && { id }) }))
    expect([rig.holds('parents'), rig.holds('cooks')]).toEqual([['ben@example.org'], ['ana@example.org']])
  })

  test('lets somebody who comes back in again', async () => {
    await put('parents', entry('ana'))
    await take('parents', leaving('ana'))
    await put('parents', entry('ana', { revision: 3 }))
    expect(rig.holds('parents')).toEqual(['ana@example.org'])
  })

  test('holds whoever has another address now by that one alone', async () => {
    const [id] = ids(await put('parents', entry('ana')))
    const moved = { email: 'ana@new.example', earlier: ['ana@example.org'], revision: 2, ...(id && { earlierId: id }) }
    for (const one of await put('parents', entry('ana', moved))) expect(one.result).toMatch(isDone)
    expect(rig.holds('parents')).toEqual(['ana@new.example'])
    await take('parents', leaving('ana', { ...moved, revision: 3 }))
    expect(rig.holds('parents')).toEqual([])
  })

  test('takes an odd address as it is', async () => {
    await put('parents', entry('odd', { email: "O'Brien+Tag@Example.org" }))
    expect(rig.holds('parents')).toEqual(["o'brien+tag@example.org"])
    await take('parents', leaving('odd', { email: "O'Brien+Tag@Example.org" }))
    expect(rig.holds('parents')).toEqual([])
  })

  test('lets one bad address keep nobody back', async () => {
    rig.refuseAddress('bad@example.org')
    const tried = await failureOf(put('parents', entry('ana'), entry('bad'), entry('ben')))
    if (tried instanceof Rejected) {
      // It refuses a batch as a whole; the job asks for halves of it.
      await put('parents', entry('ana'))
      expect(await failureOf(put('parents', entry('bad')))).toBeInstanceOf(Rejected)
      await put('parents', entry('ben'))
    } else {
      expect(tried).toBeUndefined()
      expect(outcomes(await put('parents', entry('bad')))).toEqual(['rejected'])
    }
    expect(rig.holds('parents')).toEqual(['ana@example.org', 'ben@example.org'])
  })

  test.each([
    'not found',
    'unlike itself',
    'unreachable',
  ] as const)('believes nothing that something in front of it says: %s', async (mood) => {
    await put('parents', entry('ana'))
    const parents = await list('parents')
    const held = [{ segment: parents, emails: ['ana@example.org'], ids: [] }]
    const person = { person: 'person-of-ana', email: 'ana@example.org', held, isOurs: true, at: AT }
    rig.server.feel(mood)
    for (const work of [
      () => store.put(parents, [entry('ben')], signal),
      () => store.take(parents, [leaving('ana')], signal),
      () => store.forget(person, signal).then((one) => [one]),
    ]) {
      const heard = await work().catch((error: unknown) => error)
      if (Array.isArray(heard)) expect(outcomes(heard)).toEqual(['retry'])
      else expect(heard).not.toBeInstanceOf(Gone)
    }
    if (store.list) {
      const read = async () => {
        for await (const _ of store.list?.(parents, signal) ?? []);
      }
      const failure = await failureOf(read())
      expect(failure).toBeInstanceOf(Error)
      expect(failure).not.toBeInstanceOf(Gone)
    }
    await expect(store.check()).rejects.toThrow()
    rig.server.feel('well')
    now = new Date(now.getTime() + 60_000)
    await put('parents', entry('ben'))
    await take('parents', leaving('ana'))
    expect(rig.holds('parents')).toEqual(['ben@example.org'])
  })

  test('says how long to wait when it was too much, by its own signal', async () => {
    await list('parents')
    rig.server.feel('too much')
    const failure = await failureOf(put('parents', entry('ana'), entry('ben')))
    if (failure) expect(failure).toBeInstanceOf(TryLater)
    else for (const one of await put('parents', entry('ana'))) expect(one.result).toMatch(/^(retry|wait)$/)
    if (failure instanceof TryLater) {
      expect(failure.afterMs).toBeGreaterThan(0)
      expect(failure.afterMs).toBeLessThanOrEqual(60_000)
    }
    expect(failure).not.toBeInstanceOf(Unauthorized)
    rig.server.feel('well')
    now = new Date(now.getTime() + 60_000)
    await put('parents', entry('ana'), entry('ben'))
    expect(rig.holds('parents')).toEqual(['ana@example.org', 'ben@example.org'])
  })

  test('is tried again where it fails, and that is not the key', async () => {
    await list('parents')
    for (const mood of ['broken', 'gone'] as const) {
      rig.server.feel(mood)
      const failure = await failureOf(put('parents', entry('ana')))
      expect(failure).toBeInstanceOf(Error)
      for (const kind of [Unauthorized, Rejected, TryLater, Gone]) expect(failure).not.toBeInstanceOf(kind)
    }
    rig.server.feel('well')
    await put('parents', entry('ana'))
    expect(rig.holds('parents')).toEqual(['ana@example.org'])
  })

  test('is told again where nobody heard that it had taken it', async () => {
    const segment = await list('parents')
    rig.server.feel('deaf')
    const aborted = AbortSignal.timeout(300)
    expect(await failureOf(store.put(segment, [entry('ana')], aborted))).toBeInstanceOf(Error)
    rig.server.feel('well')
    await put('parents', entry('ana'), entry('ben'))
    expect(rig.holds('parents')).toEqual(['ana@example.org', 'ben@example.org'])
  })

  test('says where its key is refused', async () => {
    const segment = await list('parents')
    rig.revoke(true)
    expect(await failureOf(store.put(segment, [entry('ana')], signal))).toBeInstanceOf(Unauthorized)
    expect(await failureOf(store.check())).toBeInstanceOf(Error)
    rig.revoke(false)
    await put('parents', entry('ana'))
    expect(rig.holds('parents')).toEqual(['ana@example.org'])
  })

  test('passes on what was directed and nothing else', async () => {
    await put('parents', entry('ana'))
    for (const secret of ['yes-of-ana', 'joined']) expect(rig.kept()).not.toContain(secret)
  })

  test('forgets whoever was made for us, and of others only that they were here', async () => {
    rig.byHand?.knew('ben@example.org')
    const met = await put('parents', entry('ana'), entry('ben'))
    await put('cooks', entry('ana'), entry('cem'))
    const held = (await Promise.all(['parents', 'cooks'].map(list))).map((segment) => segment)
    const [ana, ben] = ids(met)
    for (const [name, id, isOurs] of [
      ['ana', ana, true],
      ['ben', ben, false],
    ] as const) {
      const about = held.map((segment) => ({ segment, emails: [`${name}@example.org`], ids: id ? [id] : [] }))
      const person = { person: `person-of-${name}`, email: `${name}@example.org`, held: about, isOurs, at: AT }
      expect((await store.forget(person, signal)).result).toMatch(isDone)
      expect((await store.forget(person, signal)).result).toMatch(isDone)
    }
    expect([rig.holds('parents'), rig.holds('cooks')]).toEqual([[], ['cem@example.org']])
    if (!rig.byHand) expect(rig.kept()).not.toContain('ana@example.org')
    else {
      expect(rig.contacts()).not.toContain('ana@example.org')
      expect(rig.contacts()).toContain('ben@example.org')
    }
  })

  test('forgets people of a list that was deleted by hand, too', async () => {
    if (!rig.byHand) return
    const [id] = ids(await put('parents', entry('ana')))
    await put('cooks', entry('ana'))
    const about = { emails: ['ana@example.org'], ids: id ? [id] : [] }
    const held = [
      { segment: await list('parents'), ...about },
      { segment: await list('cooks'), ...about },
    ]
    rig.byHand.drop('parents')
    const person = { person: 'person-of-ana', email: 'ana@example.org', held, isOurs: true, at: AT }
    expect((await store.forget(person, signal)).result).toMatch(isDone)
    expect(rig.contacts()).not.toContain('ana@example.org')
  })

  test('whose list was renamed by hand goes on; whose list was deleted says so', async () => {
    if (!rig.byHand) return
    await put('parents', entry('ana'))
    rig.byHand.rename('parents', 'Eltern')
    await put('parents', entry('ben'))
    const { key, id } = await list('parents')
    expect(id).toBeDefined()
    rig.byHand.drop('parents')
    expect(await failureOf(put('parents', entry('cem')))).toBeInstanceOf(Gone)
    segments.delete(key)
    await put('parents', entry('ana'), entry('ben'), entry('cem'))
    expect(rig.holds('parents')).toEqual(['ana', 'ben', 'cem'].map((name) => `${name}@example.org`))
  })

  test('lists whom it holds, page by page, after edits by hand too', async () => {
    const list_ = store.list
    if (!list_ || !rig.byHand) return
    const names = Array.from({ length: 30 }, (_, i) => `p${String(i).padStart(2, '0')}`)
    await put('parents', ...names.map((name) => entry(name)))
    rig.byHand.take('parents', 'p03@example.org')
    rig.byHand.put('parents', 'stranger@example.org')
    const listed: string[] = []
    for await (const one of list_(await list('parents'), signal)) {
      expect(one.id ?? one.email ?? one.person).toBeDefined()
      if (one.email) listed.push(one.email.toLowerCase())
    }
    expect(listed.sort()).toEqual(rig.holds('parents'))
    expect(listed).toHaveLength(30)
  })

  test('says of a contact it does not know any more that it does not, or meets them anew', async () => {
    if (!rig.byHand) return
    const [id] = ids(await put('parents', entry('ana')))
    rig.byHand.deleteContact('ana@example.org')
    const [heard] = await put('parents', entry('ana', { revision: 3, ...(id && { id }) }))
    if (heard?.result === 'unknown') await put('parents', entry('ana', { revision: 3 }))
    expect(rig.holds('parents')).toEqual(['ana@example.org'])
  })

  test('does not put in again who does not want to hear from it', async () => {
    if (!rig.suppress || store.absent) return
    for (const [name, why] of [
      ['ana', 'unsubscribed'],
      ['ben', 'bounced'],
    ] as const) {
      await put('parents', entry(name))
      rig.suppress(`${name}@example.org`, why, 'parents')
      expect(rig.holds('parents')).not.toContain(`${name}@example.org`)
      const [heard] = await put('parents', entry(name, { revision: 2 }))
      // Either it is said at once, or by what it lists.
      if (heard?.result !== 'suppressed') {
        const listed: unknown[] = []
        for await (const one of store.list?.(await list('parents'), signal) ?? []) {
          if (one.email?.toLowerCase() === `${name}@example.org`) listed.push(one.suppressed)
        }
        expect(listed).toEqual([why])
      }
      expect(rig.holds('parents')).not.toContain(`${name}@example.org`)
    }
  })
})
