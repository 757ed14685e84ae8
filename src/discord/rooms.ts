import {
  PermissionFlagsBits,
  type REST,
  type RESTGetAPIGuildMemberResult,
  RESTJSONErrorCodes,
  Routes,
} from 'discord.js'
import { type Carrier, DEFAULT_CARRIERS } from '../core/room.ts'
import { type Platform, type Presence, type RoomRef, type RoomWanted, Stuck } from '../platform.ts'
import { type Plan, type Way, waysOn } from './carriers.ts'
import { effect, isCode } from './faults.ts'
import { LIMITS } from './limits.ts'
import { oneByOne } from './one-by-one.ts'
import type { Self } from './self.ts'

/** What Kindred asks of a server, and nothing else, in the words of Discord's settings; the invite link carries exactly this. */
export const PERMISSIONS: Record<string, bigint> = {
  'View Channels': PermissionFlagsBits.ViewChannel,
  'Send Messages': PermissionFlagsBits.SendMessages,
  'Embed Links': PermissionFlagsBits.EmbedLinks,
  'Attach Files': PermissionFlagsBits.AttachFiles,
  'Read Message History': PermissionFlagsBits.ReadMessageHistory,
  'Manage Channels': PermissionFlagsBits.ManageChannels,
  'Manage Roles': PermissionFlagsBits.ManageRoles,
  'Create Private Threads': PermissionFlagsBits.CreatePrivateThreads,
  'Create Public Threads': PermissionFlagsBits.CreatePublicThreads,
  'Send Messages in Threads': PermissionFlagsBits.SendMessagesInThreads,
  'Manage Threads': PermissionFlagsBits.ManageThreads,
  // Enough to change, too, what Kindred itself made; Manage Events would be for those of others.
  'Create Events': PermissionFlagsBits.CreateEvents,
}

/** The carriers Discord has. */
type Here = Exclude<Carrier, 'public'>

/** Which carrier is tried after which, where a server has no space for one more. */
const NEXT: Record<Here, Here[]> = {
  role: ['role', 'channel', 'thread', 'none'],
  channel: ['channel', 'thread', 'none'],
  thread: ['thread', 'none'],
  forum: ['forum', 'thread', 'none'],
  none: ['none'],
}

/** What each carrier needs, for the sentence that says what to grant. */
const NEEDS: Record<Here, string> = {
  role: 'Manage Channels and Manage Roles',
  channel: 'Manage Channels and Manage Roles',
  thread: 'Manage Channels, Manage Roles, Create Private Threads, Send Messages in Threads and Manage Threads',
  forum: 'Manage Channels, Manage Roles, Send Messages and Send Messages in Threads',
  none: '',
}

/** What letting people in and out needs. */
const IN_AND_OUT = { in: 'Manage Roles', out: 'Manage Roles' }
const TO_MOVE: Record<Carrier, typeof IN_AND_OUT> = {
  role: IN_AND_OUT,
  channel: IN_AND_OUT,
  thread: { in: 'Send Messages in Threads', out: 'Manage Threads' },
  forum: { in: 'Send Messages in Threads', out: 'Manage Threads' },
  none: { in: '', out: '' },
  public: { in: '', out: '' },
}

/** What a server had no space for, where nothing else could be tried. */
const NO_SPACE_FOR: Record<Here, string> = {
  role: 'the role that opens the room: Discord allows 250 roles',
  channel: 'another channel: Discord allows 500',
  thread: 'another private thread',
  forum: 'another post',
  none: '',
}

/** Whatever of these Discord answers, whoever is to be out is out. */
const OUT_ALREADY = [
  RESTJSONErrorCodes.UnknownChannel,
  RESTJSONErrorCodes.UnknownMember,
  RESTJSONErrorCodes.UnknownUser,
  RESTJSONErrorCodes.UnknownRole,
  RESTJSONErrorCodes.UnknownPermissionOverwrite,
]

