import type { IncomingMessage, ServerResponse } from 'node:http'
import { App, HTTPReceiver, SocketModeReceiver } from '@slack/bolt'
import type { Command } from '../command.ts'
import type { Platform, RoomShut } from '../platform.ts'
import type { Router } from '../router.ts'
import type { Access } from './access.ts'
import { answers } from './answers.ts'
import { type Api, clientOptions, SILENT } from './api.ts'
import { cardThreads } from './card-threads.ts'
import { archived } from './faults.ts'
import { home } from './home.ts'
import { type Ack, interactions } from './interactions.ts'
import { EVENTS_PATH } from './manifest.ts'
import { eventBody } from './payloads.ts'
import { people } from './people.ts'
import { posts, saying } from './posts.ts'
import { renderer } from './render.ts'
import { rooms } from './rooms.ts'
import { type Held, hold } from './socket.ts'
import { FORM } from './views.ts'

/** Slack as the jobs see it. A message everyone sees is drawn once a second at most. */
export function slackPlatform(api: Api, command: string, logFailure: SlackParts['logFailure']): Platform {
  const [says, render] = [saying(api, logFailure), renderer(command)]
  return {
    name: 'slack',
    drawEveryMs: 1_000,
    ...rooms(api),
    ...posts(api, render, says),
    ...cardThreads(api, render, says),
  }
}

/** How Slack reaches Kindred: over a socket that Kindred opens, or by signed requests. */
export type Way = { appToken: string } | { signingSecret: string }

/** The parts the bot is made of. */
export interface SlackParts {
  way: Way
  /** Another address than Slack's own, for tests and proxies. */
  api?: string | undefined
  access: Access
  door: Api
  commands: Command[]
  router: Router
  /** The one command, such as /community. */
  command: string
  now(): Date
  chance(): number
  print(line: string): void
  logFailure(where: string, error: unknown): void
  /** A channel of a workspace was deleted. */
  deleted(workspace: string, id: string): Promise<void>
  /** Nothing can be done in a channel of a workspace before somebody mends that. */
  shut(workspace: string, id: string, why: RoomShut): Promise<void>
  /** A channel in which nothing could be done may be in order again. */
  back(workspace: string, id: string): Promise<void>
  /** The workspace of the settings' own token. */
  met(workspace: { workspace: string; name: string }): Promise<void>
  /** Staff are told what they have to mend, or that it is mended. */
  needs(sentence: string | undefined): Promise<void>
  wake(): void
}

/** The bot in Slack's workspaces. */
export interface SlackBot {
  start(): void
  /** Takes what Slack sends by signed requests; false where it was sent for something else. */
  takes(request: IncomingMessage, response: ServerResponse): boolean
  /** Comes when everything is answered that people did so far. */
  answered(): Promise<void>
  stop(): Promise<void>
}

const STOP_MS = 5_000
/** Where Slack did not say whose the token is, it is asked again so soon, and then ever later. */
const GREET_AGAIN_MS = 1_000
const GREET_LATEST_MS = 600_000

