import { describe, expect, test } from 'vitest'
import type { Person } from './hand.ts'
import { MAY } from './permissions.ts'
import {
  ana,
  ben,
  carried,
  eva,
  guild,
  inRooms,
  joins,
  NEED,
  onRooms,
  opens,
  sees,
  stage,
  status,
} from './room-stage.ts'

onRooms()

const DAY_MS = 86_400_000
/** Days go by, with all that is due in them. */
async function days(count = 2): Promise<void> {
  for (let n = 0; n < count; n++) {
    stage.fake.pass(DAY_MS + 1_000)
    await stage.settle()
  }
}
const leaves = (who: Person) => who.types('leave', { community: 'parents-united' })
const isInside = (who: Person) => sees(who, 'parents-united') !== ''
const roomsOf = (at: typeof guild) => at.channels().map(({ name }) => name)
async function madeSensitive(community = 'parents-united'): Promise<void> {
  await eva.types('staff sensitive', { community })
  await eva.presses('Make it sensitive')
}

describe('who is in a community without its room', () => {
  test('is let out of it where they left and came back before they were out', async () => {
    await opens()
    await joins(ben)
    stage.fake.faults.next('DELETE /channels/:channel/permissions/:overwrite', { status: 500 })
    await leaves(ben)
    await stage.settle()
    await joins(ben, 'Join without the room')
    await days()
    expect(isInside(ben)).toBe(false)
  })

  test('brings about no room in a server they came from by a code', async () => {
    await opens('Hush', { visibility: 'secret' })
    const { text } = await ana.types('organize invite')
    const zoo = stage.fake.guild('Zoo')
    const dia = zoo.member('dia')
    await dia.types('join', { community: /[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(text)?.[0] ?? '' })
    expect((await dia.presses('Join without the room')).text).toContain("You're in")
    await stage.settle()
    expect(roomsOf(zoo)).toEqual(['general'])
  })

  test('is its founder, if they would rather not be seen', async () => {
    await carried('role')
    await eva.types('staff setup', { approve: true })
    const shown = await ana.types('start-community', { name: 'Parents United', need: NEED, pledges: 1 })
    expect(shown.text).toContain('Everyone there sees who is in it')
    await ana.presses('Stay out of the room')
    await eva.types('staff review')
    await eva.presses('Approve Parents United')
    await stage.settle()
    expect(ana.hasRole('Parents United')).toBe(false)
    expect((await ana.types('join', { community: 'parents-united' })).text).toContain('everyone there will see it')
    await ana.presses('Enter the room')
    await stage.settle()
    expect(ana.hasRole('Parents United')).toBe(true)
  })
})

test('pressed in private, a hidden community’s room is entered where it has one, and made nowhere else', async () => {
  const zoo = stage.fake.guild('Zoo')
  await zoo.member('ben', { as: ben }).types('help')
  await ana.types('start-community', { name: 'Quiet Ones', need: NEED, pledges: 2, sensitive: true })
  await stage.settle()
  await ben.types('join', { community: 'Quiet Ones' })
  await ben.presses('Yes, join')
  await stage.settle()
  const hears = ana.inDm().sees().length > 0 ? ana : ben
  await hears.inDm().presses('Enter the room')
  await stage.settle()
  await ben.types('join', { community: 'Quiet Ones' })
  await ben.presses('Enter the room')
  await stage.settle()
  expect(roomsOf(zoo)).toEqual(['general'])
})

test('who has two accounts is not shown by the one what the other chose', async () => {
  await opens()
  await joins(ben)
  const alt = guild.member('benalt')
  for (const who of [ben, alt]) {
    await who.types('email', { address: 'b@example.org' })
    await stage.settle()
    await who.types('email', { address: /\d{6}/.exec(stage.mails.at(-1)?.text ?? '')?.[0] ?? '' })
    await stage.settle()
  }
  await alt.presses('Yes, one person')
  expect((await ben.presses('Yes, one person')).text).toContain('one person here from now on')
  await days()
  expect([isInside(ben), isInside(alt)]).toEqual([true, false])
})

test('who volunteers is named only where those who read it see them anyway', async () => {
  await opens()
  await joins(ben)
  const zoo = stage.fake.guild('Zoo')
  const zed = zoo.member('zed')
  await zed.types('join', { community: 'parents-united' })
  await zed.presses('Join')
  await stage.settle()
  await ana.types('leave', { community: 'parents-united' })
  await ana.presses('Ask the others')
  await stage.settle()
  await zed.presses("I'll do it")
  await stage.settle()
  expect(sees(ben, 'parents-united')).toContain('Somebody looks after this community')
  expect(sees(ben, 'parents-united')).not.toContain(zed.id)
})

describe('a community that becomes sensitive', () => {
  test('while people are let in has let them all out once that is over', async () => {
    await carried('role')
    await opens()
    const many = [guild.member('cem'), guild.member('dia')]
    for (const one of many) {
      await one.types('join', { community: 'parents-united' })
      await one.presses('Join')
    }
    stage.fake.faults.next('PUT /guilds/:guild/members/:user/roles/:role', { delayMs: 1_500 })
    const working = stage.settle()
    await new Promise((resolve) => setTimeout(resolve, 500))
    await madeSensitive()
    await working
    await days(1)
    expect([ana, ...many].map((one) => one.hasRole('Parents United'))).toEqual([false, false, false])
  })

  test('while its room is made puts nobody in it, and staff are told to delete it', async () => {
    await carried('forum')
    stage.fake.faults.next('POST /channels/:channel/threads', { delayMs: 1_500 })
    await ana.types('start-community', { name: 'Parents United', need: NEED, pledges: 1 })
    const working = stage.settle()
    await new Promise((resolve) => setTimeout(resolve, 700))
    await madeSensitive()
    await working
    await days(1)
    expect(await inRooms()).toEqual([])
    expect(await status()).toContain('is wanted no more')
  })

  test('has no yes of whom was asked before that', async () => {
    await opens('Parents United', { visibility: 'request' })
    await ben.types('join', { community: 'parents-united' })
    await madeSensitive()
    await ben.presses('Say why')
    const shown = await ben.fills({ reason: 'We have two small children.' })
    expect(shown.buttons).toEqual(['Yes, join', 'No'])
  })
})

describe('who leaves a community', () => {
  test('can read so in its room, which they leave a minute later', async () => {
    await opens()
    await joins(ben)
    const left = await ben.in('parents-united').types('leave')
    await stage.settle()
    expect(left.buttons).toEqual(['Undo'])
    expect(isInside(ben)).toBe(true)
    stage.fake.pass(61_000)
    await stage.settle()
    expect(isInside(ben)).toBe(false)
  })

  test('is not kept inside by staff who ignore what can’t be brought about', async () => {
    await opens()
    await joins(ben)
    guild.deny(MAY.ManageRoles)
    await leaves(ben)
    await stage.settle()
    await status()
    await eva.presses('Ignore entries to rooms')
    guild.grant(MAY.ManageRoles)
    await days()
    expect(isInside(ben)).toBe(false)
  })

  test('is let out of the room before, too, whatever became of the larger one', async () => {
    await carried('thread')
    await opens()
    const thread = guild.find('parents-united')
    const [cem, dia] = [guild.member('cem'), guild.member('dia')]
    await joins(cem)
    stage.platform.roomHolds = { thread: 2 }
    await joins(dia)
    const larger = guild.channels().find(({ name, thread }) => name === 'parents-united' && !thread)
    guild.deleteChannel(larger?.id ?? '')
    await stage.until(async () => (await status()).includes('was deleted there'))
    await leaves(cem)
    await dia.types('my', { part: 'data' })
    await dia.presses('Forget me')
    await dia.presses('Yes, forget me')
    await days(1)
    expect([cem, dia].map((one) => thread?.thread?.members.has(one.id))).toEqual([false, false])
  })
})

test('a question that a closed door kept from somebody is asked at their next act', async () => {
  await ana.types('start-community', { name: 'Parents United', need: NEED, pledges: 2 })
  await stage.settle()
  ana.closesDms()
  await joins(ben, 'Pledge')
  ana.opensDms()
  expect((await ana.types('join', { community: 'parents-united' })).buttons).toContain('Yes')
})

test('a card everyone sees is one, though its first answer was lost and somebody pledged meanwhile', async () => {
  stage.fake.faults.next('POST /channels/:channel/messages', { drop: 'after' })
  await ana.types('start-community', { name: 'Parents United', need: NEED, pledges: 5 })
  await stage.settle()
  await ben.presses('Pledge')
  await ben.presses('Pledge', 'Before you join')
  // Discord knows a message again for some minutes.
  for (let n = 0; n < 3; n++) {
    stage.fake.pass(70_000)
    await stage.settle()
  }
  const cards = ben
    .in('general')
    .sees()
    .filter(({ isPrivate }) => !isPrivate)
  expect(cards.map(({ text }) => /Pledges: \d of 5/.exec(text)?.[0])).toEqual(['Pledges: 2 of 5'])
})
