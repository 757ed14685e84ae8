import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { makeThread } from '../test/discord/channels.ts'
import type { GuildHandle } from '../test/discord/hand.ts'
import { type Fake, openFake } from '../test/discord/server.ts'
import { TYPE } from '../test/discord/world.ts'
import { barePg } from './bare.ts'
import { fillCrowd } from './crowd.ts'
import { type BotProcess, startKindred, startPeer } from './discord-bots.ts'
import { atOnce, atRate, type Habits, type People, peopleOn, type Times } from './discord-wire.ts'
import { median, percentile, printTable } from './figures.ts'
import { temporaryFolder } from './folder.ts'
import { openMuseum } from './museum.ts'
import type { Server } from './postgres.ts'
import { main } from './start.ts'

interface Size {
  /** People the database knows from elsewhere, with memberships, reports and all. */
  known: number
  /** Windows measured of each kind; Kindred and its peer take turns. */
  rounds: number
  /** How long each rate is kept up. */
  seconds: number
  /** Interactions in a window that measures the highest rate. */
  burst: number
  /** Interactions before each window that are not measured, and before all of them. */
  warmUp: number
  start: number
  /** Interactions after which memory is looked at. */
  early: number
  late: number
  settleMs: number
}
const FULL: Size = {
  known: 10_000,
  rounds: 5,
  seconds: 15,
  burst: 2_000,
  warmUp: 200,
  start: 2_000,
  early: 10_000,
  late: 100_000,
  // The client lets go of a minute's handlers each minute (src/discord/client.ts).
  settleMs: 65_000,
}
const SMOKE: Size = {
  known: 20,
  rounds: 1,
  seconds: 1,
  burst: 60,
  warmUp: 10,
  start: 0,
  early: 20,
  late: 100,
  settleMs: 0,
}
const RATES = [50, 100]
/** People who wait at any time, while the highest rate is looked for. */
const OUTSTANDING = 64
const MEMBERS = 100_000
const COMMUNITIES = 200

/**
 * How fast the built Kindred answers on Discord's wire, beside a bare discord.js bot that answers a constant: both in processes
 * of their own, driven by fake Discords in this one. Then its memory after many interactions.
 */
export async function benchDiscord(server: Server | string, isSmoke: boolean): Promise<void> {
  if (typeof server === 'string' || !existsSync(main)) {
    const reason = typeof server === 'string' ? server : 'dist/ is missing; npm run build makes it. Left out.'
    process.stdout.write(`\nDiscord: ${reason}\n`)
    return
  }
  const size = isSmoke ? SMOKE : FULL
  const [own, bare] = [await openWire(KINDRED), await openWire(CONSTANT)]
  try {
    const settings = await fill(server, own, size)
    const folder = temporaryFolder()
    const kindred = { ...own, bot: await startKindred(own.fake, settings, folder) }
    const peer = { ...bare, bot: await startPeer(bare.fake) }
    await compare(server.name, kindred, peer, size)
    await Promise.all([kindred.bot.stop(), peer.bot.stop()])
    await remember({ ...own, bot: await startKindred(own.fake, settings, folder) }, size)
    const wrong = [...own.fake.violations, ...bare.fake.violations]
    if (wrong.length > 0) throw new Error(`Discord's rules were broken: ${wrong.slice(0, 5).join('; ')}`)
  } finally {
    await Promise.all([own.fake.close(), bare.fake.close()])
  }
}

/** A Discord of its own for one bot, and its people. */
interface Wire {
  fake: Fake
  guild: GuildHandle
  people: People
}

/** One bot on its wire. */
interface Party extends Wire {
  bot: BotProcess
}

const KINDRED: Habits = {
  joins: (n) => ['join', { community: slugOf(n % COMMUNITIES) }],
  looks: () => ['communities', {}],
  // The question's [Yes], and the list's [More].
  presses: (buttons) => (buttons.length > 3 ? buttons.at(-1) : buttons[0]),
}
const CONSTANT: Habits = {
  joins: () => ['join', { community: 'parents-united' }],
  looks: () => ['join', { community: 'parents-united' }],
  presses: () => ({ custom_id: 'constant', type: 2, id: 1 }),
}

function slugOf(n: number): string {
  if (n === 0) return 'parents-united'
  return n < 20 ? `community-${n}` : `crowd-${n + 1}`
}

async function openWire(habits: Habits): Promise<Wire> {
  const fake = await openFake({ judged: false, limited: false, keep: 100 })
  const guild = fake.guild('City Museum')
  guild.crowd(MEMBERS)
  return { fake, guild, people: peopleOn(fake, guild, habits) }
}

