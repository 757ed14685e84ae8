import { describe, expect, test } from 'vitest'
import { say } from '../../src/core/say.ts'
import { MAY } from './permissions.ts'
import { anotherProcess, asked, fake, guild, HOUR_MS, onPlatform, platform, READING } from './platform-stage.ts'
import { messagesIn } from './world.ts'

onPlatform()

const MESSAGES = 'POST /channels/:channel/messages'

const target = () => ({ workspace: guild.id, place: guild.general.id, account: null })
const card = (words = 'Sea sitting', meetup = 1) => ({
  card: { title: say`${words}`, buttons: [{ label: say`Yes`, press: `meetup.rsvp?m=${meetup}` }] },
})
const said = () => [...messagesIn(fake.world, guild.general.id).values()]

describe('a card that calls the role of its room', () => {
  const calling = (role: string, id: string | null = null, tried?: Date, key = 'call', by = platform) =>
    by.draw({ ...target(), calls: role }, card(), READING, key, id, tried)
  const called = () => said().map((one) => one.called)

  test('names it so that those who have it hear of it, once', async () => {
    const role = guild.role('Sea Sitters')
    const id = await calling(role.id)
    expect(said()).toMatchObject([
      { content: `<@&${role.id}>`, allowedMentions: { parse: [], roles: [role.id] }, called: [role.id] },
    ])
    expect(guild.state.roles.get(role.id)?.mentionable).toBe(false)
    const again = { ...card('Sea standing'), text: say`Put off!` }
    await platform.draw({ ...target(), calls: role.id }, again, READING, 'call', id, undefined)
    expect(said()).toMatchObject([
      { content: `<@&${role.id}>\nPut off!`, allowedMentions: { parse: [] }, called: [role.id] },
    ])
    expect(asked(MESSAGES)).toBe(1)
  })

  test('calls nobody where somebody deleted the card and it is drawn anew', async () => {
    const role = guild.role('Sea Sitters', { mentionable: true })
    const id = await calling(role.id)
    messagesIn(fake.world, guild.general.id).clear()
    await calling(role.id, id)
    expect(called()).toEqual([[]])
    expect(guild.state.roles.get(role.id)?.mentionable).toBe(true)
  })

  test('calls once though its answer was lost, or the role could not be closed to mentions again', async () => {
    const role = guild.role('Sea Sitters')
    const tried = fake.now()
    fake.faults.next(MESSAGES, { drop: 'after' })
    fake.faults.next('PATCH /guilds/:guild/roles/:role', { status: 500, after: 1 })
    await expect(calling(role.id)).rejects.toThrow()
    expect(guild.state.roles.get(role.id)?.mentionable).toBe(true)
    fake.pass(HOUR_MS)
    await calling(role.id, null, tried, 'call', anotherProcess())
    expect(called()).toEqual([[role.id]])
    expect(guild.state.roles.get(role.id)?.mentionable).toBe(false)
    fake.faults.next(MESSAGES, { status: 503 })
    await expect(calling(role.id, null, undefined, 'other')).rejects.toThrow()
    expect(guild.state.roles.get(role.id)?.mentionable).toBe(false)
  })

  test('is found among others of the same room by where its buttons lead', async () => {
    const role = guild.role('Sea Sitters')
    const tried = fake.now()
    await calling(role.id, null, undefined, 'one')
    await platform.draw({ ...target(), calls: role.id }, card('Sea sitting', 2), READING, 'two', null, tried)
    expect(called()).toEqual([[role.id], [role.id]])
  })

  test('is drawn where the role is gone, or above Kindred’s own, and calls nobody', async () => {
    await calling('1234567890123456789')
    expect(said()).toMatchObject([{ content: '', allowedMentions: { parse: [] } }])
    const role = guild.role('Sea Sitters')
    guild.raise('Sea Sitters')
    await calling(role.id, null, undefined, 'two')
    expect(called()).toEqual([[], []])
    guild.grant(MAY.MentionEveryone)
    await calling(role.id, null, undefined, 'three')
    expect(called()).toEqual([[], [], [role.id]])
  })

  test('is heard also where another calls the same role in that moment', async () => {
    const role = guild.role('Sea Sitters')
    // By the time the second is said, the first would have closed the role to mentions.
    fake.faults.next(MESSAGES, { delayMs: 200, after: 1 })
    await Promise.all([calling(role.id, null, undefined, 'one'), calling(role.id, null, undefined, 'two')])
    expect(called()).toEqual([[role.id], [role.id]])
    expect(guild.state.roles.get(role.id)?.mentionable).toBe(false)
  })
})
