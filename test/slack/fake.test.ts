import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type BareApp, startBareApp } from './bare-app.ts'
import type { Person, TeamHandle } from './hand.ts'
import { type Fake, openFake } from './server.ts'

describe.each(['socket', 'http'] as const)('a bare Bolt app on the fake, by %s', (mode) => {
  let fake: Fake
  let app: BareApp
  let team: TeamHandle
  let ana: Person
  let ben: Person

  beforeEach(async () => {
    fake = await openFake()
    team = fake.team('Museum')
    ana = team.user('ana', { locale: 'de-DE' })
    ben = team.user('ben')
    app = await startBareApp(fake, mode)
  })
  afterEach(async () => {
    await app.stop()
    await fake.close()
    expect(fake.violations).toEqual([])
    expect(app.errors).toEqual([])
  })

  test('answers a command with what only the caller sees', async () => {
    expect(await ana.types('/community join parents')).toMatchObject({
      kind: 'message',
      isPrivate: true,
      text: 'Hello ana: join parents',
    })
    expect(ana.sees('general').map(({ text }) => text)).toContain('Hello ana: join parents')
    ana.reloads()
    expect(ana.sees('general')).toEqual([])
    expect(ben.sees('general').map(({ text }) => text)).not.toContain('Hello ana: join parents')
    expect((await ana.types('/community short')).text).toBe('Quickly')
    expect((await ana.types('/community loading')).text).toBe('Here it is')
  })

  test('tells people and channels by their ids, and marks as harmless signs', async () => {
    expect((await ana.types('/community ask @ben in #general <!channel> & more')).text).toBe(
      `Hello ana: ask <@${ben.id}|ben> in <#${team.general.id}|general> &lt;!channel&gt; &amp; more`,
    )
  })

  test('changes the private message whose button or select was used', async () => {
    const shown = await ana.types('/community pick')
    expect(shown).toMatchObject({
      text: 'Pick one',
      buttons: ['Why', 'Later'],
      options: ['Parents United', 'Night Owls'],
    })
    expect((await ana.selects('Night Owls')).text).toBe('You chose night owls')
    expect((await ana.presses('later')).text).toBe('Later, then')
    await expect(ana.presses('Later')).rejects.toThrow('ana sees no button [Later]')
    expect(app.bodies.at(-1)).toMatchObject({
      type: 'block_actions',
      container: { type: 'message', is_ephemeral: true, channel_id: team.general.id },
      actions: [{ type: 'button', action_id: 'later', value: 'Later' }],
      enterprise: null,
    })
    expect(app.bodies.at(-1)).not.toHaveProperty('message')
  })

  test('opens a form and answers what was filled in, with errors, updates and more forms', async () => {
    const opened = await ana.types('/community form')
    expect(opened).toMatchObject({
      kind: 'form',
      form: {
        title: 'Say why',
        submit: 'Send',
        fields: [{ name: 'reason', label: 'Your reason', required: true }, {}],
      },
    })
    await expect(ana.fills({})).rejects.toThrow('Your reason is required')
    await expect(ana.fills({ reason: 'far too long for this field' })).rejects.toThrow('takes 0 to 20 characters')
    await expect(ana.fills({ other: 'x' })).rejects.toThrow('no field other')
    expect(await ana.fills({ reason: 'bad' })).toMatchObject({ kind: 'errors', errors: { reason: 'Say it better' } })
    expect(await ana.fills({ reason: 'more' })).toMatchObject({ kind: 'form', form: { title: 'Go on' } })
    expect(await ana.fills({ 'Your reason': 'deep' })).toMatchObject({ form: { title: 'Deeper' } })
    expect(await ana.completes('Where', 'old')).toEqual(['old hall', 'old yard'])
    expect((await ana.fills({ reason: 'owls', place: 'old yard' })).text).toBe('Because owls, old yard')
    expect(ana.form()?.form?.title).toBe('Go on')
    expect((await ana.fills({ reason: 'done' })).text).toBe('Because done, nowhere')
    expect(ana.form()).toBeUndefined()
    expect(ana.seesDm().map(({ text }) => text)).toEqual(['Because owls, old yard', 'Because done, nowhere'])
  })

  test('hears when a form is closed', async () => {
    await ana.types('/community form')
    ana.closes()
    await expect.poll(() => app.heard).toContain('view_closed')
    await expect(ana.fills({})).rejects.toThrow('ana has no form open')
  })

  test('shows a home tab, and draws it again', async () => {
    expect(await ana.opensHome()).toMatchObject({ kind: 'home', text: 'Visit 1', buttons: ['Again'] })
    expect((await ana.presses('Again')).text).toBe('Visit 2')
    expect(app.bodies.at(-1)).not.toHaveProperty('response_url')
    expect(ana.home()?.text).toBe('Visit 2')
    expect(ben.home()).toBeUndefined()
  })

  test('is reached by shortcuts', async () => {
    expect((await ana.shortcut('find')).form?.title).toBe('Find')
    const message = ben.says('Something odd', 'general')
    expect((await ana.messageShortcut('report', message)).text).toBe('Thank you')
  })

  test('writes for all only where it is', async () => {
    expect((await ana.types('/community post')).text).toBe('An API error occurred: not_in_channel')
    ana.invites('app', 'general')
    expect((await ana.types('/community post')).text).toBe('Said')
    expect(ben.sees('general').at(-1)).toMatchObject({ text: 'Pick one', fallback: 'For all', isPrivate: false })
    expect((await ben.presses('Why', 'Pick')).kind).toBe('form')
  })

  test('hears of what happens by hand in channels it is in, and of public ones everywhere', async () => {
    const [tea, secret] = [team.channel('tea', { members: [ana] }), team.channel('secret', { private: true })]
    ana.invites('app', 'tea')
    ben.joins('tea')
    ben.leaves('tea')
    ana.renames('tea', 'coffee')
    ana.archives('coffee')
    ana.unarchives('coffee')
    ana.invites('app', 'coffee')
    ana.removes('app', 'coffee')
    ben.joins('coffee')
    team.owner.renames('secret', 'secrets')
    team.owner.deletes('coffee')
    await expect.poll(() => app.heard.length).toBe(9)
    expect(app.heard.map((one) => one.split(' ')[0])).toEqual([
      'member_joined_channel',
      'member_joined_channel',
      'member_left_channel',
      'channel_rename',
      'channel_archive',
      'channel_unarchive',
      'member_joined_channel',
      'channel_left',
      'channel_deleted',
    ])
    expect(app.heard.every((one) => one.endsWith(tea.id))).toBe(true)
    expect(secret.name).toBe('secrets')
    expect(app.bodies.at(-1)).toMatchObject({
      type: 'event_callback',
      team_id: team.id,
      event: { type: 'channel_deleted', channel: tea.id },
      authorizations: [{ team_id: team.id, user_id: team.botUserId, is_bot: true }],
    })
  })

  test('sends nothing that Slack would not let a person send', async () => {
    await expect(ana.types('/community x', { thread: '1.2' })).rejects.toThrow('cannot be typed in threads')
    team.channel('tea')
    await expect(ana.types('/community x', { channel: 'tea' })).rejects.toThrow('ana is not in #tea')
    team.deny('commands')
    await expect(ana.types('/community x')).rejects.toThrow('ana is not offered /community')
  })
})
