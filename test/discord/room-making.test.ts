import { describe, expect, test } from 'vitest'
import type { Carrier } from '../../src/core/room.ts'
import { discordPlatform, restOf } from '../../src/discord/bot.ts'
import { roomsJob } from '../../src/jobs/rooms.ts'
import type { RoomWanted } from '../../src/platform.ts'
import { MAY } from './permissions.ts'
import { ana, ben, carried, eva, guild, joins, NEED, onRooms, opens, sees, stage, status } from './room-stage.ts'
import { TYPE } from './world.ts'

onRooms()

/** A room as the jobs want it. */
const wanted = (carrier: Carrier, title = 'X Club', more: Partial<RoomWanted> = {}): RoomWanted => ({
  name: title.toLowerCase().replaceAll(' ', '-'),
  title,
  isPrivate: false,
  isSensitive: false,
  carrier,
  room: null,
  isOutgrown: false,
  since: stage.fake.now(),
  roles: [],
  others: [],
  ...more,
})
/** Discord as the jobs of another process see it, which remembers nothing of this one. */
const anotherProcess = () => discordPlatform(restOf({ token: stage.fake.token, api: stage.fake.api }), [])
const named = (name: string) => guild.channels().filter((one) => one.name === name)
const roles = (name: string) => [...guild.state.roles.values()].filter((one) => one.name === name)

describe('a room asked for again, though it was made', () => {
  for (const carrier of ['thread', 'forum', 'channel', 'role'] as const)
    test(`is the same ${carrier}`, async () => {
      const one = wanted(carrier)
      const made = await stage.platform.makeRoom(guild.id, one)
      expect(await stage.platform.makeRoom(guild.id, one)).toEqual(made)
      expect([...named('x-club'), ...named('X Club')]).toHaveLength(1)
      expect(roles('X Club')).toHaveLength(carrier === 'role' ? 1 : 0)
    })

  test('is the same post, though somebody answered under it meanwhile', async () => {
    const one = wanted('forum')
    const made = await stage.platform.makeRoom(guild.id, one)
    ben.says('First!', made.id ?? '')
    expect(await stage.platform.makeRoom(guild.id, one)).toEqual(made)
  })

  test('is the same role where only the role was to be made anew', async () => {
    const { id: room } = await stage.platform.makeRoom(guild.id, wanted('role'))
    guild.deleteRole('X Club')
    const mended = wanted('role', 'X Club', { room })
    const first = await stage.platform.makeRoom(guild.id, mended)
    expect(await stage.platform.makeRoom(guild.id, mended)).toEqual(first)
    expect(roles('X Club')).toHaveLength(1)
  })

  test('is another for another community of the same title', async () => {
    for (const carrier of ['forum', 'role'] as const) {
      const [one, two] = [wanted(carrier), wanted(carrier, 'X Club', { name: 'x-club-2' })]
      const first = await stage.platform.makeRoom(guild.id, one)
      const second = await stage.platform.makeRoom(guild.id, two)
      expect(second.id).not.toBe(first.id)
      if (carrier === 'role') expect(second.role).not.toBe(first.role)
    }
  })
})

describe('two rooms made in the same moment', () => {
  test('by one process stand under one channel', async () => {
    const made = await Promise.all(
      ['One', 'Two', 'Three'].map((title) => stage.platform.makeRoom(guild.id, wanted('thread', title))),
    )
    expect(new Set(made.map(({ id }) => id)).size).toBe(3)
    expect(named('community-rooms')).toHaveLength(1)
  })

  test('by two processes stand under the older of two channels, and the other is taken away', async () => {
    for (const [carrier, hall] of [
      ['thread', 'community-rooms'],
      ['forum', 'communities'],
    ] as const) {
      // Both have looked before either has made it.
      stage.fake.faults.next('POST /guilds/:guild/channels', { delayMs: 500, times: 2 })
      const made = await Promise.all(
        [stage.platform, anotherProcess()].map((one, i) => one.makeRoom(guild.id, wanted(carrier, `Club ${i}`))),
      )
      const halls = named(hall)
      expect(halls).toHaveLength(1)
      expect(made.map(({ id }) => guild.find(id ?? '')?.parentId)).toEqual([halls[0]?.id, halls[0]?.id])
    }
  })
})

