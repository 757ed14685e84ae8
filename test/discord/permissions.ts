import { PermissionFlagsBits } from 'discord.js'
import { Refused } from './errors.ts'
import { type Channel, type Guild, type Member, type Role, TYPE, type World } from './world.ts'

export const MAY = PermissionFlagsBits
export const ALL = Object.values(MAY).reduce((all, bit) => all | bit, 0n)
/** What everyone may in a fresh server. */
export const EVERYONE =
  MAY.ViewChannel |
  MAY.SendMessages |
  MAY.SendMessagesInThreads |
  MAY.CreatePublicThreads |
  MAY.CreatePrivateThreads |
  MAY.EmbedLinks |
  MAY.AttachFiles |
  MAY.ReadMessageHistory |
  MAY.UseApplicationCommands

/** The roles of a member, everyone's included. */
export function rolesOf(guild: Guild, member: Member): Role[] {
  return [guild.id, ...member.roles].flatMap((id) => guild.roles.get(id) ?? [])
}

/** What a member may in a server, or in one of its channels. */
export function permissionsOf(world: World, guild: Guild, member: Member, channel?: Channel): bigint {
  if (member.user.id === guild.ownerId) return ALL
  const base = rolesOf(guild, member).reduce((all, role) => all | role.permissions, 0n)
  if (base & MAY.Administrator) return ALL
  const place = channel?.thread ? world.channels.get(channel.parentId ?? '') : channel
  if (!place) return base
  const everyone = place.overwrites.get(guild.id)
  const ofRoles = [...member.roles].flatMap((id) => place.overwrites.get(id) ?? [])
  const own = place.overwrites.get(member.user.id)
  let granted = base
  if (everyone) granted = (granted & ~everyone.deny) | everyone.allow
  granted &= ~ofRoles.reduce((all, one) => all | one.deny, 0n)
  granted |= ofRoles.reduce((all, one) => all | one.allow, 0n)
  if (own) granted = (granted & ~own.deny) | own.allow
  // Who cannot see a channel can do nothing in it.
  return granted & MAY.ViewChannel ? granted : 0n
}

/** Whether someone sees a channel; a private thread only from inside, or with Manage Threads. */
export function canView(world: World, channel: Channel, userId: string): boolean {
  if (channel.type === TYPE.dm) return userId === world.bot.id || channel.recipientId === userId
  const guild = world.guilds.get(channel.guildId ?? '')
  const member = guild?.members.get(userId)
  if (!guild || !member) return false
  const may = permissionsOf(world, guild, member, channel)
  if (!(may & MAY.ViewChannel)) return false
  if (channel.type !== TYPE.privateThread) return true
  return channel.thread?.members.has(userId) === true || (may & MAY.ManageThreads) !== 0n
}

/** The bot as a member of a server it is in. */
export function botIn(world: World, guild: Guild): Member {
  const member = guild.members.get(world.bot.id)
  if (!member) throw new Refused(50001)
  return member
}

export function topOf(guild: Guild, member: Member): number {
  return Math.max(...rolesOf(guild, member).map((role) => role.position))
}

/** Refuses what the bot may not do in a server (50013), or in a channel it cannot see (50001). */
export function need(world: World, guild: Guild, wanted: bigint, channel?: Channel): void {
  const bot = botIn(world, guild)
  if (channel && !canView(world, channel, world.bot.id)) throw new Refused(50001)
  if ((permissionsOf(world, guild, bot, channel) & wanted) !== wanted) throw new Refused(50013)
}

/** Refuses to touch a role that is not below the bot's highest. */
export function needAbove(world: World, guild: Guild, role: Role): void {
  if (role.id === guild.id) throw new Refused(50028)
  if (role.botId !== undefined || role.position >= topOf(guild, botIn(world, guild))) throw new Refused(50013)
}

/** Refuses to hand on permissions the bot does not have itself. */
export function needOwn(world: World, guild: Guild, handed: bigint): void {
  const own = permissionsOf(world, guild, botIn(world, guild))
  if ((handed & ~own) !== 0n) throw new Refused(50013)
}
