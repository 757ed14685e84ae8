import * as Z from 'discord-api-spec/zod'
import { z } from 'zod'
import { changeChannel, dropChannel, enterThread, leaveThread, makeThread, overwrite, setArchived } from './channels.ts'
import { known, Refused } from './errors.ts'
import { listOf, messageProblems } from './limits.ts'
import { createMessage, messageAt } from './messages.ts'
import { botIn, canView, MAY, need, permissionsOf } from './permissions.ts'
import type { Rates } from './rates.ts'
import { TooFast } from './rest.ts'
import type { Asked, Route } from './route.ts'
import { needForOverwrites, overwritesFrom, threadList } from './routes-guilds.ts'
import { channelOnWire, threadMemberOnWire } from './wire.ts'
import { type Channel, channelsOf, type Guild, type Json, TYPE, type World } from './world.ts'

/** The channel of a request, which has to be there and to be seen. */
export function channelIn(world: World, { params }: Asked): Channel {
  const channel = known(world.channels.get(params.channel ?? ''), 10003)
  const guild = world.guilds.get(channel.guildId ?? '')
  if (guild && !guild.members.has(world.bot.id)) throw new Refused(10003)
  if (!canView(world, channel, world.bot.id)) throw new Refused(50001)
  return channel
}

export function guildOfChannel(world: World, channel: Channel): Guild {
  return known(world.guilds.get(channel.guildId ?? ''), 50003)
}

const byType = (channel: Json) =>
  channel.type === TYPE.dm
    ? Z.PrivateChannelResponseSchema
    : 'thread_metadata' in channel
      ? Z.ThreadResponseSchema
      : Z.GuildChannelResponseSchema

