import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Bot, createBot, discordPlatform, restOf } from '../../src/discord/bot.ts'
import { loadCommands } from '../../src/load-commands.ts'
import { type Fake, openFake } from '../discord/server.ts'
import { folders } from '../stage.ts'
import type { Person } from './hand.ts'
import { openSlackStage, type SlackStage } from './stage.ts'

const NEED = 'people with small children, so that we can enjoy culture with them'

let stage: SlackStage
let discord: Fake
let bot: Bot
let guild: ReturnType<Fake['guild']>
let ben: Person

beforeEach(async () => {
  discord = await openFake()
  const commands = await loadCommands(folders.commands)
  const access = { token: discord.token, api: discord.api }
  stage = await openSlackStage({ platforms: [discordPlatform(restOf(access), commands)] })
  const printed: string[] = []
  bot = createBot({
    ...access,
    commands,
    router: stage.router,
    turn: { take: async () => true, giveBack: async () => undefined },
    now: () => stage.fake.now(),
    print: (line) => void printed.push(line),
    logFailure: (where, error) => void stage.failures.push({ where, error }),
    met: async () => undefined,
    expelled: async () => undefined,
    deleted: async () => undefined,
    needs: async () => undefined,
    wake: () => stage.runner.wake(),
  })
  bot.start()
  await stage.until(() => printed.length > 0)
  guild = discord.guild('Museum')
  ben = stage.team.user('ben')
})
afterEach(async () => {
  await bot.stop()
  await stage.close()
  await discord.close()
  expect([...stage.fake.violations, ...discord.violations]).toEqual([])
  expect(stage.failures).toEqual([])
})

