import {
  type APIChannel,
  type APIThreadChannel,
  ChannelType,
  PermissionFlagsBits,
  type REST,
  type RESTGetAPIGuildThreadsResult,
  RESTJSONErrorCodes,
  type RESTPostAPIChannelThreadsJSONBody,
  type RESTPostAPIGuildForumThreadsJSONBody,
  Routes,
  ThreadAutoArchiveDuration,
} from 'discord.js'
import { clipped } from '../core/pieces.ts'
import type { RoomMade } from '../core/room.ts'
import { RoomFull } from '../platform.ts'
import { awake } from './awake.ts'
import { type ChannelFor, fullAt, type Plan, type Standing, type Way } from './carriers.ts'
import type { HandedOut } from './handed-out.ts'
import { LIMITS } from './limits.ts'
import { escaped, PINGS_NOBODY } from './render.ts'

/** The channel under which private threads stand. Everybody sees the channel, and nobody but those inside the threads. */
const HALL = {
  name: 'community-rooms',
  topic: 'Private rooms of communities stand here. Only those inside, and moderators, see them.',
}
/** The forum in which communities have posts that everybody sees. */
const FORUM = { name: 'communities', topic: 'Each community has a post here, which everybody may read.' }

/** The ways to have a room that stand below a channel: private threads, and posts in a forum. */
export function threadWays(rest: REST, channelFor: ChannelFor, handed: HandedOut): { thread: Way; forum: Way } {
  /** One that this process made for this room, else one made before a crash: a namesake's must not be taken for it. */
  async function madeBefore(plan: Plan, parent: string, name: string): Promise<string | undefined> {
    const { threads } = (await rest.get(Routes.guildActiveThreads(plan.guild))) as RESTGetAPIGuildThreadsResult
    const same = (threads as APIThreadChannel[]).filter(
      (one) => one.parent_id === parent && one.name === name && one.owner_id === plan.own,
    )
    const isUnused = ({ id, member_count = 0, message_count = 0 }: APIThreadChannel) =>
      // The message that opens a post is not counted.
      !handed.isForAnother(plan, id) && member_count <= 1 && message_count === 0
    return (same.find(({ id }) => handed.isFor(plan, id)) ?? same.find(isUnused))?.id
  }

  /** The thread of this name that was made before a crash, else a new one, below a channel that all of its kind share. */
  async function made(
    plan: Plan,
    [words, how]: [words: typeof HALL, how: Omit<Standing, 'isShared'>],
    body: RESTPostAPIChannelThreadsJSONBody | RESTPostAPIGuildForumThreadsJSONBody,
  ): Promise<RoomMade | undefined> {
    const parent = await channelFor(plan, words, { ...how, isShared: true })
    if (!parent) return undefined
    const there = await madeBefore(plan, parent.id, body.name)
    const id = there ?? ((await rest.post(Routes.threads(parent.id), { body })) as APIChannel).id
    handed.note(plan, id)
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
    async letIn(_, { id }, account) {
      const enter = () => rest.put(Routes.threadMembers(id, account))
      await awake(rest, id, enter).catch(fullAt(RESTJSONErrorCodes.MaximumThreadParticipantsReached))
    },
    letOut: async (_, { id }, account) =>
      void (await awake(rest, id, () => rest.delete(Routes.threadMembers(id, account)))),
  }

  const forum: Way = {
    // Posts of others would pass for communities; answers under a post are another permission.
    make: (plan) =>
      made(plan, [FORUM, { type: ChannelType.GuildForum, denied: PermissionFlagsBits.SendMessages }], {
        name: clipped(plan.title, LIMITS.channelName),
        auto_archive_duration: ThreadAutoArchiveDuration.OneWeek,
        message: { content: escaped(plan.title), allowed_mentions: PINGS_NOBODY },
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
