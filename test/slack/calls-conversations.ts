import { type Act, type Asked, flag, ids, paged, text } from './call.ts'
import {
  archive,
  channelFor,
  dmWith,
  enter,
  exit,
  freeName,
  inviteProblem,
  isIn,
  isRoom,
  makeChannel,
  rename,
  unarchive,
} from './channels.ts'
import { broke, known, Refused } from './errors.ts'
import { LIMIT } from './limits.ts'
import { channelOnWire } from './wire.ts'
import type { Channel, ChannelKind, Json, User } from './world.ts'

const INVITES_MAX = 100

/** Channels: made, entered, left, filled, emptied, archived and looked at. */
export function conversationCalls(): Record<string, Act> {
  const calls: Record<string, Act> = {
    'conversations.create': (asked) => {
      const { world, team, args, install } = asked
      const name = freeName(team, text(args, 'name'))
      const kind = flag(args, 'is_private') ? 'private' : 'public'
      return shown(asked, makeChannel(world, team, { name, kind, creatorId: install.botUserId }))
    },
    'conversations.join': (asked) => {
      const { world, team, install } = asked
      const channel = here(asked)
      if (channel.kind !== 'public') throw new Refused('method_not_supported_for_channel_type')
      if (channel.isArchived) throw new Refused('is_archived')
      const isThere = isIn(channel, install.botUserId)
      enter(world, team, channel, bot(asked))
      return { ...shown(asked, channel), ...(isThere && { warning: 'already_in_channel' }) }
    },
    'conversations.leave': (asked) => {
      const { world, team, install } = asked
      const channel = room(asked)
      if (channel.isGeneral) throw new Refused('cant_leave_general')
      if (!isIn(channel, install.botUserId)) return { not_in_channel: true }
      exit(world, team, channel, install.botUserId)
      return undefined
    },
    'conversations.invite': invite,
    'conversations.kick': (asked) => {
      const { world, team, args, install } = asked
      const channel = inside(asked)
      const userId = text(args, 'user')
      if (!userId || userId.includes(',')) throw broke('user_not_found', 'one user, by id')
      if (userId === install.botUserId) throw new Refused('cant_kick_self')
      if (channel.isGeneral) throw new Refused('cant_kick_from_general')
      known(team.users.get(userId), 'user_not_found')
      if (!isIn(channel, userId)) throw new Refused('not_in_channel')
      exit(world, team, channel, userId, install.botUserId)
      return { errors: {} }
    },
    'conversations.archive': (asked) => {
      const { world, team, install } = asked
      const channel = room(asked)
      if (channel.isArchived) throw new Refused('already_archived')
      if (channel.isGeneral) throw new Refused('cant_archive_general')
      if (!isIn(channel, install.botUserId)) throw new Refused('not_in_channel')
      archive(world, team, channel, install.botUserId)
      return undefined
    },
    'conversations.unarchive': (asked) => {
      const { world, team, install } = asked
      const channel = room(asked)
      if (!channel.isArchived) throw new Refused('not_archived')
      // Which an app never is, since archiving turned it out: only people can bring a channel back.
      if (!isIn(channel, install.botUserId)) throw new Refused('not_in_channel')
      unarchive(world, team, channel, install.botUserId)
      return undefined
    },
    'conversations.rename': (asked) => {
      const { world, team, args, install } = asked
      const channel = inside(asked)
      const name = freeName(team, text(args, 'name'), channel)
      // Only who made it, or an administrator, may.
      if (channel.creatorId !== install.botUserId) throw new Refused('not_authorized')
      rename(world, team, channel, name)
      return shown(asked, channel)
    },
    'conversations.info': (asked) => {
      const channel = here(asked)
      const count = flag(asked.args, 'include_num_members') && { num_members: channel.members.size }
      const whole = { ...channelOnWire(channel, asked.install.botUserId), ...count }
      return { channel: whole }
    },
    'conversations.list': (asked) => list(asked, ({ kind, members }) => kind === 'public' || members.has(botId(asked))),
    'users.conversations': (asked) => {
      const { team, args } = asked
      const userId = text(args, 'user') || botId(asked)
      known(team.users.get(userId), 'channel_not_found')
      return list(asked, ({ kind, members }) => members.has(userId) && (kind === 'public' || members.has(botId(asked))))
    },
    'conversations.members': (asked) => {
      const { page, response_metadata } = paged(asked.args, [...here(asked).members])
      return { members: page, response_metadata }
    },
    'conversations.open': (asked) => {
      const { world, team, args } = asked
      if (text(args, 'channel')) return shown(asked, here(asked))
      const [userId, ...more] = ids(args, 'users')
      if (!userId) throw broke('users_list_not_supplied')
      if (more.length > 0) throw broke('invalid_user_combination', 'the fake opens messages with one person')
      const user = known(team.users.get(userId), 'user_not_found')
      if (user.isDeleted) throw new Refused('user_disabled')
      const before = [...team.channels.values()].length
      const channel = dmWith(world, team, userId)
      const isOld = [...team.channels.values()].length === before
      const whole = flag(args, 'return_im') ? channelOnWire(channel, botId(asked)) : { id: channel.id }
      return { channel: whole, ...(isOld && { no_op: true, already_open: true }) }
    },
    'conversations.setTopic': (asked) => ({ channel: say(asked, 'topic') }),
    'conversations.setPurpose': (asked) => ({ channel: say(asked, 'purpose') }),
  }
  return calls
}