/** Channels, what overrides permissions in them, threads and who is in these. */
export function channelRoutes(world: World, rates: Rates): Route[] {
  const place = (asked: Asked) => {
    const channel = channelIn(world, asked)
    return { channel, guild: guildOfChannel(world, channel) }
  }
  const threadPlace = (asked: Asked) => {
    const { channel, guild } = place(asked)
    return { channel, guild, thread: known(channel.thread, 50024) }
  }
  const someone = ({ params }: Asked) => (params.user === '@me' ? world.bot.id : (params.user ?? ''))
  const hasAll = (guild: Guild, channel: Channel, bits: bigint) =>
    (permissionsOf(world, guild, botIn(world, guild), channel) & bits) === bits

  function change(asked: Asked): Json {
    const { channel, guild } = place(asked)
    const { body } = asked
    const isRenamed =
      (body.name != null && body.name !== channel.name) || (body.topic !== undefined && body.topic !== channel.topic)
    const isOwnThread = channel.thread?.ownerId === world.bot.id
    if (!channel.thread) need(world, guild, MAY.ManageChannels, channel)
    else if (!isOwnThread || body.locked !== undefined) need(world, guild, MAY.ManageThreads, channel)
    if (channel.thread?.archived && body.archived === undefined) throw new Refused(50083)
    const overwrites = overwritesFrom(body.permission_overwrites)
    if (body.permission_overwrites !== undefined) {
      need(world, guild, MAY.ManageRoles, channel)
      needForOverwrites(world, guild, overwrites)
    }
    const slowed = isRenamed ? rates.rename(channel.id) : undefined
    if (slowed) throw new TooFast(slowed)
    if (channel.thread) {
      if (body.locked !== undefined) channel.thread.locked = body.locked === true
      if (body.invitable !== undefined) channel.thread.invitable = body.invitable === true
      if (typeof body.auto_archive_duration === 'number') channel.thread.archiveAfter = body.auto_archive_duration
      if (body.archived !== undefined) setArchived(world, channel, body.archived === true)
    }
    changeChannel(world, channel, {
      ...(body.name != null && { name: String(body.name) }),
      ...(body.topic !== undefined && { topic: body.topic === null ? null : String(body.topic) }),
      ...(body.parent_id !== undefined && { parentId: body.parent_id === null ? null : String(body.parent_id) }),
      ...(typeof body.position === 'number' && { position: body.position }),
      ...(body.permission_overwrites !== undefined && { overwrites: new Map(overwrites.map((one) => [one.id, one])) }),
    })
    return channelOnWire(world, channel)
  }

  function openThread(asked: Asked, id?: string): Json {
    const { channel: parent, guild } = place(asked)
    const { body } = asked
    const isForum = parent.type === TYPE.forum
    if (parent.thread || (parent.type !== TYPE.text && !isForum)) throw new Refused(50024)
    const type = isForum || id ? TYPE.publicThread : Number(body.type ?? TYPE.privateThread)
    const wanted =
      type === TYPE.privateThread ? MAY.CreatePrivateThreads : isForum ? MAY.SendMessages : MAY.CreatePublicThreads
    need(world, guild, wanted, parent)
    const channel = makeThread(world, parent, {
      ...(id && { id }),
      name: String(body.name),
      type,
      ownerId: world.bot.id,
      invitable: body.invitable !== false,
      archiveAfter: Number(body.auto_archive_duration ?? 4320),
      tags: Array.isArray(body.applied_tags) ? body.applied_tags.map(String) : [],
    })
    // A post's first message has the post's own id.
    if (isForum)
      createMessage(world, channel, listOf([body.message])[0] ?? {}, { id: channel.id, uploads: asked.uploads })
    return channelOnWire(world, channel)
  }

  return [
    {
      method: 'GET',
      path: '/channels/:channel',
      answer: byType,
      act: (asked) => channelOnWire(world, channelIn(world, asked)),
    },
    {
      method: 'PATCH',
      path: '/channels/:channel',
      body: (_, params) =>
        world.channels.get(params.channel ?? '')?.thread
          ? Z.UpdateThreadRequestPartialSchema
          : Z.UpdateGuildChannelRequestPartialSchema,
      answer: byType,
      act: change,
    },
    {
      method: 'DELETE',
      path: '/channels/:channel',
      answer: byType,
      act(asked) {
        const channel = channelIn(world, asked)
        // A DM is only closed.
        if (channel.type === TYPE.dm) return channelOnWire(world, channel)
        need(world, guildOfChannel(world, channel), channel.thread ? MAY.ManageThreads : MAY.ManageChannels, channel)
        dropChannel(world, channel)
        return channelOnWire(world, channel)
      },
    },
    {
      method: 'PUT',
      path: '/channels/:channel/permissions/:overwrite',
      body: z.object({ type: z.int().min(0).max(1), allow: z.number().nullish(), deny: z.number().nullish() }),
      act(asked) {
        const { channel, guild } = place(asked)
        const one = overwritesFrom([{ ...asked.body, id: asked.params.overwrite }])
        need(world, guild, MAY.ManageRoles, channel)
        needForOverwrites(world, guild, one)
        for (const each of one) overwrite(world, channel, each)
      },
    },
    {
      method: 'DELETE',
      path: '/channels/:channel/permissions/:overwrite',
      act(asked) {
        const { channel, guild } = place(asked)
        need(world, guild, MAY.ManageRoles, channel)
        if (!channel.overwrites.delete(asked.params.overwrite ?? '')) throw new Refused(10009)
        changeChannel(world, channel, {})
      },
    },
    {
      method: 'POST',
      path: '/channels/:channel/typing',
      act(asked) {
        channelIn(world, asked)
      },
    },
    {
      method: 'POST',
      path: '/channels/:channel/threads',
      body: (_, { channel }) =>
        world.channels.get(channel ?? '')?.type === TYPE.forum
          ? Z.CreateForumThreadRequestSchema
          : Z.CreateTextThreadWithoutMessageRequestSchema,
      limits: (body) => listOf([body.message]).flatMap(messageProblems),
      answer: Z.CreatedThreadResponseSchema,
      status: 201,
      act: (asked) => openThread(asked),
    },
    {
      method: 'POST',
      path: '/channels/:channel/messages/:message/threads',
      body: Z.CreateTextThreadWithMessageRequestSchema,
      answer: Z.ThreadResponseSchema,
      status: 201,
      act(asked) {
        const { id } = messageAt(world, channelIn(world, asked), asked.params.message ?? '')
        if (world.channels.has(id)) throw new Refused(160004)
        return openThread(asked, id)
      },
    },
    ...['private', 'public'].map(
      (kind): Route => ({
        method: 'GET',
        path: `/channels/:channel/threads/archived/${kind}`,
        query: ['before', 'limit'],
        answer: Z.ThreadsResponseSchema,
        act(asked) {
          const { channel, guild } = place(asked)
          if (kind === 'private') need(world, guild, MAY.ManageThreads | MAY.ReadMessageHistory, channel)
          const type = kind === 'private' ? TYPE.privateThread : TYPE.publicThread
          return threadList(
            world,
            channelsOf(world, guild.id, true).filter(
              (one) => one.parentId === channel.id && one.type === type && one.thread?.archived,
            ),
          )
        },
      }),
    ),
    {
      method: 'GET',
      path: '/channels/:channel/thread-members',
      query: ['with_member', 'limit', 'after'],
      answer: Z.ThreadMemberResponseSchema,
      act(asked) {
        const { channel, thread } = threadPlace(asked)
        return [...thread.members.keys()].map((id) => threadMemberOnWire(channel, id))
      },
    },
    {
      method: 'GET',
      path: '/channels/:channel/thread-members/:user',
      query: ['with_member'],
      answer: Z.ThreadMemberResponseSchema,
      act(asked) {
        const { channel, thread } = threadPlace(asked)
        if (!thread.members.has(someone(asked))) throw new Refused(10007)
        return threadMemberOnWire(channel, someone(asked))
      },
    },
    {
      method: 'PUT',
      path: '/channels/:channel/thread-members/:user',
      act(asked) {
        const { channel, guild, thread } = threadPlace(asked)
        const id = someone(asked)
        const member = known(guild.members.get(id), world.users.has(id) ? 10007 : 10013)
        if (thread.archived) throw new Refused(50083)
        need(world, guild, MAY.SendMessagesInThreads, channel)
        // Letting others into a thread that only moderators invite to.
        if (!thread.invitable && thread.ownerId !== world.bot.id) need(world, guild, MAY.ManageThreads, channel)
        const parent = known(world.channels.get(channel.parentId ?? ''), 10003)
        if (!(permissionsOf(world, guild, member, parent) & MAY.ViewChannel)) throw new Refused(50001)
        enterThread(world, channel, id)
      },
    },
    {
      method: 'DELETE',
      path: '/channels/:channel/thread-members/:user',
      act(asked) {
        const { channel, guild, thread } = threadPlace(asked)
        const isOwn = thread.ownerId === world.bot.id && channel.type === TYPE.privateThread
        if (thread.archived) throw new Refused(50083)
        if (someone(asked) !== world.bot.id && !isOwn && !hasAll(guild, channel, MAY.ManageThreads))
          throw new Refused(50013)
        leaveThread(world, channel, someone(asked))
      },
    },
  ]
}
