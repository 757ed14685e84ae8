import {
  ChannelType,
  OverwriteType,
  PermissionFlagsBits,
  type REST,
  type RESTGetAPIGuildChannelsResult,
  type RESTGetAPIGuildRolesResult,
  type RESTGetAPIGuildThreadsResult,
  RESTJSONErrorCodes,
  type RESTPostAPIGuildChannelJSONBody,
  type RESTPostAPIGuildRoleJSONBody,
  type RESTPostAPIGuildRoleResult,
  Routes,
  SnowflakeUtil,
} from 'discord.js'
import { clipped } from '../core/pieces.ts'
import type { Carrier, RoomMade } from '../core/room.ts'
import type { RoomRef } from '../platform.ts'
import { RoomFull, RoomLost } from '../platform.ts'
import { isCode } from './faults.ts'
import { handedOut } from './handed-out.ts'
import { LIMITS } from './limits.ts'
import { threadWays } from './threads.ts'

/** What a room lets those inside do, and Kindred itself. */
export const INSIDE =
  PermissionFlagsBits.ViewChannel |
  PermissionFlagsBits.SendMessages |
  PermissionFlagsBits.ReadMessageHistory |
  PermissionFlagsBits.EmbedLinks |
  PermissionFlagsBits.AttachFiles

/** What a room is to be made of. */
export interface Plan {
  guild: string
  /** Kindred's own user. */
  own: string
  name: string
  title: string
  category: string | undefined
  /** The room that stands already and lost its role. */
  room: string | null
  /** When the room was first wanted: a role that is older is none of Kindred's. */
  since: Date
  /** Roles that other rooms of this server have. */
  roles: string[]
}

/** One way to have a room: making it, and letting people in and out. Undefined where the server has no space for one more. */
export interface Way {
  make(plan: Plan): Promise<RoomMade | undefined>
  letIn(guild: string, room: RoomRef, account: string): Promise<void>
  letOut(guild: string, room: RoomRef, account: string): Promise<void>
}

/** How a channel is to stand. */
export interface Standing {
  type?: ChannelType.GuildText | ChannelType.GuildForum
  /** What everybody may not do there, and may. */
  denied: bigint
  shown?: bigint
  /** One for many rooms, rather than a room of its own. */
  isShared: boolean
}

/** Finds or makes a channel; nothing where the server has no space for one more. */
export type ChannelFor = (
  plan: Plan,
  words: { name: string; topic: string },
  how: Standing,
  allowed?: string[],
) => Promise<Found | undefined>

/** Passes on what went wrong, a full room by a sentence. */
export function fullAt(code: RESTJSONErrorCodes) {
  return (error: unknown): never => {
    if (isCode(error, code)) throw new RoomFull('the room is full: Discord allows 1000 people in it')
    throw error
  }
}

