import { atOnce, atRate, type People, type Times } from './answers.ts'
import type { BotProcess } from './bots.ts'
import { median, percentile, printTable } from './figures.ts'

/** One bot, and the people who act on it. */
export interface Party {
  name: string
  people: People
  bot: BotProcess
}

/** How long and how often is measured. */
export interface Windows {
  /** Windows measured of each kind; the bots take turns. */
  rounds: number
  /** How long each rate is kept up. */
  seconds: number
  /** Acts in a window that measures the highest rate. */
  burst: number
  /** Acts before each window that are not measured, and before all of them. */
  warmUp: number
  start: number
}

const RATES = [50, 100]
/** People who wait at any time, while the highest rate is looked for. */
export const OUTSTANDING = 64

/**
 * Latencies at some rates, and the highest rate, of bots that take turns: the first of them is measured beside the others. What
 * else runs stands still meanwhile.
 */
export async function compareBots(title: string, first: string, parties: Party[], size: Windows): Promise<void> {
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
  printTable(`${title}: from ${first} on the wire, ms`, ['', 'callback, p50', 'p99', 'final answer, p50', 'p99'], rows)

  const bursts = await inTurn((party) => burst(party, size.burst))
  const figures = (of: (one: Burst) => number, digits = 0) => {
    const [own = [], ...peers] = bursts.map((party) => party.map(of))
    const ratios = peers.map((peer) => median(own.map((one, n) => one / (peer[n] ?? Number.NaN))).toFixed(2))
    return [median(own).toFixed(digits), ...peers.flatMap((peer, n) => [median(peer).toFixed(digits), ratios[n] ?? ''])]
  }
  printTable(
    `${title}: the highest rate, ${OUTSTANDING} people waiting at any time`,
    ['', ...parties.flatMap(({ name }, n) => (n === 0 ? [name] : [name, 'ratio']))],
    [
      ['final answers a second', ...figures((one) => one.rate)],
      ["the bot's CPU for each, ms", ...figures((one) => one.ownMs, 2)],
      ["the fake server's CPU for each, ms", ...figures((one) => one.fakeMs, 2)],
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
