import { afterEach, beforeEach, expect, test } from 'vitest'
import { Gone, type SegmentStore } from '../src/segments/segment-store.ts'
import { manySharers } from './sharers.ts'
import { codeFor, openStage, type Stage, sharer } from './stage.ts'

const MANY = 24

let stage: Stage
let lists: Map<string, Map<string, string>>
/** Whether it lets go of nobody for now, and says of everybody it held that they are there no more. */
let keepsAll: boolean
let isBehind: boolean

beforeEach(async () => {
  lists = new Map([['next', new Map()]])
  keepsAll = false
  isBehind = false
  const crm = { name: 'crm', connector: 'memory', purpose: 'letters' as const, byAddress: true, store: tool() }
  stage = await openStage({ destinations: [crm] })
  await stage.actor('fay').types('/start-community Cooks need:"people who like to cook, so that we can eat" pledges:1')
})
afterEach(async () => {
  expect(stage.failures).toEqual([])
  await stage.close()
})

/** A tool that has lists, by their ids. */
function tool(): SegmentStore {
  const listOf = (id = '') => {
    const list = lists.get(id)
    if (!list) throw new Gone('there is no such list')
    return list
  }
  const applied = { result: 'applied' as const }
  return {
    batch: 10,
    absent: 'unsubscribed',
    check: async () => undefined,
    async make({ key }) {
      if (!lists.has(key)) lists.set(key, new Map())
      return key
    },
    put: async ({ id }, entries) =>
      entries.map(({ person, email, heldAs }) => {
        if (isBehind && heldAs?.length) return { result: 'left' }
        listOf(id).set(person, email)
        return applied
      }),
    take: async ({ id }, entries) =>
      entries.map(({ person }) => {
        if (keepsAll) return { result: 'retry', why: 'it is busy' }
        listOf(id).delete(person)
        return applied
      }),
    async forget({ person }) {
      for (const list of lists.values()) list.delete(person)
      return applied
    },
    async *list({ id }) {
      for (const [person, email] of listOf(id)) yield { person, email }
    },
  }
}

const held = (list: string) => [...(lists.get(list)?.values() ?? [])].map((email) => email.split('@')[0]).sort()

test('a community has moved to another list as soon as the last whom the one before held is forgotten', async () => {
  const ana = await sharer(stage, 'ana', 'cooks')
  keepsAll = true
  await stage.actor('sam!').types('/destinations crm community:cooks list:next')
  await sharer(stage, 'ben', 'cooks')
  expect([held('cooks'), held('next')]).toEqual([['ana'], []])
  await ana.types('/my')
  await ana.presses('Forget me')
  await ana.presses('Yes, forget me')
  await stage.pass('1m')
  expect([held('cooks'), held('next')]).toEqual([[], ['ben']])
})

test('a community moves to another list once staff have let go whom the one before holds without a yes', async () => {
  const sam = stage.actor('sam!')
  await manySharers(stage, MANY, 'cooks')
  await stage.pass('1h')
  const before = [...(lists.get('cooks') ?? [])]
  for (let i = 0; i < MANY; i++) await stage.actor(`p${i}`).types('/sharing cooks off')
  await sharer(stage, 'ben', 'cooks')
  expect(held('cooks')).toEqual(['ben'])
  await stage.pass('1h')
  keepsAll = true
  await sam.types('/destinations crm community:cooks list:next')
  for (const [person, email] of before) lists.get('cooks')?.set(person, email)
  await sam.types('/destinations crm')
  await sam.presses('Compare crm now')
  keepsAll = false
  await stage.pass('1h')
  expect([held('cooks').length, held('next')]).toEqual([MANY, []])
  await sam.types('/status')
  await sam.presses('Let them go from crm')
  await stage.pass('1m')
  expect([held('cooks'), held('next')]).toEqual([[], ['ben']])
})

test('who was not there when their new address was told, and is there after all, is told of by it soon', async () => {
  const ana = await sharer(stage, 'ana', 'cooks')
  await stage.pass('1d')
  isBehind = true
  await ana.types('/email ana2@example.org')
  await ana.types(`/email ${codeFor(stage, 'ana2@example.org')}`)
  await stage.pass('2h')
  expect(held('cooks')).toEqual(['ana'])
  isBehind = false
  await stage.pass('15m')
  expect(held('cooks')).toEqual(['ana2'])
  expect(await ana.types('/sharing')).not.toContain('on hold')
})
