import { afterEach, beforeEach, expect } from 'vitest'
import { discordPlatform, restOf } from '../../src/discord/bot.ts'
import type { Reading } from '../../src/platform.ts'
import type { GuildHandle, Person } from './hand.ts'
import { type Fake, openFake } from './server.ts'

export const HOUR_MS = 3_600_000
export const READING: Reading = { names: {}, zone: 'Europe/Berlin', language: 'en' }

/** Discord as the jobs see it, with two people in a server, made anew before each test of a file that says `onPlatform()`. */
export let fake: Fake
export let guild: GuildHandle
export let platform: Required<ReturnType<typeof discordPlatform>>
export let ana: Person
export let ben: Person

/** Opens a server before each test; by its end no rule of Discord's was broken. */
export function onPlatform(): void {
  beforeEach(async () => {
    fake = await openFake()
    guild = fake.guild('Museum')
    ana = guild.member('ana')
    ben = guild.member('ben')
    platform = anotherProcess()
  })
  afterEach(async () => {
    expect(fake.violations).toEqual([])
    await fake.close()
  })
}

/** Discord as a process sees it that remembers nothing of the others. */
export function anotherProcess(): typeof platform {
  // Discord has all of what a platform may have, but for what only Slack needs.
  return discordPlatform(restOf({ token: fake.token, api: fake.api }), []) as typeof platform
}

/** How often the bot asked for something since the fake was opened. */
export const asked = (route: string) => fake.requests.filter((one) => one.route.includes(route)).length
