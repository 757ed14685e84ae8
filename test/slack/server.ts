import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClock } from '../discord/clock.ts'
import { install } from './apps.ts'
import { browser } from './browser.ts'
import { appCalls } from './calls-app.ts'
import { chatCalls } from './calls-chat.ts'
import { conversationCalls } from './calls-conversations.ts'
import { fileCalls } from './calls-files.ts'
import { peopleCalls } from './calls-people.ts'
import { viewCalls } from './calls-views.ts'
import { makeChannel } from './channels.ts'
import { createDelivery } from './delivery.ts'
import { sendEvents } from './events.ts'
import { createFaults } from './faults.ts'
import { handOn, makeUser, type TeamHandle } from './hand.ts'
import { createInteractions } from './interactions.ts'
import { createJudge } from './judge.ts'
import { createPeople } from './people.ts'
import { createRates } from './rates.ts'
import { createRest } from './rest.ts'
import { settingsOf } from './settings.ts'
import { createSight } from './sight.ts'
import { createSigned } from './signed.ts'
import { createSocketMode } from './socket.ts'
import { createWaits } from './waits.ts'
import { createWorld, type Plan, type Team } from './world.ts'

/** How a fake is opened; everything may be left out. */
export interface FakeOptions {
  botToken?: string
  appToken?: string
  signingSecret?: string
  clientId?: string
  clientSecret?: string
  /** The app's manifest: scopes, commands, shortcuts, events. Without one it has every scope and may offer anything. */
  manifest?: unknown
  /** Scopes the app was installed with, if not those of the manifest. */
  scopes?: string[]
  /** The time by which messages are stamped and triggers die; `pass` adds to it. The machine's unless given. */
  now?: () => Date
  /** Whether anybody is ever too fast. */
  limited?: boolean
  /** Real time after which people give up on an answer. */
  patienceMs?: number
  /** How many calls the audit keeps. */
  keep?: number
  port?: number
}

/** How a workspace is opened. */
export interface TeamOptions {
  plan?: Plan
  /** Whether the app is in it already; the first workspace has it unless told otherwise, the others do not. */
  installed?: boolean
}

export type Fake = Awaited<ReturnType<typeof openFake>>

const secret = () => randomBytes(16).toString('hex')

/** Opens a Slack of one's own on a loopback port: Web API, Socket Mode, signed requests and OAuth, with a judge. */
export async function openFake(options: FakeOptions = {}) {
  const clock = createClock(options.now)
  const world = createWorld(clock)
  const judge = createJudge()
  const faults = createFaults()
  const settings = settingsOf(options.manifest)
  const scopes = options.scopes ?? settings.scopes
  const given = {
    botToken: options.botToken ?? `xoxb-${secret()}`,
    appToken: options.appToken ?? `xapp-1-${secret()}`,
    signingSecret: options.signingSecret ?? secret(),
    clientId: options.clientId ?? '1234567890.9876543210',
    clientSecret: options.clientSecret ?? secret(),
  }
  const appScopes = ['connections:write']
  world.tokens.set(given.appToken, { kind: 'app', teamId: '', scopes: appScopes, state: 'live' })

  let origin = ''
  const waits = createWaits(clock)
  const http = createServer((request, response) => rest.handle(request, response))
  // Node's own 5 seconds let a request cross with the closing of its connection, which no test asked for.
  http.keepAliveTimeout = 120_000
  const socket = createSocketMode(world, waits, http, (problem) => judge.note('socket mode', [problem]))
  const signed = createSigned(world, waits, given.signingSecret)
  const delivery = createDelivery(world, waits, faults, () => (signed.isUsed() ? signed.carrier : socket.carrier))
  const interactions = createInteractions(world, judge.note)
  const sight = createSight(world)
  const people = createPeople({
    world,
    settings,
    sight,
    interactions,
    delivery,
    respondUrl: (token) => `http://${origin}/respond/${token}`,
    patienceMs: options.patienceMs ?? 10_000,
  })
  sendEvents(world, delivery, settings)
  const app = appCalls({ world, settings, ticket: () => socket.ticket(origin), ...given })
  const files = fileCalls(() => origin)
  const rest = createRest({
    world,
    judge,
    faults,
    rates: createRates(clock, options.limited ?? true),
    acts: {
      ...chatCalls(settings),
      ...conversationCalls(),
      ...peopleCalls(),
      ...viewCalls(interactions, settings),
      ...app.acts,
      ...files.acts,
    },
    access: app.access,
    respond: interactions.respond,
    upload: files.upload,
    origin: () => origin,
    keep: options.keep ?? 10_000,
  })
  await new Promise<void>((resolve) => http.listen(options.port ?? 0, '127.0.0.1', resolve))
  // A server that listens on a port has an address of this form.
  origin = `127.0.0.1:${(http.address() as AddressInfo).port}`
  const browse = browser(() => origin, app.allow)

  function open(name: string, { plan = 'pro', installed = false }: TeamOptions, token?: string): TeamHandle {
    const team: Team = {
      id: world.draw('T'),
      name,
      domain: name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
      plan,
      users: new Map(),
      channels: new Map(),
      groups: new Map(),
      install: undefined,
    }
    world.teams.set(team.id, team)
    const owner = makeUser(world, team, 'owner', { admin: true })
    const general = makeChannel(world, team, { name: 'general', creatorId: owner.id, isGeneral: true })
    if (installed) install(world, team, settings.name, scopes, token)
    return handOn({ world, people, sight, browse }, team, owner, general)
  }

  // The first workspace is there from the start, so that the token is good before a test names it.
  let first: TeamHandle | undefined = open('First', { installed: true }, given.botToken)

  return {
    ...given,
    /** Where the client is pointed: `clientOptions: { slackApiUrl }`. */
    api: `http://${origin}/api/`,
    /** Where an install begins: the installer's `authorizationUrl`. */
    authorizationUrl: `http://${origin}/oauth/v2/authorize`,
    world,
    settings,
    interactions,
    faults,
    socket,
    /** HTTP mode: `http.to(url)` turns it on. */
    http: signed,
    /** Every rule of Slack's broken so far; a test ends with none. */
    violations: judge.violations,
    /** Every call so far. */
    requests: rest.requests,
    /** Those that were refused. */
    refusals: () =>
      rest.requests.flatMap(({ method, error, status }) => (error === undefined ? [] : [{ method, error, status }])),
    /** Events that were never acknowledged. */
    lost: delivery.lost,
    now: () => new Date(clock.now()),
    /** Lets the fake's own time pass. */
    pass(ms: number): void {
      clock.pass(ms)
      waits.look()
    },
    /** Opens a workspace; the first one is where `botToken` is good. */
    team(name: string, given: TeamOptions = {}): TeamHandle {
      const handle = first
      first = undefined
      if (!handle) return open(name, given)
      handle.state.name = name
      handle.state.domain = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
      handle.state.plan = given.plan ?? 'pro'
      if (given.installed === false) handle.uninstall(false)
      return handle
    },
    async close(): Promise<void> {
      waits.stop()
      await socket.stop()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}
