import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { compareBots, OUTSTANDING, type Windows } from './compare-bots.ts'
import { fillDatabase } from './crowded-house.ts'
import { startKindred, startPeer } from './discord-bots.ts'
import { CONSTANT, KINDRED, makeRooms, openWire } from './discord-house.ts'
import { benchDiscordMemory } from './discord-memory.ts'
import { temporaryFolder } from './folder.ts'
import type { Server } from './postgres.ts'
import { main } from './start.ts'

interface Size extends Windows {
  /** People the database knows from elsewhere, with memberships, reports and all. */
  known: number
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
    await compareBots(`Discord on ${server.name}`, 'INTERACTION_CREATE', parties, size)
    process.stdout.write(`${PEERS}\n`)
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

const PEERS = `discord.js: answers a constant. discord.js and pg: after a transaction of five plain statements. Kindred's own jobs go on meanwhile.`
