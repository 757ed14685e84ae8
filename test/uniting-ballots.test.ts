import { expect, test } from 'vitest'
import { onStage, type Stage, textOf } from './stage.ts'
import { becomeOne, proves, undoes } from './two-accounts.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  await stage.actor('ana').types('/my')
  await stage.actor('eve').types('/start-community Parents need:"people with children, so that we can meet" pledges:1')
  for (const name of ['ana', 'ben', 'cem']) await stage.actor(name).types('/join parents')
})

const inRoom = () => stage.outputs.filter((output) => 'room' in output && output.room === 'parents').map(textOf)

async function asks(words: string): Promise<void> {
  await stage.actor('eve').types(`/ballot ${words}`)
  await stage.actor('eve').presses('Open it')
}

async function one(): Promise<void> {
  await proves(stage, 'ana')
  await proves(stage, 'ben')
  await becomeOne(stage, 'ana', 'ben')
}

test('two accounts that become one person while a ballot is open have one vote, the later one', async () => {
  await asks('"Where to?" options:"Zoo; Park" closes:"3 days"')
  await stage.actor('ana').presses('Zoo')
  await stage.pass('1m')
  await stage.actor('ben').presses('Park')
  await stage.actor('cem').presses('Park')
  expect(inRoom().at(-1)).toContain('3 of 4')
  await one()
  await stage.actor('cem').presses('Zoo')
  await stage.actor('cem').presses('Park')
  expect(inRoom().at(-1)).toContain('2 of 4')
  expect(await stage.actor('ben').types('/vote')).toContain('Nothing awaits your vote')
  await stage.pass('3d')
  expect(inRoom().at(-1)).toContain('2 ballots were cast')
  expect(inRoom().at(-1)).toContain('Chosen: Park')
})

test('apart again before the close, each has the vote they gave', async () => {
  await asks('"Where to?" options:"Zoo; Park" closes:"3 days"')
  await stage.actor('ana').presses('Zoo')
  await stage.actor('ben').presses('Park')
  await one()
  await undoes(stage, 'ana')
  await stage.pass('3d')
  expect(inRoom().at(-1)).toContain('2 ballots were cast')
})

test('what one of them has voted, the other changes; it is one vote', async () => {
  await asks('"Where to?" options:"Zoo; Park" closes:"3 days"')
  await stage.actor('ben').presses('Zoo')
  await one()
  expect(await stage.actor('ana').presses('Park')).toContain('Changed: Park')
  await stage.pass('3d')
  expect(inRoom().at(-1)).toContain('1 ballot was cast')
  expect(inRoom().at(-1)).toContain('Chosen: Park')
})

test('of a secret ballot both votes stand, and the outcome says how many such people there were', async () => {
  await asks('"Who speaks?" options:"Ben; Cem" secret:yes closes:"3 days"')
  await stage.actor('ana').presses('Ben')
  await stage.actor('ben').presses('Cem')
  await one()
  expect(await stage.actor('ana').presses('Cem')).toContain('You have voted')
  await stage.pass('3d')
  expect(inRoom().at(-1)).toContain('1 person was found to have several accounts while it was open')
})

test('a ballot that is open longer than a union can be undone is counted rightly after it is for good', async () => {
  await asks('"Where to?" options:"Zoo; Park" closes:"60 days" reasons:optional')
  await stage.actor('ana').presses('Zoo')
  await stage.actor('ben').presses('Park')
  await one()
  await stage.actor('cem').types('/delegate ben community:parents')
  // They are told on the account that was met first.
  await stage.actor('ana').presses('Accept')
  await stage.pass('35d')
  expect(await stage.actor('ben').types('/my votes')).toContain('Where to?')
  await stage.pass('26d')
  expect(inRoom().at(-1)).toContain('2 ballots were cast')
  expect(inRoom().at(-1)).toContain('1 ballot was given by delegates')
})
