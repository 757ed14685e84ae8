import { afterEach, describe, expect, test } from 'vitest'
import type { Person } from './hand.ts'
import { type Mode, openSlackStage, type SlackStage, type SlackStageOptions } from './stage.ts'

let stage: SlackStage
let ana: Person

async function open(options: SlackStageOptions = {}): Promise<void> {
  stage = await openSlackStage(options)
  ana = stage.team.user('ana')
}
afterEach(async () => {
  await stage.close()
  expect(stage.fake.violations).toEqual([])
})

const START = '/community start "Sea Sitters" need:"people who would like to do it together"'
const words = (all: { text: string }[]) => all.map(({ text }) => text.replaceAll(/[*`]/g, '')).join('\n')
const messages = (channel: string, holding: string) =>
  stage.team.messages(channel).filter(({ blocks }) => JSON.stringify(blocks).includes(holding))

describe('saying things once', () => {
  test('a message whose answer was lost is looked for before it is said again', async () => {
    await open({ chance: 0 })
    await ana.types(`${START} pledges:1`)
    stage.fake.faults.next('chat.postMessage', { drop: 'after' })
    await stage.settle()
    stage.fake.pass(60_000)
    await stage.settle()
    expect(messages('sea-sitters', 'Welcome to')).toHaveLength(1)
  })

  test('a card whose answer was lost is drawn once', async () => {
    await open({ chance: 0 })
    await ana.types(START)
    stage.fake.faults.next('chat.postMessage', { drop: 'after' })
    await stage.settle()
    stage.fake.pass(60_000)
    await stage.settle()
    expect(messages('general', 'Wanted:')).toHaveLength(1)
  })

  test('a message is looked for before it is said again, also where staff press Retry', async () => {
    await open({ chance: 0 })
    const staff = stage.team.user('clara', { staff: true })
    await ana.types(`${START} pledges:1`)
    stage.fake.faults.next('chat.postMessage', { drop: 'after' })
    stage.fake.faults.next('conversations.history', { error: 'missing_scope' })
    await stage.settle()
    stage.fake.pass(60_000)
    await stage.settle()
    await staff.types('/community status')
    await staff.presses('Retry messages')
    await stage.settle()
    expect(messages('sea-sitters', 'Welcome to')).toHaveLength(1)
  })

  test('Retry-After is waited out where it is short, and left to the job where it is long', async () => {
    await open({ chance: 0 })
    await ana.types(START)
    stage.fake.faults.next('chat.postMessage', { retryAfter: 1 })
    await stage.settle()
    expect(messages('general', 'Wanted:')).toHaveLength(1)
    const ben = stage.team.user('ben')
    await ben.types('/community join sea-sitters')
    await ben.presses('Pledge', 'Before you join')
    stage.fake.faults.next('chat.update', { retryAfter: 60 })
    // A card is drawn again only a while after it was drawn.
    stage.fake.pass(5_000)
    await stage.settle()
    const calls = () => stage.fake.requests.filter(({ method }) => method === 'chat.update').length
    const before = calls()
    stage.fake.pass(20_000)
    await stage.settle()
    expect(calls()).toBe(before)
    stage.fake.pass(120_000)
    await stage.settle()
    expect(JSON.stringify(messages('general', 'Wanted:')[0]?.blocks)).toContain('2 of 5')
  })
})

describe.each<Mode>(['socket', 'http'])('answers, by %s', (mode) => {
  test('where the reply address fails, the answer comes in private messages', async () => {
    await open({ mode })
    stage.fake.faults.next('response_url', { status: 404 })
    await ana.types('/community list')
    await stage.until(() => words(ana.seesDm()).includes('There is none yet'))
    expect(stage.failures.map(({ where }) => where)).toEqual(['slack/reply'])
  })

  test('where the reply address refuses by an answer that looks well, it comes in private messages, too', async () => {
    await open({ mode })
    stage.fake.faults.next('response_url', { error: 'expired_url' })
    await ana.types('/community list')
    await stage.until(() => words(ana.seesDm()).includes('There is none yet'))
    expect(stage.failures.map(({ where }) => where)).toEqual(['slack/reply'])
  })

  test('a bad moment of the reply address is waited out', async () => {
    await open({ mode })
    stage.fake.faults.next('response_url', { status: 503 })
    expect((await ana.types('/community list')).text).toContain('There is none yet')
    expect(stage.failures).toEqual([])
  })

  test('a file is said to be there once it is, and else that it could not be sent', async () => {
    await open({ mode })
    // A short one is shown where it is asked for.
    for (const name of ['Birds', 'Trains', 'Bread', 'Clocks', 'Maps', 'Knots', 'Stars', 'Ships'])
      await ana.types(`/community start "${name}" need:"people who would like to do it together"`)
    const asked = async () => {
      await ana.types('/community my part:data')
      return (await ana.presses('Everything as a file')).text
    }
    for (const step of ['files.getUploadURLExternal', 'files.completeUploadExternal']) {
      stage.fake.faults.next(step, { error: 'internal_error' })
      expect(await asked()).toContain('could not be sent to you. Ask for it once more')
    }
    expect(stage.failures.map(({ where }) => where)).toEqual(['slack/file', 'slack/file'])
    expect(await asked()).toContain('is in your private messages with Kindred')
    expect(ana.seesDm().filter(({ files }) => files.length > 0)).toHaveLength(1)
  })

  test('a form that Slack gives no time for is offered by a button', async () => {
    await open({ mode })
    stage.fake.faults.next('views.open', { error: 'expired_trigger_id' })
    expect((await ana.types('/community start')).text).toContain('Slack gave too little time')
    expect((await ana.presses('Open the form')).form?.title).toBe('Start a community')
  })

  test('who somebody is need not be known at once', async () => {
    await open({ mode })
    stage.fake.faults.next('users.info', { delayMs: 4_000 })
    expect((await ana.types('/community list')).text).toContain('There is none yet')
  })

  test('a form whose answer takes long says so in the place it came from', async () => {
    await open({ mode })
    await ana.types('/community start')
    const slow = stage.database.transaction(() => new Promise((resolve) => setTimeout(resolve, 3_500)))
    const shown = await ana.fills({ name: 'Sea Sitters', need: 'people who would like to sit there together' })
    await slow
    await stage.until(() => words(ana.sees('general')).includes('Sea Sitters is wanted'))
    expect(shown.kind).not.toBe('failed')
  })
})

describe('the start', () => {
  test('is made up for where Slack did not say at first whose the token is', async () => {
    await open()
    const connected = () => stage.printed.filter((line) => line.startsWith('Slack: connected in Museum')).length
    stage.fake.faults.next('auth.test', { status: 500 })
    stage.another()
    await stage.until(() => connected() === 2)
    expect(stage.failures.map(({ where }) => where)).toEqual(['slack/connect'])
  })
})

describe('signed requests', () => {
  test('what is not signed by Slack, or long ago, is turned away', async () => {
    await open({ mode: 'http' })
    expect(await stage.fake.http.verify()).toBe(true)
    stage.fake.http.forge({ isForged: true })
    expect((await ana.types('/community list')).kind).toBe('failed')
    stage.fake.http.forge({ ageMs: 6 * 60_000 })
    expect((await ana.types('/community list')).kind).toBe('failed')
    expect(stage.fake.http.sent.slice(-2).map(({ status }) => status)).toEqual([401, 401])
    stage.fake.http.forge()
    expect((await ana.types('/community list')).kind).toBe('message')
  })
})

describe('the socket', () => {
  test.each([
    'warning',
    'refresh_requested',
    'too_many_websockets',
    'link_disabled',
  ] as const)('comes back after a disconnect: %s', async (reason) => {
    await open()
    stage.fake.socket.disconnect(reason)
    await stage.until(() => stage.fake.socket.connections().length === 1)
    expect((await ana.types('/community list')).text).toContain('There is none yet')
    const opened = stage.fake.requests.filter(({ method }) => method === 'apps.connections.open')
    expect(opened).toHaveLength(2)
  })

  test('comes back after the line was cut', async () => {
    await open()
    stage.fake.socket.drop()
    await stage.until(() => stage.fake.socket.connections().length === 1)
    await stage.until(async () => (await ana.types('/community list')).kind === 'message')
  })

  test('is not tried in a hot loop while Slack refuses the app’s token, and staff read why', async () => {
    await open()
    stage.fake.faults.next('apps.connections.open', { error: 'invalid_auth', times: 50 })
    stage.fake.socket.drop()
    const open_ = async () => JSON.stringify(await stage.read(({ staffNotes }) => staffNotes.open()))
    await stage.until(async () => (await open_()).includes('SLACK_APP_TOKEN'))
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(stage.fake.requests.filter(({ method }) => method === 'apps.connections.open').length).toBeLessThan(4)
  })

  test('several processes share what comes in, and each thing is done once', async () => {
    await open()
    stage.another()
    await stage.until(() => stage.fake.socket.connections().length === 2)
    stage.fake.faults.duplicateNext(1)
    await ana.types(START)
    await stage.settle()
    expect(messages('general', 'Wanted:')).toHaveLength(1)
    expect((await ana.types('/community list')).text).toContain('Sea Sitters')
  })
})
