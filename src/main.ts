// Before Slack's library: each brings a copy of undici, whichever is loaded first serves both, and with Slack's copy Discord gets
// messages without their files.
import 'discord.js'

import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { backup, move, restore } from './backup.ts'
import { backupFolder } from './backup-folder.ts'
import { BadConfig, type Config, loadEnvFile, readConfig, siteOf } from './config.ts'
import { say as text } from './core/say.ts'
import { createBot, discordPlatform, restOf, type Turn } from './discord/bot.ts'
import { build } from './house.ts'
import { answerLetter, BadRequest, readLetter } from './letters.ts'
import { loadCommands } from './load-commands.ts'
import { logTo } from './log.ts'
import { smtpMailer } from './mail.ts'
import { type Machine, openConfigured, placeOf } from './open.ts'
import { recountFile } from './recount-file.ts'
import { tellDeleted } from './room-lost.ts'
import { BadDestination, openDestinations } from './segments/connectors.ts'
import { tellExpelled, tellMet } from './servers.ts'
import { manifest } from './slack/manifest.ts'
import { publicAddress, type RunningSlack, readySlack, slackWay } from './start-slack.ts'
import { type RunningWeb, readyWeb } from './start-web.ts'
import { CannotStart, InUse } from './store/data-folder.ts'
import type { Database, DatabasePlace } from './store/database.ts'
import { createTerminal, terminalMailer } from './terminal/bot.ts'
import { createChat } from './terminal/chat.ts'
import { play } from './terminal/play.ts'
import { plainPrinter } from './terminal/print.ts'
import { restoreRooms, terminalPlatform } from './terminal/rooms.ts'
import { rehearse } from './try.ts'

/** How long the stop may take before it is forced. */
const STOP_MS = 10_000

/** The folder above `src`: the project itself, or `dist` where it was built. */
const here = fileURLToPath(new URL('..', import.meta.url))
const root = existsSync(`${here}/package.json`) ? here : fileURLToPath(new URL('../..', import.meta.url))

/** What both ways to run it need to find. */
export const folders = { commands: `${here}/commands`, migrations: `${root}/prisma/migrations` }

const machine: Machine = {
  now: () => new Date(),
  // Node's own; its second parameter is another than ours.
  bytes: (length) => randomBytes(length),
  folders,
}

async function start(config: Config): Promise<void> {
  const log = logTo(config.LOG_LEVEL)
  const { now } = machine
  const place = placeOf(config)
  // Before the database is opened, which would have to be closed again where a setting is wrong.
  const destinations = openDestinations(config.destinations, now)
  const way = slackWay(config)
  const { database, draws, keys } = await openConfigured(config, machine)
  const commands = await loadCommands(folders.commands)
  const isPrompt = process.stdin.isTTY && place.kind !== 'postgresql'
  const print = plainPrinter((line) => process.stdout.write(`${line}\n`), false)
  const chat = createChat()
  const discord = config.DISCORD_TOKEN ? { token: config.DISCORD_TOKEN, api: config.DISCORD_API_URL } : undefined
  const slack =
    way && readySlack(way, config, { database, commands, draws, keys, log, now, print: say, note: noteAt(database) })
  const mailer =
    config.SMTP_URL && config.MAIL_FROM
      ? smtpMailer(config.SMTP_URL, config.MAIL_FROM)
      : isPrompt
        ? terminalMailer(print)
        : undefined
  const web = readyWeb(config, {
    database,
    commands,
    destinations,
    draws,
    keys,
    log,
    now,
    print: say,
    mails: mailer !== undefined,
  })
  const platforms = [
    web.platform,
    ...(isPrompt ? [terminalPlatform(chat, print)] : []),
    ...(discord ? [discordPlatform(restOf(discord), commands)] : []),
    ...(slack ? [slack.platform] : []),
  ]
  const { router, runner } = await build({
    database,
    commands,
    platforms,
    destinations,
    mailer,
    draws,
    log,
    now,
    site: siteOf(config),
    backups: place.kind === 'memory' ? undefined : backupFolder(config.DATA_DIR),
  }).catch(async (error: unknown) => {
    // Whatever is left open would keep the process up.
    await database.close()
    throw error
  })
  const bot =
    discord &&
    createBot({
      ...discord,
      commands,
      router,
      turn: turnAt(database, 'gateway/discord', draws.key()),
      now,
      print: say,
      needs: (sentence) => noteAt(database)('discord', sentence),
      logFailure: (where, error) => log.failure(where, undefined, error),
      met: (servers) => database.transaction((store) => tellMet(store, 'discord', servers, now())),
      expelled: (workspace, name) =>
        database.transaction((store) => tellExpelled(store, { platform: 'discord', workspace, name }, now())),
      deleted: (workspace, id) =>
        database.transaction((store) => tellDeleted(store, { platform: 'discord', workspace, id }, now())),
      wake: () => runner.wake(),
    })
  const stopping = new AbortController()
  let inSlack: RunningSlack | undefined
  let onWeb: RunningWeb | undefined
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= (async () => {
      setTimeout(() => process.exit(1), STOP_MS).unref()
      stopping.abort()
      await Promise.all([bot?.stop(), inSlack?.stop(), onWeb?.stop(), runner.stop()])
      mailer?.close()
      await Promise.all(destinations.map(({ store }) => store.close?.()))
      await database.close()
      // Everything is put away; a terminal still open for reading must not keep the process up.
      process.exit(0)
    })()
    return stopped
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop())
  runner.start()
  bot?.start()
  inSlack = slack?.start(router, () => runner.wake())
  onWeb = await web.start(router, () => runner.wake(), inSlack?.takes)
  process.stdout.write(`${greeting(place, config, isPrompt)}\n`)
  if (onWeb.isListening) say(`To come in as staff in a browser, once and within an hour: ${await onWeb.staffLink()}`)
  if (!isPrompt) return
  restoreRooms(chat, await database.transaction((store) => store.rooms.known('terminal')))
  const terminal = createTerminal({ chat, router, commands, print, draws, now })
  const isNew = !(await database.transaction((store) => store.organization.get())).isSetUp
  if (isNew) {
    const speaker = { name: 'you', isStaff: true }
    await terminal.handle({ kind: 'command', speaker, text: 'setup' })
    await terminal.handle({ kind: 'press', speaker, labels: ['What people read'] })
  }
  const streams = { input: process.stdin, output: process.stdout, isTerminal: true }
  await play(streams, terminal, commands, print, () => runner.runDue(), stopping.signal)
}

