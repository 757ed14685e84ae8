import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import type { Command } from '../../src/command.ts'
import { readConfig } from '../../src/config.ts'
import { drawsFrom, seededBytes } from '../../src/core/ids.ts'
import { keysFrom } from '../../src/core/keys.ts'
import type { Organization } from '../../src/core/organization.ts'
import { say } from '../../src/core/say.ts'
import { build, type House, type Parts } from '../../src/house.ts'
import { loadCommands } from '../../src/load-commands.ts'
import type { Platform } from '../../src/platform.ts'
import { csv } from '../../src/segments/csv.ts'
import { manifest } from '../../src/slack/manifest.ts'
import { type RunningSlack, readySlack, slackWay } from '../../src/start-slack.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import type { Store } from '../../src/store/store.ts'
import { freePort } from '../free-port.ts'
import { takeSpare } from '../spare.ts'
import { folders, MUSEUM, SITE } from '../stage.ts'
import type { TeamHandle } from './hand.ts'
import { type Fake, type FakeOptions, openFake } from './server.ts'

export type Mode = 'socket' | 'http'

/** The whole bot on real Bolt, with a Slack of its own in front. */
export interface SlackStage extends House {
  fake: Fake
  /** The first workspace, the one of the token in the settings. */
  team: TeamHandle
  running: RunningSlack
  /** Slack as the jobs see it. */
  platform: Platform
  database: Database
  /** What was printed, mails sent, and what failed inside. */
  printed: string[]
  mails: { to: string; text: string }[]
  failures: { where: string; error: unknown }[]
  /** Lets the jobs do all that is due, until nothing is. */
  settle(): Promise<void>
  read<T>(work: (store: Store) => Promise<T>): Promise<T>
  until(holds: () => boolean | Promise<boolean>): Promise<void>
  /** Another process on the same database, started. */
  another(): RunningSlack
  close(): Promise<void>
}

/** How a stage is opened; everything may be left out. */
export interface SlackStageOptions extends FakeOptions {
  mode?: Mode
  /** Workspaces are let in by their install page alone: there is no token in the settings. */
  isInstalledByPage?: boolean
  organization?: Organization
  commands?: Command[]
  /** Instead of the CSV files in a folder nobody looks into. */
  destinations?: Parts['destinations']
  /** Platforms beside Slack. */
  platforms?: Platform[]
  /** Whoever waits before another try waits this part of the span, instead of a drawn one. */
  chance?: number
}

const PATIENCE_MS = 30_000

export async function openSlackStage(options: SlackStageOptions = {}): Promise<SlackStage> {
  const {
    mode = 'socket',
    isInstalledByPage = false,
    organization,
    destinations,
    platforms = [],
    chance,
    ...given
  } = options
  const port = await freePort()
  const publicUrl = `http://127.0.0.1:${port}`
  const isSocket = mode === 'socket'
  const made = manifest({ command: '/community', publicUrl, isSocket })
  const fake = await openFake({ manifest: made, ...given })
  const team = fake.team('Museum', { installed: !isInstalledByPage })
  const bytes = seededBytes('1')
  const draws = { ...drawsFrom(bytes), ...(chance !== undefined && { fraction: () => chance }) }
  const keys = keysFrom([seededBytes('key')(32)], bytes)
  const now = () => fake.now()
  const folder = await mkdtemp(`${tmpdir()}/kindred-slack-`)
  const spare = await takeSpare()
  const place = { kind: 'memory' as const, pglite: spare.pglite }
  const database = await openDatabase(place, folders.migrations, now(), { draws, keys })
  const { staffRoom: _, ...museum } = MUSEUM
  await database.transaction((store) => store.organization.save(organization ?? museum))
  const commands = options.commands ?? (await loadCommands(folders.commands))
  const [printed, mails, failures]: [string[], SlackStage['mails'], SlackStage['failures']] = [[], [], []]
  const config = readConfig({
    SLACK_API_URL: fake.api,
    PUBLIC_URL: publicUrl,
    PORT: String(port),
    ...(isSocket ? { SLACK_APP_TOKEN: fake.appToken } : { SLACK_SIGNING_SECRET: fake.signingSecret }),
    ...(isInstalledByPage
      ? { SLACK_CLIENT_ID: fake.clientId, SLACK_CLIENT_SECRET: fake.clientSecret }
      : { SLACK_BOT_TOKEN: fake.botToken }),
  })
  const way = slackWay(config)
  if (!way) throw new Error('the settings say nothing of Slack')
  const log = {
    failure: (where: string, _reference: string | undefined, error: unknown) => void failures.push({ where, error }),
  }
  const read = <T>(work: (store: Store) => Promise<T>) => database.transaction(work)
  const note = (key: string, sentence: string | undefined) =>
    read(({ staffNotes }) =>
      sentence === undefined ? staffNotes.resolve(key, now()) : staffNotes.tell(key, say`${sentence}`, now()),
    )
  const slack = readySlack(way, config, {
    ...{ database, commands, draws, keys, log, now, note },
    print: (line) => void printed.push(line),
  })
  const store = csv.open({ DIR: folder }, now)
  const house = await build({
    database,
    commands,
    platforms: [slack.platform, ...platforms],
    destinations: destinations ?? [
      { name: 'files', connector: 'csv', purpose: 'letters', recipient: undefined, store },
    ],
    mailer: { send: async ({ to, text }) => void mails.push({ to, text }), close: () => undefined },
    draws,
    log,
    site: SITE,
    now,
  })
  const running = slack.start(house.router, () => house.runner.wake())
  const door = createServer((request, response) => {
    if (!running.takes(request, response)) response.writeHead(404).end()
  }).listen(port, '127.0.0.1')
  const others: RunningSlack[] = []
  const until = async (holds: () => boolean | Promise<boolean>) => {
    for (const end = Date.now() + PATIENCE_MS; !(await holds()); ) {
      if (Date.now() > end) throw new Error(`it never came about; printed: ${printed.join(' | ')}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  if (!isSocket) fake.http.to(`${publicUrl}/slack/events`)
  await until(() => printed.some((line) => line.startsWith('Slack: connected')))
  return {
    ...house,
    fake,
    team,
    running,
    platform: slack.platform,
    database,
    printed,
    mails,
    failures,
    settle: () => house.runner.runDue(),
    read,
    until,
    another() {
      const other = readySlack(way, config, {
        ...{ database, commands, draws, keys, log, now, note },
        print: (line) => void printed.push(line),
      }).start(house.router, () => house.runner.wake())
      others.push(other)
      return other
    },
    async close() {
      door.close()
      await Promise.all([running, ...others].map((one) => one.stop()))
      door.closeAllConnections()
      await house.runner.stop()
      await database.close()
      await spare.giveBack()
      await fake.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
