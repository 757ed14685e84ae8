import {
  type APIChannel,
  type APIThreadChannel,
  ChannelType,
  PermissionFlagsBits,
  type REST,
  type RESTGetAPIGuildThreadsResult,
  RESTJSONErrorCodes,
  type RESTPatchAPIChannelJSONBody,
  type RESTPostAPIChannelThreadsJSONBody,
  type RESTPostAPIGuildForumThreadsJSONBody,
  Routes,
  ThreadAutoArchiveDuration,
} from 'discord.js'
import { clipped } from '../core/pieces.ts'
import { RoomFull } from '../platform.ts'
import { type ChannelFor, fullAt, type Plan, type Way } from './carriers.ts'
import { isCode } from './faults.ts'
import { LIMITS } from './limits.ts'

/** The channel under which private threads stand. Everybody sees the channel, and nobody but those inside the threads. */
const HALL = {
  name: 'community-rooms',
  topic: 'Private rooms of communities stand here. Only those inside, and moderators, see them.',
}
/** The forum in which communities have posts that everybody sees. */
const FORUM = { name: 'communities', topic: 'Each community has a post here, which everybody may read.' }

const ARCHIVED = RESTJSONErrorCodes.InvalidActionOnArchivedThread

/** The ways to have a room that stand below a channel: private threads, and posts in a forum. */
export function threadWays(rest: REST, channelFor: ChannelFor): { thread: Way; forum: Way } {
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

  /** Threads handed out by this process: a second community of the same title must not get the first one's. */
  const handedOut = new Set<string>()

  async function unusedThread({ guild, own }: Plan, parent: string, name: string): Promise<string | undefined> {
    const { threads } = (await rest.get(Routes.guildActiveThreads(guild))) as RESTGetAPIGuildThreadsResult
    return (threads as APIThreadChannel[]).find(
      (one) =>
        !handedOut.has(one.id) &&
        one.parent_id === parent &&
        one.name === name &&
        one.owner_id === own &&
        (one.member_count ?? 0) <= 1 &&
        // The message that opens a post is not counted.
        (one.message_count ?? 0) === 0,
    )?.id
  }

  const handOut = (id: string) => {
    handedOut.add(id)
    return { id }
  }

  const thread: Way = {
    async make(plan) {
      const name = clipped(plan.name, LIMITS.channelName)
      const hall = await channelFor(plan, HALL, {
        denied: PermissionFlagsBits.SendMessages,
        // Nobody sees a thread whose channel they can't see.
        shown: PermissionFlagsBits.ViewChannel,
        isShared: true,
      })
      if (!hall) return undefined
      const there = await unusedThread(plan, hall.id, name)
      const body: RESTPostAPIChannelThreadsJSONBody = {
        name,
        type: ChannelType.PrivateThread,
        auto_archive_duration: ThreadAutoArchiveDuration.OneWeek,
        invitable: false,
      }
      return handOut(there ?? ((await rest.post(Routes.threads(hall.id), { body })) as APIChannel).id)
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
      const home = await channelFor(plan, FORUM, {
        type: ChannelType.GuildForum,
        // Posts of others would pass for communities; answers under a post are another permission.
        denied: PermissionFlagsBits.SendMessages,
        isShared: true,
      })
      if (!home) return undefined
      const there = await unusedThread(plan, home.id, name)
      const body: RESTPostAPIGuildForumThreadsJSONBody = {
        name,
        auto_archive_duration: ThreadAutoArchiveDuration.OneWeek,
        message: { content: plan.title.replaceAll(/([\\*_~`|>#@<[\]])/g, '\\$1'), allowed_mentions: { parse: [] } },
      }
      return handOut(there ?? ((await rest.post(Routes.threads(home.id), { body })) as APIChannel).id)
    },
    // Everybody reads it anyway; whoever finds it full only does not follow it.
    letIn: (guild, room, account) =>
      thread.letIn(guild, room, account).catch((error: unknown) => {
        if (!(error instanceof RoomFull)) throw error
      }),
    letOut: thread.letOut,
  }

  return { thread, forum }
}
