import {
  type APIChannel,
  type APITextChannel,
  ChannelType,
  OverwriteType,
  PermissionFlagsBits,
  type REST,
  type RESTGetAPICurrentUserResult,
  type RESTGetAPIGuildChannelsResult,
  type RESTGetAPIGuildThreadsResult,
  RESTJSONErrorCodes,
  type RESTPatchAPIChannelJSONBody,
  type RESTPostAPIChannelThreadsJSONBody,
  type RESTPostAPIGuildChannelJSONBody,
  Routes,
  ThreadAutoArchiveDuration,
} from 'discord.js'
import { type Platform, Stuck } from '../platform.ts'
import { effect, isCode } from './faults.ts'
import { clipped, LIMITS } from './limits.ts'

/** What Kindred asks of a server, and nothing else; the invite link carries exactly this. */
export const PERMISSIONS =
  PermissionFlagsBits.ViewChannel |
  PermissionFlagsBits.SendMessages |
  PermissionFlagsBits.EmbedLinks |
  PermissionFlagsBits.AttachFiles |
  PermissionFlagsBits.ReadMessageHistory |
  PermissionFlagsBits.ManageChannels |
  PermissionFlagsBits.ManageRoles |
  PermissionFlagsBits.CreatePrivateThreads |
  PermissionFlagsBits.SendMessagesInThreads |
  PermissionFlagsBits.ManageThreads

/** What a room lets those inside do, and Kindred itself. */
const INSIDE =
  PermissionFlagsBits.ViewChannel |
  PermissionFlagsBits.SendMessages |
  PermissionFlagsBits.ReadMessageHistory |
  PermissionFlagsBits.EmbedLinks |
  PermissionFlagsBits.AttachFiles

/** The channel under which private rooms stand. Everybody sees the channel, and nobody but those inside the threads. */
const HALL = { name: 'community-rooms', topic: 'Private rooms of communities stand here. Only those inside see them.' }

/** How people are let into one kind of room, and out of it. */
interface Carrier {
  letIn(room: string, account: string): Promise<void>
  letOut(room: string, account: string): Promise<void>
}

/** Rooms remembered by their kind, so that a second person needs no second question. */
const KINDS_KEPT = 5_000

/** Communities' rooms on Discord: a channel that only members see, or a thread that others cannot even find. */
export function rooms(rest: REST): Pick<Platform, 'makeRoom' | 'letIn' | 'letOut'> {
  const kinds = new Map<string, ChannelType>()
  let self: string | undefined

  const carriers: Partial<Record<ChannelType, Carrier>> = {
    [ChannelType.GuildText]: channelCarrier(rest),
    [ChannelType.PrivateThread]: threadCarrier(rest),
  }

  async function selfId(): Promise<string> {
    // Shapes of answers, here and below, are Discord's own; the client does not check them.
    self ??= ((await rest.get(Routes.user())) as RESTGetAPICurrentUserResult).id
    return self
  }

  async function carrierOf(room: string): Promise<Carrier> {
    const type = kinds.get(room) ?? ((await rest.get(Routes.channel(room))) as APIChannel).type
    if (kinds.size >= KINDS_KEPT) kinds.clear()
    kinds.set(room, type)
    const carrier = carriers[type]
    if (!carrier) throw new Stuck('the room is no text channel and no private thread any more')
    return carrier
  }

  return {
    async makeRoom(guild, { name, title, isPrivate }) {
      const words = { name: clipped(name, LIMITS.channelName), topic: clipped(title, LIMITS.channelTopic) }
      if (!isPrivate) {
        return effect('Manage Channels and Manage Roles', async () => {
          const own = await selfId()
          const same = await channelOf(rest, guild, words.name, own)
          // One that somebody spoke in or was let into belongs to another community.
          const unused = same && !same.last_message_id && peopleIn(same, own) === 0
          return unused ? same.id : makeChannel(rest, guild, words, own, PermissionFlagsBits.ViewChannel)
        })
      }
      return effect('Create Private Threads and Manage Threads', async () => {
        const own = await selfId()
        const hall =
          (await channelOf(rest, guild, HALL.name, own))?.id ??
          (await makeChannel(rest, guild, HALL, own, PermissionFlagsBits.SendMessages))
        return (await unusedThread(rest, guild, hall, words.name, own)) ?? makeThread(rest, hall, words.name)
      })
    },

    async letIn(guild, room, account) {
      await effect('Manage Roles or Manage Threads', async () => {
        try {
          await rest.get(Routes.guildMember(guild, account))
        } catch (error) {
          // They left the server; they are put right at their next own act there.
          if (isCode(error, RESTJSONErrorCodes.UnknownMember, RESTJSONErrorCodes.UnknownUser)) return
          throw error
        }
        await (await carrierOf(room)).letIn(room, account)
      })
    },

    async letOut(_, room, account) {
      await effect('Manage Roles or Manage Threads', async () => {
        try {
          await (await carrierOf(room)).letOut(room, account)
        } catch (error) {
          // Out is out, whoever did it.
          if (
            !isCode(
              error,
              RESTJSONErrorCodes.UnknownChannel,
              RESTJSONErrorCodes.UnknownMember,
              RESTJSONErrorCodes.UnknownUser,
              RESTJSONErrorCodes.UnknownPermissionOverwrite,
            )
          )
            throw error
        }
      })
    },
  }
}

