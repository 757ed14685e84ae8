import { known, Refused } from './errors.ts'
import { listOf } from './limits.ts'
import { canView, MAY, need, needOwn } from './permissions.ts'
import type { Asked } from './route.ts'
import { channelOnWire, threadMemberOnWire } from './wire.ts'
import type { Channel, Guild, Json, Member, Overwrite, Role, World } from './world.ts'

/** The server of a request. One the bot is not in is as unknown to it as one that never was. */
export function guildIn(world: World, { params }: Asked): Guild {
  const guild = known(world.guilds.get(params.guild ?? ''), 10004)
  if (!guild.members.has(world.bot.id)) throw new Refused(10004)
  return guild
}

/** The person a request is about, as a member. */
export function memberIn(world: World, guild: Guild, asked: Asked): Member {
  const id = userIn(world, asked)
  return known(guild.members.get(id), world.users.has(id) ? 10007 : 10013)
}

export function userIn(world: World, { params }: Asked): string {
  return params.user === '@me' ? world.bot.id : (params.user ?? '')
}

export function roleIn(guild: Guild, { params }: Asked): Role {
  return known(guild.roles.get(params.role ?? ''), 10011)
}

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
