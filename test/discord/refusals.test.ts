import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bits } from './guilds.ts'
import type { GuildHandle, Person } from './hand.ts'
import { MAY } from './permissions.ts'
import { type Fake, openFake } from './server.ts'
import type { Json } from './world.ts'

/** Requests as anybody may send them: what Discord refuses, the fake refuses with the same code. */
describe('the fake refuses', () => {
  let fake: Fake
  let guild: GuildHandle
  let ana: Person

  beforeAll(async () => {
    fake = await openFake({ limited: false, sessions: 'many' })
    guild = fake.guild('Museum')
    ana = guild.member('ana')
  })
  afterAll(() => fake.close())

  /** The code of the refusal, else the status; broken rules are taken off the list. */
  async function ask(method: string, path: string, body?: unknown, token = fake.token) {
    const response = await fetch(`${fake.api}/v10${path}`, {
      method,
      headers: { authorization: `Bot ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    // Every answer is an object, a list or nothing.
    const answer = (text ? JSON.parse(text) : {}) as Json
    const broken = fake.violations.splice(0)
    expect(broken.filter((one) => one.includes("fake's own"))).toEqual([])
    return { answer, broken, got: response.status < 400 ? response.status : Number(answer.code) }
  }
  const got = async (method: string, path: string, body?: unknown, token?: string) =>
    (await ask(method, path, body, token)).got
  const say = (body: Json) => ask('POST', `/channels/${guild.general.id}/messages`, body)
  const row = (...components: Json[]) => ({ type: 1, components })
  const button = (label: string) => ({ type: 2, style: 1, label, custom_id: label })

  test('strangers, and routes there are none of', async () => {
    expect(await got('GET', '/users/@me', undefined, 'wrong')).toBe(0)
    expect(await got('GET', '/users/@me')).toBe(200)
    expect((await ask('GET', '/nowhere')).broken).toEqual(['GET /nowhere: the fake has no such route'])
  })

  test('what is not there', async () => {
    const nobody = '1'
    expect(await got('GET', `/guilds/${nobody}`)).toBe(10004)
    expect(await got('GET', `/channels/${nobody}`)).toBe(10003)
    expect(await got('GET', `/guilds/${guild.id}/members/${nobody}`)).toBe(10013)
    expect(await got('PUT', `/guilds/${guild.id}/members/${ana.id}/roles/${nobody}`)).toBe(10011)
    expect(await got('PATCH', `/channels/${guild.general.id}/messages/${nobody}`, { content: 'x' })).toBe(10008)
    expect(await got('POST', `/interactions/${nobody}/x/callback`, { type: 5 })).toBe(10062)
    expect(await got('POST', `/webhooks/${fake.bot.id}/x`, { content: 'x' })).toBe(10015)
    ana.leaves()
    expect(await got('GET', `/guilds/${guild.id}/members/${ana.id}`)).toBe(10007)
    ana.returns()
    expect(await got('GET', `/guilds/${guild.id}/members`)).toBe(50001)
  })

  test('bodies that break a schema, or a limit the schemas miss', async () => {
    const broken = async (body: Json) => {
      const { got: code, broken: rules } = await say(body)
      return code === 50035 ? rules.join() : `taken: ${code}`
    }
    expect(await broken({ content: 12 })).toContain('content')
    expect(await broken({ content: 'x'.repeat(2001) })).toContain('content is over 2000')
    expect(await broken({ embeds: [{ description: 'x'.repeat(4097) }] })).toContain('embeds.0.description')
    const embed = { description: 'x'.repeat(4000) }
    expect(await broken({ embeds: [embed, embed] })).toContain('embeds hold 8000')
    expect(await broken({ embeds: [{ fields: [{ name: ' ', value: 'x' }] }] })).toContain('an embed field is empty')
    expect(await broken({ components: ['a', 'b', 'c', 'd', 'e', 'f'].map((one) => row(button(one))) })).toContain(
      'more than 5 rows',
    )
    expect(await broken({ components: [row(...['a', 'b', 'c', 'd', 'e', 'f'].map(button))] })).toContain(
      'components.0.components',
    )
    expect(await broken({ components: [row(button('x'.repeat(81)))] })).toContain('components.0.components.0.label')
    expect(await broken({ components: [row(button('a'), { ...button('b'), custom_id: 'a' })] })).toContain(
      'custom_id a stands there twice',
    )
    expect(await broken({ components: [row({ type: 2, style: 1, label: 'x' })] })).toContain(
      'a button needs a custom_id',
    )
    const option = { label: 'a', value: 'a' }
    expect(await broken({ components: [row({ type: 3, custom_id: 's', options: [option, option] })] })).toContain(
      'same value',
    )
    expect(await broken({ components: [row({ type: 3, custom_id: 's', options: [option] }, button('a'))] })).toContain(
      'a row of its own',
    )
    expect(await broken({ flags: 1 << 15, content: 'x', components: [{ type: 10, content: 'y' }] })).toContain(
      'beside components v2',
    )
    const texts = Array.from({ length: 21 }, () => ({ type: 17, components: [{ type: 10, content: 'y' }] }))
    expect(await broken({ flags: 1 << 15, components: texts })).toContain('more than 40 components')
    expect(await broken({ content: 'x', allowed_mentions: { parse: ['users'], users: ['1'] } })).toContain(
      'both parsed and named',
    )
    expect((await say({})).got).toBe(50006)
    expect(
      (
        await say({
          content: 'x',
          components: [row(button('a'))],
          embeds: [{ title: 't', fields: [{ name: 'n', value: 'v' }] }],
        })
      ).got,
    ).toBe(200)
  })

  test('commands that break a rule', async () => {
    const put = async (...commands: Json[]) =>
      (await ask('PUT', `/applications/${fake.bot.id}/commands`, commands)).broken.join()
    const one = { name: 'join', description: 'Joins' }
    const text = (name: string, more: Json = {}) => ({ type: 3, name, description: name, ...more })
    expect(await put(one)).toBe('')
    expect(await put({ ...one, name: 'Join' })).toContain('the name Join is not allowed')
    expect(await put({ ...one, name: 'join us' })).toContain('the name join us is not allowed')
    expect(await put({ ...one, description: '' })).toContain('no description')
    expect(await put(one, one)).toContain('two commands have the same name')
    expect(await put({ ...one, options: [text('a'), text('b', { required: true })] })).toContain(
      'required options of join come first',
    )
    expect(await put({ ...one, options: [text('a'), text('a')] })).toContain('two options of join')
    expect(
      await put({ ...one, options: [text('a', { autocomplete: true, choices: [{ name: 'x', value: 'x' }] })] }),
    ).toContain('choices and autocomplete')
    expect(await put({ ...one, options: [text('a'), { type: 1, name: 'b', description: 'b' }] })).toContain(
      'mixes subcommands',
    )
    const many = Array.from({ length: 25 }, (_, index) =>
      text(`o${index}`, {
        description: 'x'.repeat(100),
        choices: [...'abcd'].map((name) => ({ name: name.repeat(60), value: name.repeat(60) })),
      }),
    )
    expect(await put({ ...one, options: many })).toContain('over 8000')
    expect(await put(...Array.from({ length: 101 }, (_, index) => ({ ...one, name: `c${index}` })))).toContain(
      'more than 100 commands',
    )
    const { answer } = await ask('GET', `/applications/${fake.bot.id}/commands`)
    expect(answer).toMatchObject([{ name: 'join', type: 1 }])
  })

  test('forms that are too long, come second, or answer a form', async () => {
    const input = (id: string) => ({ type: 18, label: id, component: { type: 4, custom_id: id, style: 1 } })
    const modal = (count: number) => ({
      type: 9,
      data: { custom_id: 'm', title: 'T', components: Array.from({ length: count }, (_, index) => input(`i${index}`)) },
    })
    const opened = fake.interactions.open({ type: 2, user: fake.world.owner, channel: guild.general }, {})
    const callback = `/interactions/${opened.id}/${opened.token}/callback`
    expect((await ask('POST', callback, modal(6))).broken.join()).toContain('more than 5 components in a modal')
    expect(await got('POST', callback, { type: 6 })).toBe(50035)
    expect(await got('POST', callback, { type: 8, data: { choices: [] } })).toBe(50035)
    expect(await got('POST', callback, { type: 5, data: { flags: 64 } })).toBe(204)
    expect(await got('POST', callback, modal(1))).toBe(40060)
    const submitted = fake.interactions.open({ type: 5, user: fake.world.owner, channel: guild.general }, {})
    expect(await got('POST', `/interactions/${submitted.id}/${submitted.token}/callback`, modal(1))).toBe(50035)
  })

  test('to change who sees an answer after the deferral', async () => {
    const opened = fake.interactions.open({ type: 2, user: fake.world.owner, channel: guild.general }, {})
    await ask('POST', `/interactions/${opened.id}/${opened.token}/callback`, { type: 5 })
    const { answer } = await ask('POST', `/webhooks/${fake.bot.id}/${opened.token}`, { content: 'private?', flags: 64 })
    expect(answer).toMatchObject({ flags: 0 })
    expect(ana.sees().map(({ text }) => text)).toContain('private?')
  })

  test('more than fits: 250 roles, 500 channels, 1000 people in a thread', async () => {
    const full = fake.guild('Full')
    full.fillRoles(250)
    full.fillChannels(500)
    expect(await got('POST', `/guilds/${full.id}/roles`, { name: 'r', permissions: '0' })).toBe(30005)
    expect(await got('POST', `/guilds/${full.id}/channels`, { name: 'c' })).toBe(30013)
    const { answer } = await ask('POST', `/channels/${full.general.id}/threads`, { name: 'T', type: 12 })
    full.fillThread(String(answer.id), 1000)
    const ben = full.member('ben')
    expect(await got('PUT', `/channels/${answer.id}/thread-members/${ben.id}`)).toBe(30033)
  })

  test('what the bot has no permission for, or not enough rank', async () => {
    const strict = fake.guild('Strict', { bot: bits(MAY.ViewChannel, MAY.ManageRoles) })
    const ben = strict.member('ben')
    const low = strict.role('low')
    expect(await got('POST', `/guilds/${strict.id}/channels`, { name: 'c' })).toBe(50013)
    expect(await got('POST', `/guilds/${strict.id}/roles`, { name: 'r', permissions: String(MAY.BanMembers) })).toBe(
      50013,
    )
    expect(await got('PUT', `/guilds/${strict.id}/members/${ben.id}/roles/${low.id}`)).toBe(204)
    expect(await got('PUT', `/guilds/${strict.id}/members/${ben.id}/roles/${strict.botRole.id}`)).toBe(50013)
    expect(await got('PUT', `/guilds/${strict.id}/members/${ben.id}/roles/${strict.id}`)).toBe(50028)
    strict.raise('low')
    expect(await got('DELETE', `/guilds/${strict.id}/members/${ben.id}/roles/${low.id}`)).toBe(50013)
    const allow = (bit: bigint) => ({ type: 0, allow: String(bit), deny: '0' })
    const overwrite = `/channels/${strict.general.id}/permissions/${low.id}`
    expect(await got('PUT', overwrite, allow(MAY.BanMembers))).toBe(50013)
    expect(await got('PUT', overwrite, allow(MAY.ViewChannel))).toBe(204)
    strict.hide('general')
    expect(await got('GET', `/channels/${strict.general.id}`)).toBe(50001)
  })

  test('people in threads they cannot see the channel of, and threads that sleep', async () => {
    const { answer: made } = await ask('POST', `/guilds/${guild.id}/channels`, {
      name: 'Back Room',
      permission_overwrites: [
        { id: guild.id, type: 0, allow: '0', deny: String(MAY.ViewChannel) },
        { id: guild.botRole.id, type: 0, allow: String(MAY.ViewChannel), deny: '0' },
      ],
    })
    expect(made).toMatchObject({ name: 'back-room' })
    const { answer: thread } = await ask('POST', `/channels/${made.id}/threads`, {
      name: 'T',
      type: 12,
      invitable: false,
    })
    const enter = `/channels/${thread.id}/thread-members/${ana.id}`
    expect(await got('PUT', enter)).toBe(50001)
    await ask('PUT', `/channels/${made.id}/permissions/${ana.id}`, { type: 1, allow: String(MAY.ViewChannel) })
    expect(await got('PUT', enter)).toBe(204)
    expect(await got('PUT', enter)).toBe(204)
    const { answer: said } = await ask('POST', `/channels/${thread.id}/messages`, { content: 'Before' })
    guild.archive('T')
    expect(await got('DELETE', enter)).toBe(50083)
    expect(await got('PATCH', `/channels/${thread.id}/messages/${said.id}`, { content: 'After' })).toBe(50083)
    expect(await got('POST', `/channels/${thread.id}/messages`, { content: 'Awake' })).toBe(200)
    expect(await got('PATCH', `/channels/${thread.id}/messages/${said.id}`, { content: 'After' })).toBe(200)
    expect(await got('DELETE', enter)).toBe(204)
    // Who is let in or taken out by another is named, in that other's name, and nobody takes the message away.
    const announced = [...(fake.world.messages.get(String(thread.id))?.values() ?? [])].filter(({ system }) => system)
    expect(announced.map(({ system }) => system)).toEqual([1, 2].map((type) => ({ type, userId: ana.id })))
    const about = `/channels/${thread.id}/messages/${announced[0]?.id}`
    expect((await ask('GET', about)).answer).toMatchObject({ type: 1, content: '', mentions: [{ id: ana.id }] })
    expect([await got('DELETE', about), await got('PATCH', about, { content: 'x' })]).toEqual([50021, 50021])
    const { answer: forum } = await ask('POST', `/guilds/${guild.id}/channels`, { name: 'Forum', type: 15 })
    expect(await got('POST', `/channels/${forum.id}/messages`, { content: 'x' })).toBe(50024)
    const { answer: post, broken } = await ask('POST', `/channels/${forum.id}/threads`, {
      name: 'Post',
      message: { content: 'First' },
    })
    expect(broken).toEqual([])
    expect(await got('GET', `/channels/${post.id}/messages/${post.id}`)).toBe(200)
    const plain = fake.guild('Plain', { community: false })
    expect(await got('POST', `/guilds/${plain.id}/channels`, { name: 'Forum', type: 15 })).toBe(50024)
  })
})
