import { type Act, type Asked, flag, paged, text } from './call.ts'
import { botOf, channelFor, dmWith, isIn } from './channels.ts'
import { broke, Refused } from './errors.ts'
import { createMessage, dropMessage, editMessage, ownMessage, written } from './messages.ts'
import type { Settings } from './settings.ts'
import { messageOnWire } from './wire.ts'
import { type Channel, type Json, type Message, messagesIn, type World } from './world.ts'

/** Messages: written, changed, taken away and read. */
export function chatCalls(settings: Settings): Record<string, Act> {
  /** A channel by its id, or the direct messages with somebody by theirs. */
  function place({ world, team, args, install }: Asked): Channel {
    const id = text(args, 'channel')
    const user = team.users.get(id)
    if (user?.isDeleted) throw new Refused('channel_not_found')
    return user ? dmWith(world, team, user.id) : channelFor(team, id, install.botUserId)
  }

  /** Where the app may write. */
  function writable(asked: Asked): Channel {
    const channel = place(asked)
    const { install, method } = asked
    if (channel.isArchived) throw new Refused('is_archived')
    if (channel.kind === 'im' && !settings.hasMessages) throw broke('messages_tab_disabled')
    const isOutside = !isIn(channel, install.botUserId)
    const mayFromOutside = method === 'chat.postMessage' && install.scopes.includes('chat:write.public')
    if (isOutside && !mayFromOutside) throw new Refused('not_in_channel')
    return channel
  }

  const author = ({ install }: Asked) => ({ userId: install.botUserId, botId: install.botId })

  /** The thread a message goes into. */
  function thread(asked: Asked, channel: Channel): Pick<Message, 'threadTs'> {
    const ts = text(asked.args, 'thread_ts')
    if (!ts) return {}
    const parent = messagesIn(asked.world, channel.id).get(ts)
    if (!parent || parent.onlyFor || parent.threadTs) throw broke('cannot_reply_to_message', `thread_ts ${ts}`)
    return { threadTs: ts }
  }

  return {
    'chat.postMessage': (asked) => {
      const { world, team, args } = asked
      const given = written(args)
      const channel = writable(asked)
      const message = createMessage(world, channel, given, { ...author(asked), ...thread(asked, channel) })
      const sent = { ...messageOnWire(team, message), ...(given.metadata && { metadata: given.metadata }) }
      return { channel: channel.id, ts: message.ts, message: sent }
    },
    'chat.postEphemeral': (asked) => {
      const { world, team, args } = asked
      const given = written(args)
      const channel = writable(asked)
      const userId = text(args, 'user')
      if (!isIn(channel, userId) || !team.users.has(userId)) throw new Refused('user_not_in_channel')
      const more = { ...author(asked), ...thread(asked, channel), onlyFor: userId }
      return { message_ts: createMessage(world, channel, given, more).ts }
    },
    'chat.update': (asked) => {
      const { world, team, args, install } = asked
      const channel = place(asked)
      const message = ownMessage(world, channel, text(args, 'ts'), install.botId, 'cant_update_message')
      if (channel.isArchived) throw new Refused('is_inactive')
      editMessage(world, channel, message, written(args))
      return { channel: channel.id, ts: message.ts, text: message.text, message: messageOnWire(team, message) }
    },
    'chat.delete': (asked) => {
      const { world, args, install } = asked
      const channel = place(asked)
      const message = ownMessage(world, channel, text(args, 'ts'), install.botId, 'cant_delete_message')
      dropMessage(world, message)
      return { channel: channel.id, ts: message.ts }
    },
    'chat.getPermalink': (asked) => {
      const { world, team, args } = asked
      const channel = place(asked)
      const ts = text(args, 'message_ts')
      if (!seen(world, channel).some((one) => one.ts === ts)) throw new Refused('message_not_found')
      const link = `https://${team.domain}.slack.com/archives/${channel.id}/p${ts.replace('.', '')}`
      return { channel: channel.id, permalink: link }
    },
    'conversations.history': (asked) => {
      const { world, args } = asked
      const channel = readable(asked)
      const there = seen(world, channel).filter(({ threadTs }) => !threadTs)
      return read(asked, within(args, there).reverse())
    },
    'conversations.replies': (asked) => {
      const { world, args } = asked
      const channel = readable(asked)
      const ts = text(args, 'ts')
      const there = seen(world, channel).filter((one) => one.ts === ts || one.threadTs === ts)
      if (there.length === 0) throw new Refused('thread_not_found')
      return read(asked, within(args, there))
    },
  }
}

/** A channel the app may read. */
function readable({ team, args, install, method }: Asked): Channel {
  const channel = channelFor(team, text(args, 'channel'), install.botUserId)
  if (isIn(channel, botOf(team))) return channel
  throw new Refused(method === 'conversations.history' ? 'not_in_channel' : 'channel_not_found')
}

/** What is kept of a channel: not what one person saw. */
const seen = (world: World, channel: Channel) =>
  [...messagesIn(world, channel.id).values()].filter((one) => !one.onlyFor)

function within(args: Json, all: Message[]): Message[] {
  const [oldest, latest] = [bound(args, 'oldest', '0'), bound(args, 'latest', '9999999999')]
  const isInclusive = flag(args, 'inclusive')
  return all.filter(({ ts }) => {
    const at = Number(ts)
    return isInclusive ? at >= oldest && at <= latest : at > oldest && at < latest
  })
}

function bound(args: Json, name: 'oldest' | 'latest', usual: string): number {
  const at = Number(text(args, name) || usual)
  if (Number.isNaN(at)) throw broke(`invalid_ts_${name}`)
  return at
}

function read({ world, team, args }: Asked, all: Message[]): Json {
  const { page, response_metadata } = paged(args, all)
  const messages = page.map((one) => {
    const replies = [...messagesIn(world, one.channelId).values()].filter(({ threadTs }) => threadTs === one.ts).length
    // The payload of metadata is told only to who asks for it.
    const metadata = flag(args, 'include_all_metadata') ? one.metadata : { event_type: one.metadata?.event_type }
    return { ...messageOnWire(team, one, replies), ...(one.metadata && { metadata }) }
  })
  return { messages, has_more: response_metadata.next_cursor !== '', response_metadata }
}
