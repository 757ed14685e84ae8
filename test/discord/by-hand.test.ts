import { describe, expect, test } from 'vitest'
import { MAY } from './permissions.ts'
import { ana, ben, carried, eva, guild, inRooms, joins, onRooms, opens, sees, stage, status } from './room-stage.ts'

onRooms()
const DAY_MS = 86_400_000

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
    await stage.until(async () => (await inRooms()).length === 0)
    expect(await status()).toContain('was deleted there')
    const cem = guild.member('cem')
    expect((await joins(cem)).joined.text).toContain("You're in")
    expect(guild.find('parents-united')).toBeUndefined()
    await eva.presses('Retry rooms')
    await stage.settle()
    expect(await inRooms()).toHaveLength(3)
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

  test('a deleted role lets nobody in until staff say so, and no other role takes its place', async () => {
    await carried('role')
    await opens()
    await joins(ben)
    const room = guild.find('parents-united')
    const moderators = guild.role('Moderators')
    room?.overwrites.set(moderators.id, { id: moderators.id, type: 0, allow: 1024n, deny: 0n })
    guild.deleteRole('Parents United')
    await stage.until(async () => (await status()).includes('The role that opens the room'))
    const cem = guild.member('cem')
    expect((await joins(cem)).joined.text).toContain("You're in")
    await eva.presses('Retry rooms')
    await stage.settle()
    expect([ana, ben, cem].map((who) => who.hasRole('Parents United'))).toEqual([true, true, true])
    expect(cem.hasRole('Moderators')).toBe(false)
    expect(sees(ben, 'parents-united')).toContain('Welcome')
    expect(await status()).toContain('Nothing needs you')
  })

  test('a role of the same name that was there before is not Kindred’s to give', async () => {
    await carried('role')
    guild.role('Parents United', { permissions: 0n })
    ben.getsRole('Parents United')
    await opens()
    expect(sees(ben, 'parents-united')).toBe('')
  })

  test('made sensitive, a room that others can see is left by all, and nobody is put into the private one', async () => {
    await carried('role')
    await opens()
    await joins(ben)
    await eva.types('staff sensitive', { community: 'parents-united' })
    const done = await eva.presses('Make it sensitive')
    expect(done.text).toContain('Delete that room yourself')
    await stage.settle()
    expect([ana, ben].map((who) => who.hasRole('Parents United'))).toEqual([false, false])
    expect(await inRooms()).toEqual([])
    await ben.types('join', { community: 'parents-united' })
    await ben.presses('Enter the room')
    await stage.settle()
    expect(ben.hasRole('Parents United')).toBe(false)
    expect((await inRooms()).map(({ account }) => account)).toEqual([ben.id])
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

describe('a server that somebody else brought Kindred into', () => {
  test('has no staff before staff accept it, and they hear of it', async () => {
    expect(await status()).not.toContain('Annex')
    const other = stage.fake.guild('Annex')
    const mallory = other.member('mallory', { staff: true })
    await stage.until(async () => (await status()).includes('was brought into **Annex**'))
    expect((await mallory.types('staff status')).text).toContain('have not accepted this place')
    expect((await mallory.types('staff setup', { name: 'Mallory Inc' })).text).toContain('have not accepted this place')
    expect((await eva.types('staff servers')).buttons).toEqual(['Accept Annex'])
    await eva.presses('Accept Annex')
    expect((await mallory.types('staff status')).text).toContain('Status')
    await eva.types('staff servers')
    await eva.presses('Annex is not ours')
    expect((await mallory.types('staff status')).text).toContain('have not accepted this place')
  })
})

describe('a server that Kindred is thrown out of', () => {
  test('is told to staff elsewhere, and nothing is lost', async () => {
    await opens()
    const other = stage.fake.guild('Annex')
    const fay = other.member('fay', { staff: true })
    await status()
    await stage.until(async () => (await eva.types('staff servers')).buttons.includes('Accept Annex'))
    await eva.presses('Accept Annex')
    guild.expelBot()
    await stage.until(async () => (await fay.types('staff status')).text.includes('was removed from **Museum**'))
    expect((await fay.types('communities')).text).toContain('Parents United')
  })
})

describe('who leaves the server', () => {
  test('is not inside a channel again by coming back, once they left the community', async () => {
    await opens()
    await joins(ben)
    ben.leaves()
    stage.fake.pass(DAY_MS + 1_000)
    await stage.settle()
    expect(guild.find('parents-united')?.overwrites.has(ben.id)).toBe(false)
    ben.returns()
    await ben.types('leave', { community: 'parents-united' })
    await stage.settle()
    expect(sees(ben, 'parents-united')).toBe('')
  })

  test('is out of the room after a day, still in the community, and back in it at their next act there', async () => {
    await carried('role')
    await opens()
    await joins(ben)
    ben.leaves()
    stage.fake.pass(DAY_MS + 1_000)
    await stage.settle()
    expect((await inRooms()).map(({ account }) => account)).toEqual([ana.id])
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