/** All ways of Discord's to have a room. */
export function waysOn(rest: REST): Record<Exclude<Carrier, 'none' | 'public'>, Way> {
  const channelsOf = async (guild: string) =>
    // Shapes of answers, here and below, are Discord's own; the client does not check them.
    (await rest.get(Routes.guildChannels(guild))) as RESTGetAPIGuildChannelsResult

  const handed = handedOut()

  /** Two processes may make what rooms share in the same moment: both use the older, and the newer goes, if nobody uses it. */
  async function onlyOne(guild: string, made: Found, isSame: (one: Found) => boolean): Promise<Found> {
    const oldest = (await channelsOf(guild)).filter(isSame).sort(byAge)[0]
    if (!oldest || oldest.id === made.id) return made
    const { threads } = (await rest.get(Routes.guildActiveThreads(guild))) as RESTGetAPIGuildThreadsResult
    if (threads.every((one) => !('parent_id' in one) || one.parent_id !== made.id))
      await rest.delete(Routes.channel(made.id))
    return oldest
  }

  /**
   * A channel of this name that Kindred made, known by standing exactly as Kindred makes it, else a new one; nothing where
   * none fits. `allowed` roles may stand in it besides.
   */
  async function channelFor(
    { guild, own, category }: Plan,
    { name, topic }: { name: string; topic: string },
    how: Standing,
    allowed: string[] = [],
  ): Promise<Found | undefined> {
    const all = await channelsOf(guild)
    const type = how.type ?? ChannelType.GuildText
    const places = new Set([guild, own, ...allowed])
    const isSame = (one: Found) => {
      const there = placesIn(one)
      if (one.type !== type || one.name !== name || !there.some(({ id }) => id === own)) return false
      // One that somebody spoke in, was let into or changed belongs to another community, or to others altogether.
      return how.isShared || (isSilent(one) && there.every(({ id }) => places.has(id)))
    }
    const same = all.filter(isSame).sort(byAge)[0]
    if (same) return same
    if (all.length >= LIMITS.channels - LIMITS.channelsLeft) return undefined
    const body: RESTPostAPIGuildChannelJSONBody = {
      name,
      topic,
      type,
      permission_overwrites: [
        // The role of everybody has the server's own id.
        { id: guild, type: OverwriteType.Role, allow: String(how.shown ?? 0n), deny: String(how.denied) },
        { id: own, type: OverwriteType.Member, allow: String(INSIDE), deny: '0' },
      ],
    }
    const within = category && all.some((one) => one.id === category) && isRoomy(all, category) ? category : undefined
    const made = (await rest.post(Routes.guildChannels(guild), {
      body: { ...body, ...(within && { parent_id: within }) },
    })) as Found
    return how.isShared ? onlyOne(guild, made, isSame) : made
  }

  const ownChannel = (plan: Plan, allowed: string[] = []) => {
    const words = { name: clipped(plan.name, LIMITS.channelName), topic: clipped(plan.title, LIMITS.channelTopic) }
    return channelFor(plan, words, { denied: PermissionFlagsBits.ViewChannel, isShared: false }, allowed)
  }

  /** The channel for a role, with the role that opens it where it was made before a crash. */
  async function roleChannel(
    plan: Plan,
    ours: string[],
  ): Promise<{ id: string; role: string | undefined } | undefined> {
    const made = await ownChannel(plan, ours)
    return made && { id: made.id, role: placesIn(made).find(({ id }) => ours.includes(id))?.id }
  }

  /** The channel that stands already, or the word that it does not. */
  async function standing(id: string): Promise<{ id: string; role: undefined }> {
    await rest.get(Routes.channel(id))
    return { id, role: undefined }
  }

  const channel: Way = {
    async make(plan) {
      const made = await ownChannel(plan)
      return made && { id: made.id }
    },
    async letIn(_, { id }, account) {
      const body = { type: OverwriteType.Member, allow: String(INSIDE), deny: '0' }
      await rest.put(Routes.channelPermission(id, account), { body }).catch(fullAt(OVERWRITES_FULL))
    },
    letOut: async (_, { id }, account) => void (await rest.delete(Routes.channelPermission(id, account))),
  }

  const role: Way = {
    async make(plan) {
      const roles = (await rest.get(Routes.guildRoles(plan.guild))) as RESTGetAPIGuildRolesResult
      const name = clipped(plan.title, LIMITS.roleName)
      const isOurs = ({ id, permissions, managed, ...one }: (typeof roles)[number]) => {
        const isSame = one.name === name && permissions === '0' && !managed
        const isFresh = SnowflakeUtil.timestampFrom(id) >= plan.since.getTime()
        return isSame && isFresh && !plan.roles.includes(id) && !handed.isForAnother(plan, id)
      }
      // In a room that stands, a role of this name may be anybody's.
      const mayBe = (id: string) => plan.room === null || handed.isFor(plan, id)
      const ours = roles.filter((one) => isOurs(one) && mayBe(one.id)).map(({ id }) => id)
      const made = plan.room === null ? await roleChannel(plan, ours) : await standing(plan.room)
      // Made before a crash, it opens the channel already, or nothing yet.
      if (!made) return undefined
      if (made.role !== undefined) {
        handed.note(plan, made.role)
        return { id: made.id, role: made.role }
      }
      if (roles.length >= LIMITS.roles - LIMITS.rolesLeft) return undefined
      const body: RESTPostAPIGuildRoleJSONBody = { name, permissions: '0', mentionable: false }
      const { id } = ours[0]
        ? { id: ours[0] }
        : ((await rest.post(Routes.guildRoles(plan.guild), { body })) as RESTPostAPIGuildRoleResult)
      handed.note(plan, id)
      const opens = { type: OverwriteType.Role, allow: String(INSIDE), deny: '0' }
      try {
        await rest.put(Routes.channelPermission(made.id, id), { body: opens })
      } catch (error) {
        // Its own people filled the channel. A role that opens nothing helps nobody, and the next attempt would add another.
        if (isCode(error, OVERWRITES_FULL)) await rest.delete(Routes.guildRole(plan.guild, id))
        return fullAt(OVERWRITES_FULL)(error)
      }
      return { id: made.id, role: id }
    },
    async letIn(guild, { role: id }, account) {
      if (id === null) throw new RoomLost('role', 'the role of the room was deleted')
      await rest.put(Routes.guildMemberRole(guild, account, id)).catch((error: unknown) => {
        if (isCode(error, RESTJSONErrorCodes.UnknownRole))
          throw new RoomLost('role', 'the role of the room was deleted')
        throw error
      })
    },
    async letOut(guild, { role: id }, account) {
      if (id !== null) await rest.delete(Routes.guildMemberRole(guild, account, id))
    },
  }

  return { channel, role, ...threadWays(rest, channelFor, handed) }
}

const OVERWRITES_FULL = RESTJSONErrorCodes.MaximumNumberOfChannelPermissionOverwritesReached
type Found = RESTGetAPIGuildChannelsResult[number]

const byAge = (a: Found, b: Found) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1)

function placesIn(channel: Found) {
  return 'permission_overwrites' in channel ? (channel.permission_overwrites ?? []) : []
}

function isSilent(channel: Found): boolean {
  return !('last_message_id' in channel) || !channel.last_message_id
}

function isRoomy(all: Found[], category: string): boolean {
  return all.filter((one) => 'parent_id' in one && one.parent_id === category).length < LIMITS.channelsInCategory
}
