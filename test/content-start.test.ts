import { beforeEach, expect, test } from 'vitest'
import { agrees, opens } from './content-scene.ts'
import { onStage, type Stage, textOf } from './stage.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
})
beforeEach(() => opens(stage, 'Parents', ['ana', 'ben', 'cem']))

const toldTo = (name: string) => stage.outputs.filter((output) => 'to' in output && output.to === name).map(textOf)
const seenBy = (name: string, community = 'parents') => stage.actor(name).types(`/agreement ${community}`)

/** Staff start communities with so many messages a month. */
async function startWith(perMonth: string): Promise<string> {
  const sam = stage.actor('sam!')
  await sam.types('/board')
  await sam.presses('What communities start with')
  await sam.presses('Change when and how often')
  return sam.fills({ 'per-month': perMonth })
}

const asks = (perMonth: string, voters: string[], answer: 'Yes, agreed' | 'No') =>
  agrees(stage, voters, { when: { 'per-month': perMonth }, answer })

test('what staff start communities with changes nothing for those that are open, and holds for those that open later', async () => {
  expect(await startWith('9')).toContain('Those that are open keep what they started with')
  expect(await seenBy('ben')).toContain('3 messages a month')
  expect(await seenBy('ben')).toContain('You have not decided on it yet')
  await opens(stage, 'Owls', ['zoe'])
  expect(await seenBy('zoe', 'owls')).toContain('9 messages a month')
  await startWith('1')
  expect(await seenBy('ben')).toContain('3 messages a month')
  expect(await seenBy('zoe', 'owls')).toContain('9 messages a month')
  await asks('2', ['ana', 'ben'], 'Yes, agreed')
  expect(await seenBy('ben')).toContain('Agreement 1, decided by ballot')
  expect(await seenBy('ben')).toContain('2 messages a month')
})

test('a community that was started with other terms is still asked once it has grown, about those it lives by', async () => {
  await startWith('9')
  for (let i = 0; i < 7; i++) await stage.actor(`x${i}`).types('/join parents')
  await stage.pass('2d')
  const asked = stage.outputs.map(textOf).filter((text) => text.startsWith('Is this what City Museum may send us'))
  expect(asked[0]).toContain('At most 3 a month')
})

test('after a No organizers are told that all stays as it was, and what they can do', async () => {
  await asks('9', ['ana', 'ben'], 'No')
  const told = toldTo('ana').find((text) => text.startsWith('No new agreement for Parents'))
  expect(told).toContain('What the organization started you with goes on to hold')
  expect(told).toContain('You can propose another')
  expect(toldTo('ben').some((text) => text.startsWith('No new agreement'))).toBe(false)
  expect(await seenBy('ben')).toContain('3 messages a month')
  await asks('2', ['ana', 'ben'], 'Yes, agreed')
  await asks('9', ['ana', 'ben'], 'No')
  expect(toldTo('ana').findLast((text) => text.startsWith('No new agreement'))).toContain('Agreement 1 goes on to hold')
})
