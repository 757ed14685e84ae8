import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { reconcileJob } from '../src/jobs/reconcile.ts'
import { openDestinations } from '../src/segments/connectors.ts'
import type { SegmentStore } from '../src/segments/segment-store.ts'
import { openMailman } from './connectors/mailman.ts'
import type { Rig } from './connectors/rig.ts'
import { deliveryOf, wordsOf } from './delivery.ts'
import { manySharers } from './sharers.ts'
import { codeFor, openStage, type Stage, sharer, textOf } from './stage.ts'

const NEED = 'need:"people who would like to meet, so that we can" pledges:1'
const MANY = 24

let stage: Stage
let rig: Rig
let destinations: ReturnType<typeof opened>
const START = new Date('2026-01-05T12:00:00Z')
let isOpen = false
const now = () => (isOpen ? stage.now() : START)
const opened = (settings: Record<string, string>) =>
  openDestinations([{ name: 'crm', connector: 'mailman', purpose: 'letters' as const, settings }], now)

async function open(settings: Record<string, string> = {}): Promise<void> {
  isOpen = false
  rig = await openMailman(now)
  destinations = opened({ ...rig.settings, ...settings })
  stage = await openStage({ destinations })
  isOpen = true
  await stage.actor('fay').types(`/start-community Parents ${NEED}`)
}

async function close(): Promise<void> {
  expect(rig.server.complaints).toEqual([])
  expect(stage.failures).toEqual([])
  await stage.close()
  for (const { store } of destinations) await store.close?.()
  await rig.close()
}

const held = (community = 'parents') => rig.holds(community).map((email) => email.split('@')[0])
const night = () => stage.pass('1d')
/** What staff were told in their room since the last time this was asked. */
let seen = 0
const toldStaff = () => {
  const told = stage.outputs.slice(seen).filter((one) => 'shown' in one && one.room === 'staff')
  seen = stage.outputs.length
  return told.map(textOf).join('\n')
}
const card = () => stage.actor('sam!').types('/destinations crm')

