import { Events, type RateLimitData, RESTEvents, Routes } from 'discord.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { clientOf, restOf } from '../../src/discord/client.ts'
import { type Fake, openFake } from './server.ts'

let fake: Fake
let waits: RateLimitData[]

beforeEach(async () => {
  // Time stands still: on a busy machine so many at once may take longer than the 3 seconds they have.
  fake = await openFake({ now: () => new Date('2026-01-01T00:00:00Z'), judged: false, patienceMs: 60_000 })
  waits = []
})
afterEach(async () => {
  await fake.close()
  expect(fake.violations).toEqual([])
})

test('answers to interactions do not wait for the 50 requests a second that a bot has for everything else', async () => {
  const guild = fake.guild('Museum')
  const client = clientOf({ token: fake.token, api: fake.api })
  client.rest.on(RESTEvents.RateLimited, (wait) => void waits.push(wait))
  client.on(Events.InteractionCreate, async (one) => {
    if (!one.isChatInputCommand()) return
    await one.deferReply()
    await one.editReply('Hello')
  })
  const ready = new Promise((resolve) => client.once(Events.ClientReady, resolve))
  await client.login(fake.token)
  await ready
  await client.application?.commands.set([{ name: 'hello', description: 'Says hello' }])
  const people = Array.from({ length: 80 }, (_, n) => guild.member(`person ${n}`))
  const shown = await Promise.all(people.map((person) => person.types('hello')))
  expect(new Set(shown.map(({ text }) => text))).toEqual(new Set(['Hello']))
  expect(waits.length).toBe(0)
  await client.destroy()
})

test('requests of the jobs keep to 50 a second', async () => {
  const guild = fake.guild('Museum')
  const channels = Array.from({ length: 60 }, (_, n) => guild.channel(`channel-${n}`))
  const rest = restOf({ token: fake.token, api: fake.api })
  rest.on(RESTEvents.RateLimited, (wait) => void waits.push(wait))
  await Promise.all(channels.map(({ id }) => rest.get(Routes.channel(id))))
  expect(waits.map(({ global }) => global)).toContain(true)
})
