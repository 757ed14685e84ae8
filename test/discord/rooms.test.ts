import { describe, expect, test } from 'vitest'
import { ana, ben, carried, eva, guild, joins, NEED, onRooms, opens, sees, stage, status } from './room-stage.ts'
import { TYPE } from './world.ts'

onRooms()

describe('a room on Discord', () => {
  test('is a channel that only members see, where nothing was chosen', async () => {
    await opens()
    const { before } = await joins(ben)
    expect(before.text).toContain("members, and the server's administrators and moderators,")
    expect(guild.find('parents-united')?.type).toBe(TYPE.text)
    expect(sees(ben, 'parents-united')).toContain('Welcome')
    expect(sees(guild.member('cem'), 'parents-united')).toBe('')
  })

  test('is shown to its founder in words before it is made', async () => {
    const wanted = await ana.types('start-community', { name: 'Parents United', need: NEED, pledges: 3 })
    expect(wanted.text).toContain("members, and the server's administrators and moderators, see who is in it")
  })

  test('is a private thread where staff chose that', async () => {
    await carried('thread')
    await opens()
    await joins(ben)
    expect(guild.find('parents-united')?.type).toBe(TYPE.privateThread)
    expect(sees(ben, 'parents-united')).toContain('Welcome')
    await ben.types('leave', { community: 'parents-united' })
    await stage.settle()
    expect(sees(ben, 'parents-united')).toBe('')
  })

  test('is a channel opened by a role where staff chose that, and everyone sees who has it', async () => {
    await carried('role')
    await opens()
    const { before } = await joins(ben)
    expect(before.text).toContain('Everyone there sees who is in it.')
    expect(ben.hasRole('Parents United')).toBe(true)
    expect(sees(ben, 'parents-united')).toContain('Welcome')
    expect(guild.find('parents-united')?.overwrites.has(ben.id)).toBe(false)
    await ben.types('leave', { community: 'parents-united' })
    await stage.settle()
    expect(ben.hasRole('Parents United')).toBe(false)
  })

  test('is a post in a forum where staff chose that, and its title formats and pings nobody', async () => {
    await carried('forum')
    await opens('Parents *United*')
    const post = guild.find('Parents *United*')
    expect(post?.type).toBe(TYPE.publicThread)
    const { before } = await joins(ben)
    expect(before.text).toContain('Everyone there sees')
    expect(post?.thread?.members.has(ben.id)).toBe(true)
    expect(sees(guild.member('cem'), post?.id ?? '')).toContain('Parents \\*United\\*')
  })

  test('is none where staff chose that: people join without a card, and nothing waits to be said there', async () => {
    await carried('none')
    await opens()
    const joined = await ben.types('join', { community: 'parents-united' })
    expect(joined.text).toContain("You're in")
    await stage.settle()
    expect(guild.find('parents-united')).toBeUndefined()
    expect(await stage.read(async (store) => (await store.agenda()).posts)).toBeUndefined()
    expect(await status()).toContain('Nothing needs you')
  })

  test('of a community that not everybody may find is a private thread, whatever was chosen', async () => {
    for (const [name, carrier] of [
      ['One', 'role'],
      ['Two', 'forum'],
      ['Three', 'channel'],
    ] as const) {
      await carried(carrier)
      await opens(name, { visibility: 'request' })
      expect(guild.find(name.toLowerCase())?.type).toBe(TYPE.privateThread)
    }
  })

  test('is not entered by who would rather not be seen, until they press for it', async () => {
    await opens()
    const { joined } = await joins(ben, 'Join without the room')
    expect(joined.text).toContain("You're in")
    expect(sees(ben, 'parents-united')).toBe('')
    await ben.types('help')
    await stage.settle()
    expect(sees(ben, 'parents-united')).toBe('')
    await ben.presses('Not now')
    const again = await ben.types('join', { community: 'parents-united' })
    expect(again.text).toContain('If you enter it, the others there will see you, and so will whoever runs the place.')
    await ben.presses('Enter the room')
    await stage.settle()
    expect(sees(ben, 'parents-united')).toContain('Welcome')
  })

  test('is entered when the community opens by who pledged for it, but not by who pledged without the room', async () => {
    await opens('Parents United', { pledges: 3 })
    const cem = guild.member('cem')
    await joins(ben, 'Pledge without the room')
    await joins(cem, 'Pledge')
    expect(sees(cem, 'parents-united')).toContain('Welcome')
    expect(sees(ben, 'parents-united')).toBe('')
    expect(guild.find('parents-united')?.overwrites.has(ben.id)).toBe(false)
  })
})

