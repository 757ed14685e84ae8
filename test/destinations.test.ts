import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDestinations } from '../src/segments/connectors.ts'
import { openMailman } from './connectors/mailman.ts'
import type { Rig } from './connectors/rig.ts'
import { manySharers } from './sharers.ts'
import { type Actor, openStage, type Stage, sharer, textOf } from './stage.ts'

const NEED = 'need:"people who would like to meet, so that we can" pledges:1'
const MANY = 21

let stage: Stage
let rig: Rig
let sam: Actor
let destinations: ReturnType<typeof opened>
const now = () => stage?.now() ?? new Date('2026-01-05T12:00:00Z')
const opened = (settings: Record<string, string>) =>
  openDestinations([{ name: 'crm', connector: 'mailman', purpose: 'letters' as const, settings }], now)
const held = (community = 'parents') =>
  rig
    .holds(community)
    .map((email) => email.split('@')[0])
    .sort()
const everybody = () => ['ana', 'ben', ...Array.from({ length: MANY }, (_, i) => `p${i}`)].sort()
const shownTo = (name: string) =>
  stage.outputs.filter((one) => 'shown' in one && 'to' in one && one.to === name).map(textOf)

beforeAll(async () => {
  rig = await openMailman(now)
  destinations = opened(rig.settings)
  stage = await openStage({ destinations })
  sam = stage.actor('sam!')
  const fay = stage.actor('fay')
  await fay.types(`/start-community Parents ${NEED}`)
  await fay.types(`/start-community Cooks ${NEED}`)
  await sharer(stage, 'ana', 'parents')
  await sharer(stage, 'ben', 'parents')
  await manySharers(stage, MANY, 'parents')
}, 180_000)

afterAll(async () => {
  expect(rig.server.complaints).toEqual([])
  expect(stage.failures).toEqual([])
  await stage.close()
  for (const { store } of destinations) await store.close?.()
  await rig.close()
})

test('staff see all of them, and nobody else does', async () => {
  expect(await stage.actor('eve').types('/destinations')).not.toContain('crm')
  const all = await sam.types('/destinations')
  expect(all).toContain('crm: letters for the Museum')
  expect(all).toContain('a few or none waiting, a few or none failed.')
  expect(all).toContain('Not looked at yet. Next: ')
  expect(await sam.types('/destinations nothing')).toContain('There is no destination “nothing”. There are: crm.')
})

test('of one they see what is passed on, which list is whose, and what the last look found', async () => {
  await sam.types('/destinations')
  const card = await sam.presses('More about crm')
  expect(card).toContain('What is passed on: address')
  expect(card).toContain('Standing: everybody who said yes, at once.')
  expect(card).toMatch(/Parents.*parents\.lists\.example\.org/)
  expect(card).not.toContain('Cooks')
  rig.byHand?.put('parents', 'stranger@example.org')
  expect(await sam.presses('Compare crm now')).toContain('crm is being asked whom it holds')
  const looked = await sam.types('/destinations crm')
  expect(looked).toMatch(/Looked at .*Missing there: a few or none\..* left alone: a few or none\./s)
  expect(looked).not.toContain('stranger@')
  rig.byHand?.take('parents', 'stranger@example.org')
})

test('the name of a secret community is not told to staff who are not in it', async () => {
  await stage.actor('fay').types(`/start-community Quiet ${NEED} visibility:secret`)
  const fay = stage.actor('fay')
  await fay.types('/sharing quiet on')
  await fay.presses('Yes')
  await fay.types('/email fay@example.org')
  const mail = stage.outputs.findLast((one) => 'mail' in one)
  await fay.types(`/email ${/\b\d{6}\b/.exec(mail ? textOf(mail) : '')?.[0]}`)
  const card = await sam.types('/destinations crm')
  expect(card).toContain('one you may not know of')
  expect(card).not.toContain('Quiet')
})

test('one is paused and resumed', async () => {
  expect(await sam.presses('Pause crm')).toContain('Paused: by staff.')
  await sharer(stage, 'cem', 'parents')
  expect(held()).not.toContain('cem')
  await sam.types('/destinations crm')
  await sam.presses('Resume crm')
  expect(held()).toContain('cem')
  await stage.actor('cem').types('/leave parents')
  expect(held()).toEqual(everybody())
})

