import { afterEach, beforeEach, expect, test } from 'vitest'
import { say } from '../../src/core/say.ts'
import { discordPlatform, restOf } from '../../src/discord/bot.ts'
import { postsJob } from '../../src/jobs/posts.ts'
import { loadCommands } from '../../src/load-commands.ts'
import { folders } from '../stage.ts'
import { type DiscordStage, openDiscordStage } from './stage.ts'

const CHANCE = 0.5
const TEN_MINUTES_MS = 600_000

let stage: DiscordStage
let guild: ReturnType<DiscordStage['fake']['guild']>

beforeEach(async () => {
  stage = await openDiscordStage({ chance: CHANCE })
  guild = stage.fake.guild('Museum')
})
afterEach(async () => {
  expect(stage.fake.violations).toEqual([])
  await stage.close()
})

const refused = () => stage.fake.refusals().filter(({ status }) => [401, 403, 429].includes(status)).length

/** Something waits to be said in each of so many channels. */
async function sayIn(count: number): Promise<string[]> {
  const places = Array.from({ length: count }, (_, i) => guild.channel(`room-${i}`).id)
  await stage.read(async (store) => {
    for (const place of places) {
      const target = { platform: 'discord', workspace: guild.id, place }
      await store.posts.say(target, { text: say`Hello` }, stage.fake.now())
    }
  })
  return places
}

/** The clock goes on by a second or more at a time, and what falls due is tried. */
async function passes(ms: number): Promise<void> {
  await stage.runner.advance(new Date(stage.fake.now().getTime() + ms), (time) =>
    stage.fake.pass(Math.max(0, time.getTime() - stage.fake.now().getTime())),
  )
}

const notes = () => stage.read(async (store) => (await store.staffNotes.open()).map(({ text }) => JSON.stringify(text)))

test('a token that was reset: nothing is lost, Discord is asked no more, and staff read what to do until it is mended', async () => {
  const places = await sayIn(40)
  stage.fake.gateway.revoke('the-new-token')
  await stage.until(() => stage.printed.length === 2)
  await stage.until(async () => (await notes()).length > 0)
  expect((await notes()).join()).toContain('Make a new one at https://discord.com/developers/applications')
  await passes(TEN_MINUTES_MS)
  // Discord bans an address after 10,000 of them in ten minutes.
  expect(refused()).toBeLessThan(5)
  expect(stage.fake.refusals().every(({ status }) => status === 401)).toBe(true)

  const said = () => places.filter((place) => stage.fake.world.messages.get(place)?.size === 1).length
  expect(said()).toBe(0)
  // Started again with the new one.
  const rest = restOf({ token: 'the-new-token', api: stage.fake.api })
  const platform = discordPlatform(rest, await loadCommands(folders.commands))
  stage.fake.pass(3_600_000)
  await postsJob(stage.database, [platform], stage.draws).run(() => stage.fake.now())
  expect(said()).toBe(places.length)
  stage.another('the-new-token').start()
  await stage.until(() => stage.printed.length === 3)
  await stage.until(async () => (await notes()).length === 0)
})

test('a token that was refused by mistake is tried again after a while', async () => {
  const rest = restOf({ token: 'the-token-to-come', api: stage.fake.api }, 300)
  const ask = () => rest.get('/users/@me').then(() => 'answered', String)
  expect(await ask()).toContain('401')
  expect(await ask()).toContain('Expected token to be set')
  stage.fake.world.token = 'the-token-to-come'
  await stage.until(async () => (await ask()) === 'answered')
  expect(refused()).toBe(1)
})

test('what Discord forbids for a reason nobody here knows is not asked again, and staff read the reason', async () => {
  const [place = ''] = await sayIn(1)
  stage.fake.faults.next(`POST /channels/${place}/messages`, { code: 50024, times: 100 })
  await passes(TEN_MINUTES_MS)
  expect(refused()).toBe(1)
  expect((await notes()).join()).toContain('Cannot execute action on this channel type')
})
