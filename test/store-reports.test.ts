import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Person } from '../src/core/person.ts'
import type { Found } from '../src/option.ts'
import type { Outcome } from '../src/store/work.ts'
import { later, NEED, opened, personCalled } from './lookup.ts'
import { codeFor, openStage, type Stage } from './stage.ts'

const ASKING = { purpose: 'letters', recipient: 'the Museum' } as const
const LEASE_MS = 60_000

let stage: Stage
let community: Found
let dia: Person

// Dia is in the community and has a proven address; what she says is written straight into the store, so that no job runs.
beforeEach(async () => {
  stage = await openStage()
  community = await opened(stage)
  const actor = stage.actor('dia')
  await actor.types('/join parents-united')
  await actor.types('/email dia@example.org')
  await actor.types(`/email ${codeFor(stage, 'dia@example.org')}`)
  dia = await personCalled(stage, 'dia')
})
afterEach(async () => {
  expect(stage.failures).toEqual([])
  await stage.close()
})

function say(about: Found = community, now = stage.now()): Promise<boolean> {
  const words = { ...ASKING, wording: 'May the Museum?', wordingVersion: '1', place: 'here', act: 'pressed Yes' }
  return stage.read((store) =>
    store.directions.direct({ ...words, personId: dia.id, communityId: about.id, deliveryId: 'd' }, now),
  )
}

function takeBack(about: Found = community, now = stage.now()): Promise<boolean> {
  return stage.read((store) => store.directions.withdraw(dia.id, about.id, ASKING, now))
}

function claim(at = stage.now(), limit = 100) {
  return stage.read((store) => store.reports.claim('files', limit, at))
}

type Claimed = Awaited<ReturnType<typeof claim>>

function finish({ rows, lease }: Claimed, outcome: Outcome) {
  return stage.read((store) => store.reports.finish(rows, lease, outcome, stage.now()))
}

async function deliver(at = stage.now()): Promise<('in' | 'out')[]> {
  const claimed = await claim(at)
  await finish(claimed, { done: true })
  return claimed.rows.map((row) => row.wanted)
}

const counts = async () => (await stage.read((store) => store.reports.counts()))[0]
const next = () => stage.read((store) => store.agenda().then(({ reports }) => reports.get('files')))

describe('the ledger', () => {
  test('a yes is written down once with its words, taken back once, and kept', async () => {
    expect([await say(), await say()]).toEqual([true, false])
    expect([await takeBack(), await takeBack()]).toEqual([true, false])
    const [kept, ...more] = await stage.read((store) => store.directions.of(dia.id))
    expect(more).toEqual([])
    expect(kept).toMatchObject({ ...ASKING, wording: 'May the Museum?', at: stage.now(), revokedAt: stage.now() })
  })

  test('who is not in a community cannot say yes for it', async () => {
    await stage.actor('ana').types(`/start-community "Book Club" ${NEED} pledges:1`)
    const other = await stage.read((store) => store.communities.find('Book Club', '', dia.id))
    expect(await say(other)).toBe(false)
    expect(await counts()).toBeUndefined()
  })

  test('a question is put once, and anew to who comes back', async () => {
    const actor = stage.actor('dia')
    expect(await actor.types('/join parents-united')).not.toContain('May the Museum')
    await actor.types('/leave parents-united')
    expect(await actor.types('/join parents-united')).toContain('May the Museum')
  })
})

