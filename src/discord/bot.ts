import { type Client, Events, type Guild, type Interaction } from 'discord.js'
import { z } from 'zod'
import type { Command } from '../command.ts'
import type { Router } from '../router.ts'
import { type Access, clientOf, close, isWhole, restOf } from './client.ts'
import { closeCodeOf, FOR_GOOD } from './for-good.ts'
import { answering } from './interactions.ts'
import { inviteTo, register } from './menu.ts'
import { discordPlatform } from './platform.ts'
import { renderer } from './render.ts'
import { Late, READY_MS, RENEW_MS, REST_MS, TURN_MS, type Turn, within } from './turn.ts'

/** The parts the bot is made of. */
export interface BotParts extends Access {
  commands: Command[]
  router: Router
  turn: Turn
  now(): Date
  print(line: string): void
  logFailure(where: string, error: unknown): void
  /** A channel, thread or role of a server is gone. */
  deleted(guild: string, id: string): Promise<void>
  /** Kindred is in these servers. */
  met(servers: { workspace: string; name: string }[]): Promise<void>
  /** Kindred was taken out of a server. */
  expelled(guild: string, name: string): Promise<void>
  /** Staff are told what they have to mend, or that it is mended. */
  needs(sentence: string | undefined): Promise<void>
  /** Whoever does the work: after a while away, what was missed is worked off. */
  wake(): void
}

/** The bot on Discord's gateway. */
export interface Bot {
  start(): void
  /** Comes when everything is answered that people did so far. */
  answered(): Promise<void>
  /** Leaves the gateway at once, and waits a moment for what is being answered. */
  stop(): Promise<void>
}

const STOP_MS = 5_000

export { discordPlatform, restOf, type Turn }

