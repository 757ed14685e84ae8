import * as Z from 'discord-api-spec/zod'
import { z } from 'zod'
import { makeChannel } from './channels.ts'
import { known, Refused } from './errors.ts'
import { changeRole, dropRole, exit, giveRole, makeRole, takeRole } from './guilds.ts'
import { listOf } from './limits.ts'
import { botIn, canView, MAY, need, needAbove, needOwn, topOf } from './permissions.ts'
import type { Asked, Route } from './route.ts'
import { channelOnWire, guildOnWire, memberOnWire, roleOnWire, threadMemberOnWire } from './wire.ts'
import {
  type Channel,
  channelsOf,
  type Guild,
  type Json,
  type Member,
  type Overwrite,
  type Role,
  type World,
} from './world.ts'

/** Overwrites as they came. */
export function overwritesFrom(value: unknown): Overwrite[] {
  return listOf(value).map((one) => ({
    id: String(one.id),
    type: Number(one.type ?? 0),
    allow: BigInt(String(one.allow ?? 0)),
    deny: BigInt(String(one.deny ?? 0)),
  }))
}

/** Only bits the bot has itself may be set, and in Manage Roles only by administrators. */
export function needForOverwrites(world: World, guild: Guild, overwrites: Overwrite[]): void {
  for (const { id, type, allow, deny } of overwrites) {
    if (type === 0 ? !guild.roles.has(id) : !guild.members.has(id)) throw new Refused(10009)
    needOwn(world, guild, allow | deny)
    if ((allow | deny) & MAY.ManageRoles) need(world, guild, MAY.Administrator)
  }
}

/** A server, its roles, its members and its list of channels. */
export function guildRoutes(world: World, seesMembers: boolean): Route[] {
  const guildOf = ({ params }: Asked): Guild => {
    const guild = known(world.guilds.get(params.guild ?? ''), 10004)
    // A server the bot is not in is as unknown to it as one that never was.
    if (!guild.members.has(world.bot.id)) throw new Refused(10004)
    return guild
  }
  const memberOf = (guild: Guild, { params }: Asked): Member => {
    const id = params.user === '@me' ? world.bot.id : (params.user ?? '')
    return known(guild.members.get(id), world.users.has(id) ? 10007 : 10013)
  }
  const roleOf = (guild: Guild, { params }: Asked): Role => known(guild.roles.get(params.role ?? ''), 10011)
  const roleParts = (body: Json): Partial<Role> => ({
    ...(body.name != null && { name: String(body.name) }),
    ...(body.permissions != null && { permissions: BigInt(String(body.permissions)) }),
    ...(body.color != null && { color: Number(body.color) }),
    ...(body.hoist != null && { hoist: body.hoist === true }),
    ...(body.mentionable != null && { mentionable: body.mentionable === true }),
  })
  /** What has to hold to give or take a role. */
  const handing = (asked: Asked) => {
    const guild = guildOf(asked)
    const member = memberOf(guild, asked)
    const role = roleOf(guild, asked)
    need(world, guild, MAY.ManageRoles)
    needAbove(world, guild, role)
    return { guild, member, role }
  }
  const rolePath = '/guilds/:guild/members/:user/roles/:role'

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
          throw new Refused(50035, ['parent_id: is no category here'])
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
      act: (asked) => roleOnWire(roleOf(guildOf(asked), asked)),
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
        const role = roleOf(guild, asked)
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
        const role = roleOf(guild, asked)
        need(world, guild, MAY.ManageRoles)
        needAbove(world, guild, role)
        dropRole(world, guild, role)
      },
    },
    {
      method: 'GET',
      path: '/guilds/:guild/members',
      query: ['limit', 'after'],
      answer: Z.GuildMemberResponseSchema,
      act(asked) {
        const guild = guildOf(asked)
        if (!seesMembers) throw new Refused(50001)
        const after = BigInt(asked.query.get('after') ?? 0)
        const limit = Number(asked.query.get('limit') ?? 1)
        const later = [...guild.members.values()].filter(({ user }) => BigInt(user.id) > after)
        return later.slice(0, limit).map(memberOnWire)
      },
    },
    {
      method: 'GET',
      path: '/guilds/:guild/members/:user',
      answer: Z.GuildMemberResponseSchema,
      act: (asked) => memberOnWire(memberOf(guildOf(asked), asked)),
    },
    {
      method: 'PATCH',
      path: '/guilds/:guild/members/:user',
      body: z.object({ nick: z.string().max(32).nullish(), roles: z.array(z.string()).nullish() }),
      answer: Z.GuildMemberResponseSchema,
      act(asked) {
        const guild = guildOf(asked)
        const member = memberOf(guild, asked)
        const { nick, roles } = asked.body
        if (nick !== undefined) {
          need(world, guild, member.user.id === world.bot.id ? MAY.ChangeNickname : MAY.ManageNicknames)
          member.nick = nick === null ? null : String(nick)
        }
        if (Array.isArray(roles)) setRoles(world, guild, member, roles.map(String))
        return memberOnWire(member)
      },
    },
    {
      method: 'DELETE',
      path: '/guilds/:guild/members/:user',
      act(asked) {
        const guild = guildOf(asked)
        const member = memberOf(guild, asked)
        need(world, guild, MAY.KickMembers)
        if (topOf(guild, member) >= topOf(guild, botIn(world, guild))) throw new Refused(50013)
        exit(world, guild, member)
      },
    },
    {
      method: 'PUT',
      path: rolePath,
      act(asked) {
        const { guild, member, role } = handing(asked)
        giveRole(world, guild, member, role)
      },
    },
    {
      method: 'DELETE',
      path: rolePath,
      act(asked) {
        const { guild, member, role } = handing(asked)
        takeRole(world, guild, member, role)
      },
    },
  ]
}

/** Threads with the bot's own membership of each. */
export function threadList(world: World, threads: Channel[]): Json {
  return {
    threads: threads.map((one) => channelOnWire(world, one)),
    members: threads
      .filter((one) => one.thread?.members.has(world.bot.id))
      .map((one) => threadMemberOnWire(one, world.bot.id)),
    has_more: false,
  }
}

/** The whole list of someone's roles: every one that changes has to be below the bot's. */
function setRoles(world: World, guild: Guild, member: Member, wanted: string[]): void {
  need(world, guild, MAY.ManageRoles)
  for (const id of new Set([...wanted, ...member.roles])) {
    const role = known(guild.roles.get(id), 10011)
    if (wanted.includes(id) === member.roles.has(id)) continue
    needAbove(world, guild, role)
    if (wanted.includes(id)) giveRole(world, guild, member, role)
    else takeRole(world, guild, member, role)
  }
}
