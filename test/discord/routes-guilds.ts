import * as Z from 'discord-api-spec/zod'
import { makeChannel } from './channels.ts'
import { known, Refused, refusedPart } from './errors.ts'
import { changeRole, dropRole, makeRole } from './guilds.ts'
import { listOf } from './limits.ts'
import { botIn, canView, MAY, need, needAbove, needOwn, topOf } from './permissions.ts'
import { guildIn, needForOverwrites, overwritesFrom, roleIn, threadList } from './places.ts'
import type { Asked, Route } from './route.ts'
import { channelOnWire, roleOnWire } from './wire.ts'
import { guildOnWire } from './wire-guild.ts'
import { channelsOf, type Json, type Role, type World } from './world.ts'

/** A server, its roles and its list of channels. */
export function guildRoutes(world: World): Route[] {
  const guildOf = (asked: Asked) => guildIn(world, asked)
  const roleParts = (body: Json): Partial<Role> => ({
    ...(body.name != null && { name: String(body.name) }),
    ...(body.permissions != null && { permissions: BigInt(String(body.permissions)) }),
    ...(body.color != null && { color: Number(body.color) }),
    ...(body.hoist != null && { hoist: body.hoist === true }),
    ...(body.mentionable != null && { mentionable: body.mentionable === true }),
  })
  return [
    {
      method: 'GET',
      path: '/guilds/:guild',
      query: ['with_counts'],
      answer: Z.GuildWithCountsResponseSchema,
      act: (asked) => guildOnWire(guildOf(asked)),
    },
    {
      method: 'GET',
      path: '/guilds/:guild/channels',
      answer: Z.GuildChannelResponseSchema,
      act: (asked) => channelsOf(world, guildOf(asked).id).map((one) => channelOnWire(world, one)),
    },
    {
      method: 'POST',
      path: '/guilds/:guild/channels',
      body: Z.CreateGuildChannelRequestSchema,
      answer: Z.GuildChannelResponseSchema,
      status: 201,
      act(asked) {
        const { body } = asked
        const guild = guildOf(asked)
        need(world, guild, MAY.ManageChannels)
        const overwrites = overwritesFrom(body.permission_overwrites)
        needForOverwrites(world, guild, overwrites)
        const parent = body.parent_id == null ? undefined : world.channels.get(String(body.parent_id))
        if (body.parent_id != null && (parent?.type !== 4 || parent.guildId !== guild.id))
          throw refusedPart('parent_id', 'CHANNEL_PARENT_INVALID', 'Category does not exist')
        if (parent) need(world, guild, MAY.ManageChannels, parent)
        const channel = makeChannel(world, guild, {
          name: String(body.name),
          type: Number(body.type ?? 0),
          topic: body.topic == null ? null : String(body.topic),
          parentId: parent?.id ?? null,
          nsfw: body.nsfw === true,
          slowMode: Number(body.rate_limit_per_user ?? 0),
          // Without its own, a channel takes over what holds for its category.
          overwrites: new Map(body.permission_overwrites ? overwrites.map((one) => [one.id, one]) : parent?.overwrites),
          tags: listOf(body.available_tags).map((tag) => ({
            id: world.draw(),
            name: String(tag.name),
            moderated: tag.moderated === true,
          })),
        })
        return channelOnWire(world, channel)
      },
    },
    {
      method: 'GET',
      path: '/guilds/:guild/threads/active',
      answer: Z.ThreadsResponseSchema,
      act(asked) {
        const threads = channelsOf(world, guildOf(asked).id, true).filter(
          (one) => !one.thread?.archived && canView(world, one, world.bot.id),
        )
        return threadList(world, threads)
      },
    },
    {
      method: 'GET',
      path: '/guilds/:guild/roles',
      answer: Z.GuildRoleResponseSchema,
      act: (asked) => [...guildOf(asked).roles.values()].map(roleOnWire),
    },
    {
      method: 'GET',
      path: '/guilds/:guild/roles/:role',
      answer: Z.GuildRoleResponseSchema,
      act: (asked) => roleOnWire(roleIn(guildOf(asked), asked)),
    },
    {
      method: 'POST',
      path: '/guilds/:guild/roles',
      body: Z.CreateRoleRequestSchema,
      answer: Z.GuildRoleResponseSchema,
      act(asked) {
        const guild = guildOf(asked)
        need(world, guild, MAY.ManageRoles)
        const everyone = guild.roles.get(guild.id)?.permissions ?? 0n
        const given = { permissions: everyone, ...roleParts(asked.body) }
        needOwn(world, guild, given.permissions)
        return roleOnWire(makeRole(world, guild, given))
      },
    },
    {
      method: 'PATCH',
      path: '/guilds/:guild/roles',
      isList: true,
      body: Z.UpdateRolePositionsRequestSchema,
      answer: Z.GuildRoleResponseSchema,
      act(asked) {
        const guild = guildOf(asked)
        need(world, guild, MAY.ManageRoles)
        for (const { id, position } of asked.list) {
          const role = known(guild.roles.get(String(id)), 10011)
          needAbove(world, guild, role)
          if (Number(position) >= topOf(guild, botIn(world, guild))) throw new Refused(50013)
          changeRole(world, guild, role, { position: Number(position) })
        }
        return [...guild.roles.values()].map(roleOnWire)
      },
    },
    {
      method: 'PATCH',
      path: '/guilds/:guild/roles/:role',
      body: Z.UpdateRoleRequestPartialSchema,
      answer: Z.GuildRoleResponseSchema,
      act(asked) {
        const guild = guildOf(asked)
        const role = roleIn(guild, asked)
        const changes = roleParts(asked.body)
        need(world, guild, MAY.ManageRoles)
        needAbove(world, guild, role)
        needOwn(world, guild, changes.permissions ?? 0n)
        changeRole(world, guild, role, changes)
        return roleOnWire(role)
      },
    },
    {
      method: 'DELETE',
      path: '/guilds/:guild/roles/:role',
      act(asked) {
        const guild = guildOf(asked)
        const role = roleIn(guild, asked)
        need(world, guild, MAY.ManageRoles)
        needAbove(world, guild, role)
        dropRole(world, guild, role)
      },
    },
  ]
}