const botId = ({ install }: Asked) => install.botUserId

const bot = ({ team, install }: Asked): User => known(team.users.get(install.botUserId), 'account_inactive')

const here = ({ team, args, install }: Asked): Channel => channelFor(team, text(args, 'channel'), install.botUserId)

function room(asked: Asked): Channel {
  const channel = here(asked)
  if (!isRoom(channel)) throw new Refused('method_not_supported_for_channel_type')
  return channel
}

/** A channel the app is in and that lives. */
function inside(asked: Asked): Channel {
  const channel = room(asked)
  if (channel.isArchived) throw new Refused('is_archived')
  if (!isIn(channel, botId(asked))) throw new Refused('not_in_channel')
  return channel
}

const shown = (asked: Asked, channel: Channel): Json => ({ channel: channelOnWire(channel, botId(asked)) })

/** All of them or none, unless forced. */
function invite(asked: Asked): Json {
  const { world, team, args, install } = asked
  const channel = inside(asked)
  const users = ids(args, 'users')
  if (users.length === 0) throw broke('no_user')
  if (users.length > INVITES_MAX) throw broke('invalid_arguments', `${users.length} users at once`)
  const problems = users.flatMap((user) => {
    const error = inviteProblem(team, channel, user, install.botUserId)
    return error ? [{ user, ok: false, error }] : []
  })
  const [first] = problems
  const good = users.filter((user) => !problems.some((one) => one.user === user))
  if (first && !(flag(args, 'force') && good.length > 0)) throw new Refused(first.error, { more: { errors: problems } })
  for (const id of good) enter(world, team, channel, known(team.users.get(id), 'user_not_found'), install.botUserId)
  return { ...shown(asked, channel), ...(first && { errors: problems }) }
}

const TYPES: Record<string, ChannelKind> = {
  public_channel: 'public',
  private_channel: 'private',
  im: 'im',
  mpim: 'mpim',
}

function list(asked: Asked, isSeen: (channel: Channel) => boolean): Json {
  const { team, args, install } = asked
  const kinds = (text(args, 'types') || 'public_channel').split(',').map((type) => TYPES[type.trim()])
  const all = [...team.channels.values()].filter(
    (one) => kinds.includes(one.kind) && isSeen(one) && !(flag(args, 'exclude_archived') && one.isArchived),
  )
  const { page, response_metadata } = paged(args, all)
  return { channels: page.map((one) => channelOnWire(one, install.botUserId)), response_metadata }
}

function say(asked: Asked, what: 'topic' | 'purpose'): Json {
  const channel = inside(asked)
  const words = text(asked.args, what)
  if (words.length > LIMIT.topic) throw broke('too_long', `${what} of ${words.length} characters`)
  channel[what] = words
  return channelOnWire(channel, asked.install.botUserId)
}
