import * as Z from 'discord-api-spec/zod'
import { enterThread, leaveThread, makeThread } from './channels.ts'
import { known, Refused } from './errors.ts'
import { listOf, messageProblems } from './limits.ts'
import { announce, createMessage, messageAt } from './messages.ts'
import { botIn, MAY, need, permissionsOf } from './permissions.ts'
import { channelIn, guildOfChannel, memberIn, threadList, userIn } from './places.ts'
import type { Asked, Route } from './route.ts'
import { channelOnWire, threadMemberOnWire } from './wire.ts'
import { type Channel, channelsOf, type Guild, type Json, TYPE, type World } from './world.ts'

/** Threads and posts, and who is in them. */
export function threadRoutes(world: World): Route[] {
  const place = (asked: Asked) => {
    const channel = channelIn(world, asked)
    return { channel, guild: guildOfChannel(world, channel) }
  }
  const threadPlace = (asked: Asked) => {
    const { channel, guild } = place(asked)
    return { channel, guild, thread: known(channel.thread, 50024) }
  }
  const hasAll = (guild: Guild, channel: Channel, bits: bigint) =>
    (permissionsOf(world, guild, botIn(world, guild), channel) & bits) === bits

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
        if (!thread.members.has(userIn(world, asked))) throw new Refused(10007)
        return threadMemberOnWire(channel, userIn(world, asked))
      },
    },
    {
      method: 'PUT',
      path: '/channels/:channel/thread-members/:user',
      act(asked) {
        const { channel, guild, thread } = threadPlace(asked)
        const member = memberIn(world, guild, asked)
        if (thread.archived) throw new Refused(50083)
        need(world, guild, MAY.SendMessagesInThreads, channel)
        // Letting others into a thread that only moderators invite to.
        if (!thread.invitable && thread.ownerId !== world.bot.id) need(world, guild, MAY.ManageThreads, channel)
        const parent = known(world.channels.get(channel.parentId ?? ''), 10003)
        if (!(permissionsOf(world, guild, member, parent) & MAY.ViewChannel)) throw new Refused(50001)
        const isInside = thread.members.has(member.user.id)
        enterThread(world, channel, member.user.id)
        if (!isInside && member.user.id !== world.bot.id) announce(world, channel, 1, member.user.id)
      },
    },
    {
      method: 'DELETE',
      path: '/channels/:channel/thread-members/:user',
      act(asked) {
        const { channel, guild, thread } = threadPlace(asked)
        const isOwn = thread.ownerId === world.bot.id && channel.type === TYPE.privateThread
        if (thread.archived) throw new Refused(50083)
        const id = userIn(world, asked)
        if (id !== world.bot.id && !isOwn && !hasAll(guild, channel, MAY.ManageThreads)) throw new Refused(50013)
        const wasInside = thread.members.has(id)
        leaveThread(world, channel, id)
        if (wasInside && id !== world.bot.id) announce(world, channel, 2, id)
      },
    },
  ]
}
