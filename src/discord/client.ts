import {
  Client,
  type ClientOptions,
  DefaultRestOptions,
  GatewayIntentBits,
  Options,
  REST,
  RESTEvents,
  type RESTOptions,
  Status,
} from 'discord.js'
import { untilDeadline } from '../platform.ts'
import { PINGS_NOBODY } from './render.ts'

/** How Discord is reached: the token, and another address for tests and proxies. */
export interface Access {
  token: string
  /** The address of the API without its version; unset, Discord's own. */
  api?: string | undefined
}

/** A wait longer than this is left to the job, which tries again later; a shorter one is waited out. */
const WAIT_MS = 10_000
/** Handlers of requests are made for every single interaction; those idle are let go of this often. */
const SWEEP_MS = 60_000

/**
 * Once Discord refused the token, nothing is asked for so long: an address that earns 10,000 refusals in ten minutes is
 * banned. Then it is tried again, since Discord has been wrong about it before.
 */
const REFUSED_MS = 600_000

/** Requests of the jobs, 50 a second: every process has them, with or without the connection to the gateway. */
export function restOf({ token, api }: Access, refusedMs = REFUSED_MS): REST {
  const rest = new REST({
    ...(api && { api }),
    // What failed is looked for before it is tried again: repeated blindly, a slow answer would make a channel twice.
    retries: 0,
    handlerSweepInterval: SWEEP_MS,
    // The library types signals by a copy of its own of what Node has.
    makeRequest: (url, init) =>
      DefaultRestOptions.makeRequest(url, { ...init, signal: untilDeadline(init.signal as AbortSignal) }),
    rejectOnRateLimit: ({ retryAfter, sublimitTimeout }) => Math.max(retryAfter, sublimitTimeout) > WAIT_MS,
  }).setToken(token)
  // The library itself puts a refused token away, and never takes it up again.
  rest.on(RESTEvents.Response, (_, { status }) => {
    if (status === 401) setTimeout(() => rest.setToken(token), refusedMs).unref()
  })
  return rest
}

/** Whether every part of a connection stands. */
export function isWhole(client: Client | undefined): boolean {
  return client?.isReady() === true && client.ws.shards.every(({ status }) => status === Status.Ready)
}

/** Closes a connection to the gateway, for good. */
export async function close(client: Client): Promise<void> {
  // The library opens a shard anew that is closed while it waits for the gateway to answer (@discordjs/ws 1.2.3). It asks
  // for the shard's session first, which then never comes.
  const sessionInfo = { get: () => new Promise(() => undefined), set: () => undefined }
  for (const [id, shard] of client.ws.shards) client.ws.shards.set(id, Object.create(shard, { sessionInfo }))
  await client.destroy()
}

/** So many people and members are remembered at most: an interaction brings its own. */
const REMEMBERED = 100

/** A connection to the gateway that asks for no privileged intent, and whose memory does not grow with people or messages. */
export function clientOf({ api }: Access): Client {
  const rest: Partial<RESTOptions> = {
    ...(api && { api }),
    handlerSweepInterval: SWEEP_MS,
    // Nearly all it sends are answers to interactions, which Discord does not count among a bot's 50 requests a second. The
    // library would, so that from the 51st person in a second on all wait. A 429 of Discord's own is waited out as ever.
    globalRequestsPerSecond: Number.POSITIVE_INFINITY,
  }
  const options: ClientOptions = {
    intents: [GatewayIntentBits.Guilds],
    shards: 'auto',
    allowedMentions: PINGS_NOBODY,
    rest,
    makeCache: Options.cacheWithLimits({
      ...Options.DefaultMakeCacheSettings,
      ApplicationCommandManager: 0,
      ApplicationEmojiManager: 0,
      AutoModerationRuleManager: 0,
      BaseGuildEmojiManager: 0,
      DMMessageManager: 0,
      EntitlementManager: 0,
      GuildBanManager: 0,
      GuildEmojiManager: 0,
      GuildForumThreadManager: 0,
      GuildInviteManager: 0,
      GuildMemberManager: { maxSize: REMEMBERED, keepOverLimit: (member) => member.id === member.client.user.id },
      GuildMessageManager: 0,
      GuildScheduledEventManager: 0,
      GuildStickerManager: 0,
      GuildTextThreadManager: 0,
      MessageManager: 0,
      PresenceManager: 0,
      ReactionManager: 0,
      ReactionUserManager: 0,
      StageInstanceManager: 0,
      ThreadManager: 0,
      ThreadMemberManager: 0,
      UserManager: { maxSize: REMEMBERED, keepOverLimit: (user) => user.id === user.client.user?.id },
      VoiceStateManager: 0,
    }),
    sweepers: { ...Options.DefaultSweeperSettings },
  }
  return new Client(options)
}
