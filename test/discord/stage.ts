import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import type { Command } from '../../src/command.ts'
import { type Draws, drawsFrom, seededBytes } from '../../src/core/ids.ts'
import { keysFrom } from '../../src/core/keys.ts'
import type { Organization } from '../../src/core/organization.ts'
import { say } from '../../src/core/say.ts'
import { type Bot, createBot, discordPlatform, restOf, type Turn } from '../../src/discord/bot.ts'
import { build, type House, type Parts } from '../../src/house.ts'
import { loadCommands } from '../../src/load-commands.ts'
import type { Platform } from '../../src/platform.ts'
import { tellDeleted } from '../../src/room-lost.ts'
import { csv } from '../../src/segments/csv.ts'
import { tellExpelled, tellMet } from '../../src/servers.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import type { Store } from '../../src/store/store.ts'
import { takeSpare } from '../spare.ts'
import { folders, MUSEUM } from '../stage.ts'
import { type Fake, type FakeOptions, openFake } from './server.ts'

/** The whole bot on real discord.js, with a Discord of its own in front. */
export interface DiscordStage extends House {
  fake: Fake
  bot: Bot
  /** Discord as the jobs see it. */
  platform: Platform
  database: Database
  /** What was printed, mails sent, and what failed inside. */
  printed: string[]
  mails: { to: string; text: string }[]
  failures: { where: string; error: unknown }[]
  /** Lets the jobs do all that is due, until nothing is. */
  settle(): Promise<void>
  draws: Draws
  /** Another process on the same database, not started; with another token or turn, if one is given. */
  another(token?: string, turn?: Turn): Bot
  read<T>(work: (store: Store) => Promise<T>): Promise<T>
  until(holds: () => boolean | Promise<boolean>): Promise<void>
  close(): Promise<void>
}

const PATIENCE_MS = 30_000

/** How a stage is opened; everything may be left out. */
export interface DiscordStageOptions extends FakeOptions {
  /** Whoever waits before another try waits this part of the span, instead of a drawn one. */
  chance?: number
  organization?: Organization
  commands?: Command[]
  /** Instead of the CSV files in a folder nobody looks into. */
  destinations?: Parts['destinations']
}

/** Opens a stage. Time is the machine's unless given, plus what the fake let pass. */
export async function openDiscordStage(options: DiscordStageOptions = {}): Promise<DiscordStage> {
  const { token, organization, destinations, chance, ...given } = options
  const fake = await openFake(given)
  const bytes = seededBytes('1')
  const draws = { ...drawsFrom(bytes), ...(chance !== undefined && { fraction: () => chance }) }
  const now = () => fake.now()
  const folder = await mkdtemp(`${tmpdir()}/kindred-discord-`)
  const spare = await takeSpare()
  const place = { kind: 'memory' as const, pglite: spare.pglite }
  const database = await openDatabase(place, folders.migrations, now(), {
    draws,
    keys: keysFrom([seededBytes('key')(32)], bytes),
  })
  const { staffRoom: _, ...museum } = MUSEUM
  await database.transaction((store) => store.organization.save(organization ?? museum))
  const commands = options.commands ?? (await loadCommands(folders.commands))
  const access = { token: token ?? fake.token, api: fake.api }
  const [printed, mails, failures]: [string[], DiscordStage['mails'], DiscordStage['failures']] = [[], [], []]
  const store = csv.open({ DIR: folder }, now)
  const platform = discordPlatform(restOf(access), commands)
  const house = await build({
    database,
    commands,
    platforms: [platform],
    destinations: destinations ?? [
      { name: 'files', connector: 'csv', purpose: 'letters', recipient: undefined, store },
    ],
    mailer: {
      send: async ({ to, text }) => void mails.push({ to, text }),
      close: () => undefined,
    },
    draws,
    site: 'https://kindred.example',
    log: { failure: (where, _reference, error) => void failures.push({ where, error }) },
    now,
  })
  const read = <T>(work: (store: Store) => Promise<T>) => database.transaction(work)
  const botOf = (own = access.token, turn?: Turn) => {
    const holder = draws.key()
    return createBot({
      ...access,
      token: own,
      commands,
      router: house.router,
      turn: turn ?? {
        take: (forMs) =>
          read((store) => store.leases.hold('gateway/discord', holder, now(), new Date(now().getTime() + forMs))),
        giveBack: () => read((store) => store.leases.letGo('gateway/discord', holder)),
      },
      now,
      print: (line) => void printed.push(line),
      logFailure: (where, error) => void failures.push({ where, error }),
      met: (servers) => read((store) => tellMet(store, 'discord', servers, now())),
      expelled: (workspace, name) =>
        read((store) => tellExpelled(store, { platform: 'discord', workspace, name }, now())),
      deleted: (workspace, id) => read((store) => tellDeleted(store, { platform: 'discord', workspace, id }, now())),
      needs: (sentence) =>
        read(({ staffNotes }) =>
          sentence === undefined
            ? staffNotes.resolve('discord', now())
            : staffNotes.tell('discord', say`${sentence}`, now()),
        ),
      wake: () => house.runner.wake(),
    })
  }
  const bots = [botOf()]
  const bot = bots[0] ?? botOf()
  bot.start()
  const until = async (holds: () => boolean | Promise<boolean>) => {
    for (const end = Date.now() + PATIENCE_MS; !(await holds()); ) {
      if (Date.now() > end) throw new Error(`it never came about; printed: ${printed.join(' | ')}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  await until(() => printed.length > 0)
  return {
    ...house,
    fake,
    bot,
    platform,
    database,
    printed,
    mails,
    failures,
    read,
    until,
    settle: () => house.runner.runDue(),
    draws,
    another(own, turn) {
      const more = botOf(own, turn)
      bots.push(more)
      return more
    },
    async close() {
      await Promise.all(bots.map((one) => one.stop()))
      await house.runner.stop()
      await database.close()
      await spare.giveBack()
      await fake.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
