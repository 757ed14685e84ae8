import { DiscordAPIError, GatewayIntentBits, HTTPError, RateLimitError, Routes } from 'discord.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type BareBot, startBareBot } from './bare-bot.ts'
import type { GuildHandle, Person } from './hand.ts'
import { MAY } from './permissions.ts'
import { type Fake, openFake } from './server.ts'

let fake: Fake
let bot: BareBot
let guild: GuildHandle
let ana: Person

beforeEach(async () => {
  fake = await openFake({ heartbeatMs: 300, patienceMs: 3_000 })
  guild = fake.guild('Museum')
  ana = guild.member('ana')
  bot = await startBareBot(fake)
})
afterEach(async () => {
  await bot.stop()
  await fake.close()
  expect(fake.violations).toEqual([])
})

const codes = () => bot.errors.map((error) => (error instanceof DiscordAPIError ? error.code : String(error)))
const post = (body: unknown, channel = guild.general.id) =>
  bot.client.rest.post(Routes.channelMessages(channel), { body })

describe('requests', () => {
  test('a first answer after 3 seconds comes too late', async () => {
    fake.faults.next('/callback', { delayMs: 200 })
    const shown = ana.types('constant')
    fake.pass(3_500)
    expect(await shown).toMatchObject({ kind: 'failed', text: 'The application did not respond' })
    await expect.poll(codes).toEqual([10062])
  })

  test('nothing at all within 3 seconds is a failure too', async () => {
    const shown = ana.types('slow')
    fake.pass(3_500)
    expect((await shown).kind).toBe('failed')
  })

  test('a token dies after 15 minutes', async () => {
    fake.faults.next('PATCH /webhooks', { delayMs: 200 })
    const shown = ana.types('join', { community: 'x' })
    await expect.poll(() => fake.requests.some(({ route }) => route.startsWith('PATCH /webhooks'))).toBe(true)
    fake.pass(16 * 60_000)
    expect((await shown).kind).toBe('nothing')
    expect(codes()).toEqual([50027])
  })

  test('a second first answer is refused', async () => {
    await ana.types('twice')
    expect(codes()).toEqual([40060])
  })

  test('an interaction that comes twice is answered once', async () => {
    fake.faults.duplicateNext()
    expect((await ana.types('quick')).text).toBe('Quickly')
    await expect.poll(codes).toEqual([40060])
    expect(ana.sees()).toHaveLength(1)
  })

  test('a message whose answer got lost is not said twice when it carries a nonce', async () => {
    fake.faults.next('POST /channels/:channel/messages', { drop: 'after' })
    await post({ content: 'Once', nonce: 'n1', enforce_nonce: true }).catch(() => undefined)
    await post({ content: 'Once', nonce: 'n1', enforce_nonce: true })
    expect(ana.sees()).toHaveLength(1)
    fake.faults.next('POST /channels/:channel/messages', { drop: 'before' })
    await post({ content: 'Never' }).catch(() => undefined)
    fake.pass(200_000)
    await post({ content: 'Once', nonce: 'n1', enforce_nonce: true })
    expect(ana.sees().filter(({ text }) => text === 'Once')).toHaveLength(2)
  })

  test('three failures of the server are sat out, four are not', async () => {
    fake.faults.next('/messages', { status: 503, times: 3 })
    await post({ content: 'In the end' })
    expect(fake.refusals()).toHaveLength(3)
    fake.faults.next('/messages', { status: 502, times: 4 })
    await expect(post({ content: 'Never' })).rejects.toThrow(HTTPError)
    expect(ana.sees().map(({ text }) => text)).toEqual(['In the end'])
  })

  test('a 429 is waited out, or told where that is wanted', async () => {
    fake.faults.next('/messages', { retryAfter: 0.2 })
    await post({ content: 'Patiently' })
    expect(fake.refusals()).toMatchObject([{ status: 429 }])
    bot.client.rest.options.rejectOnRateLimit = ['/channels']
    fake.faults.next('/messages', { retryAfter: 600 })
    await expect(post({ content: 'Never' })).rejects.toThrow(RateLimitError)
  })

  test('a channel is renamed twice in ten minutes and no more', async () => {
    bot.client.rest.options.rejectOnRateLimit = ['/channels']
    const rename = (name: string) => bot.client.rest.patch(Routes.channel(guild.general.id), { body: { name } })
    await rename('one')
    await rename('two')
    await expect(rename('three')).rejects.toThrow(RateLimitError)
    expect(guild.find('two')).toBeDefined()
    expect(fake.refusals()).toMatchObject([{ route: 'PATCH /channels/:channel', status: 429 }])
  })

  test('what the bot may not is refused: permission, role above it, channel gone or hidden, closed DM', async () => {
    guild.deny(MAY.SendMessages)
    // Everyone may still write: the channel has to say no.
    guild.general.overwrites.set(guild.id, { id: guild.id, type: 0, allow: 0n, deny: MAY.SendMessages })
    await expect(post({ content: 'x' })).rejects.toMatchObject({ code: 50013, status: 403 })
    const high = guild.role('Directors')
    guild.raise(high.id)
    const give = () => bot.client.rest.put(Routes.guildMemberRole(guild.id, ana.id, high.id))
    await expect(give()).rejects.toMatchObject({ code: 50013 })
    guild.hide('general')
    await expect(post({ content: 'x' })).rejects.toMatchObject({ code: 50001 })
    guild.deleteChannel('general')
    await expect(post({ content: 'x' })).rejects.toMatchObject({ code: 10003 })
    ana.closesDms()
    await expect(bot.client.users.send(ana.id, 'x')).rejects.toMatchObject({ code: 50007 })
    fake.faults.next('GET /guilds', { code: 50001 })
    await expect(bot.client.rest.get(Routes.guild(guild.id))).rejects.toMatchObject({ code: 50001 })
  })
})

