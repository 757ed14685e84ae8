import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClock } from './clock.ts'
import { createCommands } from './commands.ts'
import { createFaults } from './faults.ts'
import { createGateway } from './gateway.ts'
import { type GuildOptions, handOn } from './hand.ts'
import { createInteractions } from './interactions.ts'
import { createJudge } from './judge.ts'
import { createPeople } from './people.ts'
import { createRates } from './rates.ts'
import { createRest } from './rest.ts'
import { applicationRoutes } from './routes-application.ts'
import { channelRoutes } from './routes-channels.ts'
import { eventRoutes } from './routes-events.ts'
import { guildRoutes } from './routes-guilds.ts'
import { memberRoutes } from './routes-members.ts'
import { messageRoutes } from './routes-messages.ts'
import { threadRoutes } from './routes-threads.ts'
import { createWorld } from './world.ts'

/** How a fake is opened; everything may be left out. */
export interface FakeOptions {
  token?: string
  /** The time by which ids are drawn and interactions die; `pass` adds to it. The machine's unless given. */
  now?: () => Date
  /** Whether the developer portal allows the privileged intents. */
  privileged?: boolean
  heartbeatMs?: number
  shards?: number
  sessions?: 'one' | 'many'
  /** Whether anybody is ever too fast. */
  limited?: boolean
  /** Whether the fake's own answers are judged too; off only where speed is measured. */
  judged?: boolean
  /** Real time after which people give up on an answer that was promised. */
  patienceMs?: number
  /** How many requests the audit keeps. */
  keep?: number
  port?: number
}

export type Fake = Awaited<ReturnType<typeof openFake>>

/** Opens a Discord of one's own on a loopback port: REST and gateway, with state, refusals, faults and a judge. */
export async function openFake(options: FakeOptions = {}) {
  const clock = createClock(options.now)
  const world = createWorld(clock, options.token ?? 'a-valid-token')
  const judge = createJudge(options.judged ?? true)
  const faults = createFaults(() => routes.map(({ method, path }) => `${method} ${path}`))
  const rates = createRates(clock, options.limited ?? true)
  const commands = createCommands(world)
  const interactions = createInteractions(world, faults)
  const people = createPeople({ world, interactions, commands, patienceMs: options.patienceMs ?? 10_000 })
  const shards = options.shards ?? 1
  let origin = ''
  const http = createServer((request, response) => rest.handle(request, response))
  // Node's own 5 seconds let a request cross with the closing of its connection, which no test asked for.
  http.keepAliveTimeout = 120_000
  const gateway = createGateway(world, http, judge, {
    heartbeatMs: options.heartbeatMs ?? 41_250,
    privileged: options.privileged ?? false,
    sessions: options.sessions ?? 'one',
  })
  const gatewayUrl = () => `ws://${origin}/gateway`
  const routes = [
    ...applicationRoutes(world, commands, gateway, gatewayUrl, shards),
    ...guildRoutes(world),
    ...eventRoutes(world),
    ...memberRoutes(world, options.privileged ?? false),
    ...channelRoutes(world, rates),
    ...threadRoutes(world),
    ...messageRoutes(world, interactions),
  ]
  const rest = createRest({
    world,
    judge,
    faults,
    rates,
    isRevoked: gateway.isRevoked,
    keep: options.keep ?? 10_000,
    routes,
  })
  await new Promise<void>((resolve) => http.listen(options.port ?? 0, '127.0.0.1', resolve))
  // A server that listens on a port has an address of this form.
  origin = `127.0.0.1:${(http.address() as AddressInfo).port}`
  gateway.setUrl(gatewayUrl())

  return {
    /** Where the client is pointed: `rest: { api }`. */
    api: `http://${origin}/api`,
    token: world.token,
    bot: world.bot,
    world,
    commands,
    interactions,
    gateway,
    faults,
    rates,
    /** Every rule of Discord's broken so far, by either side; a test ends with none. */
    violations: judge.violations,
    /** Every request so far. */
    requests: rest.requests,
    /** Those that were refused. */
    refusals: () =>
      rest.requests.filter(({ status }) => status >= 400).map(({ route, status, code }) => ({ route, status, code })),
    now: () => new Date(clock.now()),
    /** Lets the fake's own time pass. */
    pass: (ms: number) => clock.pass(ms),
    guild: (name: string, given: GuildOptions = {}) => handOn(world, people, name, given),
    async close(): Promise<void> {
      await gateway.stop()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}
