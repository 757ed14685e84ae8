import { known, Refused, refusedPart } from './errors.ts'
import { canView } from './permissions.ts'
import { channelOnWire, threadMemberOnWire } from './wire.ts'
import { type Channel, channelsOf, type Guild, INTENT, type Json, type Overwrite, TYPE, type World } from './world.ts'

/** Channels, threads and DMs: how they change, whoever changes them, and what the bot hears of it. */
export const CHANNELS_MAX = 500
export const THREAD_MEMBERS_MAX = 1000
const CATEGORY_MAX = 50
const OVERWRITES_MAX = 1000
const ACTIVE_THREADS_MAX = 1000

export function makeChannel(world: World, guild: Guild, given: Partial<Channel> & { name: string }): Channel {
  const others = channelsOf(world, guild.id)
  if (others.length >= CHANNELS_MAX) throw new Refused(30013)
  if (given.type === TYPE.forum && !guild.isCommunity) throw new Refused(50024)
  needSpace(world, given.parentId)
  const channel: Channel = {
    id: world.draw(),
    type: TYPE.text,
    guildId: guild.id,
    topic: null,
    parentId: null,
    position: others.length,
    overwrites: new Map(),
    nsfw: false,
    slowMode: 0,
    lastMessageId: null,
    tags: [],
    ...given,
    // Text channels have names without spaces and capitals: the real one makes them so.
    name: (given.type ?? TYPE.text) === TYPE.text ? given.name.toLowerCase().replaceAll(/\s+/g, '-') : given.name,
  }
  world.channels.set(channel.id, channel)
  tell(world, 'CHANNEL_CREATE', channel)
  return channel
}

/** A category takes 50 channels. */
export function needSpace(world: World, categoryId: string | null | undefined): void {
  if (categoryId == null) return
  const inside = [...world.channels.values()].filter((one) => one.parentId === categoryId && !one.thread)
  if (inside.length >= CATEGORY_MAX)
    throw refusedPart('parent_id', 'CHANNEL_PARENT_MAX_CHANNELS', 'Maximum number of channels in category reached (50)')
}

export function changeChannel(world: World, channel: Channel, changes: Partial<Channel>): void {
  Object.assign(channel, changes)
  tell(world, channel.thread ? 'THREAD_UPDATE' : 'CHANNEL_UPDATE', channel)
}

/** A channel goes with its threads; what stood in a category stays without one. */
export function dropChannel(world: World, channel: Channel): void {
  for (const one of [...world.channels.values()]) {
    if (one.parentId !== channel.id) continue
    if (one.thread) forget(world, one)
    else changeChannel(world, one, { parentId: null })
  }
  forget(world, channel)
  const { id, guildId, parentId, type } = channel
  if (channel.thread) world.emit('THREAD_DELETE', { id, guild_id: guildId, parent_id: parentId, type }, guildId)
  else tell(world, 'CHANNEL_DELETE', channel)
}

function forget(world: World, channel: Channel): void {
  world.channels.delete(channel.id)
  world.messages.delete(channel.id)
}

export function overwrite(world: World, channel: Channel, one: Overwrite): void {
  if (channel.overwrites.size >= OVERWRITES_MAX && !channel.overwrites.has(one.id)) throw new Refused(30060)
  channel.overwrites.set(one.id, one)
  tell(world, 'CHANNEL_UPDATE', channel)
}

/** Opens a thread below a channel, with whoever opened it inside. */
export function makeThread(
  world: World,
  parent: Channel,
  given: {
    id?: string
    name: string
    type: number
    ownerId: string
    invitable?: boolean
    archiveAfter?: number
    tags?: string[]
  },
): Channel {
  const active = channelsOf(world, parent.guildId ?? '', true).filter((one) => !one.thread?.archived)
  if (active.length >= ACTIVE_THREADS_MAX) throw new Refused(160006)
  const now = world.clock.iso()
  const channel: Channel = {
    id: given.id ?? world.draw(),
    type: given.type,
    guildId: parent.guildId,
    name: given.name,
    topic: null,
    parentId: parent.id,
    position: 0,
    overwrites: new Map(),
    nsfw: false,
    slowMode: 0,
    lastMessageId: null,
    tags: [],
    thread: {
      ownerId: given.ownerId,
      archived: false,
      archivedAt: now,
      archiveAfter: given.archiveAfter ?? 4320,
      locked: false,
      invitable: given.invitable ?? true,
      createdAt: now,
      members: new Map([[given.ownerId, now]]),
      said: 0,
      tags: given.tags ?? [],
    },
  }
  world.channels.set(channel.id, channel)
  if (canView(world, channel, world.bot.id))
    world.emit('THREAD_CREATE', { ...channelOnWire(world, channel), newly_created: true }, channel.guildId)
  return channel
}

export function enterThread(world: World, channel: Channel, userId: string): void {
  const thread = known(channel.thread, 50024)
  if (thread.members.has(userId)) return
  if (thread.members.size >= THREAD_MEMBERS_MAX) throw new Refused(30033)
  thread.members.set(userId, world.clock.iso())
  tellOfMembers(world, channel, userId, { added_members: [threadMemberOnWire(channel, userId)] })
}

export function leaveThread(world: World, channel: Channel, userId: string): void {
  if (known(channel.thread, 50024).members.delete(userId))
    tellOfMembers(world, channel, userId, { removed_member_ids: [userId] })
}

/** Without the members intent only the bot's own coming and going is told. */
function tellOfMembers(world: World, channel: Channel, userId: string, change: Json): void {
  const intent = userId === world.bot.id ? INTENT.guilds : INTENT.members
  const data = { id: channel.id, guild_id: channel.guildId, member_count: channel.thread?.members.size, ...change }
  world.emit('THREAD_MEMBERS_UPDATE', data, channel.guildId, intent)
}

/** Archived threads come back when someone writes. */
export function wake(world: World, channel: Channel): void {
  if (channel.thread?.archived) setArchived(world, channel, false)
}

export function setArchived(world: World, channel: Channel, archived: boolean): void {
  const thread = known(channel.thread, 50024)
  thread.archived = archived
  thread.archivedAt = world.clock.iso()
  tell(world, 'THREAD_UPDATE', channel)
}

/** The one DM the bot has with someone. */
export function dmWith(world: World, recipientId: string): Channel {
  const found = world.channels.get(world.dms.get(recipientId) ?? '')
  if (found) return found
  const channel: Channel = {
    id: world.draw(),
    type: TYPE.dm,
    guildId: null,
    name: '',
    topic: null,
    parentId: null,
    position: 0,
    overwrites: new Map(),
    nsfw: false,
    slowMode: 0,
    lastMessageId: null,
    tags: [],
    recipientId,
  }
  world.channels.set(channel.id, channel)
  world.dms.set(recipientId, channel.id)
  return channel
}

/** Channels nobody let the bot see are not told of either: it does not know them. */
function tell(world: World, event: string, channel: Channel): void {
  world.emit(event, channelOnWire(world, channel), channel.guildId)
}