function greeting(place: DatabasePlace, config: Config, isPrompt: boolean): string {
  const where = {
    folder: `the embedded database in ${config.DATA_DIR}`,
    memory: 'a database in memory',
    postgresql: 'PostgreSQL',
  }[place.kind]
  const ready = `Kindred is ready, on ${where}: ${siteOf(config)}`
  if (isPrompt) return `${ready}\nYou speak here as one person, who is staff. Type /help, or press Ctrl+C to stop.`
  return `${ready}\nIts work goes on until you stop it (Ctrl+C). Settings are explained in .env.example.`
}

/** What one process at a time may hold, kept in the database that all of them share. */
function turnAt(database: Database, name: string, holder: string): Turn {
  return {
    take: (forMs) =>
      database.transaction((store) => {
        const now = machine.now()
        return store.leases.hold(name, holder, now, new Date(now.getTime() + forMs))
      }),
    giveBack: () => database.transaction((store) => store.leases.letGo(name, holder)),
  }
}

/** What staff read in `/status` while it lasts. */
function noteAt(database: Database): (key: string, sentence: string | undefined) => Promise<void> {
  return (key, sentence) =>
    database.transaction(({ staffNotes }) =>
      sentence === undefined
        ? staffNotes.resolve(key, machine.now())
        : staffNotes.tell(key, text`${sentence}`, machine.now()),
    )
}

const say = (line: string) => void process.stdout.write(`${line}\n`)

const STOP_FOR_LETTERS =
  'Kindred is running on this data, and only one program at a time can use the embedded database. ' +
  'Stop Kindred for a moment, type this again, and start it. On a PostgreSQL server nothing needs to be stopped.'

/** What Slack makes the app from, by these settings. */
function manifestOf(config: Config) {
  const { SLACK_COMMAND: command, PUBLIC_URL: publicUrl, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET } = config
  const isSocket = Boolean(SLACK_APP_TOKEN) || !SLACK_SIGNING_SECRET
  return manifest({ command, publicUrl: isSocket ? publicUrl : publicAddress(config), isSocket })
}

/** What the program can be started for, by the word after its name; without one it runs Kindred. */
const modes: Record<string, (config: Config, words: string[]) => Promise<void>> = {
  try: (config, words) =>
    rehearse(config, folders, words, logTo(config.LOG_LEVEL === 'info' ? 'warn' : config.LOG_LEVEL)),
  'slack-manifest': async (config) => say(JSON.stringify(manifestOf(config), null, 2)),
  recount: async (_config, words) => {
    const { lines, isSound } = await recountFile(words)
    ;(isSound ? process.stdout : process.stderr).write(`${lines.join('\n')}\n`)
    if (!isSound) process.exitCode = 1
  },
  backup: (config) => backup(config, machine, say),
  restore: (config, words) => restore(config, machine, words, say),
  move: (config, words) => move(config, machine, words, say),
  staff: async (config, words) => {
    const letter = readLetter(words)
    const { database } = await openConfigured(config, machine).catch((error: unknown) => {
      if (!(error instanceof InUse)) throw error
      throw new CannotStart(STOP_FOR_LETTERS)
    })
    try {
      say(await answerLetter(database, letter, machine.now()))
    } finally {
      await database.close()
    }
  },
}

try {
  loadEnvFile()
  const config = readConfig(process.env)
  const [word, ...words] = process.argv.slice(2)
  const mode = word === undefined ? start : modes[word]
  if (!mode) throw new BadConfig(`There is no “${word}”. There are: ${Object.keys(modes).join(', ')}.`)
  await mode(config, words)
} catch (error) {
  const isForPeople = [BadConfig, CannotStart, BadDestination, BadRequest].some((kind) => error instanceof kind)
  if (!isForPeople || !(error instanceof Error)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