test('a list is chosen for a community, and holds whoever says yes', async () => {
  const [one] = destinations
  const existing = await one?.store.make?.({ key: 'existing', name: 'Existing' }, AbortSignal.timeout(5_000))
  const choose = (community: string, list = existing) =>
    sam.types(`/destinations crm community:${community} list:${list}`)
  expect(await choose('cooks', 'parents.lists.example.org')).toContain("is another community's already")
  expect(await sam.types('/destinations crm community:cooks')).toContain('Name both the community and the list')
  const chosen = await choose('cooks')
  expect(chosen).toContain('crm is being asked for existing.lists.example.org. If it is there, people of Cooks')
  expect(await sam.types('/destinations crm')).toMatch(/Cooks +existing\.lists\.example\.org +you/)
  await sharer(stage, 'dia', 'cooks')
  expect([held('existing'), held('cooks')]).toEqual([['dia'], []])
  expect(await sam.types('/audit')).toContain('sam chose the list or tag of Cooks in crm.')
})

test('a list that is not there is not used, and staff are told so', async () => {
  await sam.types('/destinations crm community:parents list:nothing.lists.example.org')
  await stage.pass('2m')
  expect(held()).toEqual(everybody())
  expect(
    stage.outputs
      .filter((one) => 'shown' in one && one.room === 'staff')
      .map(textOf)
      .join(),
  ).toContain('crm has no list or tag “nothing.lists.example.org”, which you chose for Parents. Nothing has changed.')
  expect(await sam.types('/destinations crm')).not.toContain('nothing.lists')
})

test('one community moves to another list: everybody leaves the first, and only then is anybody on the second', async () => {
  const [one] = destinations
  const next = await one?.store.make?.({ key: 'next', name: 'Next' }, AbortSignal.timeout(5_000))
  rig.server.feel('broken')
  await sam.types(`/destinations crm community:parents list:${next}`)
  expect(await sam.types('/destinations crm')).toContain('parents.lists.example.org, soon next')
  rig.server.feel('well')
  await stage.pass('1h')
  expect([held(), held('next'), held('existing')]).toEqual([[], everybody(), ['dia']])
  expect(await sam.types('/destinations crm')).toMatch(/Parents +next\.lists\.example\.org +you/)
  const cem = stage.actor('cem')
  await cem.types('/join parents')
  if (!held('next').includes('cem')) await cem.presses('Yes')
  await stage.pass('1h')
  expect([held(), held('next')]).toEqual([[], [...everybody(), 'cem'].sort()])
  await cem.types('/leave parents')
  // And back, while somebody leaves.
  await sam.types('/destinations crm community:parents list:parents.lists.example.org')
  await stage.pass('1h')
  expect([held(), held('next')]).toEqual([everybody(), []])
  expect(await stage.actor('p1').types('/sharing')).not.toContain('on hold')
  await sam.types('/destinations crm community:parents list:parents.lists.example.org')
  await stage.pass('1h')
  expect([held(), held('next')]).toEqual([everybody(), []])
  expect(await sam.types('/destinations crm')).not.toContain('soon')
})

test('turned to release only it holds nobody, however many they are, and standing again everybody', async () => {
  await sam.types('/destinations crm')
  expect(await sam.presses('Release only')).toContain('Everybody who is in it leaves at once: about 25 people.')
  await sam.presses('Leave it as it is')
  expect(held()).toEqual(everybody())
  await sam.presses('Release only')
  expect(await sam.presses('Yes, release only')).toContain('Release only: nobody but audiences that you release.')
  await stage.pass('1h')
  expect([held(), held('existing')]).toEqual([[], []])
  expect(await sam.types('/status')).toContain('Nothing needs you')
  const existing = await destinations[0]?.store.make?.({ key: 'older', name: 'Older' }, AbortSignal.timeout(5_000))
  await sam.types(`/destinations crm community:parents list:${existing}`)
  await stage.pass('1h')
  await sam.presses('Standing')
  expect(await sam.presses('Yes, standing')).toContain('Standing: everybody who said yes, at once.')
  await stage.pass('1h')
  expect([held(), held('older'), held('existing')]).toEqual([[], everybody(), ['dia']])
})