describe('a few people', () => {
  beforeAll(async () => {
    await open()
    for (const name of ['ana', 'ben', 'cem']) await sharer(stage, name, 'parents')
    await stage.pass('1h')
  })
  afterAll(close)
  beforeEach(() => void toldStaff())

  test('nothing is done about a list that is as it should be', async () => {
    const before = rig.server.asked.length
    await night()
    expect(held()).toEqual(['ana', 'ben', 'cem'])
    expect(rig.server.asked.slice(before).filter((one) => !one.startsWith('GET'))).toEqual([])
    expect(toldStaff()).toBe('')
  })

  test('whom others put on the list is left there, unless they have taken back the yes that it was told of', async () => {
    const dia = stage.actor('dia')
    await dia.types('/join parents')
    await dia.presses('Not now', 'May the Museum')
    await dia.types('/email dia@example.org')
    const mail = stage.outputs.findLast((one) => 'mail' in one)
    await dia.types(`/email ${/\b\d{6}\b/.exec(mail ? textOf(mail) : '')?.[0]}`)
    rig.byHand?.put('parents', 'dia@example.org')
    rig.byHand?.put('parents', 'stranger@example.org')
    await night()
    // Or it would show who is known here, and who is not.
    expect(held()).toEqual(['ana', 'ben', 'cem', 'dia', 'stranger'])
    await dia.types('/sharing parents on')
    await dia.presses('Yes')
    expect(held()).toContain('dia')
    await dia.types('/leave parents')
    expect(held()).toEqual(['ana', 'ben', 'cem', 'stranger'])
    rig.byHand?.put('parents', 'dia@example.org')
    await night()
    expect(held()).toEqual(['ana', 'ben', 'cem', 'stranger'])
  })

  test('who is not there any more has unsubscribed, and comes back only by a yes of their own', async () => {
    rig.byHand?.take('parents', 'ana@example.org')
    await night()
    await stage.pass('2d')
    expect(held()).not.toContain('ana')
    const ana = stage.actor('ana')
    await ana.types('/sharing parents off')
    await ana.types('/sharing parents on')
    if (!held().includes('ana')) await ana.presses('Yes')
    expect(held()).toContain('ana')
    await night()
    expect(held()).toContain('ana')
  })

  test('who has left there is put on again neither by a replay, nor by a new address, nor by a pause that ends', async () => {
    const ours = () => held().filter((name) => name !== 'stranger')
    const comes = async (name: string) => {
      const actor = await sharer(stage, name, 'parents')
      await stage.pass('1h')
      rig.byHand?.take('parents', `${name}@example.org`)
      return actor
    }
    const gus = await comes('gus')
    await stage.actor('sam!').types('/destinations crm replay:2026-01-05')
    await stage.pass('1h')
    expect(ours()).toEqual(['ana', 'ben', 'cem'])
    const hal = await comes('hal')
    await hal.types('/email hal@second.example')
    await hal.types(`/email ${codeFor(stage, 'hal@second.example')}`)
    await stage.pass('1h')
    expect(ours()).toEqual(['ana', 'ben', 'cem'])
    const ida = await comes('ida')
    await ida.types('/my')
    await ida.presses('Pause everything')
    await stage.pass('1m')
    await ida.types('/my')
    await ida.presses('Go on')
    await stage.pass('1h')
    expect(ours()).toEqual(['ana', 'ben', 'cem'])
    // Each has heard why, and a yes of their own has them told of again.
    for (const [name, actor] of [
      ['gus', gus],
      ['hal', hal],
      ['ida', ida],
    ] as const) {
      expect(await actor.types('/sharing')).toContain('you unsubscribed there')
      await actor.types('/sharing parents on')
      await actor.presses('Yes')
      expect(held()).toContain(name)
      await actor.types('/leave parents')
    }
    expect(ours()).toEqual(['ana', 'ben', 'cem'])
  })

  test('a list renamed there goes on; one deleted there is made again, and staff are told once', async () => {
    rig.byHand?.rename('parents', 'Eltern')
    await night()
    expect(toldStaff()).toBe('')
    rig.byHand?.drop('parents')
    await stage.pass('3d')
    expect(held()).toEqual(['ana', 'ben', 'cem'])
    expect(toldStaff().match(/no list or tag of Parents any more/g)).toHaveLength(1)
  })

  test('one that is down is asked again in the night, and staff are told once; nothing is lost', async () => {
    rig.server.feel('broken')
    const before = rig.server.asked.length
    await stage.pass('22h')
    const tries = rig.server.asked.length - before
    expect(tries).toBeGreaterThan(2)
    expect(tries).toBeLessThan(20)
    expect(toldStaff().match(/crm does not say whom it holds/g)).toHaveLength(1)
    rig.server.feel('well')
    await night()
    expect(held()).toEqual(['ana', 'ben', 'cem'])
    expect(await stage.actor('sam!').types('/status')).toContain('Nothing needs you')
  })

  test('one that refuses the key is paused, and asked once staff resume it', async () => {
    rig.revoke(true)
    await night()
    expect(toldStaff()).toContain('crm is paused: It answered 401')
    rig.revoke(false)
    const before = rig.server.asked.length
    await night()
    expect(rig.server.asked.slice(before)).toEqual([])
    const sam = stage.actor('sam!')
    await sam.types('/status')
    await sam.presses('Resume crm')
    await night()
    expect(held()).toEqual(['ana', 'ben', 'cem'])
    expect(rig.server.asked.length).toBeGreaterThan(before)
  })

  test('of two processes one asks, at a time of its own in the night', async () => {
    await stage.read((store) => store.reconciling.lookNow('crm', stage.now()))
    const rosters = () => rig.server.asked.filter((one) => one.includes('/roster/')).length
    const before = rosters()
    const jobs = ['one', 'other'].flatMap((seed) =>
      destinations.map((one) => reconcileJob(stage.database, one, drawsFrom(seededBytes(seed)))),
    )
    await Promise.all(jobs.map((job) => job.run(stage.now)))
    expect(rosters() - before).toBe(1)
    const next = await stage.read(async (store) => (await store.agenda()).looks.get('crm'))
    expect(next?.toISOString()).toMatch(/T0[234]:\d\d:00/)
  })
})

