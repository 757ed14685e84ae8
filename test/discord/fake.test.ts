import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type BareBot, startBareBot } from './bare-bot.ts'
import type { GuildHandle, Person } from './hand.ts'
import { type Fake, openFake } from './server.ts'

describe('a bare discord.js bot on the fake', () => {
  let fake: Fake
  let bot: BareBot
  let guild: GuildHandle
  let ana: Person

  beforeEach(async () => {
    fake = await openFake()
    guild = fake.guild('Museum')
    ana = guild.member('ana', { locale: 'de' })
    bot = await startBareBot(fake)
  })
  afterEach(async () => {
    await bot.stop()
    await fake.close()
    expect(fake.violations).toEqual([])
    expect(bot.errors).toEqual([])
  })

  test('answers a command with a deferral, an edit and more, which only the caller sees', async () => {
    const shown = await ana.types('constant')
    expect(shown).toMatchObject({ kind: 'message', isPrivate: true, text: 'Constant\nHello ana in Museum' })
    await expect.poll(() => ana.sees().map(({ text }) => text)).toEqual(['Constant\nHello ana in Museum', 'And more'])
    expect(guild.member('ben').sees()).toEqual([])
  })
})
