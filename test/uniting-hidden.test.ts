import { expect, test } from 'vitest'
import { onStage, type Stage } from './stage.ts'
import { stored } from './stored.ts'
import { becomeOne, fileGiven, proves, undoes } from './two-accounts.ts'

let stage: Stage
onStage(async (opened) => {
  stage = opened
  await stage.actor('ana').types('/my')
})

const start = (name: string, community: string, visibility = 'secret') =>
  stage
    .actor(name)
    .types(
      `/start-community "${community}" need:"people who would rather not say ${community}, so that we can" pledges:1 visibility:${visibility}`,
    )

/** The rows of the CSV destination about the hidden community; its slug can't be guessed. */
const rows = async () =>
  Object.entries(await stage.files()).flatMap(([name, text]) =>
    /^secrets.*csv$/.test(name) ? text.trim().split('\n').slice(1) : [],
  )

const inRooms = async () => {
  const rooms = await stage.read((store) => store.rooms.known('terminal'))
  return rooms.map((one) => `${one.room}/${one.account}`).sort()
}

/** Everything somebody can see of themselves. */
async function seenBy(name: string): Promise<string> {
  const actor = stage.actor(name)
  const shown = [await actor.types('/my'), await actor.types('/my communities'), await actor.types('/my data')]
  await actor.presses('Everything as a file')
  return `${shown.join('\n')}\n${fileGiven(stage, name)}`
}

const STAY = 'Yes, my hidden ones stay behind'

test.each([
  ['the account met later', 'ben', 'ana'],
  ['the account met first', 'ana', 'ben'],
])('hidden communities of %s stay behind unseen, and come back by undoing', async (_, hider, other) => {
  const actor = stage.actor(hider)
  await stage.actor('ben').types('/my')
  await start(hider, 'Secrets')
  await actor.presses('Yes', 'May the Museum')
  await actor.types('/invite secrets')
  await proves(stage, 'ana')
  const asked = await proves(stage, 'ben')
  if (hider === 'ben') expect(asked).toContain('they stay behind where neither account sees them, for 30 days')
  const before = await inRooms()
  expect(before).toEqual([expect.stringMatching(new RegExp(`^secrets.*/${hider}$`))])
  await stage.actor(other).presses('Yes, one person')
  expect(await actor.presses(STAY)).toContain('Your hidden communities stay behind for 30 days')
  for (const name of ['ana', 'ben']) expect(await seenBy(name)).not.toMatch(/secrets/i)
  expect(
    stage.outputs
      .filter((one) => 'to' in one && one.to === other)
      .map((one) => JSON.stringify(one))
      .join(),
  ).not.toMatch(/secrets/i)
  await undoes(stage, other)
  expect(await seenBy(other)).not.toMatch(/secrets/i)
  expect(await actor.types('/my communities')).toContain('Secrets: You are a member and look after it.')
  expect(await actor.types('/sharing secrets')).toMatch(/yes/i)
  expect(await rows()).toHaveLength(1)
  expect(await inRooms()).toEqual(before)
  expect(await stored(stage)).not.toContain('"uniting"')
})

test.each([
  ['the account met later', 'ben', 'ana'],
  ['the account met first', 'ana', 'ben'],
])('what stayed behind of %s is left after 30 days, its room too, and nobody learns its name', async (_, hider, other) => {
  await stage.actor('ben').types('/my')
  await start(hider, 'Secrets')
  await stage.actor(hider).presses('Yes', 'May the Museum')
  await proves(stage, 'ana')
  await proves(stage, 'ben')
  await stage.actor(other).presses('Yes, one person')
  await stage.actor(hider).presses(STAY)
  await stage.sleep('29d')
  expect(await stage.read((store) => store.communities.find('secrets', '', ''))).toBeDefined()
  await stage.pass('4d')
  for (const name of ['ana', 'ben']) expect(await seenBy(name)).not.toMatch(/secrets/i)
  expect(await rows()).toHaveLength(0)
  // The room asks who would look after it; that account is not in there any more.
  expect(await stage.actor(hider).presses("I'll do it")).toMatch(/^error:/)
  expect(await stored(stage)).not.toMatch(/"united_into":"/)
})

test('a hidden community joined after one’s own yes stays behind as well, and is told', async () => {
  const ben = stage.actor('ben')
  await proves(stage, 'ana')
  await proves(stage, 'ben')
  await ben.presses('Yes, one person')
  await start('ben', 'Secrets')
  await stage.actor('ana').presses('Yes, one person')
  const told = stage.outputs.filter((one) => 'shown' in one && one.to === 'ben').map((one) => JSON.stringify(one))
  expect(told.join()).toContain('Your hidden communities stay behind for 30 days')
  expect(await seenBy('ana')).not.toMatch(/secrets/i)
  await undoes(stage, 'ana')
  expect(await ben.types('/my')).toContain('Secrets')
})

test('forgetting the united person forgets what stayed behind too, and its room is left', async () => {
  await stage.actor('ben').types('/my')
  await start('ben', 'Secrets')
  await start('ana', 'Surprise')
  await proves(stage, 'ana')
  await proves(stage, 'ben')
  await becomeOne(stage, 'ana', 'ben', STAY)
  await stage.actor('ana').types('/my')
  await stage.actor('ana').presses('Forget me')
  await stage.actor('ana').presses('Yes, forget me')
  await stage.pass('1h')
  const all = await stored(stage)
  for (const table of ['people', 'memberships', 'room_places', 'accounts']) {
    expect(all).not.toMatch(new RegExp(`"${table}".*(ana|ben)`, 'i'))
  }
  for (const name of ['ana', 'ben']) expect(await stage.actor(name).presses("I'll do it")).toMatch(/^error:/)
})
