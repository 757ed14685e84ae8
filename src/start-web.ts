import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { booksOf } from './books.ts'
import type { Command } from './command.ts'
import { type Config, siteOf } from './config.ts'
import type { Draws } from './core/ids.ts'
import type { Keys } from './core/keys.ts'
import { hearHooks } from './hooks.ts'
import type { Log } from './house.ts'
import type { Platform } from './platform.ts'
import type { Router } from './router.ts'
import type { SegmentStore } from './segments/segment-store.ts'
import { parseCommand } from './slack/parse.ts'
import type { Database } from './store/database.ts'
import { createWeb } from './web/bot.ts'
import { webPlatform } from './web/rooms.ts'

/** What the web is made of besides the settings. */
export interface WebHouse {
  database: Database
  commands: Command[]
  /** What may post to us. */
  destinations: { name: string; store: Pick<SegmentStore, 'hear'> }[]
  draws: Draws
  keys: Keys
  log: Log
  /** Whether mails can be sent. */
  mails: boolean
  now(): Date
  print(line: string): void
}

/** The web, ready to be started once the house stands. */
export interface ReadyWeb {
  platform: Platform
  /** `first` are others who may take a request, before the pages do. */
  start(
    router: Router,
    wake: () => void,
    first?: (request: IncomingMessage, response: ServerResponse) => boolean,
  ): Promise<RunningWeb>
}

export interface RunningWeb {
  /** Whether anybody can reach it; where not, whoever started it was told why. */
  isListening: boolean
  /** A link that signs in whoever started Kindred, once, as staff. */
  staffLink(): Promise<string>
  stop(): Promise<void>
}

/** The web as the settings describe it. */
export function readyWeb(config: Config, house: WebHouse): ReadyWeb {
  const { database, commands, destinations, draws, keys, log, mails, now, print } = house
  const site = siteOf(config)
  const logFailure = (where: string, error: unknown) => log.failure(where, undefined, error)
  return {
    platform: webPlatform((key, where, content, about) =>
      database.transaction((store) => store.webMessages.put(key, where, content, about, now())),
    ),
    async start(router, wake, first = () => false) {
      // Kindred itself speaks no https, so a proxy stands in front, and whoever asks comes from there.
      if (site.startsWith('https:') && config.PROXIES === 0)
        print('Everybody will look alike to what slows down a flood: set PROXIES to how many proxies stand in front.')
      const app = createWeb({
        books: booksOf(database, site, now, wake),
        ...{ router, commands, site, mails, now, logFailure },
        hear: hearHooks(database, destinations, now, wake),
        parse: (typed) => parseCommand(typed, (name) => commands.find((command) => command.name === name)?.shapes),
        proxies: config.PROXIES,
        metricsToken: config.METRICS_TOKEN,
        isPublic: config.PUBLIC_URL !== undefined,
        formHashes: (cookie) => keys.hashes('form', cookie),
        draw: draws.key,
      })
      const listener = getRequestListener(app.fetch)
      const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
        if (!first(request, response)) void listener(request, response)
      })
      const isListening = await new Promise<boolean>((tell) => {
        server
          .once('listening', () => tell(true))
          .on('error', (error) => {
            logFailure('web/listen', error)
            print(`The web pages can't be served on port ${config.PORT}: set another PORT, and start again.`)
            tell(false)
          })
        server.listen(config.PORT, config.HOST ?? (config.PUBLIC_URL ? undefined : '127.0.0.1'))
      })
      return {
        isListening,
        async staffLink() {
          const token = await database.transaction((store) => store.webLinks.make({ kind: 'start' }, now()))
          return `${site}/enter/${token}`
        },
        async stop() {
          if (!server.listening) return
          await new Promise((done) => {
            server.close(done)
            server.closeIdleConnections()
            setTimeout(() => server.closeAllConnections(), CLOSE_MS).unref()
          })
        },
      }
    },
  }
}

/** Longer than proxies keep a connection (60 s), or one of theirs would now and then meet an end that just came. */
const KEEP_ALIVE_MS = 65_000

/** How long a request that is under way may still take at the stop. */
const CLOSE_MS = 3_000