test('what changed since a day is told again', async () => {
  for (const name of ['p1', 'p2']) rig.byHand?.take('older', `${name}@example.org`)
  expect(await sam.types('/destinations crm replay:yesterday')).toContain('Write the day like this')
  expect(await sam.types('/destinations crm replay:2026-02-30')).toContain('Write the day like this')
  expect(await sam.types('/destinations crm replay:2031-01-05')).toContain('has not come yet')
  expect(await sam.types('/destinations crm replay:2026-01-05')).toMatch(
    /is told again of what changed since .*: about 25 people/,
  )
  await stage.pass('1h')
  // Who is not there any more has left.
  expect(held('older')).toEqual(everybody().filter((name) => name !== 'p1' && name !== 'p2'))
})

test('a person is stopped in the same words whether known or not, until they say yes again', async () => {
  const stop = (who: string) => sam.types(`/destinations crm stop:${who}`)
  const told = await stop('ANA@example.org')
  expect(await stop('nobody@example.org')).toBe(told)
  expect(held('older')).not.toContain('ana')
  await stage.pass('2d')
  expect(held('older')).not.toContain('ana')
  const audit = await sam.types('/audit')
  expect(audit).toContain("sam stopped somebody's being passed on to crm.")
  expect(audit.toLowerCase()).not.toContain('ana@')
  const ana = stage.actor('ana')
  await ana.types('/sharing parents off')
  await ana.types('/sharing parents on')
  if (!held('older').includes('ana')) await ana.presses('Yes')
  expect(held('older')).toContain('ana')
  await stage.pass('2d')
  expect(held('older')).toContain('ana')
})

test('what it does not take stands there by its reason, and each person is asked once, in private', async () => {
  rig.refuseAddress('gus@example.org')
  await sharer(stage, 'gus', 'parents')
  await stage.pass('1h')
  const card = await sam.types('/destinations crm')
  expect(card).toContain('Not taken: a few or none')
  expect(card).not.toContain('gus')
  const before = shownTo('gus').length
  expect(await sam.presses('Ask them to look at their address')).toContain(
    'asked in private to look at their address: a few people or nobody',
  )
  await stage.pass('1h')
  expect(shownTo('gus').slice(before).join()).toContain('could not take your address')
  await sam.types('/destinations crm')
  expect(await sam.presses('Ask them to look at their address')).toContain('a few people or nobody')
  await stage.pass('1h')
  expect(shownTo('gus').slice(before)).toHaveLength(1)
  await sam.types('/destinations crm')
  await sam.presses('Retry crm')
  expect(await sam.types('/destinations crm')).toContain('Not taken')
  await sam.presses('Ignore crm')
  expect(await sam.types('/destinations crm')).not.toContain('Not taken')
})

test('nothing that staff see tells by being another after they stopped somebody whether that person is known', async () => {
  const seen = async () => [
    await sam.types('/status'),
    await sam.types('/destinations'),
    await sam.types('/destinations crm'),
  ]
  const ida = await sharer(stage, 'ida', 'parents')
  rig.refuseAddress('hal@example.org')
  await sharer(stage, 'hal', 'parents')
  await stage.pass('1h')
  expect(held('older')).toContain('ida')
  const before = await seen()
  expect(before[2]).toMatch(/Told last: (today|yesterday)/)
  expect(before[2]).toContain('Not taken: a few or none')
  for (const name of ['nobody', 'ida', 'hal']) {
    await sam.types(`/destinations crm stop:${name}@example.org`)
    expect(await seen(), name).toEqual(before)
    await stage.pass('10m')
    expect(await seen(), name).toEqual(before)
  }
  expect(held('older')).not.toContain('ida')
  await sam.types('/destinations crm')
  await sam.presses('Retry crm')
  await stage.pass('10m')
  expect(await seen()).toEqual(before)
  await sam.presses('Ignore crm')
  expect(await sam.types('/destinations crm')).not.toContain('Not taken')
  await ida.types('/sharing parents on')
  if (!held('older').includes('ida')) await ida.presses('Yes')
  await stage.pass('10m')
  expect(await sam.types('/destinations crm')).not.toContain('Not taken')
})