/** Communities' rooms on Discord. */
export function rooms(rest: REST, self: Self): Pick<Platform, 'roomHolds' | 'makeRoom' | 'letIn' | 'letOut' | 'look'> {
  const ways = waysOn(rest)
  // Two rooms made at once would each make what they share.
  const inTurn = oneByOne()

  /** Somebody as a member of a server; nothing where they left it. */
  async function memberOf(guild: string, account: string): Promise<RESTGetAPIGuildMemberResult | undefined> {
    try {
      // The shape of the answer is Discord's own; the client does not check it.
      return (await rest.get(Routes.guildMember(guild, account))) as RESTGetAPIGuildMemberResult
    } catch (error) {
      if (isCode(error, RESTJSONErrorCodes.UnknownMember, RESTJSONErrorCodes.UnknownUser)) return undefined
      throw error
    }
  }

  async function out(guild: string, room: RoomRef, account: string): Promise<void> {
    for (const one of [room, ...outgrownBy(room)]) {
      await effect(TO_MOVE[one.carrier ?? 'none'].out, async () => {
        try {
          await wayOf(one).letOut(guild, one, account)
        } catch (error) {
          if (!isCode(error, ...OUT_ALREADY)) throw error
        }
      })
    }
  }

  /** Discord keeps somebody's place in a channel when they leave the server, and would let them in again by itself. */
  async function forgotten(guild: string, room: RoomRef, account: string): Promise<'away'> {
    await out(guild, room, account)
    return 'away'
  }

  return {
    roomHolds: {
      channel: LIMITS.overwrites - LIMITS.overwritesLeft,
      thread: LIMITS.threadMembers - LIMITS.threadMembersLeft,
    },

    async makeRoom(guild, wanted) {
      return inTurn(guild, async () => {
        const carriers = carriersFor(wanted)
        for (const carrier of carriers) {
          if (carrier === 'none') return { id: null, carrier }
          const made = await effect(NEEDS[carrier], async () => {
            const { name, title, category, since, roles } = wanted
            const room = isBeside(wanted) ? null : wanted.room
            return tried(ways[carrier], { guild, own: await self(), name, title, category, room, since, roles })
          })
          if (made) return { ...made, carrier }
        }
        throw new Stuck(
          wanted.isOutgrown
            ? 'the room is nearly full, and the server has no space for the role and channel that would hold more'
            : `the server has no space for ${NO_SPACE_FOR[carriers.at(-1) ?? 'none']}`,
        )
      })
    },

    async letIn(guild, room, account): Promise<Presence> {
      return effect(TO_MOVE[room.carrier ?? 'none'].in, async () => {
        if (!(await memberOf(guild, account))) return forgotten(guild, room, account)
        await wayOf(room).letIn(guild, room, account)
        return 'here'
      })
    },

    letOut: out,

    async look(guild, room, account): Promise<Presence | 'out'> {
      return effect('Manage Roles', async () => {
        const member = await memberOf(guild, account)
        if (!member) return forgotten(guild, room, account)
        // Whoever left a thread did so themselves, so nobody is put back into one.
        return room.role !== null && !member.roles.includes(room.role) ? 'out' : 'here'
      })
    },
  }

  function wayOf(room: RoomRef): Way {
    const { carrier } = room
    if (carrier === null || carrier === 'none' || carrier === 'public') throw new Stuck('there is no room')
    return ways[carrier]
  }
}

/** A channel that is full has a role besides; a thread that is full has a channel with a role beside it. */
const isBeside = ({ isOutgrown, carrier }: RoomWanted) => isOutgrown && carrier === 'thread'

/** What a room grew out of, as a room of its own. */
function outgrownBy({ id, carrier, outgrown }: RoomRef): RoomRef[] {
  const isWaiting = outgrown === id && carrier !== 'role'
  if (outgrown === null || isWaiting) return []
  return [{ id: outgrown, carrier: outgrown === id ? 'channel' : 'thread', role: null, outgrown: null }]
}

/** The carriers to try, in order. One that not everybody may enter must not show in a channel, a forum or anybody's profile. */
function carriersFor({ isPrivate, isSensitive, isOutgrown, carrier, room }: RoomWanted): Here[] {
  if (isOutgrown && !isPrivate) return ['role']
  const wanted = carrier ?? DEFAULT_CARRIERS.discord ?? 'channel'
  const chosen = wanted === 'public' ? 'forum' : wanted
  if (chosen === 'none') return ['none']
  if (isSensitive) return ['thread']
  if (isPrivate) return NEXT.thread
  return room === null ? NEXT[chosen] : [chosen]
}

/** Makes a room; nothing where Discord says that the server has no space left, whatever was counted before. */
async function tried(way: Way, plan: Plan) {
  try {
    return await way.make(plan)
  } catch (error) {
    if (isCode(error, ...NO_SPACE)) return undefined
    throw error
  }
}

const NO_SPACE = [
  RESTJSONErrorCodes.MaximumNumberOfGuildChannelsReached,
  RESTJSONErrorCodes.MaximumNumberOfGuildRolesReached,
  RESTJSONErrorCodes.MaximumActiveThreads,
  // A server without the feature has no forums.
  RESTJSONErrorCodes.CannotExecuteActionOnThisChannelType,
]