export function createSlackBot(parts: SlackParts): SlackBot {
  const { way, access, met, door, router, commands, command, now, print, logFailure, wake } = parts
  const underWay = new Set<Promise<void>>()
  const says = saying(door, logFailure)
  const render = renderer(command)
  const on = interactions({
    ...{ api: door, router, commands, command, now, logFailure },
    answers: answers({ api: door, says, render, now, logFailure }),
    people: people(door, now, logFailure),
    home: home({ api: door, router, render, commands }),
  })
  const receiver = receiverFor(way, parts.api)
  const app = new App({
    receiver,
    logger: SILENT,
    clientOptions: clientOptions(parts.api),
    // Nothing is asked before the answer to Slack: which token a workspace has is found where it is used.
    authorize: async ({ teamId }) => (teamId === undefined ? {} : { teamId }),
    convoStore: false,
    ignoreSelf: false,
  })
  app.error(async (error) => logFailure('slack', error))
  let held: Held | undefined

  /** Works on, and stops only when that is done; a failure is logged, without anybody's words. */
  function work(where: string, doing: Promise<unknown>): Promise<void> {
    const one: Promise<void> = doing
      .then(() => undefined)
      .catch((error: unknown) => logFailure(where, error))
      .finally(() => underWay.delete(one))
    underWay.add(one)
    return one
  }

  app.command(/.*/, ({ body, ack }) =>
    work(
      'slack/command',
      on.typed(body, () => ack()),
    ),
  )
  app.action({ type: 'block_actions' }, ({ body, ack }) =>
    work(
      'slack/press',
      on.pressed(body, () => ack()),
    ),
  )
  app.shortcut({ type: 'shortcut' }, ({ body, ack }) =>
    work(
      'slack/shortcut',
      on.chosen(body, () => ack()),
    ),
  )
  app.shortcut({ type: 'message_action' }, ({ body, ack }) =>
    work(
      'slack/message',
      on.chosenOn(body, () => ack()),
    ),
  )
  app.view({ callback_id: FORM, type: 'view_submission' }, ({ body, ack }) => {
    const told: Ack = (response) => (response ? ack(response) : ack())
    return work('slack/form', on.filled(body, told))
  })
  app.event('app_home_opened', ({ body }) => work('slack/home', on.opened(body)))
  app.event('app_uninstalled', ({ body }) => work('slack/uninstalled', uninstalled(body)))
  app.event('tokens_revoked', ({ body }) => {
    // People's own tokens are none of Kindred's.
    const isOurs = eventBody.parse(body).event.tokens?.bot?.length
    return isOurs ? work('slack/uninstalled', uninstalled(body)) : Promise.resolve()
  })
  app.event(/^(channel|group)_(archive|deleted)$/, ({ body }) => {
    const { team_id, event } = eventBody.parse(body)
    const { type, channel = '' } = event
    const told = type.endsWith('archive') ? parts.shut(team_id, channel, archived()) : parts.deleted(team_id, channel)
    return work('slack/deleted', told.then(wake))
  })
  app.event(/^(channel|group)_unarchive$/, ({ body }) => {
    const { team_id, event } = eventBody.parse(body)
    return work('slack/back', parts.back(team_id, event.channel ?? '').then(wake))
  })
  app.event('member_joined_channel', ({ body }) => {
    const { team_id, event, authorizations } = eventBody.parse(body)
    // Somebody invited Kindred; whoever else comes in is none of its business.
    if (event.user === undefined || event.user !== authorizations?.[0]?.user_id) return Promise.resolve()
    return work('slack/back', parts.back(team_id, event.channel ?? '').then(wake))
  })

  async function answered(): Promise<void> {
    await Promise.all(underWay)
  }

  async function uninstalled(body: unknown): Promise<void> {
    const { team_id, event_time } = eventBody.parse(body)
    await access.uninstalled(team_id, event_time === undefined ? now() : new Date(event_time * 1_000))
  }

  async function greet(): Promise<void> {
    const own = await access.own()
    if (own) await met(own)
    print(`Slack: connected${own ? ` in ${own.name}` : ''}. People type ${command}.`)
  }

  let greeting: 'none' | 'under way' | 'done' = 'none'
  let again: NodeJS.Timeout | undefined
  function welcome(waitMs = GREET_AGAIN_MS): void {
    wake()
    // A connection is renewed now and then, which is no news to anybody.
    if (greeting !== 'none') return
    greeting = 'under way'
    const greeted = greet().then(
      () => {
        greeting = 'done'
      },
      (error: unknown) => {
        if (greeting === 'done') return
        greeting = 'none'
        again = setTimeout(() => welcome(Math.min(waitMs * 2, GREET_LATEST_MS)), waitMs)
        again.unref()
        throw error
      },
    )
    void work('slack/connect', greeted)
  }

  return {
    start() {
      if (!(receiver instanceof SocketModeReceiver)) return welcome()
      held = hold({
        ...{ client: receiver.client, now, logFailure },
        chance: parts.chance,
        connected: () => welcome(),
        needs: (sentence) => void work('slack/needs', parts.needs(sentence)),
      })
    },

    takes(request, response) {
      if (!(receiver instanceof HTTPReceiver) || pathOf(request) !== EVENTS_PATH || request.method !== 'POST')
        return false
      receiver.requestListener(request, response)
      return true
    },

    answered,

    async stop() {
      greeting = 'done'
      clearTimeout(again)
      let patience: NodeJS.Timeout | undefined
      const enough = new Promise((resolve) => {
        patience = setTimeout(resolve, STOP_MS)
      })
      await Promise.race([Promise.all([held?.stop(), answered()]), enough])
      clearTimeout(patience)
    },
  }
}

/** The path of a request, without what follows it. */
export function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?')[0] ?? '/'
}

function receiverFor(way: Way, api: string | undefined): SocketModeReceiver | HTTPReceiver {
  if ('signingSecret' in way)
    return new HTTPReceiver({ signingSecret: way.signingSecret, endpoints: [EVENTS_PATH], logger: SILENT })
  return new SocketModeReceiver({
    appToken: way.appToken,
    logger: SILENT,
    autoReconnectEnabled: false,
    installerOptions: { clientOptions: clientOptions(api) },
  })
}
