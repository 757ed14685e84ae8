import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asking } from './asking.ts'
import type { Person, TeamHandle } from './hand.ts'
import { mentionsIn } from './mentions.ts'
import { type Fake, openFake } from './server.ts'
import { isJson, type Json } from './world.ts'

/** Calls as anybody may send them: what Slack refuses, the fake refuses with the same word. */
describe('the fake refuses', () => {
  let fake: Fake
  let team: TeamHandle
  let ana: Person
  let got: ReturnType<typeof asking>['got']
  let ask: ReturnType<typeof asking>['ask']

  beforeAll(async () => {
    fake = await openFake({ limited: false })
    team = fake.team('Museum')
    ana = team.user('ana')
    ;({ got, ask } = asking(fake))
  })
  afterAll(() => fake.close())

  const made = async (name: string, more: Json = {}): Promise<string> => {
    const { channel } = (await ask('conversations.create', { name, ...more })).answer
    return isJson(channel) ? String(channel.id) : ''
  }
  const said = async (channel: string, more: Json = {}): Promise<string> =>
    String((await ask('chat.postMessage', { channel, text: 'Hello', ...more })).answer.ts)

  test('methods, arguments and tokens it does not know', async () => {
    expect(await got('nothing.here')).toBe('unknown_method!')
    expect(await got('auth.test')).toBe('ok')
    expect(await got('auth.test', {}, '')).toBe('not_authed!')
    expect(await got('auth.test', {}, 'xoxb-wrong')).toBe('invalid_auth!')
    expect(await got('auth.test', { token: fake.botToken }, '')).toBe('ok')
    expect(await got('auth.test', {}, fake.appToken)).toBe('not_allowed_token_type!')
    expect(await got('apps.connections.open')).toBe('not_allowed_token_type!')
    expect(await got('api.test', { foo: 1 }, '')).toBe('invalid_arguments!')
    expect(await got('api.test', { error: 'fatal_error' }, '')).toBe('fatal_error')
    const { answer, broken } = await ask('conversations.create', { is_privat: true })
    expect(answer).toMatchObject({
      error: 'invalid_arguments',
      response_metadata: { messages: ['[ERROR] unknown argument is_privat', '[ERROR] missing required field: name'] },
    })
    expect(broken).toHaveLength(2)
    // Bolt sends the workspace along with everything.
    expect(await got('auth.test', { team_id: team.id })).toBe('ok')
  })

  test('calls that lack a scope, by the kind of the channel', async () => {
    const secret = await made('a-secret', { is_private: true })
    const open = await made('an-open-one')
    team.deny('groups:write', 'groups:write.invites', 'chat:write', 'im:read')
    const { answer } = await ask('chat.postMessage', { channel: open, text: 'x' })
    expect(answer).toMatchObject({ error: 'missing_scope', needed: 'chat:write' })
    expect(String(answer.provided)).toContain('channels:manage')
    expect(await got('conversations.create', { name: 'b', is_private: true })).toBe('missing_scope!')
    expect(await got('conversations.invite', { channel: secret, users: ana.id })).toBe('missing_scope!')
    expect(await got('conversations.invite', { channel: open, users: ana.id })).toBe('ok')
    expect(await got('conversations.list', { types: 'public_channel,im' })).toBe('missing_scope!')
    expect(await got('conversations.list', { types: 'public_channel,rooms' })).toBe('invalid_types!')
    team.grant('groups:write', 'chat:write', 'im:read')
    expect(await got('conversations.list', { types: 'public_channel,im' })).toBe('ok')
  })

  test('e-mail addresses without their scope', async () => {
    const profile = async () => JSON.stringify((await ask('users.info', { user: ana.id })).answer)
    expect(await profile()).toContain('ana@example.org')
    team.deny('users:read.email')
    expect(await profile()).not.toContain('@example.org')
    expect(await got('users.info', { user: 'U0' })).toBe('user_not_found')
    const { answer } = await ask('users.info', { user: ana.id, include_locale: true })
    expect(answer.user).toMatchObject({ locale: 'en-US', tz: 'Europe/Berlin', is_bot: false })
  })

  test('names of channels that break a rule, or are taken', async () => {
    const create = (name: string) => got('conversations.create', { name })
    expect(await create('tea-room_1')).toBe('ok')
    expect(await create('tea-room_1')).toBe('name_taken')
    expect(await create('Tea')).toBe('invalid_name_specials!')
    expect(await create('tea room')).toBe('invalid_name_specials!')
    expect(await create('--_')).toBe('invalid_name_punctuation!')
    expect(await create('x'.repeat(81))).toBe('invalid_name_maxlength!')
    team.owner.archives('tea-room_1')
    expect(await create('tea-room_1')).toBe('name_taken')
    const mine = await made('mine')
    expect(await got('conversations.rename', { channel: mine, name: 'tea-room_1' })).toBe('name_taken')
    expect(await got('conversations.rename', { channel: mine, name: 'ours' })).toBe('ok')
    const theirs = team.channel('theirs')
    expect(await got('conversations.rename', { channel: theirs.id, name: 'x1' })).toBe('not_in_channel')
    ana.joins('theirs')
    ana.invites('app', 'theirs')
    expect(await got('conversations.rename', { channel: theirs.id, name: 'x1' })).toBe('not_authorized')
    expect(await got('conversations.setTopic', { channel: mine, topic: 'x'.repeat(251) })).toBe('too_long!')
  })

  test('channels the app does not see, is not in, or that are archived', async () => {
    const secret = team.channel('hidden', { private: true })
    const open = team.channel('open')
    const post = (channel: string) => got('chat.postMessage', { channel, text: 'x' })
    expect(await post('C0')).toBe('channel_not_found')
    expect(await post(secret.id)).toBe('channel_not_found')
    expect(await post(open.id)).toBe('not_in_channel')
    expect(await got('conversations.history', { channel: open.id })).toBe('not_in_channel')
    expect(await got('conversations.history', { channel: secret.id })).toBe('channel_not_found')
    expect(await got('conversations.info', { channel: secret.id })).toBe('channel_not_found')
    expect(await got('conversations.join', { channel: secret.id })).toBe('channel_not_found')
    expect(await got('conversations.archive', { channel: open.id })).toBe('not_in_channel')
    expect(await got('conversations.join', { channel: open.id })).toBe('ok')
    expect(await post(open.id)).toBe('ok')
    expect(await got('conversations.archive', { channel: open.id })).toBe('ok')
    expect(await got('conversations.archive', { channel: open.id })).toBe('already_archived')
    expect(await post(open.id)).toBe('is_archived')
    expect(await got('conversations.join', { channel: open.id })).toBe('is_archived')
    expect(await got('conversations.invite', { channel: open.id, users: ana.id })).toBe('is_archived')
    expect(await got('conversations.unarchive', { channel: open.id })).toBe('not_in_channel')
    team.owner.unarchives('open')
    expect(await got('conversations.unarchive', { channel: open.id })).toBe('not_archived')
    expect(await post(open.id)).toBe('not_in_channel')
    expect(await got('conversations.join', { channel: team.general.id })).toBe('ok')
    expect(await got('conversations.leave', { channel: team.general.id })).toBe('cant_leave_general')
    expect(await got('conversations.archive', { channel: team.general.id })).toBe('cant_archive_general')
  })

  test('invites that fail whole, and kicks of more than one', async () => {
    const channel = await made('party')
    const [ben, eve] = [team.user('ben'), team.user('eve')]
    const guest = team.user('guest', { guest: 'multi' })
    const lone = team.user('lone', { guest: 'single' })
    const gone = team.user('gone')
    team.deactivate(gone)
    const invite = (...users: string[]) => got('conversations.invite', { channel, users: users.join(',') })
    expect(await invite(ana.id, 'U0')).toBe('user_not_found')
    expect(ana.isIn('party')).toBe(false)
    const { answer } = await ask('conversations.invite', { channel, users: `${ana.id},U0`, force: true })
    expect(answer).toMatchObject({ ok: true, errors: [{ user: 'U0', ok: false, error: 'user_not_found' }] })
    expect(await invite(ana.id, ben.id)).toBe('already_in_channel')
    expect(await invite(team.botUserId)).toBe('cant_invite_self')
    expect(await invite(guest.id)).toBe('user_is_restricted')
    expect(await invite(lone.id)).toBe('ok')
    expect(await invite(gone.id)).toBe('user_not_found')
    expect(await got('conversations.invite', { channel: await made('other'), users: lone.id })).toBe('ura_max_channels')
    expect(await invite(ben.id, eve.id)).toBe('ok')
    const kick = (user: string) => got('conversations.kick', { channel, user })
    expect(await kick(`${ben.id},${eve.id}`)).toBe('user_not_found!')
    expect(await kick(ben.id)).toBe('ok')
    expect(await kick(ben.id)).toBe('not_in_channel')
    expect(await kick('U0')).toBe('user_not_found')
    expect(await kick(team.botUserId)).toBe('cant_kick_self')
    await got('conversations.join', { channel: team.general.id })
    expect(await got('conversations.kick', { channel: team.general.id, user: ana.id })).toBe('cant_kick_from_general')
    const { answer: all } = await ask('conversations.members', { channel, limit: 2 })
    expect(all.members).toHaveLength(2)
    const next = isJson(all.response_metadata) ? all.response_metadata.next_cursor : ''
    expect((await ask('conversations.members', { channel, limit: 2, cursor: next })).answer.members).toHaveLength(2)
    expect(await got('conversations.members', { channel, cursor: 'x' })).toBe('invalid_cursor!')
  })

  test('messages to whom they cannot go, and of others', async () => {
    const channel = await made('talk')
    const ephemeral = (user: string) => got('chat.postEphemeral', { channel, user, text: 'x' })
    expect(await ephemeral(ana.id)).toBe('user_not_in_channel')
    await ask('conversations.invite', { channel, users: ana.id })
    expect(await ephemeral(ana.id)).toBe('ok')
    const { message_ts } = (await ask('chat.postEphemeral', { channel, user: ana.id, text: 'x' })).answer
    expect(await got('chat.update', { channel, ts: message_ts, text: 'y' })).toBe('message_not_found')
    const theirs = ana.says('mine', 'talk')
    expect(await got('chat.update', { channel, ts: theirs.ts, text: 'y' })).toBe('cant_update_message')
    expect(await got('chat.delete', { channel, ts: theirs.ts })).toBe('cant_delete_message')
    expect(await got('chat.getPermalink', { channel, message_ts: '1.2' })).toBe('message_not_found')
    const ts = await said(channel)
    expect(await got('chat.postMessage', { channel, text: 'x', thread_ts: ts })).toBe('ok')
    expect(await got('chat.postMessage', { channel, text: 'x', thread_ts: '1.2' })).toBe('cannot_reply_to_message!')
    expect((await ask('conversations.replies', { channel, ts })).answer.messages).toHaveLength(2)
    expect(await got('conversations.replies', { channel, ts: '1.2' })).toBe('thread_not_found')
    const blocks = [{ type: 'divider' }]
    const update = async (more: Json) => (await ask('chat.update', { channel, ts, ...more })).answer.message
    expect(await update({ text: 'y', blocks })).toMatchObject({ text: 'y', blocks })
    expect(await update({ text: 'z' })).not.toHaveProperty('blocks')
    expect(await got('chat.delete', { channel, ts })).toBe('ok')
    expect(await got('chat.delete', { channel, ts })).toBe('message_not_found')
    expect(await got('conversations.open', { users: 'U0' })).toBe('user_not_found')
    expect(await got('conversations.open', { users: ana.id })).toBe('ok')
    expect(await got('chat.postMessage', { channel: ana.id, text: 'in private' })).toBe('ok')
    expect(ana.seesDm().at(-1)?.text).toBe('in private')
    const gone = team.user('went')
    team.deactivate(gone)
    expect(await got('conversations.open', { users: gone.id })).toBe('user_disabled')
  })

  test('metadata that is none, and tells its payload only to who asks', async () => {
    const channel = await made('keys')
    const metadata = { event_type: 'post', event_payload: { key: 'k1' } }
    expect(await got('chat.postMessage', { channel, text: 'x', metadata: { key: 1 } })).toBe('invalid_metadata_format!')
    await said(channel, { metadata })
    const plain = (await ask('conversations.history', { channel })).answer
    expect(plain.messages).toMatchObject([{ metadata: { event_type: 'post' } }])
    expect(JSON.stringify(plain)).not.toContain('k1')
    const all = (await ask('conversations.history', { channel, include_all_metadata: true })).answer
    expect(all.messages).toMatchObject([{ metadata }])
  })

  test('user groups without a paid plan, empty ones, and handles that are taken', async () => {
    const create = { name: 'Parents', handle: 'parents' }
    team.state.plan = 'free'
    expect(await got('usergroups.create', create)).toBe('paid_teams_only')
    expect(await got('usergroups.list')).toBe('plan_upgrade_required')
    team.state.plan = 'pro'
    expect(await got('usergroups.create', { name: 'P', handle: 'Not this' })).toBe('bad_handle!')
    const { usergroup } = (await ask('usergroups.create', create)).answer
    const id = isJson(usergroup) ? String(usergroup.id) : ''
    expect(await got('usergroups.create', create)).toBe('handle_already_exists')
    expect(await got('usergroups.create', { ...create, handle: 'other' })).toBe('name_already_exists')
    const put = (users: string) => got('usergroups.users.update', { usergroup: id, users })
    expect(await put('')).toBe('no_users_provided!')
    expect(await put('U0')).toBe('invalid_users')
    expect(await put(ana.id)).toBe('ok')
    expect((await ask('usergroups.users.list', { usergroup: id })).answer.users).toEqual([ana.id])
    expect(await got('usergroups.disable', { usergroup: id })).toBe('ok')
    expect(await put(ana.id)).toBe('subteam_disabled')
    expect(await got('usergroups.enable', { usergroup: id })).toBe('ok')
    expect(await got('usergroups.update', { usergroup: id, name: 'Mothers' })).toBe('ok')
    expect(await got('usergroups.update', { usergroup: 'S0' })).toBe('no_such_subteam')
  })

  test('nobody, but tells whom a message would really call', () => {
    const blocks = [
      { type: 'section', text: { type: 'mrkdwn', text: 'Hi <!channel> and <@U012|ana>' } },
      { type: 'section', text: { type: 'plain_text', text: '<!here>' } },
      {
        type: 'rich_text',
        elements: [{ type: 'rich_text_section', elements: [{ type: 'broadcast', range: 'here' }] }],
      },
    ]
    const call = (text: string, more: Json[] = [], linksNames = false) => mentionsIn({ text, blocks: more, linksNames })
    expect(call('see <#C012|tea>, <!subteam^S012>', blocks)).toEqual([
      '#C012',
      '!subteam^S012',
      '!channel',
      '@U012',
      '!here',
    ])
    expect(call('&lt;!channel&gt; @ana')).toEqual([])
    expect(call('@channel and ana@example.org', [], true)).toEqual(['@channel'])
  })
})
