import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { BadConfig, type Config, siteOf } from './config.ts'
import { drawsFrom, seededBytes } from './core/ids.ts'
import { keysFrom } from './core/keys.ts'
import { NOT_SET_UP, type Organization } from './core/organization.ts'
import { durationMs } from './core/schedule.ts'
import { rehearseHook } from './hooks.ts'
import { build, type Log } from './house.ts'
import { loadCommands } from './load-commands.ts'
import { openDestinations } from './segments/connectors.ts'
import { FAULTS, rehearsed } from './segments/rehearsal.ts'
import { keyOfFolder } from './store/data-folder.ts'
import { type DatabasePlace, openDatabase } from './store/database.ts'
import { createTerminal, type Rehearsal, terminalMailer } from './terminal/bot.ts'
import { createChat } from './terminal/chat.ts'
import { play } from './terminal/play.ts'
import { jsonPrinter, MAIN, type Output, plainPrinter } from './terminal/print.ts'
import { restoreRooms, terminalPlatform } from './terminal/rooms.ts'

/** The organization a trial starts with. */
const MUSEUM: Organization = {
  ...NOT_SET_UP,
  isSetUp: true,
  name: 'City Museum',
  recipient: 'the Museum',
  privacyNotice: 'https://museum.example/privacy',
  contact: 'hello@museum.example',
  sender: 'City Museum',
  zone: 'Europe/Berlin',
  staffRoom: { platform: 'terminal', workspace: MAIN, place: 'staff' },
}

const flagSchema = z.object({
  now: z.iso.datetime({ offset: true, error: '--now takes a time such as 2026-01-05T12:00:00Z' }).optional(),
  seed: z.string().optional(),
  data: z.string().min(1).optional(),
  json: z.boolean().default(false),
  bare: z.boolean().default(false),
})
type Flags = z.infer<typeof flagSchema>

const FLAGS_HELP = [
  'npm run try -- FLAGS, reading lines from the terminal or a pipe (docs/terminal.md):',
  '  --now TIME   the clock stands still at a time such as 2026-01-05T12:00:00Z, but for +3d',
  '  --seed N     the same ids, codes and draws every time',
  '  --data DIR   keep the data in a folder instead of in memory',
  '  --json       one JSON object a line',
  '  --bare       without the made-up museum: no organization is set up',
].join('\n')

/** `npm run try`: the whole bot in a terminal or a pipe, with a clock that can be moved and draws that can be fixed. */
export async function rehearse(
  config: Config,
  folders: { commands: string; migrations: string },
  words: string[],
  log: Log,
): Promise<void> {
  if (words.includes('--help')) return void process.stdout.write(`${FLAGS_HELP}\n`)
  const flags = readFlags(words)
  const clock = clockFrom(flags.now)
  const seed = flags.seed === undefined ? undefined : await seedOf(flags)
  const bytes = seed === undefined ? (length: number) => randomBytes(length) : seededBytes(seed)
  const draws = drawsFrom(bytes)
  const place: DatabasePlace = flags.data ? { kind: 'folder', folder: flags.data } : { kind: 'memory' }
  const key = place.kind === 'folder' ? await keyOfFolder(place.folder, () => bytes(32)) : bytes(32)
  const database = await openDatabase(place, folders.migrations, clock.now(), { draws, keys: keysFrom([key], bytes) })
  try {
    const commands = await loadCommands(folders.commands)
    const DIR = await segmentsFolder(flags)
    const opened = openDestinations(
      config.destinations.map((one) => ({
        ...one,
        settings: {
          ...(one.connector === 'csv' && { DIR: one.name === 'files' ? DIR : `${DIR}-${one.name}` }),
          ...one.settings,
        },
      })),
      clock.now,
    ).map((one) => ({ ...one, ...rehearsed(one.store) }))
    const isTerminal = Boolean(process.stdin.isTTY) && !flags.json
    const writeLine = (line: string) => process.stdout.write(`${line}\n`)
    const toScreen = flags.json ? jsonPrinter(writeLine) : plainPrinter(writeLine, !isTerminal)
    let failures = 0
    const print = (output: Output) => {
      if ('error' in output) failures++
      toScreen(output)
    }
    const counted: Log = {
      failure(where, reference, error) {
        log.failure(where, reference, error)
        print({ error: `Something failed inside (${where}${reference ? `, ${reference}` : ''}).` })
      },
    }
    if (!flags.bare) await database.transaction((store) => makeMuseum(store.organization))
    const chat = createChat()
    const platforms = [terminalPlatform(chat, print)]
    const { router, runner } = await build({
      database,
      commands,
      platforms,
      destinations: opened,
      mailer: terminalMailer(print),
      draws,
      log: counted,
      site: siteOf(config),
      now: clock.now,
    })
    restoreRooms(chat, await database.transaction((store) => store.rooms.known('terminal')))
    const rehearsal: Rehearsal = {
      async advance(duration) {
        const ms = durationMs(duration)
        if (ms === undefined) return undefined
        await runner.advance(new Date(clock.now().getTime() + ms), clock.set)
        return clock.now()
      },
      store(name, fault) {
        const found = opened.find((one) => one.name === name)
        const known = FAULTS.find((one) => one === fault)
        if (!found) return `There is no destination “${name}”. There are: ${opened.map((one) => one.name).join(', ')}.`
        if (!known) return `A destination can be ${FAULTS.join(', ')}.`
        found.suffer(known)
        return undefined
      },
      hook: (name, body) => rehearseHook(database, opened, { name, body }, draws, clock.now()),
    }
    const terminal = createTerminal({ chat, router, commands, print, draws, now: clock.now, rehearsal })
    if (isTerminal) process.stdout.write(`${welcome(flags, DIR)}\n`)
    const stopping = new AbortController()
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort())
    const streams = { input: process.stdin, output: process.stdout, isTerminal }
    await play(streams, terminal, commands, print, () => runner.runDue(), stopping.signal)
    await runner.stop()
    await Promise.all(opened.map(({ store }) => store.close?.()))
    process.exitCode = failures > 0 ? 1 : 0
  } finally {
    await database.close()
  }
}

