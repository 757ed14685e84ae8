import { expect, test } from 'vitest'
import { onStage, type Stage, textOf } from './stage.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  await stage.actor('ana').types('/start-community Parents need:"people with children, so that we can meet" pledges:1')
  for (const name of ['ben', 'cem', 'dia']) await stage.actor(name).types('/join parents')
})

const toldTo = (name: string) => stage.outputs.filter((output) => 'to' in output && output.to === name).map(textOf)
const inRoom = () => stage.outputs.filter((output) => 'room' in output && output.room === 'parents').map(textOf)

/** Ana asks, and opens it. */
async function asks(words: string): Promise<string> {
  const ana = stage.actor('ana')
  await ana.types(`/ballot ${words}`)
  return ana.presses('Open it')
}

test('an organizer asks, everybody sees the rules, votes with one press, and can change the vote until it closes', async () => {
  expect(await asks('"Where do we meet?" options:"The zoo; The park" closes:"3 days"')).toContain('4 members may vote')
  const card = inRoom().at(-1)
  expect(card).toContain('Where do we meet?')
  expect(card).toContain('Closes')
  expect(card).toContain('Accounts are not people')
  expect(card).toContain('0 of 4')
  const ben = stage.actor('ben')
  expect(await ben.presses('The zoo')).toContain('Counted: The zoo. Change it until')
  expect(await ben.presses('The park')).toContain('Changed: The park')
  expect(await stage.actor('cem').presses('The park')).toContain('Counted')
  expect(inRoom().at(-1)).toContain('2 of 4')
  expect(await stage.actor('dia').types('/vote')).toContain('These await your vote')
  expect(await ben.types('/vote')).toContain('Nothing awaits your vote')
  await ben.presses('Voted: Where do we meet?')
  await stage.pass('3d')
  expect(inRoom().join('\n')).toContain('Decided: Where do we meet?')
  expect(inRoom().join('\n')).toContain('Chosen: The park')
  expect(await ben.presses('The zoo')).toContain('is not open, so nobody can vote on it')
  expect(toldTo('dia').join('\n')).toContain('Not voted yet: Where do we meet?')
  expect(toldTo('ben').join('\n')).not.toContain('Not voted yet')
})

test('a secret vote leaves no trace of who chose what, and its receipt alone changes it', async () => {
  await asks('"Who speaks for us?" options:"Ben; Cem" secret:yes')
  const ben = stage.actor('ben')
  const told = await ben.presses('Ben')
  const receipt = /Your receipt: ([0-9A-Z]{26})/.exec(told)?.[1] ?? ''
  expect(receipt).not.toBe('')
  expect(await ben.presses('Cem')).toContain('You have voted')
  await ben.presses('Change my vote')
  expect(await ben.fills({ receipt: 'nonsense' })).toContain('No vote on this ballot has that receipt')
  await ben.presses('Change my vote', 'You have voted')
  await ben.fills({ receipt })
  expect(await ben.presses('Cem', 'With your receipt')).toContain('Changed')
  for (const name of ['ana', 'cem', 'dia']) await stage.actor(name).presses('Cem', 'Who speaks')
  await stage.pass('8d')
  const said = inRoom().join('\n')
  expect(said).toContain('Chosen: Cem')
  expect(said).not.toContain('ballots were cast')
})