describe('a server that is nearly full', () => {
  test('of roles has channels instead', async () => {
    await carried('role')
    guild.fillRoles(246)
    await opens()
    expect(guild.find('parents-united')?.type).toBe(TYPE.text)
    await joins(ben)
    expect(guild.find('parents-united')?.overwrites.has(ben.id)).toBe(true)
  })

  test('of channels has private threads instead, and where not even those fit, no rooms', async () => {
    await opens('First', { visibility: 'request' })
    guild.fillChannels(491)
    await opens()
    expect(guild.find('parents-united')?.type).toBe(TYPE.privateThread)
    guild.deleteChannel('community-rooms')
    guild.fillChannels(491)
    await opens('Chess Club')
    expect(guild.find('chess-club')).toBeUndefined()
    expect((await ben.types('join', { community: 'chess-club' })).text).toContain("You're in")
  })

  test('leaves its channels where it is full, and puts them into the category where it is not', async () => {
    const category = guild.category('Communities')
    expect((await eva.types('staff rooms', { category: 'nowhere' })).text).toContain('There are: Communities.')
    expect((await eva.types('staff rooms', { category: 'communities' })).text).toContain('Communities')
    await opens()
    expect(guild.find('parents-united')?.parentId).toBe(category.id)
    for (let count = 0; count < 49; count++) guild.channel(`other-${count}`, { parentId: category.id })
    await opens('Chess Club')
    expect(guild.find('chess-club')?.parentId).toBeNull()
    await eva.types('staff rooms')
    expect((await eva.presses('No category')).text).toContain('Category: none')
    await opens('Book Club')
    expect(guild.find('book-club')?.parentId).toBeNull()
  })
})

describe('what staff choose', () => {
  test('is offered as a list, and by /setup', async () => {
    expect((await eva.types('staff setup')).buttons).toContain('Rooms here')
    await eva.presses('Rooms here')
    const saved = await eva.selects('Private thread')
    expect(saved.text).toContain('Saved, for rooms that are made from now on.')
    await opens()
    expect(guild.find('parents-united')?.type).toBe(TYPE.privateThread)
  })

  test('is the channel in which they are told things, by its name or picked from the list', async () => {
    const desk = guild.channel('front-desk')
    expect((await eva.types('staff setup', { 'staff-room': '#nowhere' })).text).toContain('There is no channel')
    for (const typed of ['#front-desk', 'Front-Desk', `<#${desk.id}>`]) {
      expect((await eva.types('staff setup', { 'staff-room': typed })).text).toContain('#front-desk')
      const { staffRoom } = await stage.read((store) => store.organization.get())
      expect(staffRoom).toEqual({ platform: 'discord', workspace: guild.id, place: desk.id })
    }
  })

  test('among more communities than fit into buttons is picked from a list', async () => {
    for (const name of ['Astronomy', 'Bookworms', 'Chess', 'Dinosaurs', 'Early Birds', 'Fossils']) {
      await opens(name)
      await ana.presses('Start it anyway').catch(() => undefined)
    }
    await stage.settle()
    expect((await ana.types('leave')).text).toContain('Which community?')
    const left = await ana.selects('Chess')
    expect(left.text).toContain('You have left **Chess**')
  })
})
