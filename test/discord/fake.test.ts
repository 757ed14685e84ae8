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

  test('knows the person, their language, and what the place is called', async () => {
    const heard = new Promise<string>((resolve) =>
      bot.client.once('interactionCreate', (one) => resolve(`${one.locale} ${one.guildLocale} ${one.guild?.name}`)),
    )
    await ana.types('quick')
    expect(await heard).toBe('de en-US Museum')
  })

  test('opens a form, and answers what was filled in', async () => {
    const form = await ana.types('form')
    expect(form).toMatchObject({
      kind: 'form',
      form: { title: 'Say why', fields: [{ name: 'reason', label: 'Your reason', required: true }] },
    })
    await expect(ana.fills({})).rejects.toThrow('Your reason is required')
    await expect(ana.fills({ reason: 'far too long for this field' })).rejects.toThrow('takes 0 to 20 characters')
    await expect(ana.fills({ other: 'x' })).rejects.toThrow('no field other')
    expect((await ana.fills({ 'Your reason': 'the owls' })).text).toBe('Because the owls')
  })

  test('changes the message whose button or select was used', async () => {
    const shown = await ana.types('pick')
    expect(shown).toMatchObject({ buttons: ['Say why', 'Later'], options: ['Parents United', 'Night Owls'] })
    expect((await ana.selects('Night Owls')).text).toBe('You chose owls')
    expect(ana.sees().map(({ text }) => text)).toEqual(['You chose owls'])
    await ana.types('pick')
    expect((await ana.presses('say why')).kind).toBe('form')
    expect((await ana.presses('Later', 'Pick')).text).toBe('Later, then')
    await expect(ana.presses('Later')).rejects.toThrow('ana sees no button [Later]')
  })

  test('completes a name while it is typed', async () => {
    expect(await ana.completes('join', 'community', 'par')).toEqual([
      { name: 'parents-united', value: 'parents-united' },
    ])
    await expect(ana.completes('join', 'size', 's')).rejects.toThrow('does not complete size')
  })

  test('sends nothing that Discord would not let a person send', async () => {
    await expect(ana.types('jion')).rejects.toThrow('not offered /jion')
    await expect(ana.types('join')).rejects.toThrow('requires the option community')
    await expect(ana.types('join', { community: 'x', size: 'Huge' })).rejects.toThrow('size is one of: Small')
    await expect(ana.types('join', { community: 'x', sure: 'maybe' })).rejects.toThrow('sure is true or false')
    await expect(ana.types('join', { community: 'x', color: 'red' })).rejects.toThrow('no option color')
    await expect(ana.types('staff status')).rejects.toThrow('not offered /staff')
    await expect(guild.member('eve', { staff: true }).types('staff')).rejects.toThrow('needs a subcommand: status')
    await expect(ana.inDm().types('quick')).rejects.toThrow('not offered /quick')
    expect((await guild.member('eve', { staff: true }).types('staff status')).text).toContain('Constant')
    expect((await ana.types('join', { community: 'x', size: 'Small', sure: true })).text).toContain('Constant')
  })

  test('writes privately, in a thread, and into a file', async () => {
    await ana.types('private')
    expect(
      ana
        .inDm()
        .sees()
        .map(({ text }) => text),
    ).toEqual(['Only for you'])
    expect((await ana.inDm().types('constant')).text).toContain('Hello ana in private')
    await ana.types('room')
    const ben = guild.member('ben')
    expect(
      ana
        .in('The room')
        .sees()
        .map(({ text }) => text),
    ).toEqual(['kindred added ana to the thread.', 'Welcome'])
    expect(() => ben.in('The room').sees()).not.toThrow()
    expect(ben.in('The room').sees()).toEqual([])
    expect((await ana.types('file')).files).toEqual([{ name: 'mine.json', text: '{"a":1}' }])
  })

  test('makes a role and gives it', async () => {
    await ana.types('role')
    expect(ana.hasRole('Parents')).toBe(true)
    ana.losesRole('Parents')
    expect(ana.hasRole('Parents')).toBe(false)
  })

  test('hears of what happens by hand in the server, and nothing about members', async () => {
    const heard: string[] = []
    bot.client.on('raw', ({ t }: { t: string | null }) => t && heard.push(t))
    const role = guild.role('New')
    guild.deleteRole(role.id)
    const channel = guild.channel('Tea Room')
    guild.renameChannel(channel.id, 'coffee')
    guild.deleteChannel('coffee')
    ana.leaves()
    ana.returns()
    ana.says('hello all')
    guild.expelBot()
    await expect.poll(() => heard.length).toBe(6)
    expect(heard.map((name) => name.replace('GUILD_', ''))).toEqual([
      'ROLE_CREATE',
      'ROLE_DELETE',
      'CHANNEL_CREATE',
      'CHANNEL_UPDATE',
      'CHANNEL_DELETE',
      'DELETE',
    ])
  })

  test('tells of members by their ids, over REST or the gateway', async () => {
    const museum = await bot.client.guilds.fetch(guild.id)
    expect((await museum.members.fetch(ana.id)).user.username).toBe('ana')
    const found = await museum.members.fetch({ user: [ana.id, '1'], time: 5_000 })
    expect([...found.keys()]).toEqual([ana.id])
  })

  test('is told at once of a server that invites it', async () => {
    const invited = new Promise<string>((resolve) => bot.client.once('guildCreate', ({ name }) => resolve(name)))
    const zoo = fake.guild('Zoo')
    expect(await invited).toBe('Zoo')
    expect((await zoo.member('zoe', { as: ana }).types('constant')).text).toBe('Constant\nHello ana in Zoo')
  })

  test('draws ids that hold the time of a given clock', async () => {
    const then = await openFake({ now: () => new Date('2026-01-05T12:00:00Z') })
    expect(Number((BigInt(then.guild('Then').id) >> 22n) + 1_420_070_400_000n)).toBe(Date.parse('2026-01-05T12:00:00Z'))
    then.pass(1000)
    expect(then.now().toISOString()).toBe('2026-01-05T12:00:01.000Z')
    await then.close()
  })
})