describe('two communities of one title', () => {
  const twoOfThem = async () => {
    await carried('role')
    guild.deny(MAY.ManageRoles)
    await opens('Book Club')
    await ben.types('start-community', { name: 'Book Club', need: NEED, pledges: 1 })
    await ben.presses('Start it anyway')
    await stage.settle()
    guild.grant(MAY.ManageRoles)
    await status()
  }
  const areApart = () => {
    expect(roles('Book Club')).toHaveLength(2)
    expect([sees(ana, 'book-club-2'), sees(ben, 'book-club')]).toEqual(['', ''])
    expect([sees(ana, 'book-club') === '', sees(ben, 'book-club-2') === '']).toEqual([false, false])
  }

  test('have a role each, made one right after the other', async () => {
    await twoOfThem()
    await eva.presses('Retry rooms')
    await stage.settle()
    areApart()
  })

  test('have a role each, where the second is made by another process', async () => {
    await twoOfThem()
    stage.fake.faults.next('POST /guilds/:guild/roles', { status: 500, after: 1 })
    await eva.presses('Retry rooms')
    await roomsJob(stage.database, [stage.platform], stage.draws).run(() => stage.fake.now())
    expect(roles('Book Club')).toHaveLength(1)
    stage.fake.pass(3_600_000)
    await roomsJob(stage.database, [anotherProcess()], stage.draws).run(() => stage.fake.now())
    await stage.settle()
    areApart()
  })
})

describe('what staff read', () => {
  test('names the permission that letting somebody into a thread, or out of it, takes', async () => {
    await carried('thread')
    await opens()
    await joins(ben)
    const everyone = guild.state.roles.get(guild.id)
    if (everyone) everyone.permissions &= ~MAY.SendMessagesInThreads
    guild.deny(MAY.SendMessagesInThreads)
    const cem = guild.member('cem')
    await joins(cem)
    const told = await status()
    expect(told).toContain('“Send Messages in Threads”')
    expect(told).not.toContain('Manage')
  })

  test('names the role where it is the role that can’t be made anew', async () => {
    await carried('role')
    await opens()
    guild.deleteRole('Parents United')
    await stage.until(async () => (await status()).includes('The role that opens the room'))
    guild.fillRoles(246)
    await eva.presses('Retry rooms')
    await stage.settle()
    expect(await status()).toContain('no space for the role that opens the room')
    expect(await status()).not.toContain('thread')
  })
})

test('the title of a post formats nothing and links nowhere', async () => {
  await carried('forum')
  await opens('Owls https://owls.example - *tonight*')
  const [post] = guild.channels().filter(({ type }) => type === TYPE.publicThread)
  expect(ana.in(post?.id ?? '').sees()[0]?.text).toBe('Owls https\\://owls.example - \\*tonight\\*')
})

test('a server that may have no forums has private threads instead', async () => {
  const plain = stage.fake.guild('Plain', { community: false })
  const made = await stage.platform.makeRoom(plain.id, wanted('forum'))
  expect(made.carrier).toBe('thread')
  expect(plain.find(made.id ?? '')?.type).toBe(TYPE.privateThread)
})

test('a card in a thread that fell asleep is drawn anew all the same', async () => {
  await carried('thread')
  await opens()
  const room = guild.find('parents-united')?.id ?? ''
  await ana.in(room).types('start-community', { name: 'Chess', need: NEED, pledges: 5 })
  await stage.settle()
  guild.archive(room)
  await ben.types('join', { community: 'chess' })
  await ben.presses('Pledge', 'Before you join')
  stage.fake.pass(2_000)
  await stage.settle()
  expect(sees(ana, room)).toContain('Pledges: 2 of 5')
  expect(await status()).toContain('Nothing needs you')
})

test('those in a thread read who was let in and out, since Discord says so itself', async () => {
  await carried('thread')
  await opens()
  await joins(ben)
  await ben.types('leave', { community: 'parents-united' })
  await stage.settle()
  const said = sees(ana, 'parents-united')
  expect(said).toContain('kindred added ben to the thread.')
  expect(said).toContain('kindred removed ben from the thread.')
})
