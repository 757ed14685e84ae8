import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Command } from './command.ts'
import { BadConfig, type Config } from './config.ts'
import type { Draws } from './core/ids.ts'
import type { Keys } from './core/keys.ts'
import type { Log } from './house.ts'
import type { Platform } from './platform.ts'
import { tellDeleted, tellShut } from './room-lost.ts'
import type { Router } from './router.ts'
import { tellMet } from './servers.ts'
import { createAccess } from './slack/access.ts'
import { createApi } from './slack/api.ts'
import { createSlackBot, slackPlatform, type Way } from './slack/bot.ts'
import { createInstall } from './slack/install.ts'
import type { Database } from './store/database.ts'

/** What Slack is made of besides the settings. */
export interface SlackHouse {
  database: Database
  commands: Command[]
  draws: Draws
  keys: Keys
  log: Log
  now(): Date
  print(line: string): void
  /** Staff read it in `/status` while it lasts. */
  note(key: string, sentence: string | undefined): Promise<void>
}

/** Slack, ready to be started once the house stands. */
export interface ReadySlack {
  platform: Platform
  start(router: Router, wake: () => void): RunningSlack
}

export interface RunningSlack {
  /** Answers a request that came from Slack, or for its install page; false where it was sent for something else. */
  takes(request: IncomingMessage, response: ServerResponse): boolean
  /** Comes when everything is answered that people did so far. */
  answered(): Promise<void>
  stop(): Promise<void>
}

/** Slack as the settings describe it. */
export function readySlack(way: Way, config: Config, house: SlackHouse): ReadySlack {
  const { database, commands, draws, keys, log, now, print, note } = house
  const { SLACK_API_URL: api, SLACK_COMMAND: command, SLACK_BOT_TOKEN: token, PUBLIC_URL: publicUrl } = config
  const { SLACK_CLIENT_ID: clientId, SLACK_CLIENT_SECRET: clientSecret } = config
  const access = createAccess({
    api,
    token,
    installations: {
      of: (workspace) => database.transaction((store) => store.installations.get('slack', workspace)),
      put: (one) =>
        database.transaction(async (store) => {
          await store.installations.put('slack', one, now())
          await tellMet(store, 'slack', [one], now())
          await store.effects.goOn('slack', one.workspace, now())
        }),
      remove: (workspace, gone) =>
        database.transaction((store) => store.installations.remove('slack', workspace, gone)),
    },
    needs: (workspace, sentence) => note(`slack/${workspace}`, sentence),
    goOn: (workspace) => database.transaction((store) => store.effects.goOn('slack', workspace, now())),
    now,
  })
  const door = createApi({ api, tokenOf: access.tokenOf, revoked: access.revoked, taken: access.taken, now })
  const logFailure = (where: string, error: unknown) => log.failure(where, undefined, error)
  return {
    platform: slackPlatform(door, command, logFailure),
    start(router, wake) {
      const bot = createSlackBot({
        ...{ way, api, access, door, commands, router, command, now, print, logFailure, wake },
        chance: draws.fraction,
        met: (one) => database.transaction((store) => tellMet(store, 'slack', [one], now())),
        deleted: (workspace, id) =>
          database.transaction((store) => tellDeleted(store, { platform: 'slack', workspace, id }, now())),
        shut: (workspace, room, why) =>
          database.transaction(async (store) => {
            await tellShut(store, { platform: 'slack', workspace, room }, why, now())
          }),
        back: (workspace, room) =>
          database.transaction(async (store) => {
            await store.roomCare.back('slack', workspace, room, now())
            await store.effects.goOnAt('slack', workspace, room, now())
          }),
        needs: (sentence) => note('slack', sentence),
      })
      const install =
        clientId && clientSecret && publicUrl
          ? createInstall({
              ...{ clientId, clientSecret, publicUrl, api, access, keys, now, logFailure, wake },
              draw: draws.key,
            })
          : undefined
      if (install) print(`To bring Kindred into another Slack workspace, open ${install.link}`)
      bot.start()
      return {
        takes: (request, response) => bot.takes(request, response) || (install?.takes(request, response) ?? false),
        answered: () => bot.answered(),
        stop: () => bot.stop(),
      }
    },
  }
}

/** How Slack reaches Kindred; nothing where the settings say nothing of Slack, or a sentence about what they lack. */
export function slackWay(config: Config): Way | undefined {
  const { SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret, SLACK_BOT_TOKEN: token } = config
  const { SLACK_CLIENT_ID: clientId, SLACK_CLIENT_SECRET: clientSecret, PUBLIC_URL: publicUrl } = config
  const isInstallable = Boolean(clientId && clientSecret && publicUrl)
  if (!appToken && !signingSecret && !token && !clientId && !clientSecret) return undefined
  if (!appToken && !signingSecret)
    throw new BadConfig(
      'For Slack, set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (Slack sends to PUBLIC_URL).',
    )
  if (!appToken) publicAddress(config)
  if (!token && !isInstallable)
    throw new BadConfig(
      'For Slack, set SLACK_BOT_TOKEN for one workspace, or SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and PUBLIC_URL for several.',
    )
  return appToken ? { appToken } : { signingSecret: signingSecret ?? '' }
}

/** Where Slack sends to without a socket, which must be an address it can reach and sends secrets to. */
export function publicAddress({ PUBLIC_URL: publicUrl }: Pick<Config, 'PUBLIC_URL'>): string {
  if (publicUrl === undefined)
    throw new BadConfig(
      'With SLACK_SIGNING_SECRET Slack sends to PUBLIC_URL: set it to where Kindred is reached from outside, or set SLACK_APP_TOKEN (Socket Mode) instead.',
    )
  const { protocol, hostname } = new URL(publicUrl)
  const isHere = protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
  if (protocol !== 'https:' && !isHere)
    throw new BadConfig('PUBLIC_URL must begin with https://, since Slack sends what people do to it.')
  return publicUrl
}