describe('a great many at once', () => {
  beforeAll(async () => {
    await open()
    await manySharers(stage, MANY, 'parents')
    await stage.pass('1h')
    toldStaff()
  }, 180_000)
  afterAll(close)

  test('have hardly unsubscribed, so they are not given up; staff are told once and have them put back', async () => {
    expect(held()).toHaveLength(MANY)
    for (let i = 0; i < MANY - 1; i++) rig.byHand?.take('parents', `p${i}@example.org`)
    await stage.pass('20h')
    await stage.pass('10h')
    expect(held()).toHaveLength(1)
    const told = toldStaff()
    expect(told.match(/does not hold about 25 people any more/g)?.length).toBeLessThanOrEqual(2)
    expect(told).toContain('does not hold about 25 people any more')
    expect(told).not.toContain('replay')
    const sam = stage.actor('sam!')
    await sam.types('/destinations crm replay:2026-01-05')
    await stage.pass('1h')
    expect(held()).toHaveLength(1)
    expect(await card()).toMatch(
      /Put them back, if it was a slip there.*\[They have left crm\] \[Put them back in crm\]/s,
    )
    expect(await sam.presses('Put them back in crm')).toContain('whoever is off its lists then is put back')
    await stage.pass('1h')
    expect(held()).toHaveLength(MANY)
    expect(await sam.types('/audit')).toContain('sam had the many who were gone from crm put back.')
    await night()
    expect(await sam.types('/status')).toContain('Nothing needs you')
    expect(await card()).not.toContain('Put them back')
  })

  test('are held back once staff say that they have left, and each hears why', async () => {
    const sam = stage.actor('sam!')
    const [p0] = [stage.actor('p0')]
    for (let i = 0; i < MANY - 1; i++) rig.byHand?.take('parents', `p${i}@example.org`)
    await night()
    await sam.types('/destinations crm')
    expect(await sam.presses('They have left crm')).toContain('whoever is gone then is told of no more')
    await stage.pass('1h')
    expect(held()).toHaveLength(1)
    expect(await card()).not.toContain('They have left')
    expect(await sam.types('/audit')).toContain('sam said that the many who are gone from crm have left.')
    expect(await sam.types('/status')).toContain('Nothing needs you')
    expect(await p0.types('/sharing')).toContain('you unsubscribed there')
    const again = deliveryOf('destinations.gone?d=crm&a=back', 'sam', stage.now(), true)
    expect(wordsOf(await stage.router.press(again, 'destinations.gone?d=crm&a=back'))).toContain(
      'Nobody who is gone from crm waits for you any more',
    )
    for (let i = 0; i < MANY - 1; i++) {
      await stage.actor(`p${i}`).types('/sharing parents on')
      await stage.actor(`p${i}`).presses('Yes')
    }
    expect(held()).toHaveLength(MANY)
    await night()
  })

  test('who took their yes back wait for staff before they are taken off again, who are told once', async () => {
    const sam = stage.actor('sam!')
    await stage.actor('fay').types(`/start-community Cooks ${NEED}`)
    await sharer(stage, 'eve', 'cooks')
    for (let i = 0; i < MANY; i++) {
      const actor = stage.actor(`p${i}`)
      await actor.types('/join cooks')
      await actor.presses('Yes', 'May the Museum')
      await actor.types('/sharing cooks off')
    }
    await stage.pass('2h')
    expect(held('cooks')).toEqual(['eve'])
    for (let i = 0; i < MANY; i++) rig.byHand?.put('cooks', `p${i}@example.org`)
    toldStaff()
    await stage.pass('1d')
    expect(held('cooks')).toHaveLength(MANY + 1)
    expect(toldStaff().match(/crm holds about 25 people of yours who have not said yes/g)).toHaveLength(1)
    expect(await card()).toContain('held back until you let them go')
    await sam.presses('Let them go from crm')
    await stage.pass('1h')
    expect(held('cooks')).toEqual(['eve'])
    expect(held()).toHaveLength(MANY)
  })
})

test('many who are gone from several small lists have hardly unsubscribed either', async () => {
  await open()
  await manySharers(stage, 12, 'parents')
  for (const community of ['Bakers', 'Cooks']) {
    await stage.actor('fay').types(`/start-community ${community} ${NEED}`)
    for (let i = 0; i < 12; i++) {
      const actor = stage.actor(`p${i}`)
      await actor.types(`/join ${community.toLowerCase()}`)
      await actor.presses('Yes', 'May the Museum')
    }
  }
  await stage.pass('1h')
  const lists = ['bakers', 'cooks', 'parents']
  for (const list of lists) for (let i = 0; i < 11; i++) rig.byHand?.take(list, `p${i}@example.org`)
  toldStaff()
  await stage.pass('2d')
  const told = toldStaff().match(/does not hold .* people any more/g)
  expect([...new Set(told)]).toEqual(['does not hold about 35 people any more'])
  expect(await stage.actor('p1').types('/my')).not.toContain('told of you no more')
  for (const list of lists) for (let i = 0; i < 11; i++) rig.byHand?.put(list, `p${i}@example.org`)
  await stage.pass('1d')
  expect(await stage.actor('sam!').types('/status')).toContain('Nothing needs you')
  await close()
})

test('a file edited by hand is mended in the night', async () => {
  isOpen = false
  const folder = await mkdtemp(`${tmpdir()}/kindred-reconcile-`)
  const files = openDestinations(
    [{ name: 'files', connector: 'csv', purpose: 'letters' as const, settings: { DIR: folder } }],
    now,
  )
  stage = await openStage({ destinations: files })
  isOpen = true
  await stage.actor('fay').types(`/start-community Parents ${NEED}`)
  for (const name of ['ana', 'ben']) await sharer(stage, name, 'parents')
  const path = `${folder}/parents.csv`
  const lines = (await readFile(path, 'utf8')).split('\n')
  await writeFile(path, lines.filter((line) => !line.includes('ana@')).join('\n'))
  await stage.pass('1d')
  expect((await readFile(path, 'utf8')).split('\n').filter(Boolean)).toHaveLength(3)
  expect(stage.failures).toEqual([])
  await stage.close()
  for (const { store } of files) await store.close?.()
  await rm(folder, { recursive: true })
})

