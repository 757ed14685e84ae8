import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lookupWithin } from '../src/segments/reach.ts'
import { type Entry, Rejected, type SegmentStore, TryLater, Unauthorized } from '../src/segments/segment-store.ts'
import { webhook } from '../src/segments/webhook.ts'
import { forgotten, segmentCalled } from './segment-entries.ts'
import { type Mood, openWebhookSink, SINK_SECRET, type WebhookSink } from './webhook-sink.ts'

const AT = new Date('2026-01-05T12:00:00Z')
const signal = new AbortController().signal
const entry = (person: string, revision = 1): Entry => ({
  earlier: [],
  person,
  email: `${person}@example.org`,
  since: AT,
  direction: `yes-of-${person}`,
  revision,
  reason: 'joined',
  at: AT,
})

let sink: WebhookSink
let store: SegmentStore
beforeEach(async () => {
  sink = await openWebhookSink()
  store = webhook.open(sink.settings, () => new Date())
})
afterEach(async () => {
  await store.close?.()
  await sink.close()
})

/** What putting ana ends in; it never holds her address, the secret or the URL. */
async function failure(): Promise<Error> {
  const error = await store.put(segmentCalled('parents'), [entry('ana')], signal).catch((thrown: unknown) => thrown)
  if (!(error instanceof Error)) throw new Error('it was taken')
  expect(error.message).not.toMatch(/ana|127\.0\.0\.1|whsec|kindred/)
  return error
}

describe('what a receiver is told', () => {
  test('of who joined what they agreed to, and of who left no more than needed', async () => {
    await store.put(segmentCalled('parents'), [entry('ana')], signal)
    await store.take(segmentCalled('parents'), [{ ...entry('ana', 2), reason: 'left' }], signal)
    await store.forget(forgotten('ana', AT, { email: 'ana@example.org' }), signal)
    await store.forget(forgotten('ben', AT), signal)
    const timestamp = AT.toISOString()
    const told = { segment: 'parents', person: 'ana', email: 'ana@example.org' }
    expect(sink.events).toEqual([
      {
        id: 'parents/ana/1',
        type: 'community.member.joined',
        timestamp,
        data: { ...told, revision: 1, since: timestamp, direction: 'yes-of-ana', reason: 'joined' },
      },
      { id: 'parents/ana/2', type: 'community.member.left', timestamp, data: { ...told, revision: 2, reason: 'left' } },
      { id: 'erased/ana', type: 'person.erased', timestamp, data: { person: 'ana', email: 'ana@example.org' } },
      { id: 'erased/ben', type: 'person.erased', timestamp, data: { person: 'ben' } },
    ])
  })

  test('the same batch has the same id however often it is told, another has another', async () => {
    await store.put(segmentCalled('parents'), [entry('ana'), entry('ben')], signal)
    await store.put(segmentCalled('parents'), [entry('ana'), entry('ben')], signal)
    await store.put(segmentCalled('parents'), [entry('ana'), entry('ben', 2)], signal)
    const [first, again, other] = sink.heard.map(({ id }) => id)
    expect(again).toBe(first)
    expect(other).not.toBe(first)
  })

  test('the check tells of nobody', async () => {
    await store.check()
    expect(sink.heard.map(({ type }) => type)).toEqual(['kindred.check'])
    expect(sink.events).toEqual([])
    sink.feel({ status: 400 })
    await store.check()
    sink.feel({ status: 401 })
    await expect(store.check()).rejects.toThrow(Unauthorized)
  })

  test('while its secret changes both sign', async () => {
    await store.close?.()
    const newer = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
    store = webhook.open({ ...sink.settings, SECRET: `${newer}, ${SINK_SECRET}` }, () => new Date())
    await store.put(segmentCalled('parents'), [entry('ana')], signal)
    expect(sink.holds('parents')).toHaveLength(1)
  })
})

