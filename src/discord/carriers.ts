import {
  type APIChannel,
  type APIThreadChannel,
  ChannelType,
  OverwriteType,
  PermissionFlagsBits,
  type REST,
  type RESTGetAPIGuildChannelsResult,
  type RESTGetAPIGuildRolesResult,
  type RESTGetAPIGuildThreadsResult,
  RESTJSONErrorCodes,
  type RESTPatchAPIChannelJSONBody,
  type RESTPostAPIChannelThreadsJSONBody,
  type RESTPostAPIGuildChannelJSONBody,
  type RESTPostAPIGuildForumThreadsJSONBody,
  type RESTPostAPIGuildRoleJSONBody,
  type RESTPostAPIGuildRoleResult,
  Routes,
  ThreadAutoArchiveDuration,
} from 'discord.js'
import type { Carrier } from '../core/room.ts'
import type { RoomMade, RoomRef } from '../platform.ts'
import { RoomLost } from '../platform.ts'
import { isCode } from './faults.ts'
import { clipped, LIMITS } from './limits.ts'

/** What a room lets those inside do, and Kindred itself. */
export const INSIDE =
  PermissionFlagsBits.ViewChannel |
  PermissionFlagsBits.SendMessages |
  PermissionFlagsBits.ReadMessageHistory |
  PermissionFlagsBits.EmbedLinks |
  PermissionFlagsBits.AttachFiles

/** The channel under which private threads stand. Everybody sees the channel, and nobody but those inside the threads. */
const HALL = { name: 'community-rooms', topic: 'Private rooms of communities stand here. Only those inside see them.' }
/** The forum in which communities have posts that everybody sees. */
const FORUM = { name: 'communities', topic: 'Each community has a post here, which everybody may read.' }

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
}

/** One way to have a room: making it, and letting people in and out. Undefined where the server has no space for one more. */
export interface Way {
  make(plan: Plan): Promise<RoomMade | undefined>
  letIn(guild: string, room: RoomRef, account: string): Promise<void>
  letOut(guild: string, room: RoomRef, account: string): Promise<void>
}

