import { type Clock, snowflakes } from './clock.ts'

/** Everything the fake knows. Times are ISO, permissions bit sets, the rest as on the wire. */
export interface User {
  id: string
  username: string
  bot: boolean
  locale: string
  /** Whether bots may write to this person. */
  dms: 'open' | 'closed'
}

export interface Role {
  id: string
  name: string
  permissions: bigint
  position: number
  color: number
  hoist: boolean
  mentionable: boolean
  /** The bot whose own role it is: nobody gives or takes it. */
  botId?: string
}

export interface Member {
  user: User
  roles: Set<string>
  joinedAt: string
  nick: string | null
}

export interface Overwrite {
  id: string
  /** 0 a role, 1 a member. */
  type: number
  allow: bigint
  deny: bigint
}

export interface Thread {
  ownerId: string
  archived: boolean
  archivedAt: string
  archiveAfter: number
  locked: boolean
  invitable: boolean
  createdAt: string
  members: Map<string, string>
  said: number
  tags: string[]
}

export interface Channel {
  id: string
  type: number
  guildId: string | null
  name: string
  topic: string | null
  parentId: string | null
  position: number
  overwrites: Map<string, Overwrite>
  nsfw: boolean
  slowMode: number
  lastMessageId: string | null
  tags: { id: string; name: string; moderated: boolean }[]
  thread?: Thread
  /** The other side of a DM. */
  recipientId?: string
}

/** Something in a server's list of events, at a place outside of Discord. */
export interface ScheduledEvent {
  id: string
  creatorId: string
  name: string
  description: string | null
  location: string
  startsAt: string
  endsAt: string
  status: EventStatus
}

/** 1 ahead, 2 under way, 3 over, 4 cancelled. */
export type EventStatus = 1 | 2 | 3 | 4

export interface Guild {
  id: string
  name: string
  ownerId: string
  locale: string
  roles: Map<string, Role>
  members: Map<string, Member>
  events: Map<string, ScheduledEvent>
  /** People who are only a number here. */
  crowd: number
  /** Has turned Discord's own Community feature on, without which there are no forums. */
  isCommunity: boolean
  joinedAt: string
}

/** JSON as it came or goes, looked into only where it was judged. */
export type Json = Record<string, unknown>

export interface Message {
  id: string
  channelId: string
  authorId: string
  content: string
  embeds: Json[]
  components: Json[]
  attachments: Json[]
  /** What its files hold. */
  files: { name: string; text: string; bytes: Buffer }[]
  flags: number
  at: string
  editedAt: string | null
  nonce?: string | number
  allowedMentions: Json | null
  /** The one person who sees it. */
  onlyFor?: string
  interaction?: { id: string; type: number; name: string; userId: string }
  replyTo?: string
  /** Written by Discord itself about somebody: 1 let into a thread, 2 taken out of it. Its words are the reader's client's. */
  system?: { type: 1 | 2; userId: string }
  /** Roles whose people heard of it when it was written. */
  called: string[]
  pressed: boolean
}

export interface Emitted {
  event: string
  data: Json
  guildId: string | null
  intent: number
}

/** Intents that events are sent for. */
export const INTENT = {
  none: 0,
  guilds: 1,
  members: 1 << 1,
  messages: 1 << 9,
  directMessages: 1 << 12,
  events: 1 << 16,
} as const

/** Channel types by what they are. */
export const TYPE = {
  text: 0,
  dm: 1,
  category: 4,
  announcementThread: 10,
  publicThread: 11,
  privateThread: 12,
  forum: 15,
} as const

export type World = ReturnType<typeof createWorld>

/** The state of the whole fake, and the one place where what happens is told to the gateway. */
export function createWorld(clock: Clock, token: string) {
  const draw = snowflakes(clock)
  const bot: User = { id: draw(), username: 'kindred', bot: true, locale: 'en-US', dms: 'open' }
  const owner: User = { id: draw(), username: 'owner', bot: false, locale: 'en-US', dms: 'open' }
  const listeners: ((emitted: Emitted) => void)[] = []
  return {
    clock,
    draw,
    bot,
    owner,
    token,
    users: new Map([bot, owner].map((user) => [user.id, user])),
    guilds: new Map<string, Guild>(),
    channels: new Map<string, Channel>(),
    messages: new Map<string, Map<string, Message>>(),
    /** The DM with each person. */
    dms: new Map<string, string>(),
    listen: (listener: (emitted: Emitted) => void) => void listeners.push(listener),
    emit(event: string, data: Json, guildId: string | null = null, intent: number = INTENT.guilds): void {
      for (const listener of listeners) listener({ event, data, guildId, intent })
    },
  }
}

/** Channels of a guild without threads, or only its threads. */
export function channelsOf(world: World, guildId: string, threads = false): Channel[] {
  return [...world.channels.values()].filter((one) => one.guildId === guildId && (one.thread !== undefined) === threads)
}

/** The messages of a channel, oldest first. */
export function messagesIn(world: World, channelId: string): Map<string, Message> {
  const found = world.messages.get(channelId) ?? new Map<string, Message>()
  world.messages.set(channelId, found)
  return found
}
