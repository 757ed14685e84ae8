import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect } from 'vitest'
import type { BackupFolder } from '../src/backup-folder.ts'
import type { Command } from '../src/command.ts'
import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { keysFrom } from '../src/core/keys.ts'
import { NOT_SET_UP, type Organization } from '../src/core/organization.ts'
import { durationMs } from '../src/core/schedule.ts'
import { rehearseHook } from '../src/hooks.ts'
import { build, type House, type Log } from '../src/house.ts'
import { loadCommands } from '../src/load-commands.ts'
import type { Mailer } from '../src/mail.ts'
import { csv } from '../src/segments/csv.ts'
import { type Fault, rehearsed } from '../src/segments/rehearsal.ts'
import type { SegmentStore } from '../src/segments/segment-store.ts'
import { type Database, type DatabasePlace, openDatabase } from '../src/store/database.ts'
import type { Configured } from '../src/store/destinations.ts'
import type { Store } from '../src/store/store.ts'
import { createTerminal, terminalMailer } from '../src/terminal/bot.ts'
import { createChat } from '../src/terminal/chat.ts'
import { readLine } from '../src/terminal/line.ts'
import { MAIN, type Output } from '../src/terminal/print.ts'
import { asLines } from '../src/terminal/render.ts'
import { restoreRooms, terminalPlatform } from '../src/terminal/rooms.ts'
import { ownDatabase, server } from './postgres.ts'
import { takeSpare } from './spare.ts'

export const folders = {
  commands: fileURLToPath(new URL('../commands', import.meta.url)),
  migrations: fileURLToPath(new URL('../prisma/migrations', import.meta.url)),
}

/** Where its pages are on the stage. */
export const SITE = 'https://kindred.example'

export const MUSEUM: Organization = {
  ...NOT_SET_UP,
  isSetUp: true,
  name: 'City Museum',
  recipient: 'the Museum',
  privacyNotice: 'https://museum.example/privacy',
  staffRoom: { platform: 'terminal', workspace: MAIN, place: 'staff' },
}

/** Someone on the stage. Each act returns what they alone were shown for it, as lines of text. */
export interface Actor {
  types(text: string): Promise<string>
  presses(label: string, containing?: string): Promise<string>
  fills(fields: Record<string, string>): Promise<string>
}

export interface StageOptions {
  now?: string
  seed?: string
  /** Whoever waits before another try waits this part of the span, instead of a drawn one. */
  chance?: number
  organization?: Organization | null
  /** Left out, a database of its own: in memory, or on the server of TEST_DATABASE_URL. */
  place?: DatabasePlace
  /** Destinations besides, or instead of, the CSV files. */
  destinations?: (Configured & { store: SegmentStore })[]
  mailer?: Mailer
  commands?: Command[]
  /** Left out, nothing is backed up. */
  backups?: BackupFolder
  /** Where failures are written down besides. */
  log?: Log
}

