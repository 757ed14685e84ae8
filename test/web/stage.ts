import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import type { Command } from '../../src/command.ts'
import { readConfig } from '../../src/config.ts'
import { drawsFrom, seededBytes } from '../../src/core/ids.ts'
import { keysFrom } from '../../src/core/keys.ts'
import type { Organization } from '../../src/core/organization.ts'
import { durationMs } from '../../src/core/schedule.ts'
import { build, type House, type Parts } from '../../src/house.ts'
import { loadCommands } from '../../src/load-commands.ts'
import type { Mail, Mailer } from '../../src/mail.ts'
import type { Platform } from '../../src/platform.ts'
import { csv } from '../../src/segments/csv.ts'
import { readyWeb } from '../../src/start-web.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import type { Store } from '../../src/store/store.ts'
import { freePort } from '../free-port.ts'
import { takeSpare } from '../spare.ts'
import { folders, MUSEUM, readFiles } from '../stage.ts'
import { Browser } from './browser.ts'

export interface WebStageOptions {
  now?: string
  organization?: Organization
  commands?: Command[]
  destinations?: Parts['destinations']
  platforms?: Platform[]
  /** Waits before another try take this part of their span. */
  chance?: number
  settings?: Record<string, string>
  /** What really sends mails, besides keeping them. */
  mailer?: Mailer
  /** No mail can be sent. */
  isMute?: boolean
}

/** The whole house behind a real HTTP server on loopback, with browsers in front of it. */
export interface WebStage extends House {
  database: Database
  commands: Command[]
  site: string
  /** Where the server really listens. */
  at: string
  mails: Mail[]
  failures: unknown[]
  /** A browser nobody has used before. */
  browser(): Browser
  /** A browser in which somebody is signed in, as a person of their own with this address. */
  person(name: string, options?: { isStaff?: boolean; called?: string }): Promise<Browser>
  /** The newest link in the newest mail to an address. */
  linkTo(address: string): string
  settle(): Promise<void>
  pass(duration: string): Promise<void>
  now(): Date
  files(): Promise<Record<string, string>>
  read<T>(work: (store: Store) => Promise<T>): Promise<T>
  /** What nobody can bring about from outside. */
  sql(statement: string): Promise<unknown>
  close(): Promise<void>
}

export async function openWebStage(options: WebStageOptions = {}): Promise<WebStage> {
  let now = new Date(options.now ?? '2026-01-05T12:00:00Z')
  const port = await freePort()
  const at = `http://127.0.0.1:${port}`
  const bytes = seededBytes('1')
  const draws = { ...drawsFrom(bytes), ...(options.chance !== undefined && { fraction: () => options.chance ?? 0 }) }
  const keys = keysFrom([seededBytes('key')(32)], bytes)
  const folder = await mkdtemp(`${tmpdir()}/kindred-web-`)
  const spare = await takeSpare()
  const place = { kind: 'memory' as const, pglite: spare.pglite }
  const database = await openDatabase(place, folders.migrations, now, { draws, keys })
  const { staffRoom: _, ...museum } = MUSEUM
  await database.transaction((store) => store.organization.save(options.organization ?? museum))
  const commands = options.commands ?? (await loadCommands(folders.commands))
  const config = readConfig({ PORT: String(port), PUBLIC_URL: at, HOST: '127.0.0.1', ...options.settings })
  const site = config.PUBLIC_URL ?? at
  const [mails, failures]: [Mail[], unknown[]] = [[], []]
  const log = {
    failure: (where: string, _: string | undefined, error: unknown) => void failures.push({ where, error }),
  }
  const mailer: Mailer = {
    async send(mail) {
      mails.push(mail)
      await options.mailer?.send(mail)
    },
    close: () => options.mailer?.close(),
  }
  const store = csv.open({ DIR: folder }, () => now)
  const destinations = options.destinations ?? [
    { name: 'files', connector: 'csv', purpose: 'letters' as const, recipient: undefined, store },
  ]
  const web = readyWeb(config, {
    ...{ database, commands, destinations, draws, keys, log, now: () => now, mails: !options.isMute },
    print: (line) => void failures.push(line),
  })
  const house = await build({
    database,
    commands,
    platforms: [web.platform, ...(options.platforms ?? [])],
    destinations,
    mailer: options.isMute ? undefined : mailer,
    ...{ draws, log, site, now: () => now },
  })
  const running = await web.start(house.router, () => house.runner.wake())
  const read = <T>(work: (store: Store) => Promise<T>) => database.transaction(work)
  const browser = () => new Browser(site, at)
  const settle = () => house.runner.runDue()
  const linkTo = (address: string) => {
    const mail = mails.filter(({ to }) => to === address).at(-1)
    const [link] = mail?.text.match(/https?:\/\/\S+\/enter\/\S+/) ?? []
    if (!link) throw new Error(`no mail with a link went to ${address}`)
    return link
  }
  return {
    ...house,
    ...{ database, commands, site, at, mails, failures, browser, linkTo, settle, read },
    async person(name, { isStaff = false, called = name } = {}) {
      const token = await read(async (inside) => {
        const { accountId } = await inside.people.byWeb(name, called, now)
        return inside.webSessions.begin(accountId, isStaff, now)
      })
      const own = browser()
      own.cookies.set(site.startsWith('https:') ? '__Host-kindred' : 'kindred', token)
      await own.opens('/')
      return own
    },
    async pass(duration) {
      const ms = durationMs(duration)
      if (ms === undefined) throw new Error(`${duration} is no time`)
      await house.runner.advance(new Date(now.getTime() + ms), (time) => {
        now = time
      })
    },
    sql: (statement) => spare.pglite.exec(statement),
    now: () => now,
    files: () => readFiles(folder),
    async close() {
      await running.stop()
      await house.runner.stop()
      mailer.close()
      await database.close()
      await spare.giveBack()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
