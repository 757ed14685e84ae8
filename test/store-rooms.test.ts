import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Person } from '../src/core/person.ts'
import type { Found } from '../src/option.ts'
import type { Outcome } from '../src/store/work.ts'
import { later, opened, personCalled } from './lookup.ts'
import { openStage, type Stage } from './stage.ts'

const HERE = { platform: 'terminal', workspace: 'main' }
const LEASE_MS = 60_000
const DONE = { done: true } as const

let stage: Stage

let community: Found
let dia: Person
beforeEach(async () => {
  stage = await openStage()
  community = await opened(stage)
  dia = await personCalled(stage, 'dia')
})
afterEach(async () => {
  expect(stage.failures).toEqual([])
  await stage.close()
})

const enter = () =>
  stage.read((store) => store.memberships.join(community, { personId: dia.id, ...HERE }, 'command', stage.now()))
const leave = () => stage.read((store) => store.memberships.leave(community, dia.id, stage.now()))
const claim = (at = stage.now()) => stage.read((store) => store.rooms.claimPlaces(10, at))
type Claimed = Awaited<ReturnType<typeof claim>>
const finish = async ({ rows, lease }: Claimed, outcome: Outcome = DONE) => {
  for (const row of rows) await stage.read((store) => store.rooms.finishPlace(row, lease, outcome, stage.now()))
}
const inside = async () => (await stage.read((store) => store.rooms.known('terminal'))).map((one) => one.account).sort()

test('rooms are wanted once, however often they are asked for', async () => {
  await stage.read((store) => store.rooms.want(community.id, 'terminal', 'main', 'again', stage.now()))
  expect((await stage.read((store) => store.rooms.claim(10, stage.now()))).rows).toEqual([])
})

test('rooms let in who joins and out who leaves', async () => {
  await enter()
  const letIn = await claim()
  expect(letIn.rows).toMatchObject([{ wanted: 'in', accounts: ['dia'], externalId: 'parents-united' }])
  await finish(letIn)
  expect(await inside()).toEqual(['ana', 'dia'])
  await leave()
  const letOut = await claim()
  expect(letOut.rows).toMatchObject([{ wanted: 'out', accounts: ['dia'] }])
  await finish(letOut)
  expect(await inside()).toEqual(['ana'])
  expect(await stage.read((store) => store.agenda().then(({ rooms }) => rooms))).toBeUndefined()
})

test('rooms take no notice of who joined and left before they were let in', async () => {
  await enter()
  await leave()
  expect((await claim()).rows).toEqual([])
  expect(await stage.read((store) => store.agenda().then(({ rooms }) => rooms))).toBeUndefined()
})

test('rooms let out again who left while being let in', async () => {
  await enter()
  const letIn = await claim()
  await leave()
  await finish(letIn)
  expect((await claim()).rows).toMatchObject([{ wanted: 'out' }])
})

test('rooms let out who left after nobody heard whether they were let in', async () => {
  await enter()
  await claim()
  await leave()
  expect((await claim(later(stage, LEASE_MS))).rows).toMatchObject([{ wanted: 'out' }])
})

test('rooms that cannot let someone in try no more until they are wanted anew', async () => {
  await enter()
  await finish(await claim(), { stuck: 'no permission' })
  expect(await stage.read((store) => store.agenda().then(({ rooms }) => rooms))).toBeUndefined()
  await leave()
  await finish(await claim())
  await enter()
  expect((await claim()).rows).toMatchObject([{ wanted: 'in' }])
})
