import { describe, expect, test } from 'vitest'
import { say } from '../../src/core/say.ts'
import type { Person } from './hand.ts'
import { ana, ben, carried, community, guild, joins, onRooms, opens, sees, stage, status } from './room-stage.ts'
import { TYPE } from './world.ts'

onRooms()

describe('a room that is full', () => {
  test('of people in a thread has a larger one beside it, for those who read that everyone sees who is in it', async () => {
    await carried('thread')
    await opens()
    const thread = guild.find('parents-united')?.id ?? ''
    const cem = guild.member('cem')
    await joins(cem)
    guild.fillThread(thread, 1000)
    expect((await joins(ben)).joined.text).toContain("You're in")
    const larger = guild.channels().find(({ name, type }) => name === 'parents-united' && type === TYPE.text)?.id ?? ''
    // Ben read that members see him, and Cem is where he was.
    expect(ben.hasRole('Parents United')).toBe(false)
    expect(guild.find(thread)?.thread?.members.has(ben.id)).toBe(false)
    expect(guild.find(thread)?.thread?.members.has(cem.id)).toBe(true)
    expect(await status()).toContain('is nearly full')

    await announces()
    expect(sees(cem, thread)).toContain('Hello.')
    expect(sees(ben, 'parents-united')).toBe('')

    expect((await ben.types('join', { community: 'parents-united' })).text).toContain('everyone there will see it')
    await ben.presses('Enter the room')
    await stage.settle()
    expect(sees(ben, larger)).toContain('Hello.')

    expect(sees(cem, thread)).toContain('Parents United has a larger room')
    await cem.in(thread).presses('Enter the larger room')
    await stage.settle()
    expect(sees(cem, larger)).toContain('Hello.')
    await leaves(cem)
    expect(cem.hasRole('Parents United')).toBe(false)
    expect(guild.find(thread)?.thread?.members.has(cem.id)).toBe(false)
  })

  test('of people let into a channel one by one has a role besides, and nobody inside is shown to more', async () => {
    await opens()
    const room = guild.find('parents-united')?.id ?? ''
    const cem = guild.member('cem')
    stage.platform.roomHolds = { channel: 2 }
    await joins(cem)
    const { before } = await joins(ben)
    expect(before.text).toContain('Everyone there sees who is in it')
    expect([ana, cem, ben].map((one) => one.hasRole('Parents United'))).toEqual([false, false, true])
    // A day later they are looked after: Cem has no role, and needs none.
    stage.fake.pass(25 * 3_600_000)
    await stage.settle()
    expect([sees(cem, room) === '', cem.hasRole('Parents United')]).toEqual([false, false])
    await leaves(cem)
    expect(sees(cem, room)).toBe('')
    await leaves(ben)
    expect(ben.hasRole('Parents United')).toBe(false)
  })

  test('stays as it is where there is no space for the role, staff are told, and people can leave', async () => {
    await opens()
    const room = guild.find('parents-united')?.id ?? ''
    const cem = guild.member('cem')
    await joins(cem)
    guild.fillRoles(246)
    stage.platform.roomHolds = { channel: 2 }
    await joins(ben)
    expect(await status()).toContain('no space for the role')
    await leaves(cem)
    expect(sees(cem, room)).toBe('')
  })

  test('of people its own moderators let in gets no role that would open nothing', async () => {
    await opens()
    guild.fillOverwrites('parents-united', 1000)
    await joins(ben)
    expect(await status()).toContain('the room is full')
    expect(guild.state.roles.size).toBe(3)
  })

  test('of people in a hidden community’s thread stays as it is, and staff hear who can’t be let in and why', async () => {
    await opens('Parents United', { visibility: 'request' })
    const room = guild.find('parents-united')?.id ?? ''
    guild.fillThread(room, 1000)
    await ben.types('join', { community: 'parents-united' })
    await ben.presses('Say why')
    await ben.fills({ reason: 'We have two small children.' })
    await stage.settle()
    await ana.presses('Accept')
    await stage.settle()
    expect(await status()).toContain('the room is full')
    await announces()
    expect(sees(ana, room)).toContain('Hello.')
  })
})

/** Something is said in the community's rooms. */
async function announces(): Promise<void> {
  await stage.read(async (store) =>
    store.posts.sayInRooms((await community(store))?.id ?? '', { text: say`Hello.` }, stage.fake.now()),
  )
  await stage.settle()
}

async function leaves(who: Person): Promise<void> {
  await who.types('leave', { community: 'parents-united' })
  await stage.settle()
}
