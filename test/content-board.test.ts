import { beforeEach, expect, test } from 'vitest'
import { goalOf } from '../src/core/goal.ts'
import { agrees, opens, posts } from './content-scene.ts'
import { onStage, type Stage } from './stage.ts'

const PEOPLE = ['ana', 'ben', 'cem', 'dia', 'eli', 'fay']

let stage: Stage
onStage(async (opened) => {
  stage = opened
})
beforeEach(() => opens(stage, 'Parents', PEOPLE))

const onBoard = async (label: string) => {
  await stage.actor('sam!').types('/board')
  return stage.actor('sam!').presses(label)
}

async function offers(title: string, more: string) {
  await stage.actor('sam!').types(`/offer "${title}" inform parents "Read on" ${more}`)
  await stage.actor('sam!').presses('Offer it', title)
}

test('staff read the terms of a community, also that it has decided on none', async () => {
  const start = await onBoard('Parents')
  expect(start).toContain('They have not decided on an agreement yet')
  expect(start).toContain('At most: 3 messages a month')
  await agrees(stage, PEOPLE, { what: { topics: 'Storytime' }, when: { 'per-month': '2', silence: 'Sunday' } })
  const now = await onBoard('Parents')
  expect(now).toContain('Agreement 1, decided by ballot')
  expect(now).toContain('At most: 2 messages a month')
  expect(now).toContain('Silence: Sunday')
})

test('how messages were found is read by what they were, too', async () => {
  await posts(stage, 'Parents', 'Storytime')
  await posts(stage, 'Parents', 'Too loud?', { ask: 'input' })
  for (const name of PEOPLE) {
    await stage.actor(name).presses('Worth it', 'Storytime')
    await stage.actor(name).presses('Not for me', 'Too loud')
  }
  await stage.pass('1d')
  const card = await onBoard('Parents')
  expect(card).toContain('What was offered: Worth it to nearly all of about 5')
  expect(card).toContain('What was asked: Worth it to nearly none of about 5')
})

test('acceptance is of what they were asked about, and not of what they had agreed on', async () => {
  await agrees(stage, PEOPLE, { what: { topics: 'Storytime' }, when: { silence: 'none', 'per-month': '9' } })
  await offers('Agreed one', 'article topic:Storytime')
  await offers('Wanted', 'offer')
  await offers('Not wanted', 'offer')
  await stage.actor('ana').presses('Accept', 'offers: Wanted')
  await stage.actor('ana').presses('Decline', 'Not wanted')
  await stage.actor('ana').fills({ reason: 'No' })
  expect(await onBoard('Inform')).toContain('Offered 2, accepted 1, declined 1.')
})

test.each([
  ['Win customers', 'convert'],
  ['convert', 'convert'],
  ['ask for feedback', 'ask-feedback'],
  ['Promote a product', 'promote-product'],
])('a goal is known by how people read it, and by its short name: %s', (typed, goal) => {
  expect(goalOf(typed)).toBe(goal)
})

test('two labels are two goals', () => {
  expect(() => goalOf('Win customers and renew')).toThrow()
  expect(() => goalOf('win')).toThrow()
})