/** A house in use: its people are from elsewhere, and every community has its thread in the server already. */
async function fill(server: Server, { fake, guild }: Wire, { known }: Size): Promise<Record<string, string>> {
  const url = await server.fresh()
  const { database } = await openMuseum({ kind: 'postgresql', url })
  await database.close()
  const pool = new pg.Pool({ connectionString: url, max: 1, options: '-c TimeZone=UTC' })
  try {
    const bare = barePg(pool)
    await fillCrowd(bare, { people: known, communities: COMMUNITIES, each: 5, gone: 0 })
    const communities = await bare.query('select id, slug from communities', [])
    const threads = communities.map(({ slug }) => {
      const about = { name: String(slug), type: TYPE.privateThread, ownerId: fake.bot.id, invitable: false }
      return makeThread(fake.world, guild.general, about).id
    })
    await bare.query(
      `insert into rooms (id, community_id, platform, workspace, name, external_id)
       select 'd' || right(id, 25), id, 'discord', $1, id, thread from unnest($2::text[], $3::text[]) as made (id, thread)`,
      [guild.id, communities.map(({ id }) => id), threads],
    )
  } finally {
    await pool.end()
  }
  return { DATABASE_URL: url, KINDRED_KEY: randomBytes(32).toString('base64') }
}

async function compare(title: string, kindred: Party, peer: Party, size: Size): Promise<void> {
  const parties = [kindred, peer]
  for (const { people } of parties) await atOnce(people, OUTSTANDING, size.start)
  for (const { bot } of parties) bot.freeze()
  /** Measures both in turn, each first as often as the other, while the other stands still. */
  async function inTurn<T>(measure: (party: Party) => Promise<T>): Promise<[T, T][]> {
    const measured: [T, T][] = []
    for (let round = 0; round < size.rounds; round++) {
      const both = new Map<Party, T>()
      for (const party of round % 2 === 0 ? parties : [...parties].reverse()) {
        party.bot.goOn()
        await atOnce(party.people, 4, size.warmUp)
        both.set(party, await measure(party))
        party.bot.freeze()
      }
      // Both were measured above.
      measured.push([both.get(kindred) as T, both.get(peer) as T])
    }
    return measured
  }

  const rows: string[][] = []
  for (const rate of RATES) {
    const windows = await inTurn(({ people }) => atRate(people, rate, rate * size.seconds))
    rows.push(
      latencies(
        `${rate} a second, Kindred`,
        windows.map(([own]) => own),
      ),
    )
    rows.push(
      latencies(
        `${rate} a second, bare discord.js`,
        windows.map(([, bare]) => bare),
      ),
    )
  }
  printTable(
    `Discord on ${title}: from INTERACTION_CREATE on the wire, ms`,
    ['', 'callback, p50', 'p99', 'final answer, p50', 'p99'],
    rows,
  )

  const bursts = await inTurn((party) => burst(party, size.burst))
  const figure = (of: (one: Burst) => number, digits = 0) => {
    const pairs = bursts.map(([own, bare]) => [of(own), of(bare)] as const)
    const ratio = median(pairs.map(([own, bare]) => own / bare))
    const [own, bare] = [median(pairs.map(([one]) => one)), median(pairs.map(([, one]) => one))]
    return [own.toFixed(digits), bare.toFixed(digits), ratio.toFixed(2)]
  }
  printTable(
    `Discord on ${title}: the highest rate, ${OUTSTANDING} people waiting at any time`,
    ['', 'Kindred', 'bare discord.js', 'ratio'],
    [
      ['final answers a second', ...figure((one) => one.rate)],
      ["the bot's CPU for each, ms", ...figure((one) => one.ownMs, 2)],
      ["the fake Discord's CPU for each, ms", ...figure((one) => one.fakeMs, 2)],
    ],
  )
}

function latencies(title: string, windows: Times[][]): string[] {
  const figure = (of: (one: Times) => number, share: number) =>
    median(windows.map((times) => percentile(times.map(of), share))).toFixed(1)
  const [first, final] = [(one: Times) => one.first, (one: Times) => one.final]
  return [title, figure(first, 0.5), figure(first, 0.99), figure(final, 0.5), figure(final, 0.99)]
}

/** Final answers a second, and what each cost in both processes. */
interface Burst {
  rate: number
  ownMs: number
  fakeMs: number
}

async function burst({ bot, people }: Party, count: number): Promise<Burst> {
  const [ownBefore, fakeBefore] = [await bot.cpuMs(), process.cpuUsage()]
  const rate = await atOnce(people, OUTSTANDING, count)
  const { user, system } = process.cpuUsage(fakeBefore)
  return { rate, ownMs: ((await bot.cpuMs()) - ownBefore) / count, fakeMs: (user + system) / 1000 / count }
}

/** The memory of a fresh process after some interactions, and after many. */
async function remember({ bot, people }: Party, { early, late, settleMs }: Size): Promise<void> {
  async function after(count: number) {
    await atOnce(people, OUTSTANDING, count)
    await pause(settleMs)
    return bot.memory()
  }
  const [some, many] = [await after(early), await after(late - early)]
  printTable(
    `Memory of Kindred on Discord, MB: a server of ${MEMBERS} members`,
    ['', `after ${early} interactions`, `after ${late}`, 'ratio'],
    (['heap', 'resident'] as const).map((kind) => [
      kind === 'heap' ? 'heap in use' : 'resident',
      some[kind].toFixed(1),
      many[kind].toFixed(1),
      (many[kind] / some[kind]).toFixed(2),
    ]),
  )
  await bot.stop()
}
