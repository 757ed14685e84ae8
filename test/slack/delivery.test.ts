import { setTimeout as wait } from 'node:timers/promises'
import { App, HTTPReceiver, SocketModeReceiver } from '@slack/bolt'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { asking } from './asking.ts'
import { startBareApp } from './bare-app.ts'
import type { Person, TeamHandle } from './hand.ts'
import { quiet } from './quiet.ts'
import { type Fake, openFake } from './server.ts'
import { isJson, type Json } from './world.ts'

let fake: Fake
let team: TeamHandle
let ana: Person
const stops: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  fake = await openFake()
  team = fake.team('Museum')
  ana = team.user('ana')
})
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
  await fake.close()
  expect(fake.violations).toEqual([])
})

/** A Bolt app that comes back fast, and what it is told. */
async function quickApp(onEvent: (event: Json) => void = () => undefined) {
  const receiver = new SocketModeReceiver({
    appToken: fake.appToken,
    installerOptions: { clientOptions: { slackApiUrl: fake.api } },
    logger: quiet,
  })
  // What Bolt lets nobody set: how long it waits before it comes back, and for pongs.
  Object.assign(receiver.client, { clientPingTimeoutMS: 300 })
  const app = new App({
    token: fake.botToken,
    receiver,
    clientOptions: { slackApiUrl: fake.api },
    logger: quiet,
  })
  app.event(/.*/, async ({ body }) => onEvent({ ...body }))
  app.command('/community', async ({ command, ack, respond }) => {
    if (command.text === 'silent') return
    await ack()
    await respond({ text: `Heard ${command.text}` })
  })
  await app.start()
  stops.push(() => app.stop())
  return app
}

describe('by sockets', () => {
  test('what nobody acknowledges in three seconds fails for the person', async () => {
    await quickApp()
    const shown = ana.types('/community silent')
    await wait(30)
    fake.pass(3_001)
    expect(await shown).toMatchObject({
      kind: 'failed',
      text: '/community failed with the error "operation_timeout"',
    })
  })

  test('without a connection a command is not even sent', async () => {
    expect((await ana.types('/community x')).text).toBe('/community failed with the error "dispatch_failed"')
  })

  test('payloads are split among connections, and a duplicate goes to another', async () => {
    const [one, other]: [string[], string[]] = [[], []]
    await quickApp(({ event_id }) => one.push(String(event_id)))
    await quickApp(({ event_id }) => other.push(String(event_id)))
    expect(fake.socket.connections()).toEqual([0, 0])
    team.channel('tea')
    team.channel('coffee')
    team.owner.archives('tea')
    team.owner.archives('coffee')
    await expect.poll(() => [one.length, other.length]).toEqual([1, 1])
    fake.faults.duplicateNext()
    team.owner.unarchives('tea')
    await expect.poll(() => [one.length, other.length]).toEqual([2, 2])
    expect(one[1]).toBe(other[1])
  })

  test.each(['warning', 'refresh_requested', 'link_disabled'] as const)('it comes back after %s', async (reason) => {
    await quickApp()
    fake.socket.disconnect(reason)
    expect(fake.socket.connections()).toEqual([])
    await expect.poll(() => fake.socket.connections(), { timeout: 5_000 }).toEqual([0])
    expect((await ana.types('/community again')).text).toBe('Heard again')
  })

  test('it comes back after the connection drops, and after it goes silent', async () => {
    await quickApp()
    fake.socket.drop()
    await expect.poll(() => fake.socket.connections().length, { timeout: 5_000 }).toBe(0)
    await expect.poll(() => fake.socket.connections().length, { timeout: 5_000 }).toBe(1)
    fake.socket.zombie()
    const opened = () => fake.requests.filter(({ method }) => method === 'apps.connections.open').length
    await expect.poll(opened, { timeout: 8_000 }).toBe(3)
    // Stopped before it is back, Bolt would leave a promise that nobody catches.
    await expect.poll(() => fake.socket.connections(), { timeout: 5_000 }).toEqual([0])
    expect((await ana.types('/community again')).text).toBe('Heard again')
  })

  test('an event not acknowledged comes again at once, in a minute and in five, and then never', async () => {
    // A websocket of our own that hears and says nothing.
    const { answer } = await asking(fake).ask('apps.connections.open', {}, fake.appToken)
    const { WebSocket } = await import('ws')
    const socket = new WebSocket(String(answer.url))
    const heard: Json[] = []
    socket.on('message', (data) => {
      const said: unknown = JSON.parse(String(data))
      if (isJson(said)) heard.push(said)
    })
    await expect.poll(() => heard.length).toBe(1)
    expect(heard[0]).toMatchObject({ type: 'hello', num_connections: 1, connection_info: { app_id: 'A0KINDRED00' } })
    team.channel('tea')
    team.owner.archives('tea')
    const events = () => heard.filter(({ type }) => type === 'events_api')
    for (const [count, ms] of [
      [1, 3_001],
      [2, 3_001],
      [2, 60_000],
      [3, 3_001],
      [3, 240_000],
      [4, 3_001],
    ] as const) {
      await expect.poll(() => events().length).toBe(count)
      fake.pass(ms)
    }
    await expect.poll(() => fake.lost.length).toBe(1)
    expect(events().map(({ retry_attempt, retry_reason }) => [retry_attempt, retry_reason])).toEqual([
      [0, ''],
      [1, 'timeout'],
      [2, 'timeout'],
      [3, 'timeout'],
    ])
    const ids = events().map(({ payload }) => (isJson(payload) ? payload.event_id : ''))
    expect(new Set(ids).size).toBe(1)
    socket.send(JSON.stringify({ envelope_id: 'none' }))
    await expect.poll(() => fake.violations.splice(0)).toHaveLength(1)
    const late = new WebSocket(String(answer.url))
    await new Promise((resolve) => late.once('error', resolve))
    expect(fake.violations.splice(0)).toEqual(['socket mode: the websocket was opened without a fresh ticket'])
    socket.terminate()
  })

  test('an eleventh connection is one too many', async () => {
    const { WebSocket } = await import('ws')
    const said: string[] = []
    for (let count = 0; count < 11; count += 1) {
      const { answer } = await asking(fake).ask('apps.connections.open', {}, fake.appToken)
      const socket = new WebSocket(String(answer.url))
      socket.on('message', (data) => said.push(String(data)))
      await new Promise((resolve) => socket.once('open', resolve))
    }
    await expect.poll(() => said.filter((one) => one.includes('too_many_websockets')).length).toBe(1)
  })
})

