import { describe, expect, test } from 'vitest'
import { MAY } from './permissions.ts'
import { ana, ben, guild, inRooms, joins, NEED, onRooms, opens, sees, stage, status } from './room-stage.ts'
import { openDiscordStage } from './stage.ts'
import { TYPE } from './world.ts'

onRooms({ heartbeatMs: 500, patienceMs: 3_000, mayFail: true })

describe('rooms on Discord', () => {
  test('that not everybody may find are private threads', async () => {
    await opens('Parents United', { visibility: 'request' })
    const room = guild.find('parents-united')
    expect(room?.type).toBe(TYPE.privateThread)
    expect(sees(ana, 'parents-united')).toContain('Welcome')
    expect(sees(ben, 'parents-united')).toBe('')
    await joins(ben, 'Say why')
    await ben.fills({ reason: 'two toddlers' })
    await stage.settle()
    await ana.presses('Accept')
    await stage.settle()
    expect(sees(ben, 'parents-united')).toContain('Welcome')
    expect(ben.inDm().sees().at(-1)?.text).toContain('Your request was accepted')
  })

  test('that are sensitive are private threads, entered by a press of its own', async () => {
    await opens('Parents United', { sensitive: true, visibility: 'secret' })
    await ana.presses('Yes, join').catch(() => undefined)
    await stage.settle()
    const entered = await ana.presses('Enter the room')
    expect(entered.text).toContain('You are being let into the room')
    await stage.settle()
    const room = guild.channels().find(({ type }) => type === TYPE.privateThread)
    expect(room?.thread?.members.has(ana.id)).toBe(true)
  })

  test('of the same person in two servers are two, for one account', async () => {
    await opens()
    const other = stage.fake.guild('Friends')
    const there = other.member('ana', { as: ana })
    expect((await there.types('my')).text).toContain('Parents United')
    const cem = other.member('cem')
    await joins(cem)
    await stage.settle()
    expect(other.find('parents-united')).toBeDefined()
    expect(await inRooms()).toHaveLength(2)
  })

  test('which Kindred may not make are told to staff with the permission it lacks', async () => {
    guild.deny(MAY.ManageChannels)
    await opens()
    expect(await status()).toContain('Manage Channels')
    expect((await joins(ben)).joined.text).toContain("You're in")
  })

  test('nobody is let into who left the server', async () => {
    await opens()
    await ben.types('join', { community: 'parents-united' })
    await ben.presses('Join')
    ben.leaves()
    await stage.settle()
    expect(guild.find('parents-united')?.overwrites.has(ben.id)).toBe(false)
    expect(await status()).not.toContain("can't be let into")
  })
})

describe('messages on Discord', () => {
  test('are said once, though the connection broke after Discord took them', async () => {
    stage.fake.faults.next('POST /channels/:channel/messages', { drop: 'after' })
    await opens()
    for (let i = 0; i < 3; i++) {
      stage.fake.pass(20_000)
      await stage.settle()
    }
    expect(sees(ana, 'parents-united').match(/Welcome/g)).toHaveLength(1)
  })

  test('are said in the end, after three times a 500 and a 429', async () => {
    stage.fake.faults.next('POST /channels/:channel/messages', { status: 500, times: 5 })
    stage.fake.faults.next('POST /channels/:channel/messages', { retryAfter: 30 })
    await opens()
    for (let i = 0; i < 10; i++) {
      stage.fake.pass(120_000)
      await stage.settle()
    }
    expect(sees(ana, 'parents-united').match(/Welcome/g)).toHaveLength(1)
  })

  test('to somebody who takes none hold nobody up, and staff hear of it', async () => {
    await ana.types('start-community', { name: 'Parents United', need: NEED, pledges: 2 })
    await stage.settle()
    ana.closesDms()
    await ben.presses('Pledge')
    await ben.presses('Pledge')
    await stage.settle()
    expect(sees(ben, 'parents-united')).toContain('Welcome')
    expect(await status()).toContain('takes no private messages')
  })

  test('everyone sees are drawn anew where somebody deleted them', async () => {
    await ana.types('start-community', { name: 'Parents United', need: NEED, pledges: 3 })
    await stage.settle()
    const card = ben.sees().at(-1)?.message
    if (card) stage.fake.world.messages.get(card.channelId)?.delete(card.id)
    await joins(ben, 'Pledge')
    stage.fake.pass(2_000)
    await stage.settle()
    expect(
      ben
        .in('general')
        .sees()
        .map(({ text }) => text)
        .join(),
    ).toContain('Pledges: 2 of 3')
  })
})

describe("Discord's gateway", () => {
  const works = async () => (await ben.types('help')).kind === 'message'

  test('is found again after a cut, an op 7 and an op 9', async () => {
    for (const trouble of [
      () => stage.fake.gateway.drop(),
      () => stage.fake.gateway.reconnect(),
      () => stage.fake.gateway.invalidate(true),
      () => stage.fake.gateway.invalidate(false),
    ]) {
      const before = stage.fake.gateway.sessions().length
      expect(before).toBe(1)
      trouble()
      await stage.until(() => works().catch(() => false))
    }
  })

  test('that goes silent is left and found again', async () => {
    stage.fake.gateway.zombie()
    await stage.until(() => works().catch(() => false))
  })

  test('that refuses the token stops Discord alone, with a sentence that says what to do', async () => {
    stage.fake.gateway.revoke()
    await stage.until(() => stage.printed.length === 2)
    expect(stage.printed[1]).toContain('Reset Token')
    await stage.settle()
    expect(
      await stage.read((store) => store.leases.hold('gateway/discord', 'another', stage.fake.now(), new Date())),
    ).toBe(true)
  })

  test('that refuses the intents stops Discord alone, with a sentence that says what to do', async () => {
    stage.fake.gateway.close(4014)
    await stage.until(() => stage.printed.length === 2)
    expect(stage.printed[1]).toContain('intents')
  })

  test('is held by one process, and by another within 30 seconds of its end', async () => {
    await stage.bot.stop()
    const gone = () => new Date(stage.fake.now().getTime() + 20_000)
    await stage.read((store) => store.leases.hold('gateway/discord', 'gone', stage.fake.now(), gone()))
    stage.another().start()
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(stage.printed).toHaveLength(1)
    stage.fake.pass(20_000)
    await stage.until(() => stage.printed.length === 2)
    expect(await works()).toBe(true)
  })
})

test('a wrong token from the start stops Discord alone', async () => {
  const refused = await openDiscordStage({ token: 'wrong' })
  expect(refused.printed).toEqual([expect.stringContaining('DISCORD_TOKEN')])
  await refused.close()
})