test('who leaves after a restore is off a list that nothing is known of any more', async () => {
  const folder = await mkdtemp(`${tmpdir()}/kindred-reconcile-`)
  const place = { kind: 'folder' as const, folder }
  const before = await openStage({ place })
  await before.read((store) => store.restores.history(before.now()))
  await before.close()
  isOpen = false
  rig = await openMailman(now)
  destinations = opened(rig.settings)
  stage = await openStage({ place, destinations, organization: null, seed: '2' })
  isOpen = true
  await stage.actor('fay').types(`/start-community Parents ${NEED}`)
  const ana = await sharer(stage, 'ana', 'parents')
  expect(held()).toEqual(['ana'])
  await stage.read(async (store) => {
    const [parents] = await store.reconciling.segments('crm')
    await store.destinations.uncall('crm', parents?.communityId ?? '')
  })
  await ana.types('/leave parents')
  expect(held()).toEqual([])
  await close()
  await rm(folder, { recursive: true })
})

describe('a service that asks each person once more', () => {
  beforeAll(async () => {
    await open({ OPT_IN: 'yes' })
    await sharer(stage, 'ana', 'parents')
  })
  afterAll(close)

  test('is left to it until they confirm; who leaves the list after that has unsubscribed', async () => {
    const asked = () => rig.server.asked.filter((one) => one === 'POST /3.1/members').length
    await stage.pass('4d')
    expect([held(), asked()]).toEqual([[], 1])
    rig.byHand?.put('parents', 'ana@example.org')
    await night()
    rig.byHand?.take('parents', 'ana@example.org')
    await stage.pass('3d')
    expect([held(), asked()]).toEqual([[], 1])
    expect(await stage.actor('sam!').types('/destinations crm')).toContain(
      'a few or none waiting, a few or none failed.',
    )
  })
})

test('nobody moves from a list that many are suddenly gone from, and nobody has unsubscribed by moving', async () => {
  await open()
  const sam = stage.actor('sam!')
  await manySharers(stage, MANY, 'parents')
  await stage.actor('fay').types(`/start-community Cooks ${NEED}`)
  await sharer(stage, 'eve', 'cooks')
  await stage.pass('1h')
  await stage.read(async (store) => {
    const cooks = (await store.reconciling.segments('crm')).find((one) => one.key === 'cooks')
    await store.destinations.uncall('crm', cooks?.communityId ?? '')
  })
  for (let i = 0; i < MANY - 1; i++) rig.byHand?.take('parents', `p${i}@example.org`)
  toldStaff()
  await sam.types('/destinations crm community:parents list:cooks.lists.example.org')
  await stage.pass('3h')
  expect(toldStaff()).toContain('does not hold about 25 people any more')
  expect(held('cooks')).toEqual(['eve'])
  await sam.types('/destinations crm')
  await sam.presses('Put them back in crm')
  await stage.pass('2d')
  expect(held()).toEqual([])
  expect(held('cooks')).toHaveLength(MANY + 1)
  expect(await stage.actor('p1').types('/sharing')).not.toContain('on hold')
  await close()
})

test('a yes given while a destination is asked to take somebody off counts for more than its answer', async () => {
  let during: (() => Promise<unknown>) | undefined
  const taken = { result: 'applied' as const }
  const store: SegmentStore = {
    batch: 10,
    absent: 'unsubscribed',
    check: async () => undefined,
    put: async (_, entries) => entries.map(() => taken),
    async take(_, entries) {
      await during?.()
      return entries.map(() => ({ result: 'left' }))
    },
    forget: async () => taken,
  }
  const on = await openStage({
    destinations: [{ name: 'crm', connector: 'memory', purpose: 'letters', byAddress: true, store }],
  })
  await on.actor('fay').types(`/start-community Parents ${NEED}`)
  const ana = await sharer(on, 'ana', 'parents')
  during = async () => {
    during = undefined
    await ana.types('/my')
    await ana.presses('Go on')
  }
  await ana.types('/my')
  await ana.presses('Pause everything')
  await on.pass('1d')
  expect(during).toBeUndefined()
  expect(await ana.types('/sharing')).not.toContain('on hold')
  // Without one, whoever has left there has left, and hears so.
  await ana.types('/my')
  await ana.presses('Pause everything')
  await ana.types('/my')
  await ana.presses('Go on')
  expect(await ana.types('/sharing')).toContain('you unsubscribed there')
  expect(on.failures).toEqual([])
  await on.close()
})
