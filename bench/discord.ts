import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { startKindred, startPeer } from './discord-bots.ts'
import { CONSTANT, fillDatabase, KINDRED, makeRooms, openWire, type Party } from './discord-house.ts'
import { benchDiscordMemory } from './discord-memory.ts'
import { atOnce, atRate, type Times } from './discord-wire.ts'
import { median, percentile, printTable } from './figures.ts'
import { temporaryFolder } from './folder.ts'
import type { Server } from './postgres.ts'
import { main } from './start.ts'

interface Size {
  /** People the database knows from elsewhere, with memberships, reports and all. */
  known: number
  /** Windows measured of each kind; Kindred and its peers take turns. */
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
  seconds: 0.3,
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

/**
 * How fast the built Kindred answers on Discord's wire, beside a bare discord.js bot that answers a constant, at once or after
 * a plain transaction: each in a process of its own, driven by fake Discords in this one. Then its memory after many
 * interactions.
 */
export async function benchDiscord(server: Server | string, isSmoke: boolean): Promise<void> {
  if (typeof server === 'string' || !existsSync(main)) {
    const reason = typeof server === 'string' ? server : 'dist/ is missing; npm run build makes it. Left out.'
    process.stdout.write(`\nDiscord: ${reason}\n`)
    return
  }
  const size = isSmoke ? SMOKE : FULL
  const [own, constant, remembering] = [await openWire(KINDRED), await openWire(CONSTANT), await openWire(CONSTANT)]
  const wires = [own, constant, remembering]
  try {
    const [url, peerUrl] = [await fillDatabase(server, size.known), await fillDatabase(server, size.known)]
    await makeRooms(url, own)
    const settings = { DATABASE_URL: url, KINDRED_KEY: randomBytes(32).toString('base64') }
    const folder = temporaryFolder()
    const [kindred, bare, barePg] = await Promise.all([
      startKindred(own.fake, settings, folder),
      startPeer(constant.fake),
      startPeer(remembering.fake, peerUrl, size.known),
    ])
    const parties = [
      { name: 'Kindred', ...own, bot: kindred },
      { name: 'discord.js', ...constant, bot: bare },
      { name: 'discord.js and pg', ...remembering, bot: barePg },
    ]
    await compare(server.name, parties, size)
    for (const { name, people, bot } of parties) {
      if (people.lost() > 0)
        process.stdout.write(`${name}: ${people.lost()} answers never came, and are in no figure.\n`)
      await bot.stop()
    }
    const fresh = await startKindred(own.fake, settings, folder)
    await benchDiscordMemory({ name: 'Kindred', ...own, bot: fresh }, { ...size, outstanding: OUTSTANDING })
    await fresh.stop()
    const wrong = wires.flatMap(({ fake }) => fake.violations)
    if (wrong.length > 0) throw new Error(`Discord's rules were broken: ${wrong.slice(0, 5).join('; ')}`)
  } finally {
    for (const { fake } of wires) await fake.close()
  }
}

async function compare(title: string, parties: Party[], size: Size): Promise<void> {
  for (const { bot, people } of parties) {
    await atOnce(people, OUTSTANDING, size.start)
    bot.freeze()
  }
  /** Measures all in turn, each first as often as the others, while the others stand still. Gives the windows of each. */
  async function inTurn<T>(measure: (party: Party) => Promise<T>): Promise<T[][]> {
    const measured: T[][] = parties.map(() => [])
    for (let round = 0; round < size.rounds; round++) {
      for (let n = 0; n < parties.length; n++) {
        const at = (n + round) % parties.length
        const party = parties[at]
        if (!party) continue
        await party.bot.goOn()
        await atOnce(party.people, 4, size.warmUp)
        measured[at]?.push(await measure(party))
        party.bot.freeze()
      }
    }
    return measured
  }

  const rows: string[][] = []
  for (const rate of RATES) {
    const windows = await inTurn(({ people }) => atRate(people, rate, rate * size.seconds))
    rows.push(...parties.map(({ name }, n) => latencies(`${rate} a second, ${name}`, windows[n] ?? [])))
  }
  printTable(
    `Discord on ${title}: from INTERACTION_CREATE on the wire, ms`,
    ['', 'callback, p50', 'p99', 'final answer, p50', 'p99'],
    rows,
  )

  const bursts = await inTurn((party) => burst(party, size.burst))
  const figures = (of: (one: Burst) => number, digits = 0) => {
    const [own = [], ...peers] = bursts.map((party) => party.map(of))
    const ratios = peers.map((peer) => median(own.map((one, n) => one / (peer[n] ?? Number.NaN))).toFixed(2))
    return [median(own).toFixed(digits), ...peers.flatMap((peer, n) => [median(peer).toFixed(digits), ratios[n] ?? ''])]
  }
  printTable(
    `Discord on ${title}: the highest rate, ${OUTSTANDING} people waiting at any time`,
    ['', ...parties.flatMap(({ name }, n) => (n === 0 ? [name] : [name, 'ratio']))],
    [
      ['final answers a second', ...figures((one) => one.rate)],
      ["the bot's CPU for each, ms", ...figures((one) => one.ownMs, 2)],
      ["the fake Discord's CPU for each, ms", ...figures((one) => one.fakeMs, 2)],
    ],
  )
  process.stdout.write(`${PEERS}\n`)
}

const PEERS = `discord.js: answers a constant. discord.js and pg: after a transaction of five plain statements. Kindred's own jobs go on meanwhile.`

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
