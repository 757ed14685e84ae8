import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { asking } from './asking.ts'
import { type BareApp, pick, startBareApp } from './bare-app.ts'
import type { Person, TeamHandle } from './hand.ts'
import { type Fake, openFake } from './server.ts'
import { isJson } from './world.ts'

const manifest = {
  features: {
    bot_user: { display_name: 'Kindred' },
    app_home: { home_tab_enabled: false, messages_tab_enabled: false },
    slash_commands: [{ command: '/community', description: 'All of it', should_escape: false }],
    shortcuts: [{ name: 'Find', type: 'global', callback_id: 'find', description: 'Find one' }],
  },
  oauth_config: {
    scopes: { bot: ['commands', 'chat:write', 'channels:history', 'channels:join', 'im:write', 'im:history'] },
  },
  settings: { event_subscriptions: { bot_events: ['message.channels', 'message.im', 'member_joined_channel'] } },
}

describe('an app is what its manifest says', () => {
  let fake: Fake
  let app: BareApp
  let team: TeamHandle
  let ana: Person
  let got: ReturnType<typeof asking>['got']

  beforeEach(async () => {
    fake = await openFake({ manifest })
    team = fake.team('Museum')
    ana = team.user('ana')
    got = asking(fake).got
    app = await startBareApp(fake)
  })
  afterEach(async () => {
    await app.stop()
    await fake.close()
    expect(fake.violations).toEqual([])
  })

  test('offered where it says so, with words as they were typed', async () => {
    expect((await ana.types('/community to #general & all')).text).toBe('Hello ana: to #general &amp; all')
    await expect(ana.types('/other')).rejects.toThrow('ana is not offered /other')
    expect((await ana.shortcut('find')).kind).toBe('form')
    await expect(ana.shortcut('report')).rejects.toThrow('not offered the shortcut')
    const message = ana.says('Hi', 'general')
    await expect(ana.messageShortcut('find', message)).rejects.toThrow('not offered the shortcut')
  })

  test('without a home, and without messages, where it has none', async () => {
    expect((await ana.opensHome()).kind).toBe('nothing')
    const view = { type: 'home', blocks: [] }
    expect(await got('views.publish', { user_id: ana.id, view })).toBe('not_enabled!')
    expect(await got('chat.postMessage', { channel: ana.id, text: 'x' })).toBe('messages_tab_disabled!')
  })

  test('told of messages it subscribed to, and only where it has the scope and is inside', async () => {
    ana.says('Too early', 'general')
    await got('conversations.join', { channel: team.general.id })
    const message = ana.says('Hello <!here> @ana', 'general')
    ana.says('In private')
    await expect.poll(() => app.heard).toHaveLength(2)
    // Joining needs channels:read to be heard of, which it lacks.
    const events = app.bodies.flatMap(({ event }) => (isJson(event) ? [event] : []))
    expect(events).toMatchObject([
      { type: 'message', channel_type: 'channel', text: `Hello &lt;!here&gt; <@${ana.id}|ana>`, ts: message.ts },
      { type: 'message', channel_type: 'im', text: 'In private', user: ana.id },
    ])
  })

  test('pressed in threads and in private, where commands do not go or see less', async () => {
    await got('conversations.join', { channel: team.general.id })
    const first = ana.says('A question', 'general')
    expect(
      await got('chat.postMessage', { channel: team.general.id, thread_ts: first.ts, text: 'x', blocks: pick }),
    ).toBe('ok')
    expect((await ana.presses('Why')).kind).toBe('form')
    expect(app.bodies.at(-1)).toMatchObject({
      container: { type: 'message', is_ephemeral: false, thread_ts: first.ts },
      message: { text: 'x', thread_ts: first.ts },
      channel: { id: team.general.id, name: 'general' },
      state: { values: {} },
    })
    expect((await ana.types('/community here', { channel: 'dm' })).text).toBe('Hello ana: here')
    expect(app.bodies.at(-1)).toMatchObject({ channel_name: 'directmessage', is_enterprise_install: 'false' })
    expect(ana.sees().flatMap(({ mentions }) => mentions)).toEqual([])
  })
})
