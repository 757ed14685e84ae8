import * as Z from 'discord-api-spec/zod'
import { z } from 'zod'
import { changeChannel, dropChannel, needSpace, overwrite, setArchived } from './channels.ts'
import { Refused } from './errors.ts'
import { MAY, need } from './permissions.ts'
import { channelIn, guildOfChannel, needForOverwrites, overwritesFrom } from './places.ts'
import type { Rates } from './rates.ts'
import { TooFast } from './rest.ts'
import type { Asked, Route } from './route.ts'
import { channelOnWire } from './wire.ts'
import { type Json, TYPE, type World } from './world.ts'

const byType = (channel: Json) =>
  channel.type === TYPE.dm
    ? Z.PrivateChannelResponseSchema
    : 'thread_metadata' in channel
      ? Z.ThreadResponseSchema
      : Z.GuildChannelResponseSchema

/** Channels, and what overrides permissions in them. */
export function channelRoutes(world: World, rates: Rates): Route[] {
  const place = (asked: Asked) => {
    const channel = channelIn(world, asked)
    return { channel, guild: guildOfChannel(world, channel) }
  }
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
    if (body.parent_id != null && body.parent_id !== channel.parentId) needSpace(world, String(body.parent_id))
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
  ]
}