export function createBot(parts: BotParts): Bot {
  const { commands, turn, now, print, logFailure, wake, token } = parts
  const needs = (sentence: string | undefined) =>
    parts.needs(sentence).catch((error: unknown) => logFailure('discord/needs', error))
  const answer = answering({ router: parts.router, commands, render: renderer(commands), now, logFailure })
  const underWay = new Set<Promise<void>>()
  let client: Client | undefined
  let timer: NodeJS.Timeout | undefined
  let ticking = Promise.resolve()
  let heldUntil = 0
  /** Since when the turn is held, and the gateway not. */
  let unreadySince: number | undefined
  /** Until then the turn is left to others. */
  let restsUntil = 0
  /** Stopped, or Discord will not have us: nothing is tried any more. */
  let isOver = false
  let notBefore = 0
  let failures = 0
  let isRegistered = false

  /** Holds the gateway while it is this process's turn. */
  async function tick(): Promise<void> {
    const at = now().getTime()
    if (at < restsUntil) return
    // A database that says nothing must not keep us at the gateway for longer than the turn lasts.
    const left = heldUntil > at ? heldUntil - at : client ? RENEW_MS : TURN_MS
    const mine = await within(left, turn.take(TURN_MS)).catch((error: unknown) => {
      logFailure('discord/turn', error)
      // Whether it is still ours is not known; it is, for as long as it was taken last.
      return !(error instanceof Late) && at < heldUntil
    })
    if (mine) heldUntil = Math.max(heldUntil, at + TURN_MS)
    if (isOver) return
    if (!mine && client) await disconnect()
    // Not waited for: a gateway that says nothing must not cost us the turn.
    if (mine && !client && at >= notBefore) void connect()
    if (client?.isReady() && !isRegistered) await registered(client)
    if (!mine || isWhole(client)) unreadySince = undefined
    else unreadySince ??= at
    if (unreadySince !== undefined && at - unreadySince >= READY_MS) await passOn(at)
  }

  /** Another process may reach Discord where this one does not. */
  async function passOn(at: number): Promise<void> {
    logFailure('discord/ready', new Error(`the gateway was not ready for ${READY_MS / 1000} seconds`))
    unreadySince = undefined
    restsUntil = at + REST_MS
    await disconnect()
    await giveBack()
  }

  async function giveBack(): Promise<void> {
    heldUntil = 0
    await within(STOP_MS, turn.giveBack()).catch((error: unknown) => logFailure('discord/turn', error))
  }

  function schedule(): void {
    if (isOver) return
    timer = setTimeout(() => {
      ticking = tick()
        .catch((error: unknown) => logFailure('discord', error))
        .finally(schedule)
    }, RENEW_MS)
  }

  async function connect(): Promise<void> {
    const opened = clientOf(parts)
    client = opened
    opened.on(Events.InteractionCreate, (one) => take(opened, one))
    // Threads are remembered nowhere, so the client has no event of its own for them.
    opened.on(Events.Raw, (packet: unknown) => noticed(packet))
    opened.on(Events.GuildCreate, (guild) => met([guild]))
    opened.on(Events.GuildDelete, ({ id, name }) => {
      parts.expelled(id, name).then(wake, (error: unknown) => logFailure('discord/expelled', error))
    })
    opened.on(Events.Error, (error) => logFailure('discord', error))
    opened.on(Events.ShardError, (error) => logFailure('discord/gateway', error))
    for (const event of [Events.ShardResume, Events.ShardReady] as const)
      opened.on(event, () => {
        // Many shards come one after another.
        unreadySince &&= now().getTime()
        wake()
      })
    opened.on(Events.ShardDisconnect, ({ code }) => void lost(opened, code))
    opened.once(Events.ClientReady, (ready) => void welcome(ready))
    try {
      await opened.login(token)
      failures = 0
      // It was too early to close it when it was to be left.
      if (client !== opened) await close(opened)
    } catch (error) {
      const code = closeCodeOf(error)
      if (code !== undefined) return lost(opened, code)
      if (isOver || client !== opened) return
      logFailure('discord/connect', error)
      await disconnect()
      failures++
      notBefore = now().getTime() + Math.min(60_000, RENEW_MS * 2 ** failures)
    }
  }

  /** Discord closed the connection and wants no new attempt, before staff have mended something. */
  async function lost(opened: Client, code: number): Promise<void> {
    if (client !== opened) return
    await disconnect()
    const sentence = FOR_GOOD[code]
    if (!sentence || isOver) return
    isOver = true
    print(sentence)
    await needs(sentence)
    await giveBack()
  }

  async function disconnect(): Promise<void> {
    const closing = client
    client = undefined
    if (!closing || closing.ws.shards.size === 0) return
    // A gateway that is silent does not confirm it either.
    await within(STOP_MS, close(closing)).catch((error: unknown) => {
      if (!(error instanceof Late)) logFailure('discord', error)
    })
  }

  function take(opened: Client, one: Interaction): void {
    if (client !== opened) return
    const work = answer(one).finally(() => {
      underWay.delete(work)
      // The client remembers every private conversation; this one brings itself along the next time.
      if (!one.inGuild() && one.channelId) opened.channels.cache.delete(one.channelId)
    })
    underWay.add(work)
  }

  async function answered(): Promise<void> {
    await Promise.all(underWay)
  }

  /** What somebody deleted by hand; found at its next use where this fails. */
  function noticed(packet: unknown): void {
    const gone = deletion.safeParse(packet)
    if (!gone.success) return
    const { guild_id, id, role_id } = gone.data.d
    const work = parts
      .deleted(guild_id, role_id ?? id ?? '')
      .then(wake)
      .catch((error: unknown) => logFailure('discord/deleted', error))
      .finally(() => underWay.delete(work))
    underWay.add(work)
  }

  function met(guilds: Iterable<Pick<Guild, 'id' | 'name'>>): void {
    const servers = Array.from(guilds, ({ id, name }) => ({ workspace: id, name }))
    parts.met(servers).then(wake, (error: unknown) => logFailure('discord/servers', error))
  }

  /** Registers the commands, or leaves it for the next time. */
  async function registered(ready: Client<true>): Promise<void> {
    isRegistered = true
    try {
      await register(ready.rest, ready.application.id, commands)
    } catch (error) {
      isRegistered = false
      logFailure('discord/commands', error)
    }
  }

  async function welcome(ready: Client<true>): Promise<void> {
    if (client !== ready) return
    met(ready.guilds.cache.values())
    await registered(ready)
    print(
      `Discord: connected as ${ready.user.username}. To bring it into a server, open ${inviteTo(ready.application.id)}`,
    )
    await needs(undefined)
    wake()
  }

  return {
    start() {
      ticking = tick()
        .catch((error: unknown) => logFailure('discord', error))
        .finally(schedule)
    },
    answered,
    async stop() {
      isOver = true
      clearTimeout(timer)
      let patience: NodeJS.Timeout | undefined
      const enough = new Promise((resolve) => {
        patience = setTimeout(resolve, STOP_MS)
      })
      // What is being answered still needs the client to say so.
      await Promise.race([answered(), enough])
      await Promise.race([disconnect().then(() => ticking), enough])
      clearTimeout(patience)
      await giveBack()
    },
  }
}

/** The packets that say that a channel, thread or role is gone. */
const deletion = z.object({
  t: z.enum(['CHANNEL_DELETE', 'THREAD_DELETE', 'GUILD_ROLE_DELETE']),
  d: z.object({ guild_id: z.string(), id: z.string().optional(), role_id: z.string().optional() }),
})
