import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { say } from '../../src/core/say.ts'
import type { Store } from '../../src/store/store.ts'
import type { GuildHandle, Person } from './hand.ts'
import { MAY } from './permissions.ts'
import { type DiscordStage, openDiscordStage } from './stage.ts'
import { TYPE } from './world.ts'

const NEED = 'people with small children, so that we can enjoy culture with them'
const DAY_MS = 86_400_000

let stage: DiscordStage
let guild: GuildHandle
let ana: Person
let ben: Person
let eva: Person

beforeEach(async () => {
  stage = await openDiscordStage()
  guild = stage.fake.guild('Museum')
  ana = guild.member('ana')
  ben = guild.member('ben')
  eva = guild.member('eva', { staff: true })
})
afterEach(async () => {
  expect(stage.fake.violations).toEqual([])
  expect(stage.failures.map(({ where, error }) => `${where}: ${error}`)).toEqual([])
  await stage.close()
})

async function opens(name = 'Parents United', more: Record<string, unknown> = {}): Promise<void> {
  await ana.types('start-community', { name, need: NEED, pledges: 1, ...more })
  await stage.settle()
}

async function joins(who: Person, label = 'Join') {
  const before = await who.types('join', { community: 'parents-united' })
  const joined = await who.presses(label)
  await stage.settle()
  return { before, joined }
}

const carried = (carrier: string) => eva.types('staff rooms', { carrier })
const status = async () => (await eva.types('staff status')).text
const sees = (who: Person, room: string) =>
  who
    .in(guild.find(room)?.id ?? '')
    .sees()
    .map(({ text }) => text)
    .join('\n')
const isOurs = ({ name }: { name: string }) => name === 'Parents United'
const hello = say`Hello.`
const now = () => stage.fake.now()
const community = (store: Store) => store.communities.find('parents-united', 'parents-united', '')
const roomsNow = () => stage.read((store) => store.rooms.known('discord'))

describe('a room on Discord', () => {
  test('is a channel that only members see, where nothing was chosen', async () => {
    await opens()
    const { before } = await joins(ben)
    expect(before.text).toContain("members and the server's administrators")
    expect(guild.find('parents-united')?.type).toBe(TYPE.text)
    expect(sees(ben, 'parents-united')).toContain('Welcome')
    expect(sees(guild.member('cem'), 'parents-united')).toBe('')
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
    expect(again.text).toContain('If you enter it, the others there will see you.')
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
  })

  test('goes on with a role where a thread holds no more, and everybody moves', async () => {
    await carried('thread')
    await opens()
    const before = guild.find('parents-united')?.id ?? ''
    guild.fillThread(before, 1000)
    await joins(ben)
    const after = guild.channels().find(({ name, type }) => name === 'parents-united' && type === TYPE.text)
    expect(after).toBeDefined()
    expect([ana, ben].map((who) => who.hasRole('Parents United'))).toEqual([true, true])
    expect(sees(ana, before)).toContain('This room is full, so')
    await stage.read(async (store) =>
      store.posts.sayInRooms((await community(store))?.id ?? '', { text: hello }, now()),
    )
    await stage.settle()
    expect(sees(ben, after?.id ?? '')).toContain('Hello.')
  })
})

describe('what somebody changes by hand', () => {
  test('a new name is left as it is', async () => {
    await opens()
    const room = guild.find('parents-united')?.id ?? ''
    guild.renameChannel('parents-united', 'families')
    await joins(ben)
    expect(guild.find('families')?.id).toBe(room)
    expect(sees(ben, 'families')).toContain('Welcome')
  })

  test('a deleted room is noticed at once, and made again only when staff say so', async () => {
    await opens()
    await joins(ben)
    guild.deleteChannel('parents-united')
    await stage.until(async () => (await roomsNow()).length === 0)
    expect(await status()).toContain('was deleted there')
    const cem = guild.member('cem')
    expect((await joins(cem)).joined.text).toContain("You're in")
    expect(guild.find('parents-united')).toBeUndefined()
    await eva.presses('Retry rooms')
    await stage.settle()
    expect(await roomsNow()).toHaveLength(3)
    expect(sees(ben, 'parents-united')).toBe('')
    expect(guild.find('parents-united')?.overwrites.has(cem.id)).toBe(true)
    expect(await status()).toContain('Nothing needs you')
  })

  test('a room deleted while nobody listened is noticed when it is needed, and may be let go', async () => {
    await opens()
    stage.fake.world.channels.delete(guild.find('parents-united')?.id ?? '')
    await joins(ben)
    expect(await status()).toContain('was deleted there')
    await eva.presses('Ignore rooms')
    expect(await status()).toContain('Nothing needs you')
    expect((await guild.member('cem').types('join', { community: 'parents-united' })).text).toContain("You're in")
    expect(await stage.read(async (store) => (await store.agenda()).posts)).toBeUndefined()
  })

  test('a deleted role is made again, and everybody has it', async () => {
    await carried('role')
    await opens()
    await joins(ben)
    guild.deleteRole('Parents United')
    await stage.until(() => guild.state.roles.size > 0 && ![...guild.state.roles.values()].some(isOurs))
    await stage.until(async () => {
      await stage.settle()
      return [...guild.state.roles.values()].some(isOurs)
    })
    await stage.settle()
    expect([ana, ben].map((who) => who.hasRole('Parents United'))).toEqual([true, true])
    expect(sees(ben, 'parents-united')).toContain('Welcome')
    expect(await status()).toContain('Nothing needs you')
  })

  test('a role above Kindred’s own is told to staff, who hear what to drag where', async () => {
    await carried('role')
    await opens()
    guild.raise('Parents United')
    expect((await joins(ben)).joined.text).toContain("You're in")
    expect(ben.hasRole('Parents United')).toBe(false)
    expect(await status()).toContain('put that role above others')
    expect((await eva.types('staff rooms')).text).toContain("Drag Kindred's role above: Parents United.")
  })

  test('a permission that is taken away is named to staff in the words of the settings', async () => {
    expect((await eva.types('staff rooms')).text).toContain('Nothing.')
    guild.deny(MAY.ManageRoles)
    await stage.until(async () => (await eva.types('staff rooms')).text.includes('Manage Roles.'))
  })
})

describe('who leaves the server', () => {
  test('is out of the room after a day, still in the community, and back in it at their next act there', async () => {
    await carried('role')
    await opens()
    await joins(ben)
    ben.leaves()
    stage.fake.pass(DAY_MS + 1_000)
    await stage.settle()
    expect((await roomsNow()).map(({ account }) => account)).toEqual([ana.id])
    ben.returns()
    expect(ben.hasRole('Parents United')).toBe(false)
    expect((await ben.types('my')).text).toContain('Parents United')
    await stage.settle()
    expect(ben.hasRole('Parents United')).toBe(true)
  })

  test('has a role that was taken by hand again after a day', async () => {
    await carried('role')
    await opens()
    await joins(ben)
    ben.losesRole('Parents United')
    stage.fake.pass(DAY_MS + 1_000)
    await stage.settle()
    expect(ben.hasRole('Parents United')).toBe(true)
  })
})