describe('a report', () => {
  test('says who, where, since when and by which yes, and once delivered waits no more', async () => {
    await say()
    const claimed = await claim()
    expect(claimed.rows).toMatchObject([
      { email: 'dia@example.org', segment: 'parents-united', wanted: 'in', since: stage.now(), changedAt: stage.now() },
    ])
    await finish(claimed, { done: true })
    expect((await claim()).rows).toEqual([])
    expect(await counts()).toEqual({ destination: 'files', waiting: 0, failed: 0, failure: null })
    expect(await next()).toBeUndefined()
  })

  test('changed while a request is under way stays due, and what was changed to wins', async () => {
    await say()
    const claimed = await claim()
    await takeBack()
    await finish(claimed, { done: true })
    const second = await claim()
    expect(second.rows).toMatchObject([
      { wanted: 'out', reason: 'left', revision: (claimed.rows[0]?.revision ?? 0) + 1 },
    ])
  })

  test('changed while a request is under way does not suffer for how that request ended', async () => {
    for (const outcome of [{ stuck: 'refused' }, { again: later(stage, 3_600_000), failure: 'down' }]) {
      await say()
      const claimed = await claim()
      expect(claimed.rows).toMatchObject([{ wanted: 'in' }])
      await takeBack()
      await finish(claimed, outcome)
      expect((await claim(later(stage, 1_000))).rows).toMatchObject([{ wanted: 'out', attempts: 0 }])
      await stage.read((store) => store.reports.settle('all', stage.now()))
      await deliver(later(stage, 2 * LEASE_MS))
    }
  })

  test('changed and changed back before anything was sent says nothing to anybody', async () => {
    await say()
    await takeBack()
    expect((await claim()).rows).toEqual([])
    expect((await counts())?.waiting).toBe(0)
    expect(await next()).toBeUndefined()
  })

  test('taken back and given again before anybody was told goes out anew, since it is another yes', async () => {
    await say()
    const first = await claim()
    await finish(first, { done: true })
    await takeBack()
    await say()
    const second = await claim()
    expect(second.rows).toMatchObject([{ wanted: 'in', revision: (first.rows[0]?.revision ?? 0) + 2 }])
    expect(second.rows[0]?.directionId).not.toBe(first.rows[0]?.directionId)
    await finish(second, { done: true })
    expect((await claim(later(stage, 2 * LEASE_MS))).rows).toEqual([])
  })

  test('given again while the yes before is on its way goes out once that has arrived', async () => {
    await say()
    const first = await claim()
    await takeBack()
    await say()
    await finish(first, { done: true })
    expect((await claim()).rows).toMatchObject([{ wanted: 'in' }])
  })

  test('whose outcome nobody heard is taken over by another worker when the lease is over, and not before', async () => {
    await say()
    const lost = await claim()
    expect((await claim(later(stage, LEASE_MS - 1))).rows).toEqual([])
    expect(await next()).toEqual(later(stage, LEASE_MS))
    const second = await claim(later(stage, LEASE_MS))
    expect(second.rows).toHaveLength(1)
    // The first one wakes up again; it holds nothing any more.
    await finish(lost, { stuck: 'too late' })
    expect((await counts())?.failed).toBe(0)
    await finish(second, { done: true })
    expect((await counts())?.waiting).toBe(0)
  })

  test('of which nobody heard whether it arrived is taken back in so many words', async () => {
    await say()
    await claim()
    await takeBack()
    expect((await claim(later(stage, LEASE_MS))).rows).toMatchObject([{ wanted: 'out' }])
  })

  test('waits while the same destination is being told of the same person', async () => {
    const other = await opened(stage, 'Book Club')
    await stage.actor('dia').types('/join book-club')
    await say()
    await say(other)
    const first = await claim(stage.now(), 1)
    expect(first.rows).toHaveLength(1)
    expect((await claim()).rows).toEqual([])
    await finish(first, { done: true })
    expect((await claim()).rows).toHaveLength(1)
  })

  test('is claimed by one of several workers at once', async () => {
    await say()
    const claims = await Promise.all([claim(), claim(), claim()])
    expect(claims.flatMap((one) => one.rows)).toHaveLength(1)
  })

  test('that can never succeed is shown to staff and has no due time', async () => {
    await say()
    await finish(await claim(), { stuck: 'unsubscribed there' })
    expect(await counts()).toEqual({ destination: 'files', waiting: 0, failed: 1, failure: 'unsubscribed there' })
    expect(await next()).toBeUndefined()
    await takeBack()
    expect((await claim()).rows).toMatchObject([{ wanted: 'out', attempts: 0 }])
  })

  test('of a paused destination is due to nobody until it is resumed', async () => {
    await say()
    await stage.read((store) => store.destinations.pause('files', 'the key was refused', stage.now()))
    expect(await next()).toBeUndefined()
    await stage.read((store) => store.destinations.resume('files'))
    expect(await next()).toEqual(stage.now())
  })
})

describe('settling', () => {
  const settle = () => stage.read((store) => store.reports.settle('all', stage.now()))

  test('again and again changes nothing that is settled', async () => {
    await say()
    await deliver()
    await settle()
    await settle()
    expect((await claim()).rows).toEqual([])
  })

  test('sends everybody anew whose address changed, and nobody else', async () => {
    await say()
    await deliver()
    await stage.read((store) => store.people.proveEmail(dia.id, 'd@example.org', later(stage, 1_000)))
    await settle()
    expect((await claim()).rows).toMatchObject([{ wanted: 'in', email: 'd@example.org' }])
  })

  test('takes everybody out of a community that turned sensitive, and lets nobody in again', async () => {
    await say()
    await deliver()
    await stage.read((store) => store.communities.makeSensitive(community.id, stage.now()))
    await settle()
    expect(await deliver()).toEqual(['out'])
    await settle()
    expect(await deliver()).toEqual([])
    await takeBack()
    await say()
    expect(await deliver()).toEqual([])
  })

  test('takes everybody out whose yes was to another recipient', async () => {
    await say()
    await deliver()
    await stage.read((store) => store.destinations.rename('the Gallery'))
    await settle()
    expect(await deliver()).toEqual(['out'])
    await stage.read((store) => store.destinations.rename('the Museum'))
    await settle()
    expect(await deliver()).toEqual(['in'])
  })

  test('tells a destination connected later, once it is started, who has said yes already', async () => {
    await say()
    await deliver()
    const files = { name: 'files', connector: 'csv', purpose: 'letters' } as const
    const crm = { name: 'crm', connector: 'csv', purpose: 'letters', recipient: 'the Museum' } as const
    const desk = { name: 'desk', connector: 'csv', purpose: 'service' } as const
    await stage.read((store) => store.destinations.connect([files, crm, desk], 'the Museum', stage.now()))
    await settle()
    const told = (name: string) => stage.read((store) => store.reports.claim(name, 10, stage.now()))
    expect((await told('crm')).rows).toEqual([])
    await stage.read((store) => store.destinations.start('crm'))
    expect((await told('crm')).rows).toMatchObject([{ wanted: 'in', email: 'dia@example.org' }])
    expect((await told('desk')).rows).toEqual([])
    expect((await told('files')).rows).toEqual([])
  })
})