describe('the gateway', () => {
  const resumed = () => new Promise((resolve) => bot.client.once('shardResume', (_, replayed) => resolve(replayed)))

  test('a connection that was cut is taken up again, with what was missed', async () => {
    const back = resumed()
    fake.gateway.drop()
    const role = guild.role('Meanwhile')
    const shown = ana.types('constant')
    expect(await back).toBeGreaterThanOrEqual(2)
    expect((await shown).text).toContain('Constant')
    expect(bot.client.guilds.cache.get(guild.id)?.roles.cache.has(role.id)).toBe(true)
    expect(fake.gateway.identifies).toHaveLength(1)
  })

  test('a silent one is noticed by its missing acks', async () => {
    const back = resumed()
    fake.gateway.zombie()
    const shown = ana.types('constant')
    await back
    expect((await shown).text).toContain('Constant')
  })

  test('op 7 makes it come back, and so does op 9 with a session that may be resumed', async () => {
    for (const ask of [() => fake.gateway.reconnect(), () => fake.gateway.invalidate(true)]) {
      const back = resumed()
      ask()
      await back
    }
    expect(fake.gateway.identifies).toHaveLength(1)
  }, 20_000)

  test('op 9 with a session that is gone makes it begin anew', async () => {
    const anew = new Promise((resolve) => bot.client.once('shardReady', resolve))
    fake.gateway.invalidate(false)
    await anew
    expect(fake.gateway.identifies).toHaveLength(2)
    expect((await ana.types('constant')).text).toContain('Constant')
  }, 20_000)

  test('a revoked token ends the connection and all requests', async () => {
    const ended = new Promise((resolve) => bot.client.once('shardDisconnect', ({ code }) => resolve(code)))
    fake.gateway.revoke()
    expect(await ended).toBe(4004)
    await expect(post({ content: 'x' })).rejects.toMatchObject({ status: 401 })
  })

  test('a wrong token and intents nobody allowed are refused', async () => {
    const wrong = { ...fake, token: 'another-token' }
    await expect(startBareBot(wrong)).rejects.toThrow('invalid token')
    const intents = [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMembers]
    await expect(startBareBot(fake, { intents })).rejects.toThrow('disallowed intents')
  })

  test('a second process takes the session over', async () => {
    const second = await startBareBot(fake)
    expect(fake.gateway.identifies.length).toBeGreaterThanOrEqual(2)
    expect(fake.gateway.sessions()).toHaveLength(1)
    await second.stop()
  })
})
