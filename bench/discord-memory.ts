import { setTimeout as pause } from 'node:timers/promises'
import { atOnce } from './answers.ts'
import type { Party } from './compare-bots.ts'
import { MEMBERS } from './discord-house.ts'
import { printTable } from './figures.ts'

interface Size {
  /** Interactions after which memory is looked at. */
  early: number
  late: number
  /** People who wait at any time. */
  outstanding: number
  settleMs: number
}

/** The memory of a fresh process after some interactions, and after many. */
export async function benchDiscordMemory(
  { bot, people }: Party,
  { early, late, outstanding, settleMs }: Size,
): Promise<void> {
  async function after(count: number) {
    await atOnce(people, outstanding, count)
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
}