describe('what a receiver answers', () => {
  test.each([401, 403])('%i: the key is refused', async (status) => {
    sink.feel({ status })
    expect(await failure()).toBeInstanceOf(Unauthorized)
  })

  test('a signature of another secret is refused, and so is an old one', async () => {
    await store.close?.()
    store = webhook.open({ ...sink.settings, SECRET: `whsec_${'A'.repeat(32)}` }, () => new Date())
    expect(await failure()).toBeInstanceOf(Unauthorized)
    await store.close?.()
    store = webhook.open(sink.settings, () => new Date(Date.now() - 6 * 60_000))
    expect(await failure()).toBeInstanceOf(Unauthorized)
    expect(sink.kept()).toEqual([])
  })

  test('410: it wants no more', async () => {
    sink.feel({ status: 410 })
    const error = await failure()
    expect(error).toBeInstanceOf(Unauthorized)
    expect(error.message).toBe('It answered 410: it wants no more events.')
  })

  test.each([408, 425, 429, 500, 502, 503, 404, 405])('%i: again later', async (status) => {
    sink.feel({ status })
    const error = await failure()
    expect(error).not.toBeInstanceOf(Rejected)
    expect(error).not.toBeInstanceOf(Unauthorized)
    expect(error.message).toBe(`It answered ${status}.`)
  })

  test.each([
    ['120', 120_000],
    ['0', 0],
    ['Mon, 05 Jan 2026 12:02:00 GMT', 120_000],
    ['Mon, 05 Jan 2026 11:00:00 GMT', 0],
    ['99999999', 24 * 60 * 60 * 1000],
  ])('429 with Retry-After %s: not before then', async (words, afterMs) => {
    await store.close?.()
    store = webhook.open(sink.settings, () => AT)
    sink.feel({ status: 429, headers: { 'retry-after': words } })
    const error = await failure()
    expect(error).toBeInstanceOf(TryLater)
    expect(error).toMatchObject({ afterMs })
  })

  test('a Retry-After that is no time counts for nothing', async () => {
    sink.feel({ status: 503, headers: { 'retry-after': 'soon' } })
    expect(await failure()).not.toBeInstanceOf(TryLater)
  })

  test.each([400, 413, 415, 422])('%i: the same would be refused again', async (status) => {
    sink.feel({ status })
    expect(await failure()).toBeInstanceOf(Rejected)
  })

  test.each([301, 302, 307, 308])('%i: redirects are not followed', async (status) => {
    const other = await openWebhookSink()
    sink.feel({ status, headers: { location: other.settings.URL, 'retry-after': '5' } })
    const error = await failure()
    expect(error.message).toBe(`It answered ${status}, and redirects are not followed: set URL to where it leads.`)
    expect(error).not.toBeInstanceOf(Rejected)
    expect(other.heard).toEqual([])
    await other.close()
  })

  test('nothing: again later, whether it was taken or not, and then it is held once', async () => {
    sink.feel('down')
    expect((await failure()).message).toBe('It could not be reached, or did not answer (ECONNRESET).')
    expect(sink.holds('parents')).toEqual([])
    sink.feel('drops')
    await failure()
    expect(sink.holds('parents')).toHaveLength(1)
    sink.feel('up')
    await store.put(segmentCalled('parents'), [entry('ana')], signal)
    expect(sink.holds('parents')).toHaveLength(1)
    await sink.close()
    expect((await failure()).message).toMatch(/\((ECONNREFUSED|ECONNRESET)\)/)
  })

  const endless: Mood[] = ['halfway', { slowMs: 60_000 }]
  test.each(endless)('too late: the request is given up (%j)', async (mood) => {
    sink.feel(mood)
    const giving = new AbortController()
    const put = store.put(segmentCalled('parents'), [entry('ana')], giving.signal)
    while (sink.heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    giving.abort()
    await expect(put).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('by event: each went its own way, and of those it does not name it took all', async () => {
    sink.feel({ results: { 'parents/ben/1': 'suppressed', 'parents/ana/1': 'applied', 'parents/cem/1': 'rejected' } })
    const results = await store.put(
      segmentCalled('parents'),
      ['ana', 'ben', 'cem', 'dan'].map((one) => entry(one)),
      signal,
    )
    expect(results.map(({ result }) => result)).toEqual(['applied', 'suppressed', 'rejected', 'accepted'])
    sink.feel({ results: { 'parents/ana/1': 'no such word' } })
    expect(await store.put(segmentCalled('parents'), [entry('ana')], signal)).toEqual([{ result: 'accepted' }])
  })
})

describe('where events may go', () => {
  const problem = (settings: Record<string, string>) => {
    const parsed = webhook.settings.safeParse({ URL: 'https://crm.example/hook', SECRET: SINK_SECRET, ...settings })
    return parsed.success ? undefined : parsed.error.issues[0]?.message
  }

  test('over https, and over http only within the own network', () => {
    expect(problem({})).toBeUndefined()
    expect(problem({ URL: 'http://crm.example/hook' })).toBe('should begin with https:// unless ALLOW_PRIVATE is yes')
    expect(problem({ URL: 'http://crm/hook', ALLOW_PRIVATE: 'yes' })).toBeUndefined()
    expect(problem({ URL: 'ftp://crm.example/' })).toBe('should begin with https://')
    expect(problem({ URL: 'crm' })).toBe('should begin with https://')
  })

  test('with a secret that is long enough', () => {
    expect(problem({ SECRET: 'whsec_c2hvcnQ=' })).toBe('should be whsec_ and 24 bytes in base64')
    expect(problem({ SECRET: 'secret' })).toBe('should be whsec_ and 24 bytes in base64')
  })

  test.each([
    'localhost',
    '127.0.0.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '2130706433',
    '0.0.0.0',
    '[::]',
  ])('nobody is connected to at %s, unless that is allowed', async (host) => {
    let connections = 0
    const listener = createServer((socket) => {
      connections++
      socket.destroy()
    })
    listener.listen(0)
    await once(listener, 'listening')
    const { port } = listener.address() as AddressInfo
    const settings = { URL: `https://${host}:${port}/`, SECRET: SINK_SECRET }
    const wary = webhook.open({ ...settings, ALLOW_PRIVATE: 'no' }, () => new Date())
    await expect(wary.put(segmentCalled('parents'), [entry('ana')], signal)).rejects.toThrow(
      'The address leads into a private network',
    )
    await expect(wary.check()).rejects.toThrow('unless ALLOW_PRIVATE is yes')
    expect(connections).toBe(0)
    const bold = webhook.open({ ...settings, ALLOW_PRIVATE: 'yes' }, () => new Date())
    await expect(bold.check()).rejects.toThrow('It could not be reached, or did not answer')
    // Not every machine speaks IPv6.
    if (!host.includes(':')) expect(connections).toBeGreaterThan(0)
    await Promise.all([wary.close?.(), bold.close?.()])
    listener.close()
  })

  test('a name that leads elsewhere when it is looked up again gains nothing', async () => {
    const answers = [['8.8.8.8'], ['10.0.0.1'], ['169.254.169.254', '2606:4700::1111'], ['fd00::1', '::ffff:10.0.0.1']]
    const look = lookupWithin('public', (_, __, done) =>
      done(
        null,
        (answers.shift() ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      ),
    )
    const led = () =>
      new Promise((resolve) => look('crm.example', { all: true }, (error, found) => resolve(error?.message ?? found)))
    expect(await led()).toEqual([{ address: '8.8.8.8', family: 4 }])
    expect(await led()).toMatch('private network')
    expect(await led()).toEqual([{ address: '2606:4700::1111', family: 6 }])
    expect(await led()).toMatch('private network')
  })

  test.each([
    ['10.1.2.3', 'inner'],
    ['172.31.0.1', 'inner'],
    ['172.32.0.1', 'outer'],
    ['192.168.1.1', 'inner'],
    ['100.100.0.1', 'inner'],
    ['169.254.169.254', 'inner'],
    ['255.255.255.255', 'inner'],
    ['198.18.0.1', 'inner'],
    ['93.184.216.34', 'outer'],
    ['2a00:1450::1', 'outer'],
    ['fe80::1', 'inner'],
    ['fc00::1', 'inner'],
    ['64:ff9b::a00:1', 'inner'],
    ['2002:a00:1::', 'inner'],
    ['ff02::1', 'inner'],
  ])('%s is of the %s world', (address, world) => {
    const reached = (reach: 'public' | 'private') => {
      const resolve: Parameters<typeof lookupWithin>[1] = (_, __, done) => done(null, [{ address, family: 4 }])
      let isReached = false
      lookupWithin(reach, resolve)('name', {}, (error) => {
        isReached = !error
      })
      return isReached
    }
    expect([reached('public'), reached('private')]).toEqual([world === 'outer', world === 'inner'])
  })
})
