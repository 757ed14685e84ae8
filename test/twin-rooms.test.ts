import { afterEach, beforeEach, expect, test } from 'vitest'
import { say } from '../src/core/say.ts'
import { createBot, discordPlatform, restOf } from '../src/discord/bot.ts'
import type { GuildHandle } from './discord/hand.ts'
import { type Fake, openFake } from './discord/server.ts'
import type { TeamHandle } from './slack/hand.ts'
import { openSlackStage, type SlackStage } from './slack/stage.ts'

const NEED = 'people with small children, so that we can enjoy culture with them'
const MINUTE_MS = 60_000

let at: number
let discord: Fake
let stage: SlackStage
let guild: GuildHandle
let team: TeamHandle

beforeEach(async () => {
  at = Date.parse('2026-01-05T12:00:00Z')
  const now = () => new Date(at)
  discord = await openFake({ now })
  const access = { token: discord.token, api: discord.api }
  const printed: string[] = []
  stage = await openSlackStage({
    now,
    beside: {
      platform: (commands) => discordPlatform(restOf(access), commands),
      start({ router, runner, commands }) {
        const nothing = async () => undefined
        const bot = createBot({
          ...{ ...access, commands, router, now, met: nothing, expelled: nothing, deleted: nothing, needs: nothing },
          turn: { take: async () => true, giveBack: nothing },
          print: (line) => void printed.push(line),
          logFailure: (where, error) => void stage.failures.push({ where, error }),
          wake: () => runner.wake(),
        })
        bot.start()
        return bot
      },
    },
  })
  await stage.until(() => printed.some((line) => line.startsWith('Discord: connected')))
  team = stage.team
  guild = discord.guild('Museum')
})
afterEach(async () => {
  await stage.close()
  await discord.close()
  expect([...stage.fake.violations, ...discord.violations]).toEqual([])
  expect(stage.failures).toEqual([])
})

async function passes(ms: number): Promise<void> {
  at += ms
  await stage.settle()
}

const members = () =>
  stage.read(async (store) => {
    const found = await store.communities.find('parents-united', 'parents-united', '')
    return store.memberships.count(found?.id ?? '', 'member')
  })
const announce = (words: string) =>
  stage.read(async (store) => {
    const found = await store.communities.find('parents-united', 'parents-united', '')
    await store.posts.sayInRooms(found?.id ?? '', { text: say`${words}` }, new Date(at))
  })

test('one community lives on Discord and in Slack: wanted in both, opened by both, with a room in each', async () => {
  const ana = guild.member('ana')
  const [ben, cem] = [team.user('ben'), team.user('cem')]
  await ana.types('start-community', { name: 'Parents United', need: NEED, pledges: 2 })
  await stage.settle()
  const card = () =>
    ana
      .in('general')
      .sees()
      .find(({ isPrivate }) => !isPrivate)?.text ?? ''
  expect(card()).toContain('Pledges: 1 of 2')

  await ben.types('/community join parents-united')
  expect((await ben.presses('Pledge')).text).toContain('open, and you')
  await stage.settle()
  await passes(MINUTE_MS)
  // The card on Discord is drawn again for what somebody did in Slack.
  expect(card()).toContain('It is open')
  expect(guild.find('parents-united')?.overwrites.has(ana.id)).toBe(true)
  expect(ben.isIn('parents-united')).toBe(true)

  await cem.types('/community join parents-united')
  await cem.presses('Join', 'Before you join')
  await stage.settle()
  expect(cem.isIn('parents-united')).toBe(true)
  expect(await members()).toBe(3)

  await announce('Late opening on Friday.')
  await passes(MINUTE_MS)
  const onDiscord = ana.in(guild.find('parents-united')?.id ?? '').sees()
  expect(onDiscord.map(({ text }) => text).join('\n')).toContain('Late opening on Friday.')
  expect(
    ben
      .sees('parents-united')
      .map(({ text }) => text)
      .join('\n'),
  ).toContain('Late opening on Friday.')
})

test('who is here and there is one member once they say so, and leaves both rooms by leaving once', async () => {
  const ana = guild.member('ana')
  const annaAtWork = team.user('anna')
  await ana.types('start-community', { name: 'Parents United', need: NEED, pledges: 1 })
  await stage.settle()
  await annaAtWork.types('/community join parents-united')
  await annaAtWork.presses('Join', 'Before you join')
  await stage.settle()
  expect(await members()).toBe(2)

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
  await passes(MINUTE_MS)
  expect(await members()).toBe(1)
  expect(annaAtWork.isIn('parents-united')).toBe(true)
  expect(guild.find('parents-united')?.overwrites.has(ana.id)).toBe(true)

  // Somebody else looks after it, so that leaving asks nothing more.
  const ben = team.user('ben')
  await ben.types('/community join parents-united')
  await ben.presses('Join', 'Before you join')
  await annaAtWork.types('/community leave parents-united')
  await annaAtWork.presses('Ask the others')
  await passes(2 * MINUTE_MS)
  expect(await members()).toBe(1)
  expect(annaAtWork.isIn('parents-united')).toBe(false)
  expect(guild.find('parents-united')?.overwrites.has(ana.id)).toBe(false)
})