/** All ways of Discord's to have a room. */
export function waysOn(rest: REST): Record<Exclude<Carrier, 'none'>, Way> {
  const channelsOf = async (guild: string) =>
    // Shapes of answers, here and below, are Discord's own; the client does not check them.
    (await rest.get(Routes.guildChannels(guild))) as RESTGetAPIGuildChannelsResult

  /** A channel of this name that Kindred made, known by the place it gave itself, else a new one; nothing where none fits. */
  async function channelFor(
    { guild, own, category }: Plan,
    { name, topic }: { name: string; topic: string },
    how: { type?: ChannelType.GuildText | ChannelType.GuildForum; denied: bigint; isShared: boolean },
  ): Promise<Found | undefined> {
    const all = await channelsOf(guild)
    const type = how.type ?? ChannelType.GuildText
    const same = all.find((one) => one.type === type && one.name === name && placesIn(one).some(({ id }) => id === own))
    // One that somebody spoke in or was let into belongs to another community.
    if (same && (how.isShared || isUnused(same, own))) return same
    if (all.length >= LIMITS.channels - LIMITS.channelsLeft) return undefined
    const body: RESTPostAPIGuildChannelJSONBody = {
      name,
      topic,
      type,
      permission_overwrites: [
        // The role of everybody has the server's own id.
        { id: guild, type: OverwriteType.Role, allow: '0', deny: String(how.denied) },
        { id: own, type: OverwriteType.Member, allow: String(INSIDE), deny: '0' },
      ],
    }
    const within = category && all.some((one) => one.id === category) && isRoomy(all, category) ? category : undefined
    return (await rest.post(Routes.guildChannels(guild), {
      body: { ...body, ...(within && { parent_id: within }) },
    })) as Found
  }

  const channel: Way = {
    async make(plan) {
      const words = { name: clipped(plan.name, LIMITS.channelName), topic: clipped(plan.title, LIMITS.channelTopic) }
      const made = await channelFor(plan, words, { denied: PermissionFlagsBits.ViewChannel, isShared: false })
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
      const made = plan.room === null ? await channel.make(plan) : { id: plan.room }
      if (!made?.id) return undefined
      const all = await channelsOf(plan.guild)
      const opening = all.find((one) => one.id === made.id)
      const known =
        opening && placesIn(opening).find(({ id, type }) => type === OverwriteType.Role && id !== plan.guild)
      if (known) return { id: made.id, role: known.id }
      const name = clipped(plan.title, LIMITS.roleName)
      const opens = new Set(all.flatMap((one) => placesIn(one).map(({ id }) => id)))
      // Made before a crash, it opens nothing yet.
      const left = roles.find(
        (one) => one.name === name && one.permissions === '0' && !one.managed && !opens.has(one.id),
      )
      if (!left && roles.length >= LIMITS.roles - LIMITS.rolesLeft) return undefined
      const body: RESTPostAPIGuildRoleJSONBody = { name, permissions: '0', mentionable: false }
      const { id } = left ?? ((await rest.post(Routes.guildRoles(plan.guild), { body })) as RESTPostAPIGuildRoleResult)
      await rest.put(Routes.channelPermission(made.id, id), {
        body: { type: OverwriteType.Role, allow: String(INSIDE), deny: '0' },
      })
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

  /** Threads fall asleep when nobody speaks; then they must be woken before anybody is moved. */
  async function awake(room: string, move: () => Promise<unknown>): Promise<void> {
    try {
      await move()
    } catch (error) {
      if (!isCode(error, RESTJSONErrorCodes.ThreadLocked, ARCHIVED)) throw error
      const body: RESTPatchAPIChannelJSONBody = { archived: false }
      await rest.patch(Routes.channel(room), { body })
      await move()
    }
  }

  async function unusedThread({ guild, own }: Plan, parent: string, name: string): Promise<string | undefined> {
    const { threads } = (await rest.get(Routes.guildActiveThreads(guild))) as RESTGetAPIGuildThreadsResult
    return (threads as APIThreadChannel[]).find(
      (one) =>
        one.parent_id === parent &&
        one.name === name &&
        one.owner_id === own &&
        (one.member_count ?? 0) <= 1 &&
        // The message that opens a post is not counted.
        (one.message_count ?? 0) === 0,
    )?.id
  }

  const thread: Way = {
    async make(plan) {
      const name = clipped(plan.name, LIMITS.channelName)
      const hall = await channelFor(plan, HALL, { denied: PermissionFlagsBits.SendMessages, isShared: true })
      if (!hall) return undefined
      const there = await unusedThread(plan, hall.id, name)
      const body: RESTPostAPIChannelThreadsJSONBody = {
        name,
        type: ChannelType.PrivateThread,
        auto_archive_duration: ThreadAutoArchiveDuration.OneWeek,
        invitable: false,
      }
      return there ? { id: there } : { id: ((await rest.post(Routes.threads(hall.id), { body })) as APIChannel).id }
    },
    letIn: (_, { id }, account) =>
      awake(id, () =>
        rest.put(Routes.threadMembers(id, account)).catch(fullAt(RESTJSONErrorCodes.MaximumThreadParticipantsReached)),
      ),
    letOut: (_, { id }, account) => awake(id, () => rest.delete(Routes.threadMembers(id, account))),
  }

  const forum: Way = {
    async make(plan) {
      const name = clipped(plan.title, LIMITS.channelName)
      const home = await channelFor(plan, FORUM, { type: ChannelType.GuildForum, denied: 0n, isShared: true })
      if (!home) return undefined
      const there = await unusedThread(plan, home.id, name)
      const body: RESTPostAPIGuildForumThreadsJSONBody = {
        name,
        auto_archive_duration: ThreadAutoArchiveDuration.OneWeek,
        message: { content: plan.title.replaceAll(/([\\*_~`|>#@<[\]])/g, '\\$1'), allowed_mentions: { parse: [] } },
      }
      return there ? { id: there } : { id: ((await rest.post(Routes.threads(home.id), { body })) as APIChannel).id }
    },
    // Everybody reads it anyway; whoever finds it full only does not follow it.
    letIn: (guild, room, account) =>
      thread.letIn(guild, room, account).catch((error: unknown) => {
        if (!(error instanceof RoomLost && error.what === 'space')) throw error
      }),
    letOut: thread.letOut,
  }

  return { channel, role, thread, forum }
}

/** Discord's codes that discord.js has no name for. */
const OVERWRITES_FULL = 30_060
const ARCHIVED = 50_083

type Found = RESTGetAPIGuildChannelsResult[number]

function placesIn(channel: Found) {
  return 'permission_overwrites' in channel ? (channel.permission_overwrites ?? []) : []
}

function isUnused(channel: Found, own: string): boolean {
  const isSilent = !('last_message_id' in channel) || !channel.last_message_id
  return isSilent && placesIn(channel).every(({ type, id }) => type !== OverwriteType.Member || id === own)
}

function isRoomy(all: Found[], category: string): boolean {
  return all.filter((one) => 'parent_id' in one && one.parent_id === category).length < LIMITS.channelsInCategory
}

function fullAt(code: number) {
  return (error: unknown): never => {
    if (isCode(error, code)) throw new RoomLost('space', 'the room is full: Discord allows 1000 people in it')
    throw error
  }
}
