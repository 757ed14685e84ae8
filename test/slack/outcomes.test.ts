import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { asking } from './asking.ts'
import { type BareApp, form, pick, startBareApp } from './bare-app.ts'
import type { Person, TeamHandle } from './hand.ts'
import { type Fake, openFake } from './server.ts'
import type { Json } from './world.ts'

describe('triggers, views, reply addresses, rates and faults', () => {
  let fake: Fake
  let app: BareApp
  let team: TeamHandle
  let ana: Person
  let got: ReturnType<typeof asking>['got']
  let ask: ReturnType<typeof asking>['ask']

  beforeEach(async () => {
    fake = await openFake()
    team = fake.team('Museum')
    ana = team.user('ana')
    ;({ got, ask } = asking(fake))
    app = await startBareApp(fake)
  })
  afterEach(async () => {
    await app.stop()
    await fake.close()
    expect(fake.violations).toEqual([])
  })

  const trigger = async (): Promise<string> => {
    await ana.types('/community hello')
    return String(app.bodies.at(-1)?.trigger_id)
  }
  const respond = async (url: unknown, body: Json) => {
    const response = await fetch(String(url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return `${response.status} ${await response.text()}`
  }

  test('a trigger is good once, and for three seconds', async () => {
    const open = (trigger_id: string) => got('views.open', { trigger_id, view: form('One') })
    const first = await trigger()
    expect(await open(first)).toBe('ok')
    expect(await open(first)).toBe('exchanged_trigger_id')
    const second = await trigger()
    fake.pass(3_001)
    expect(await open(second)).toBe('expired_trigger_id')
  })

  test('views lie three deep, and an old hash is refused', async () => {
    const push = async (title: string) => got('views.push', { trigger_id: await trigger(), view: form(title) })
    expect(await push('None')).toBe('not_found')
    const { answer } = await ask('views.open', { trigger_id: await trigger(), view: form('One') })
    const view = answer.view as Json // An answer of the fake's own.
    expect(await push('Two')).toBe('ok')
    expect(await push('Three')).toBe('ok')
    expect(await push('Four')).toBe('push_limit_reached!')
    expect(ana.form()?.form?.title).toBe('Three')
    ana.closes()
    expect(ana.form()?.form?.title).toBe('Two')
    const update = (hash: unknown) => got('views.update', { view_id: view.id, hash, view: form('Changed') })
    expect(await update(view.hash)).toBe('ok')
    expect(await update(view.hash)).toBe('hash_conflict')
    ana.closes(true)
    expect(await update(undefined)).toBe('not_found')
  })

  test('a reply address is good five times in half an hour', async () => {
    await ana.types('/community pick')
    await ana.presses('Later')
    const url = app.bodies.at(-1)?.response_url
    // Bolt has used it once.
    expect(await respond(url, { text: 'Now', replace_original: 'true' })).toBe('200 {"ok":true}')
    expect(ana.sees().at(-1)).toMatchObject({ text: 'Now', buttons: [] })
    expect(await respond(url, { text: 'New', blocks: pick, replace_original: true })).toContain('200')
    expect(ana.sees().at(-1)).toMatchObject({ text: 'Pick one', isPrivate: true })
    expect(await respond(url, { text: 'All see this', response_type: 'in_channel' })).toContain('200')
    expect(team.owner.sees('general').at(-1)?.text).toBe('All see this')
    expect(await respond(url, { delete_original: true })).toContain('200')
    expect(ana.sees().map(({ text }) => text)).not.toContain('Pick one')
    expect(await respond(url, { text: 'Once more' })).toBe('404 {"ok":false,"error":"used_url"}')
    await ana.types('/community hello')
    const other = app.bodies.at(-1)?.response_url
    expect(await respond(other, { text: 'x', replace_original: true })).toContain('404')
    expect(fake.violations.splice(0)).toEqual([
      'response_url: invalid_arguments: there is no original to replace or delete',
    ])
    expect(await respond(other, {})).toContain('no_text')
    expect(fake.violations.splice(0)).toHaveLength(1)
    fake.pass(1_800_000)
    expect(await respond(other, { text: 'Late' })).toBe('404 {"ok":false,"error":"expired_url"}')
  })

  test('who is too fast waits, by method and workspace, and by channel', async () => {
    const codes = async (times: number, method: string, args: Json) => {
      const all = await Promise.all(Array.from({ length: times }, () => ask(method, args)))
      return all.map(({ response }) => response.status).filter((status) => status === 429).length
    }
    expect(await codes(21, 'usergroups.list', {})).toBe(1)
    expect(await codes(51, 'conversations.info', { channel: team.general.id })).toBe(1)
    expect(await codes(101, 'users.info', { user: ana.id })).toBe(1)
    ana.invites('app', 'general')
    const post = { channel: team.general.id, text: 'x' }
    expect(await codes(5, 'chat.postMessage', post)).toBe(1)
    const { response, answer } = await ask('chat.postMessage', post)
    expect(answer).toEqual({ ok: false, error: 'ratelimited' })
    expect(response.headers.get('retry-after')).toBe('1')
    fake.pass(60_000)
    expect(await got('chat.postMessage', post)).toBe('ok')
    expect(await got('usergroups.list')).toBe('ok')
  })

  test('faults strike where they were told to', async () => {
    const { faults } = fake
    faults.next('users.info', { status: 503, times: 2, after: 1 })
    const statuses: number[] = []
    for (let count = 0; count < 4; count += 1)
      statuses.push((await ask('users.info', { user: ana.id })).response.status)
    expect(statuses).toEqual([200, 503, 503, 200])
    faults.next('users.info', { error: 'internal_error' })
    expect(await got('users.info', { user: ana.id })).toBe('internal_error')
    faults.next('users.info', { retryAfter: 7 })
    expect((await ask('users.info', { user: ana.id })).response.headers.get('retry-after')).toBe('7')
    faults.next('conversations.create', { drop: 'before' })
    await expect(got('conversations.create', { name: 'tea' })).rejects.toThrow('fetch failed')
    faults.next('conversations.create', { drop: 'after' })
    await expect(got('conversations.create', { name: 'tea' })).rejects.toThrow('fetch failed')
    expect(await got('conversations.create', { name: 'tea' })).toBe('name_taken')
    faults.next('users.info', { delayMs: 20, answerAfterMs: 20 })
    const before = performance.now()
    await got('users.info', { user: ana.id })
    expect(performance.now() - before).toBeGreaterThan(35)
    expect(() => faults.next('users.nothing', {})).toThrow('no method')
    expect(faults.waiting()).toEqual([])
    expect(fake.refusals().at(-1)).toEqual({ method: 'conversations.create', error: 'name_taken', status: 200 })
  })

  test('files are uploaded, then shown', async () => {
    await got('conversations.join', { channel: team.general.id })
    const text = '{"a":1}'
    const { answer } = await ask('files.getUploadURLExternal', { filename: 'mine.json', length: text.length })
    const files = [{ id: answer.file_id, title: 'mine.json' }]
    const complete = () => got('files.completeUploadExternal', { files, channel_id: team.general.id })
    expect(await complete()).toBe('file_not_found!')
    await fetch(String(answer.upload_url), { method: 'POST', body: text })
    expect(await complete()).toBe('ok')
    expect(ana.sees('general').at(-1)?.files).toEqual([{ name: 'mine.json', text }])
    await app.app.client.filesUploadV2({ channel_id: team.general.id, file: Buffer.from('b'), filename: 'b.txt' })
    expect(ana.sees('general').at(-1)?.files).toEqual([{ name: 'b.txt', text: 'b' }])
  })

  test('acknowledgements that make no sense are noted', async () => {
    app.app.view('odd', async ({ ack, view }) => {
      if (view.private_metadata === 'errors') await ack({ response_action: 'errors', errors: { nowhere: 'x' } })
      else await ack({ response_action: 'update', view: { ...form('x'.repeat(30)) } })
    })
    for (const private_metadata of ['errors', 'update']) {
      await ask('views.open', {
        trigger_id: await trigger(),
        view: { ...form('Odd'), callback_id: 'odd', private_metadata },
      })
      expect((await ana.fills({ reason: 'x' })).text).toBe('We had some trouble connecting. Try again?')
      expect(fake.violations.splice(0)).toHaveLength(1)
    }
  })

  test('the end of a token is told, and calls long after it are noted', async () => {
    team.revoke()
    await expect.poll(() => app.heard).toEqual(['tokens_revoked'])
    expect(await got('auth.test')).toBe('token_revoked')
    expect(await got('users.info', { user: ana.id })).toBe('token_revoked')
    fake.pass(3_001)
    expect(await got('users.info', { user: ana.id })).toBe('token_revoked!')
    fake.pass(300_000)
    expect(await got('users.info', { user: ana.id })).toBe('token_revoked')
    expect((await ana.types('/community x').catch(String)).toString()).toContain('is not offered')
  })
})
