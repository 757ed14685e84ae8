import { expect, test } from 'vitest'
import { communityCalled } from './lookup.ts'
import { onStage, type Stage, textOf } from './stage.ts'
import { becomeOne, proves, undoes } from './two-accounts.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  for (const name of ['ana', 'ben']) await stage.actor(name).types('/my')
})

const NEED = 'need:"people who would like to meet, so that we can"'

/** What everyone sees of the seed. */
const card = () =>
  stage.outputs
    .filter((one) => 'shown' in one && !('to' in one && one.to))
    .map(textOf)
    .findLast((text) => /^(Wanted: )?Chess/.test(text)) ?? ''

const toldOf = (name: string, words: string) =>
  stage.outputs.filter((one) => 'shown' in one && one.to === name && textOf(one).includes(words))

test.each([
  'ana',
  'ben',
])('who is one person pledges once, and a seed that has enough once %s undoes it opens', async (name) => {
  await stage.actor('fay').types(`/start-community Chess ${NEED} pledges:4`)
  for (const one of ['ana', 'ben']) await stage.actor(one).types('/join chess')
  for (const one of ['ana', 'ben']) await proves(stage, one)
  await becomeOne(stage, 'ana', 'ben')
  await stage.pass('1m')
  expect(card()).toContain('2 of 4')
  await stage.actor('dan').types('/join chess')
  await undoes(stage, name)
  await stage.pass('1m')
  expect(card()).toContain('It is open.')
  expect((await communityCalled(stage, 'Chess')).state).toBe('open')
  for (const one of ['ana', 'ben', 'dan', 'fay']) expect(toldOf(one, 'Chess has opened')).toHaveLength(1)
  for (const one of ['ana', 'ben'])
    expect(await stage.actor(one).types('/my communities')).toContain('Chess: You are a member.')
})

test('a seed without enough pledges after undoing shows how many there are', async () => {
  await stage.actor('fay').types(`/start-community Chess ${NEED} pledges:9`)
  for (const one of ['ana', 'ben']) await stage.actor(one).types('/join chess')
  for (const one of ['ana', 'ben']) await proves(stage, one)
  await becomeOne(stage, 'ana', 'ben')
  await stage.pass('1m')
  await undoes(stage, 'ana')
  await stage.pass('1m')
  expect(card()).toContain('3 of 9')
})

test('a pledge that stayed behind and one given anew are one', async () => {
  await stage.actor('fay').types(`/start-community Chess ${NEED} pledges:3 visibility:secret`)
  const code =
    /([A-Z0-9]{4}-[A-Z0-9]{4})/.exec(await stage.actor('fay').types('/organize invite chess people:2'))?.[1] ?? ''
  await stage.actor('ben').types(`/join ${code}`)
  for (const one of ['ana', 'ben']) await proves(stage, one)
  await stage.actor('ana').presses('Yes, one person')
  await stage.actor('ben').presses('Yes, my hidden ones stay behind')
  expect(await stage.actor('ben').types(`/join ${code}`)).toContain('2 of 3')
  // Taken back, it is taken back as whoever they were.
  await stage.actor('ben').types('/leave chess')
  await undoes(stage, 'ana')
  for (const one of ['ana', 'ben']) expect(await stage.actor(one).types('/my')).not.toContain('Chess')
})