/** The whole bot on a database of its own, with a fake chat in front, a given clock and fixed draws. */
export interface Stage extends House {
  database: Database
  commands: Command[]
  /** All that was shown to anybody so far. */
  outputs: Output[]
  failures: unknown[]
  actor(name: string, at?: string): Actor
  /** Plays one line of the terminal's grammar, and all work it makes due. */
  play(line: string): Promise<Output[]>
  pass(duration: string): Promise<void>
  /** Time passes while the house is switched off, for so long or until a day; then it makes up for what is due. */
  sleep(time: string): Promise<void>
  now(): Date
  suffer(destination: string, fault: Fault): void
  /** The files of the CSV destination, by name. */
  files(): Promise<Record<string, string>>
  read<T>(work: (store: Store) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  let now = new Date(options.now ?? '2026-01-05T12:00:00Z')
  const bytes = seededBytes(options.seed ?? '1')
  const { chance } = options
  const draws = { ...drawsFrom(bytes), ...(chance !== undefined && { fraction: () => chance }) }
  const folder = await mkdtemp(`${tmpdir()}/kindred-stage-`)
  const own = server && !options.place ? await ownDatabase(server) : undefined
  const spare = options.place || own ? undefined : await takeSpare()
  const place = options.place ?? own?.place ?? { kind: 'memory', ...(spare && { pglite: spare.pglite }) }
  const database = await openDatabase(place, folders.migrations, now, {
    draws,
    keys: keysFrom([seededBytes('key')(32)], bytes),
  })
  const organization = options.organization === undefined ? MUSEUM : options.organization
  if (organization) await database.transaction((store) => store.organization.save(organization))
  const commands = options.commands ?? (await loadCommands(folders.commands))
  const files = {
    name: 'files',
    connector: 'csv',
    purpose: 'letters' as const,
    store: csv.open({ DIR: folder }, () => now),
  }
  const destinations = (options.destinations ?? [files]).map((one) => ({ ...one, ...rehearsed(one.store) }))
  const outputs: Output[] = []
  const failures: unknown[] = []
  const print = (output: Output) => void outputs.push(output)
  const chat = createChat()
  const platforms = [terminalPlatform(chat, print)]
  const log: Log = {
    failure(where, reference, error) {
      failures.push(error)
      options.log?.failure(where, reference, error)
    },
  }
  const house = await build({
    database,
    commands,
    platforms,
    destinations,
    mailer: options.mailer ?? terminalMailer(print),
    draws,
    log,
    site: SITE,
    backups: options.backups,
    now: () => now,
  }).catch(async (error: unknown) => {
    // A house that can't start leaves nothing open: the lock of its folder would be missed later, in another test.
    await database.close()
    await spare?.giveBack()
    await own?.drop()
    throw error
  })
  restoreRooms(chat, await database.transaction((store) => store.rooms.known('terminal')))
  const advance = async (duration: string) => {
    const ms = durationMs(duration)
    if (ms === undefined) return undefined
    await house.runner.advance(new Date(now.getTime() + ms), (time) => {
      now = time
    })
    return now
  }
  const suffer = (name: string, fault: Fault) => destinations.find((one) => one.name === name)?.suffer(fault)
  const hook = (name: string, body: string) => rehearseHook(database, destinations, { name, body }, draws, now)
  const rehearsal = { advance, store: (name: string, fault: string) => void suffer(name, fault as Fault), hook }
  const terminal = createTerminal({ chat, router: house.router, commands, print, draws, now: () => now, rehearsal })
  const play = async (line: string) => {
    const before = outputs.length
    await terminal.handle(readLine(line))
    await house.runner.runDue()
    return outputs.slice(before)
  }
  const act = async (name: string, line: string) => {
    const [first] = (await play(line)).filter(
      (output) => !('to' in output) || output.to === name.replace(/[!#:].*/, '').toLowerCase(),
    )
    return first ? textOf(first) : ''
  }
  return {
    ...house,
    database,
    commands,
    outputs,
    failures,
    play,
    suffer,
    actor: (name) => ({
      types: (text) => act(name, `@${name} ${text}`),
      presses: (label, containing) => act(name, `@${name} [${label}]${containing ? ` "${containing}"` : ''}`),
      fills: (fields) => act(name, `@${name} ${JSON.stringify(fields)}`),
    }),
    pass: async (duration) => void (await advance(duration)),
    async sleep(time) {
      const ms = durationMs(time)
      now = ms === undefined ? new Date(time) : new Date(now.getTime() + ms)
      await house.runner.runDue()
    },
    now: () => now,
    files: () => readFiles(folder),
    read: (work) => database.transaction(work),
    async close() {
      await house.runner.stop()
      options.mailer?.close()
      await database.close()
      await spare?.giveBack()
      await own?.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A fresh stage for each test of a file, on which nothing may have failed inside by its end. */
export function onStage(prepare: (stage: Stage) => void | Promise<void>, options?: StageOptions): void {
  let stage: Stage
  beforeEach(async () => {
    stage = await openStage(options)
    await prepare(stage)
  })
  afterEach(async () => {
    expect(stage.failures).toEqual([])
    await stage.close()
  })
}

/** What an output says, as lines of text. */
export function textOf(output: Output): string {
  if ('shown' in output) return asLines(output.shown).join('\n')
  if ('form' in output) return `form: ${output.form.fields.map((field) => field.name).join(', ')}`
  if ('mail' in output) return output.mail.text
  if ('error' in output) return `error: ${output.error}`
  return 'notice' in output ? output.notice : ''
}

/** The six digits of the newest mail to an address. */
export function codeFor(stage: Stage, address: string): string {
  const mail = stage.outputs.findLast((output) => 'mail' in output && output.mail.to === address)
  return /\b\d{6}\b/.exec(mail ? textOf(mail) : '')?.[0] ?? 'no code'
}

/** Someone in the community who has said yes and proven an address. */
export async function sharer(stage: Stage, name: string, community: string): Promise<Actor> {
  const actor = stage.actor(name)
  const email = `${name}@example.org`
  await actor.types(`/join ${community}`)
  await actor.presses('Yes', 'May the Museum')
  await actor.types(`/email ${email}`)
  await actor.types(`/email ${codeFor(stage, email)}`)
  return actor
}

export async function readFiles(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).filter((name) => /\.(csv|jsonl|json)$/.test(name)).sort()
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(`${folder}/${name}`, 'utf8')] as const)),
  )
}
