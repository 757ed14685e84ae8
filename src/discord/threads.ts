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
import type { RoomMade } from '../core/room.ts'
import { RoomFull } from '../platform.ts'
import { type ChannelFor, fullAt, type Plan, type Standing, type Way } from './carriers.ts'
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

  /** The thread of this name that was made before a crash, else a new one, below a channel that all of its kind share. */
  async function made(
    plan: Plan,
    [words, how]: [words: typeof HALL, how: Omit<Standing, 'isShared'>],
    body: RESTPostAPIChannelThreadsJSONBody | RESTPostAPIGuildForumThreadsJSONBody,
  ): Promise<RoomMade | undefined> {
    const parent = await channelFor(plan, words, { ...how, isShared: true })
    if (!parent) return undefined
    const there = await unusedThread(plan, parent.id, body.name)
    const id = there ?? ((await rest.post(Routes.threads(parent.id), { body })) as APIChannel).id
    handedOut.add(id)
    return { id }
  }

  const thread: Way = {
    // Nobody sees a thread whose channel they can't see.
    make: (plan) =>
      made(plan, [HALL, { denied: PermissionFlagsBits.SendMessages, shown: PermissionFlagsBits.ViewChannel }], {
        name: clipped(plan.name, LIMITS.channelName),
        type: ChannelType.PrivateThread,
        auto_archive_duration: ThreadAutoArchiveDuration.OneWeek,
        invitable: false,
      }),
    letIn: (_, { id }, account) =>
      awake(id, () =>
        rest.put(Routes.threadMembers(id, account)).catch(fullAt(RESTJSONErrorCodes.MaximumThreadParticipantsReached)),
      ),
    letOut: (_, { id }, account) => awake(id, () => rest.delete(Routes.threadMembers(id, account))),
  }

  const forum: Way = {
    // Posts of others would pass for communities; answers under a post are another permission.
    make: (plan) =>
      made(plan, [FORUM, { type: ChannelType.GuildForum, denied: PermissionFlagsBits.SendMessages }], {
        name: clipped(plan.title, LIMITS.channelName),
        auto_archive_duration: ThreadAutoArchiveDuration.OneWeek,
        message: { content: plan.title.replaceAll(/([\\*_~`|>#@<[\]])/g, '\\$1'), allowed_mentions: { parse: [] } },
      }),
    // Everybody reads it anyway; whoever finds it full only does not follow it.
    letIn: (guild, room, account) =>
      thread.letIn(guild, room, account).catch((error: unknown) => {
        if (!(error instanceof RoomFull)) throw error
      }),
    letOut: thread.letOut,
  }

  return { thread, forum }
}