function channelCarrier(rest: REST): Carrier {
  return {
    async letIn(room, account) {
      const body = { type: OverwriteType.Member, allow: String(INSIDE), deny: '0' }
      await rest.put(Routes.channelPermission(room, account), { body })
    },
    letOut: async (room, account) => void (await rest.delete(Routes.channelPermission(room, account))),
  }
}

function threadCarrier(rest: REST): Carrier {
  /** Threads fall asleep when nobody speaks; then they must be woken before anybody is moved. */
  async function awake(room: string, move: () => Promise<unknown>): Promise<void> {
    try {
      await move()
    } catch (error) {
      if (!isCode(error, RESTJSONErrorCodes.ThreadLocked, 50_083)) throw error
      const body: RESTPatchAPIChannelJSONBody = { archived: false }
      await rest.patch(Routes.channel(room), { body })
      await move()
    }
  }
  return {
    letIn: (room, account) => awake(room, () => rest.put(Routes.threadMembers(room, account))),
    letOut: (room, account) => awake(room, () => rest.delete(Routes.threadMembers(room, account))),
  }
}

/** A text channel of this name that Kindred made: it gave itself a place in it. */
async function channelOf(rest: REST, guild: string, name: string, own: string): Promise<APITextChannel | undefined> {
  const all = (await rest.get(Routes.guildChannels(guild))) as RESTGetAPIGuildChannelsResult
  return all.find(
    (one): one is APITextChannel =>
      one.type === ChannelType.GuildText &&
      one.name === name &&
      (one.permission_overwrites ?? []).some((overwrite) => overwrite.id === own),
  )
}

function peopleIn({ permission_overwrites = [] }: APITextChannel, own: string): number {
  return permission_overwrites.filter(({ type, id }) => type === OverwriteType.Member && id !== own).length
}

/** Makes a text channel in which everybody lacks what is denied, and Kindred has what it needs. */
async function makeChannel(
  rest: REST,
  guild: string,
  { name, topic }: { name: string; topic: string },
  own: string,
  denied: bigint,
): Promise<string> {
  const body: RESTPostAPIGuildChannelJSONBody = {
    name,
    topic,
    type: ChannelType.GuildText,
    permission_overwrites: [
      // The role of everybody has the server's own id.
      { id: guild, type: OverwriteType.Role, allow: '0', deny: String(denied) },
      { id: own, type: OverwriteType.Member, allow: String(INSIDE), deny: '0' },
    ],
  }
  return ((await rest.post(Routes.guildChannels(guild), { body })) as APIChannel).id
}

async function unusedThread(
  rest: REST,
  guild: string,
  hall: string,
  name: string,
  own: string,
): Promise<string | undefined> {
  const { threads } = (await rest.get(Routes.guildActiveThreads(guild))) as RESTGetAPIGuildThreadsResult
  return threads.find(
    (one) =>
      'parent_id' in one &&
      one.parent_id === hall &&
      one.name === name &&
      'owner_id' in one &&
      one.owner_id === own &&
      'member_count' in one &&
      (one.member_count ?? 0) <= 1 &&
      'message_count' in one &&
      (one.message_count ?? 0) === 0,
  )?.id
}

async function makeThread(rest: REST, hall: string, name: string): Promise<string> {
  const body: RESTPostAPIChannelThreadsJSONBody = {
    name,
    type: ChannelType.PrivateThread,
    auto_archive_duration: ThreadAutoArchiveDuration.OneWeek,
    invitable: false,
  }
  return ((await rest.post(Routes.threads(hall), { body })) as APIChannel).id
}