const words = (all: { text: string }[]) => all.map(({ text }) => text.replaceAll(/[*`]/g, '')).join('\n')

test('one community lives on Discord and in Slack at once, with a room and a card in each', async () => {
  const ana = guild.member('ana')
  await ana.types('start-community', { name: 'Parents United', need: NEED, pledges: 3 })
  await stage.settle()
  // In Slack it is found, and pledged for, without anybody having put it there.
  expect(words([await ben.types('/community list')])).toContain('Wanted: opens at 3 pledges')
  await ben.presses('Pledge for Parents United')
  expect(words([await ben.presses('Pledge', 'Before you join')])).toContain('2 of 3')
  stage.fake.pass(1_000)
  await stage.settle()
  expect(words(ana.sees())).toContain('Pledges: 2 of 3')

  const cem = stage.team.user('cem')
  await cem.types('/community join parents-united')
  expect(words([await cem.presses('Pledge', 'Before you join')])).toContain("Parents United is open, and you're in.")
  stage.fake.pass(1_000)
  await stage.settle()
  expect(stage.team.find('parents-united')).toMatchObject({ kind: 'private' })
  expect([ben, cem].every((one) => one.isIn('parents-united'))).toBe(true)
  expect(guild.find('parents-united')).toBeDefined()
  expect(words(ana.sees())).toContain('It is open.')
  expect(words(ben.sees('parents-united'))).toContain('Welcome to Parents United!')
  expect(words(ana.in(guild.find('parents-united')?.id ?? '').sees())).toContain('Welcome to Parents United!')
  expect(words(ben.seesDm())).toContain('Parents United has opened')

  // Whoever leaves on one is out of that room alone; the other goes on.
  await ana.types('leave', { community: 'parents-united' })
  await ana.presses('Ask the others')
  stage.fake.pass(2_000)
  await stage.settle()
  expect(words(ben.sees('parents-united'))).toContain('is looking for an organizer')
  expect(words([await ben.presses("I'll do it")])).toContain('look after')
})

const members = () =>
  stage.read(async (store) => {
    const found = await store.communities.find('parents-united', 'parents-united', '')
    return store.memberships.count(found?.id ?? '', 'member')
  })

async function passes(): Promise<void> {
  for (const fake of [stage.fake, discord]) fake.pass(120_000)
  await stage.settle()
}

type Member = ReturnType<typeof guild.member>

/** Both prove one address, and say that they are one. */
async function isOnePerson(ana: Member, annaAtWork: Person): Promise<void> {
  const code = () => /\d{6}/.exec(stage.mails.at(-1)?.text ?? '')?.[0] ?? ''
  await ana.types('email', { address: 'ana@example.org' })
  await stage.settle()
  await ana.types('email', { address: code() })
  await annaAtWork.types('/community email ana@example.org')
  await stage.settle()
  await annaAtWork.types(`/community email ${code()}`)
  await stage.settle()
  await annaAtWork.presses('Yes, one person')
  expect((await ana.presses('Yes, one person')).text).toContain('one person here from now on')
  await passes()
}

test('who is here and there is one member once they say so, and leaves both rooms by leaving once', async () => {
  const ana = guild.member('ana')
  const annaAtWork = stage.team.user('anna')
  await ana.types('start-community', { name: 'Parents United', need: NEED, pledges: 1 })
  await stage.settle()
  await annaAtWork.types('/community join parents-united')
  await annaAtWork.presses('Join', 'Before you join')
  await stage.settle()
  expect(await members()).toBe(2)

  await isOnePerson(ana, annaAtWork)
  expect(await members()).toBe(1)
  expect(annaAtWork.isIn('parents-united')).toBe(true)
  expect(guild.find('parents-united')?.overwrites.has(ana.id)).toBe(true)

  // Somebody else looks after it, so that leaving asks nothing more.
  await ben.types('/community join parents-united')
  await ben.presses('Join', 'Before you join')
  await annaAtWork.types('/community leave parents-united')
  await annaAtWork.presses('Ask the others')
  await passes()
  expect(await members()).toBe(1)
  expect(annaAtWork.isIn('parents-united')).toBe(false)
  expect(guild.find('parents-united')?.overwrites.has(ana.id)).toBe(false)
})

const onDiscord = (person: { id: string }) => {
  const room = guild.find('parents-united')
  return room?.thread?.members.has(person.id) ?? room?.overwrites.has(person.id) ?? false
}

test('who asked in Slack and is let in on Discord is in Slack’s room, and no room is wanted where none can be', async () => {
  const ana = guild.member('ana')
  const annaAtWork = stage.team.user('anna')
  const cem = guild.member('cem')
  await isOnePerson(ana, annaAtWork)
  await cem.types('start-community', { name: 'Parents United', need: NEED, pledges: 1, visibility: 'request' })
  await passes()
  await annaAtWork.types('/community join parents-united')
  await annaAtWork.presses('Say why')
  await annaAtWork.fills({ reason: 'I have two' })
  await passes()
  await cem.presses('Accept')
  await passes()
  expect(annaAtWork.isIn('parents-united')).toBe(true)
  expect(await stage.read((store) => store.effects.stuck())).toEqual([])
})

test('who asked on Discord and is let in in Slack is in Discord’s room', async () => {
  const ana = guild.member('ana')
  await isOnePerson(ana, stage.team.user('anna'))
  await ben.types(`/community start "Parents United" need:"${NEED}" pledges:1 visibility:request`)
  await passes()
  await ana.types('join', { community: 'parents-united' })
  await ana.presses('Say why')
  await ana.fills({ reason: 'I have two' })
  await passes()
  await ben.presses('Accept')
  await passes()
  expect(onDiscord(ana)).toBe(true)
  expect(await stage.read((store) => store.effects.stuck())).toEqual([])
})

test('who enters the second room stays in the first, also where that has to be made again', async () => {
  const ana = guild.member('ana')
  const annaAtWork = stage.team.user('anna')
  await isOnePerson(ana, annaAtWork)
  await ana.types('start-community', { name: 'Parents United', need: NEED, pledges: 1 })
  await passes()
  await annaAtWork.types('/community join parents-united')
  await annaAtWork.presses('Enter the room')
  await passes()
  expect(annaAtWork.isIn('parents-united')).toBe(true)
  expect(onDiscord(ana)).toBe(true)
  const room = guild.find('parents-united')?.id ?? ''
  guild.deleteChannel(room)
  const at = { platform: 'discord', workspace: guild.id, room }
  await stage.read((store) => store.roomCare.lost(at, 'room', 'it was deleted', stage.fake.now()))
  await stage.read((store) => store.effects.retry('rooms', stage.fake.now()))
  await passes()
  expect(annaAtWork.isIn('parents-united')).toBe(true)
  expect(onDiscord(ana)).toBe(true)
})
