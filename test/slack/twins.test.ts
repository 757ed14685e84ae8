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