function readFlags(words: string[]): Flags {
  try {
    const options = {
      now: { type: 'string' },
      seed: { type: 'string' },
      data: { type: 'string' },
      json: { type: 'boolean' },
      bare: { type: 'boolean' },
    } as const
    return flagSchema.parse(parseArgs({ args: words, options }).values)
  } catch (error) {
    const why = error instanceof z.ZodError ? error.issues[0]?.message : error instanceof Error ? error.message : ''
    throw new BadConfig(`${why}\n${FLAGS_HELP}`)
  }
}

/** With `--now` the clock stands still but for `+`; without, it goes with the machine's, moved on by `+`. */
function clockFrom(start: string | undefined): { now(): Date; set(time: Date): void } {
  let fixed = start === undefined ? undefined : new Date(start)
  let aheadMs = 0
  return {
    now: () => (fixed ? new Date(fixed) : new Date(Date.now() + aheadMs)),
    set(time) {
      if (fixed) fixed = time
      else aheadMs = Math.max(aheadMs, time.getTime() - Date.now())
    },
  }
}

/** The same seed on data of an earlier run would draw the same ids again; so the number of the run is part of it. */
async function seedOf({ seed = '', data }: Flags): Promise<string> {
  if (data === undefined) return seed
  await keyOfFolder(data, () => seededBytes(`key ${seed}`)(32))
  const file = `${data}/runs`
  const runs = Number(await readFile(file, 'utf8').catch(() => '0'))
  await writeFile(file, String(runs + 1))
  return runs === 0 ? seed : `${seed}/${runs}`
}

/**
 * Where a trial's files go: FILES_DIR stands; with `--data` beside the data; else ./data/segments, emptied of what an earlier
 * trial left there, unless it holds the files of a real installation.
 */
async function segmentsFolder({ data }: Flags): Promise<string> {
  if (data !== undefined) return `${data}/segments`
  const folder = './data/segments'
  const marker = `${folder}/.trial`
  const names = await readdir(folder).catch((): string[] => [])
  const isReal =
    (names.length > 0 && !names.includes('.trial')) ||
    (await readdir('./data').catch((): string[] => [])).includes('VERSION')
  if (isReal) return `${tmpdir()}/kindred-trial-${process.pid}`
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await writeFile(marker, 'Files of npm run try, emptied at its next start.\n')
  return folder
}

async function makeMuseum(organization: {
  get(): Promise<Organization>
  save(made: Organization): Promise<void>
}): Promise<void> {
  if (!(await organization.get()).isSetUp) await organization.save(MUSEUM)
}

function welcome({ bare, data }: Flags, segments: string): string {
  const who = bare
    ? 'No organization is set up yet: @you! /setup'
    : `You are a visitor of a made-up museum, ${MUSEUM.name}.`
  return [
    who,
    'Try:  /start-community "Parents United" need:"people with small children, so that we can enjoy culture with them" pledges:2',
    '      @ana /join parents-united     ana speaks',
    '      @ana [Yes]                    ana presses a button',
    '      +3d                           three days pass',
    `Destination files are written to ${segments}. ${data ? `Data stays in ${data}.` : 'Everything else is forgotten at the end.'} Ctrl+D ends it.`,
  ].join('\n')
}