describe('by signed requests', () => {
  test('the address answers the challenge', async () => {
    const app = await startBareApp(fake, 'http')
    stops.push(app.stop)
    expect(await fake.http.verify()).toBe(true)
  })

  test.each([
    ['a forged signature', { isForged: true }],
    ['a stale time', { ageMs: 360_000 }],
  ])('%s is refused by the app, and the person told so', async (_, forgery) => {
    const receiver = new HTTPReceiver({ signingSecret: fake.signingSecret, logger: quiet })
    const app = new App({ token: fake.botToken, receiver, clientOptions: { slackApiUrl: fake.api }, logger: quiet })
    app.command('/community', async ({ ack }) => ack('Heard'))
    const server = await app.start(0)
    stops.push(() => app.stop())
    const address = server.address()
    fake.http.to(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/slack/events`)
    expect((await ana.types('/community x')).text).toBe('Heard')
    fake.http.forge(forgery)
    expect((await ana.types('/community x')).text).toBe('/community failed with the error "dispatch_failed"')
    expect(fake.http.sent.map(({ status }) => status)).toEqual([200, 401])
    fake.http.forge()
    expect((await ana.types('/community x')).text).toBe('Heard')
  })

  test('events come again with the number of the try', async () => {
    const app = await startBareApp(fake, 'http')
    stops.push(app.stop)
    team.channel('tea')
    fake.http.forge({ isForged: true })
    team.owner.archives('tea')
    await expect.poll(() => fake.http.sent.length).toBe(2)
    fake.http.forge()
    fake.pass(60_000)
    await expect.poll(() => app.heard).toHaveLength(1)
    expect(fake.http.sent.map(({ status }) => status)).toEqual([401, 401, 200])
  })
})
