import type { Clock } from '../discord/clock.ts'

/** JSON as it came or goes, looked into only where it was judged. */
export type Json = Record<string, unknown>

export type Plan = 'free' | 'pro'

/** Everything the fake knows. Times are seconds or `ts` as on the wire. */
export interface User {
  id: string
  teamId: string
  name: string
  realName: string
  email: string | undefined
  locale: string
  tz: string
  isBot: boolean
  /** A guest of many channels, or of one. */
  guest: 'multi' | 'single' | undefined
  isAdmin: boolean
  isDeleted: boolean
}

export type ChannelKind = 'public' | 'private' | 'im' | 'mpim'

export interface Channel {
  id: string
  teamId: string
  kind: ChannelKind
  name: string
  created: number
  creatorId: string
  isArchived: boolean
  isGeneral: boolean
  members: Set<string>
  topic: string
  purpose: string
}

/** What was filled in or chosen so far, by block and action. */
export type Values = Record<string, Record<string, Json>>

export interface Message {
  ts: string
  channelId: string
  userId: string
  /** Set where an app wrote it. */
  botId?: string
  text: string
  /** What kind of line of Slack's own it is. */
  subtype?: string
  blocks: Json[]
  threadTs?: string
  metadata?: Json
  editedTs?: string
  files: { id: string; name: string; text: string; bytes: Buffer; alt: string }[]
  /** The one person who sees it. */
  onlyFor?: string
  /** Whether `@name` in it is made a mention. */
  linksNames: boolean
  values: Values
  pressed: boolean
}

export interface View {
  id: string
  teamId: string
  userId: string
  type: 'modal' | 'home'
  /** The view as it was given. */
  given: Json
  blocks: Json[]
  hash: string
  rootId: string
  previousId: string | null
  values: Values
}

export interface Group {
  id: string
  name: string
  handle: string
  description: string
  users: string[]
  isDisabled: boolean
  at: number
}

/** The app as it is installed in a workspace. */
export interface Install {
  token: string
  botId: string
  botUserId: string
  scopes: string[]
}

export interface Team {
  id: string
  name: string
  domain: string
  plan: Plan
  users: Map<string, User>
  channels: Map<string, Channel>
  groups: Map<string, Group>
  install: Install | undefined
}

export interface Token {
  kind: 'app' | 'bot'
  teamId: string
  scopes: string[]
  state: 'live' | 'token_revoked' | 'account_inactive'
  /** When the app was told that it is revoked, by the clock's ticks. */
  toldAt?: number
}

/** Something that happened in a workspace, as the app may hear of it. */
export interface Happened {
  team: Team
  event: Json & { type: string }
  /** The channel it happened in, which the app may not see into. */
  channel?: Channel
}

/** Something a person was shown: where, and for which act of theirs if that is known. */
export interface Appeared {
  userId: string
  place: 'direct' | 'ephemeral' | 'view' | 'home'
  thing: { kind: 'message'; message: Message } | { kind: 'view'; view: View }
}

export type World = ReturnType<typeof createWorld>

/** The state of the whole fake, and the one place where what happens is told. */
export function createWorld(clock: Clock) {
  let drawn = 0
  let lastTs = 0
  const happened: ((one: Happened) => void)[] = []
  const appeared: ((one: Appeared) => void)[] = []
  const draw = (prefix: string): string => {
    drawn += 1
    return `${prefix}0${(drawn * 7919 + 60_466_176).toString(36).toUpperCase().padStart(8, '0')}`
  }
  return {
    clock,
    draw,
    /** A time as messages carry it, later than any before. */
    ts(): string {
      lastTs = Math.max(lastTs + 1, Math.round(clock.now() * 1000))
      const text = String(lastTs)
      return `${text.slice(0, -6)}.${text.slice(-6)}`
    },
    seconds: () => Math.floor(clock.now() / 1000),
    teams: new Map<string, Team>(),
    tokens: new Map<string, Token>(),
    /** Messages by channel and ts, oldest first. */
    messages: new Map<string, Map<string, Message>>(),
    /** Open modals and homes. */
    views: new Map<string, View>(),
    onHappened: (listener: (one: Happened) => void) => void happened.push(listener),
    onAppeared: (listener: (one: Appeared) => void) => void appeared.push(listener),
    tell(one: Happened): void {
      for (const listener of happened) listener(one)
    },
    show(one: Appeared): void {
      for (const listener of appeared) listener(one)
    },
  }
}

/** The messages of a channel, oldest first. */
export function messagesIn(world: World, channelId: string): Map<string, Message> {
  const found = world.messages.get(channelId) ?? new Map<string, Message>()
  world.messages.set(channelId, found)
  return found
}

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The objects of a list; anything else is nothing. */
export const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isJson) : [])

export const words = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The words of one of Slack's text objects. */
export const textOf = (value: unknown): string => (isJson(value) ? words(value.text) : '')
