import { existsSync } from 'node:fs'
import { startKindred, startPeer } from './discord-bots.ts'
import { CONSTANT, fillHouse, KINDRED, openWire, type Party } from './discord-house.ts'
import { benchDiscordMemory } from './discord-memory.ts'
import { atOnce, atRate, type Times } from './discord-wire.ts'
import { median, percentile, printTable } from './figures.ts'
import { temporaryFolder } from './folder.ts'
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
    const settings = await fillHouse(server, own, size.known)
    const folder = temporaryFolder()
    const kindred = { ...own, bot: await startKindred(own.fake, settings, folder) }
    const peer = { ...bare, bot: await startPeer(bare.fake) }
    await compare(server.name, kindred, peer, size)
    await Promise.all([kindred.bot.stop(), peer.bot.stop()])
    const fresh = await startKindred(own.fake, settings, folder)
    await benchDiscordMemory({ ...own, bot: fresh }, { ...size, outstanding: OUTSTANDING })
    await fresh.stop()
    const wrong = [...own.fake.violations, ...bare.fake.violations]
    if (wrong.length > 0) throw new Error(`Discord's rules were broken: ${wrong.slice(0, 5).join('; ')}`)
  } finally {
    await Promise.all([own.fake.close(), bare.fake.close()])
  }
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
    const [own, bare] = [windows.map(([one]) => one), windows.map(([, one]) => one)]
    rows.push(latencies(`${rate} a second, Kindred`, own), latencies(`${rate} a second, bare discord.js`, bare))
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
