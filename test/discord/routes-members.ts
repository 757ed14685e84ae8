import * as Z from 'discord-api-spec/zod'
import { z } from 'zod'
import { known, Refused } from './errors.ts'
import { exit, giveRole, takeRole } from './guilds.ts'
import { botIn, MAY, need, needAbove, topOf } from './permissions.ts'
import { guildIn, memberIn, roleIn } from './places.ts'
import type { Asked, Route } from './route.ts'
import { memberOnWire } from './wire.ts'
import type { Guild, Member, World } from './world.ts'

/** The members of a server, and the roles they have. */
export function memberRoutes(world: World, seesMembers: boolean): Route[] {
  const guildOf = (asked: Asked) => guildIn(world, asked)
  /** What has to hold to give or take a role. */
  const handing = (asked: Asked) => {
    const guild = guildOf(asked)
    const member = memberIn(world, guild, asked)
    const role = roleIn(guild, asked)
    need(world, guild, MAY.ManageRoles)
    needAbove(world, guild, role)
    return { guild, member, role }
  }
  const rolePath = '/guilds/:guild/members/:user/roles/:role'

  return [
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
      act: (asked) => memberOnWire(memberIn(world, guildOf(asked), asked)),
    },
    {
      method: 'PATCH',
      path: '/guilds/:guild/members/:user',
      body: z.object({ nick: z.string().max(32).nullish(), roles: z.array(z.string()).nullish() }),
      answer: Z.GuildMemberResponseSchema,
      act(asked) {
        const guild = guildOf(asked)
        const member = memberIn(world, guild, asked)
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
        const member = memberIn(world, guild, asked)
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
