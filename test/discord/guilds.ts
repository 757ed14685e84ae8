import { Refused } from './errors.ts'
import { ALL, canView, EVERYONE } from './permissions.ts'
import { memberOnWire, roleOnWire } from './wire.ts'
import { guildCreated } from './wire-guild.ts'
import { type Guild, INTENT, type Json, type Member, type Role, type User, type World } from './world.ts'

/** Servers, their roles and their members: how they change, whoever changes them, and what the bot hears of it. */
export const ROLES_MAX = 250
/** High enough that tests can put roles below it, and above. */
const BOT_POSITION = 10

export function makeGuild(
  world: World,
  { name, locale, isCommunity }: Pick<Guild, 'name' | 'locale' | 'isCommunity'>,
  botMay: bigint,
): Guild {
  const guild: Guild = {
    id: world.draw(),
    name,
    ownerId: world.owner.id,
    locale,
    roles: new Map(),
    members: new Map(),
    events: new Map(),
    crowd: 0,
    isCommunity,
    joinedAt: world.clock.iso(),
  }
  world.guilds.set(guild.id, guild)
  const role = { color: 0, hoist: false, mentionable: false }
  guild.roles.set(guild.id, { ...role, id: guild.id, name: '@everyone', permissions: EVERYONE, position: 0 })
  const own: Role = {
    ...role,
    id: world.draw(),
    name: 'Kindred',
    permissions: botMay,
    position: BOT_POSITION,
    botId: world.bot.id,
  }
  guild.roles.set(own.id, own)
  enter(world, guild, world.owner)
  enter(world, guild, world.bot).roles.add(own.id)
  return guild
}

/** Tells the bot of a server, as when it comes online or is invited there. */
export function tellOf(world: World, guild: Guild): void {
  world.emit(
    'GUILD_CREATE',
    guildCreated(world, guild, (one) => canView(world, one, world.bot.id)),
    guild.id,
  )
}

export function enter(world: World, guild: Guild, user: User): Member {
  world.users.set(user.id, user)
  const member: Member = { user, roles: new Set(), joinedAt: world.clock.iso(), nick: null }
  guild.members.set(user.id, member)
  world.emit('GUILD_MEMBER_ADD', { ...memberOnWire(member), guild_id: guild.id }, guild.id, INTENT.members)
  return member
}

/** A member leaves: out of every thread too, and with no role should they return. */
export function exit(world: World, guild: Guild, member: Member): void {
  guild.members.delete(member.user.id)
  for (const channel of world.channels.values())
    if (channel.guildId === guild.id) channel.thread?.members.delete(member.user.id)
  const data = { guild_id: guild.id, user: memberOnWire(member).user }
  world.emit('GUILD_MEMBER_REMOVE', data, guild.id, INTENT.members)
}

export function makeRole(world: World, guild: Guild, given: Partial<Role>): Role {
  if (guild.roles.size >= ROLES_MAX) throw new Refused(30005)
  const role: Role = {
    id: world.draw(),
    name: 'new role',
    permissions: 0n,
    position: 1,
    color: 0,
    hoist: false,
    mentionable: false,
    ...given,
  }
  guild.roles.set(role.id, role)
  world.emit('GUILD_ROLE_CREATE', { guild_id: guild.id, role: roleOnWire(role) }, guild.id)
  return role
}

export function changeRole(world: World, guild: Guild, role: Role, changes: Partial<Role>): void {
  Object.assign(role, changes)
  world.emit('GUILD_ROLE_UPDATE', { guild_id: guild.id, role: roleOnWire(role) }, guild.id)
}

export function dropRole(world: World, guild: Guild, role: Role): void {
  guild.roles.delete(role.id)
  for (const member of guild.members.values()) member.roles.delete(role.id)
  for (const channel of world.channels.values()) channel.overwrites.delete(role.id)
  world.emit('GUILD_ROLE_DELETE', { guild_id: guild.id, role_id: role.id }, guild.id)
}

export function giveRole(world: World, guild: Guild, member: Member, role: Role): void {
  member.roles.add(role.id)
  tellOfMember(world, guild, member)
}

export function takeRole(world: World, guild: Guild, member: Member, role: Role): void {
  member.roles.delete(role.id)
  tellOfMember(world, guild, member)
}

/** The real one tells this of the bot itself without any privileged intent. */
function tellOfMember(world: World, guild: Guild, member: Member): void {
  const data: Json = { ...memberOnWire(member), guild_id: guild.id }
  const intent = member.user.id === world.bot.id ? INTENT.guilds : INTENT.members
  world.emit('GUILD_MEMBER_UPDATE', data, guild.id, intent)
}

/** The bot is thrown out of a server. */
export function throwOut(world: World, guild: Guild): void {
  guild.members.delete(world.bot.id)
  world.emit('GUILD_DELETE', { id: guild.id }, guild.id)
}

/** All bits, or those named. */
export function bits(...named: bigint[]): bigint {
  return named.length === 0 ? ALL : named.reduce((all, bit) => all | bit, 0n)
}
