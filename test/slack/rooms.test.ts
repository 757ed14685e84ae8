import { afterEach, beforeEach, expect, test } from 'vitest'
import { channelName } from '../../src/slack/rooms.ts'
import type { Person } from './hand.ts'
import { openSlackStage, type SlackStage } from './stage.ts'

let stage: SlackStage
let ana: Person
let staff: Person

beforeEach(async () => {
  stage = await openSlackStage()
  ana = stage.team.user('ana')
  staff = stage.team.user('clara', { staff: true })
})
afterEach(async () => {
  await stage.close()
  expect(stage.fake.violations).toEqual([])
  expect(stage.failures).toEqual([])
})

/** Somebody starts a community that opens at once. */
async function start(person: Person, name: string, more = ''): Promise<void> {
  await person.types(`/community start "${name}" need:"people who would like to do it together" pledges:1 ${more}`)
  await stage.settle()
}

async function join(person: Person, slug: string): Promise<void> {
  await person.types(`/community join ${slug}`)
  await person.presses('Join', 'Before you join')
}

/** What needs staff, without marks. */
async function status(): Promise<string> {
  return (await staff.types('/community status')).text.replaceAll(/[*`]/g, '')
}

test('a name that others have already gets a number', async () => {
  stage.team.channel('sea-sitters')
  await start(ana, 'Sea Sitters')
  expect(stage.team.find('sea-sitters-2')).toMatchObject({ kind: 'private', creatorId: stage.team.botUserId })
  expect(ana.isIn('sea-sitters-2')).toBe(true)
  expect(stage.team.find('sea-sitters-2')?.topic).toBe('Sea Sitters')
})

test('a channel that is there already becomes a community’s room, and nobody is put into it who did not read who is there', async () => {
  await staff.types('/community rooms carrier:none')
  await start(ana, 'Sea Sitters')
  const there = stage.team.channel('families', { members: [ana, staff] })
  await staff.types('/community rooms', { channel: 'families' })
  await staff.presses('Use this channel')
  expect((await staff.selects('Sea Sitters')).text).toContain('Invite it first')
  staff.invites('app', 'families')
  await staff.types('/community setup', { channel: 'families' })
  await staff.presses('Rooms here')
  await staff.presses('Use this channel')
  expect((await staff.selects('Sea Sitters')).text).toContain('is the room of')
  await stage.settle()
  const ben = stage.team.user('ben')
  expect((await ben.types('/community join sea-sitters')).text).toContain('Everyone there sees who is in it')
  await ben.presses('Join', 'Before you join')
  await stage.settle()
  expect(ben.isIn('families')).toBe(true)
  expect(
    ben
      .sees('families')
      .map(({ text }) => text)
      .join(),
  ).toContain('is the room of *Sea Sitters*')
  for (const one of [ana, ben]) await one.types('/community leave sea-sitters')
  await stage.settle()
  expect([ana, ben].map((one) => one.isIn('families'))).toEqual([true, true])
  await staff.types('/community rooms', { channel: there.id })
  expect((await staff.presses('Use this channel')).text).toContain('Every open community has a room here')
})

test('a channel made before its answer was lost is found, not made again', async () => {
  stage.fake.faults.next('conversations.create', { drop: 'after' })
  await start(ana, 'Sea Sitters')
  stage.fake.pass(60_000)
  await stage.settle()
  expect(stage.team.channels().filter(({ name }) => name.startsWith('sea-sitters'))).toHaveLength(1)
  expect(ana.isIn('sea-sitters')).toBe(true)
})

test('many are let in at once, and one who can not be keeps out nobody else', async () => {
  await start(ana, 'Sea Sitters')
  const people = Array.from({ length: 12 }, (_, i) => stage.team.user(`p${i}`))
  const guest = stage.team.user('guest', { guest: 'single' })
  for (const one of people) await join(one, 'sea-sitters')
  await stage.settle()
  const calls = () => stage.fake.requests.filter(({ method }) => method === 'conversations.invite').length
  const before = calls()
  expect(people.every((one) => one.isIn('sea-sitters'))).toBe(true)
  expect(before).toBeLessThan(5)
  guest.state.guest = 'single'
  const more = [stage.team.user('q1'), stage.team.user('q2')]
  for (const one of more) await join(one, 'sea-sitters')
  stage.team.deactivate(more[0] as Person)
  await stage.settle()
  expect(more[1]?.isIn('sea-sitters')).toBe(true)
  expect(more[0]?.isIn('sea-sitters')).toBe(false)
})

test.each(['multi', 'single'] as const)('a guest (%s) who joins is told whom to ask, once', async (kind) => {
  await start(ana, 'Sea Sitters')
  const guest = stage.team.user('guest', { guest: kind })
  stage.team.general.members.add(guest.id)
  await join(guest, 'sea-sitters')
  for (let n = 0; n < 3; n++) {
    await stage.settle()
    stage.fake.pass(3_700_000)
  }
  const told = guest.seesDm().map(({ text }) => text)
  expect(told.filter((text) => text.includes('ask one to add you to #sea-sitters'))).toHaveLength(1)
  expect(await status()).toContain("Someone can't be let into or out of a room on slack: this person is a guest")
})

test('whoever leaves is taken out, and who went by themselves is no trouble', async () => {
  await start(ana, 'Sea Sitters')
  const ben = stage.team.user('ben')
  await join(ben, 'sea-sitters')
  await stage.settle()
  ben.leaves('sea-sitters')
  await ben.types('/community leave sea-sitters')
  await stage.settle()
  expect(ben.isIn('sea-sitters')).toBe(false)
  expect(await status()).not.toContain('slack')
})

test('a channel that was archived by hand is not made again', async () => {
  await start(ana, 'Sea Sitters')
  ana.archives('sea-sitters')
  await stage.until(async () => (await status()).includes('The room of Sea Sitters was archived there'))
  const ben = stage.team.user('ben')
  await join(ben, 'sea-sitters')
  await stage.settle()
  expect(stage.team.find('sea-sitters-2')).toBeUndefined()
})

test('a channel that was deleted while nobody told is found at its next use', async () => {
  await start(ana, 'Sea Sitters')
  const channel = stage.team.find('sea-sitters')
  if (channel) channel.isArchived = true
  const ben = stage.team.user('ben')
  await join(ben, 'sea-sitters')
  await stage.settle()
  expect(await status()).toContain('The room of Sea Sitters was archived there')
})

test('a workspace that lets nobody make channels is named to staff, with what to do', async () => {
  stage.fake.faults.next('conversations.create', { error: 'restricted_action' })
  await start(ana, 'Sea Sitters')
  expect(await status()).toContain('the workspace does not let Kindred do that. Allow it in Workspace settings')
})

test('a hidden community has a private channel, whatever staff chose', async () => {
  await staff.types('/community rooms carrier:public')
  await start(ana, 'Surprise', 'visibility:secret')
  await start(ana, 'Quiet Recovery', 'sensitive:yes')
  await start(ana, 'Night Owls')
  const kinds = Object.fromEntries(stage.team.channels().map(({ name, kind }) => [name, kind]))
  expect(kinds['night-owls']).toBe('public')
  const hidden = stage.team.channels().filter(({ name }) => /^(surprise|quiet-recovery)/.test(name))
  expect(hidden.map(({ kind }) => kind)).toEqual(['private', 'private'])
  // Who is in a sensitive one is seen by the others there, so nobody is put into it.
  expect(hidden.map(({ name }) => ana.isIn(name))).toEqual([true, false])
})

test('made sensitive, a public channel is left by all, and nobody is put into the private one', async () => {
  await staff.types('/community rooms carrier:public')
  await start(ana, 'Night Owls')
  const ben = stage.team.user('ben')
  await join(ben, 'night-owls')
  await stage.settle()
  expect(ben.isIn('night-owls')).toBe(true)
  await staff.types('/community sensitive night-owls')
  await staff.presses('Make it sensitive')
  await stage.settle()
  expect([ana, ben].map((one) => one.isIn('night-owls'))).toEqual([false, false])
  expect(stage.team.find('night-owls-2')).toMatchObject({ kind: 'private' })
  await ben.types('/community join night-owls')
  await ben.presses('Enter the room')
  await stage.settle()
  expect(ben.isIn('night-owls-2')).toBe(true)
  expect(ana.isIn('night-owls-2')).toBe(false)
})

test('made sensitive, a channel that was there before keeps everybody, which staff and its members are told', async () => {
  await staff.types('/community rooms carrier:none')
  await start(ana, 'Night Owls')
  stage.team.channel('families', { members: [ana, staff] })
  staff.invites('app', 'families')
  await staff.types('/community rooms', { channel: 'families' })
  await staff.presses('Use this channel')
  await staff.selects('Night Owls')
  const ben = stage.team.user('ben')
  await join(ben, 'night-owls')
  await stage.settle()
  expect(ben.isIn('families')).toBe(true)
  await staff.types('/community sensitive night-owls')
  const { text } = await staff.presses('Make it sensitive')
  expect(text).toContain('nobody was taken out of that channel')
  expect(text).not.toContain('Everybody is let out')
  await stage.settle()
  for (const one of [ana, ben]) {
    expect(one.isIn('families')).toBe(true)
    expect(one.seesDm().at(-1)?.text).toContain('whoever is in it is still seen there')
  }
})

test('whose account ended is out of the room after a day, and stays in the community', async () => {
  await start(ana, 'Night Owls')
  const ben = stage.team.user('ben')
  await join(ben, 'night-owls')
  await stage.settle()
  stage.team.deactivate(ben)
  stage.fake.pass(86_401_000)
  await stage.settle()
  const inside = await stage.read((store) => store.rooms.known('slack'))
  expect(inside.map(({ account }) => account)).toEqual([ana.id])
})

test('a channel that was deleted by hand is made again once staff say so', async () => {
  await start(ana, 'Night Owls')
  ana.deletes('night-owls')
  await stage.until(async () => (await status()).includes('The room of Night Owls was deleted there'))
  await staff.presses('Retry rooms')
  await stage.settle()
  expect(ana.isIn('night-owls')).toBe(true)
})

test('names follow Slack’s rules', () => {
  expect(channelName('01ARZ3NDEKTSV4RRFFQ69G5FAV')).toBe('01arz3ndektsv4rrffq69g5fav')
  expect(channelName('Ünïcode & more!')).toBe('n-code-more')
  expect(channelName('!!')).toBe('community')
  expect(channelName('x'.repeat(200))).toHaveLength(80)
})
