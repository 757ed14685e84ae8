import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { compareBots, type Windows } from './compare-bots.ts'
import { fillDatabase, slugOf, writeRooms } from './crowded-house.ts'
import { temporaryFolder } from './folder.ts'
import type { Server } from './postgres.ts'
import { startKindred, startPeer } from './slack-bots.ts'
import { openWire } from './slack-wire.ts'
import { main } from './start.ts'

const FULL: Windows & { known: number } = {
  known: 10_000,
  rounds: 5,
  seconds: 15,
  burst: 2_000,
  warmUp: 200,
  start: 2_000,
}
const SMOKE: typeof FULL = { known: 20, rounds: 1, seconds: 0.3, burst: 60, warmUp: 10, start: 0 }

/**
 * How fast the built Kindred acknowledges and answers over Socket Mode, beside a bare Bolt app that answers a constant: each in
 * a process of its own, driven by fake Slacks in this one.
 */
export async function benchSlack(server: Server | string, isSmoke: boolean): Promise<void> {
  if (typeof server === 'string' || !existsSync(main)) {
    const reason = typeof server === 'string' ? server : 'dist/ is missing; npm run build makes it. Left out.'
    process.stdout.write(`\nSlack: ${reason}\n`)
    return
  }
  const size = isSmoke ? SMOKE : FULL
  const own = await openWire({ joins: (n) => `/community join ${slugOf(n)}`, looks: '/community communities' })
  const constant = await openWire({ joins: () => '/community join', looks: '/community communities' })
  try {
    const url = await fillDatabase(server, size.known)
    await writeRooms(url, { platform: 'slack', workspace: own.team.id, carrier: 'channel' }, (name) => {
      const channel = own.team.channel(name, { private: true, members: [{ id: own.team.botUserId }] })
      return channel.id
    })
    const settings = { DATABASE_URL: url, KINDRED_KEY: randomBytes(32).toString('base64') }
    const [kindred, bare] = await Promise.all([
      startKindred(own.fake, settings, temporaryFolder()),
      startPeer(constant.fake),
    ])
    const parties = [
      { name: 'Kindred', people: own.people, bot: kindred },
      { name: 'Bolt', people: constant.people, bot: bare },
    ]
    await compareBots(`Slack on ${server.name}`, 'an envelope', parties, size)
    process.stdout.write(`Bolt: answers a constant. Kindred's own jobs go on meanwhile.\n`)
    for (const { name, people, bot } of parties) {
      if (people.lost() > 0)
        process.stdout.write(`${name}: ${people.lost()} answers never came, and are in no figure.\n`)
      await bot.stop()
    }
    const wrong = [own, constant].flatMap(({ fake }) => fake.violations)
    if (wrong.length > 0) throw new Error(`Slack's rules were broken: ${wrong.slice(0, 5).join('; ')}`)
  } finally {
    for (const { fake } of [own, constant]) await fake.close()
  }
}
