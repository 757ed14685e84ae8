import { broke, known, Refused } from './errors.ts'
import { nameProblem } from './limits.ts'
import { systemMessage } from './messages.ts'
import type { Channel, ChannelKind, Json, Team, User, World } from './world.ts'

/** What happens to channels, by the app or by hand: state, and the events of it. */

export const isRoom = ({ kind }: Channel) => kind === 'public' || kind === 'private'

export const botOf = (team: Team): string => team.install?.botUserId ?? ''

export const isIn = (channel: Channel, userId: string) => channel.members.has(userId)

/** A channel as a bot or person may know of it: private ones only from inside. */
export function channelFor(team: Team, id: string, userId: string): Channel {
  const channel = known(team.channels.get(id), 'channel_not_found')
  if (channel.kind !== 'public' && !isIn(channel, userId)) throw new Refused('channel_not_found')
  return channel
}

/** The name a channel may have here, or the refusal. Archived ones keep theirs. */
export function freeName(team: Team, name: string, except?: Channel): string {
  const problem = nameProblem(name)
  if (problem) throw broke(problem, `the channel name "${name}"`)
  const isTaken = [...team.channels.values()].some((one) => one !== except && isRoom(one) && one.name === name)
  if (isTaken) throw new Refused('name_taken')
  return name
}

/** Event names differ between channels everybody sees and those only members see. */
const eventName = (channel: Channel, what: string) => `${channel.kind === 'public' ? 'channel' : 'group'}_${what}`

const tell = (world: World, team: Team, channel: Channel, event: Json & { type: string }) =>
  world.tell({ team, channel, event })

export function makeChannel(
  world: World,
  team: Team,
  given: { name: string; kind?: ChannelKind; creatorId: string; isGeneral?: boolean },
): Channel {
  const kind = given.kind ?? 'public'
  const channel: Channel = {
    id: world.draw(kind === 'im' ? 'D' : 'C'),
    teamId: team.id,
    kind,
    name: isNamed(kind) ? freeName(team, given.name) : given.name,
    created: world.seconds(),
    creatorId: given.creatorId,
    isArchived: false,
    isGeneral: given.isGeneral ?? false,
    members: new Set([given.creatorId]),
    topic: '',
    purpose: '',
  }
  team.channels.set(channel.id, channel)
  if (kind === 'public') {
    const { id, name, created, creatorId } = channel
    const made = { id, name, name_normalized: name, created, creator: creatorId, is_channel: true }
    tell(world, team, channel, { type: 'channel_created', channel: made })
  }
  if (isNamed(kind)) tellJoined(world, team, channel, given.creatorId)
  return channel
}

const isNamed = (kind: ChannelKind) => kind === 'public' || kind === 'private'

/** The direct messages between the app and somebody. */
export function dmWith(world: World, team: Team, userId: string): Channel {
  const bot = botOf(team)
  const isIt = ({ kind, members }: Channel) => kind === 'im' && members.has(bot) && members.has(userId)
  const before = [...team.channels.values()].find(isIt)
  if (before) return before
  const channel = makeChannel(world, team, { name: '', kind: 'im', creatorId: userId })
  channel.members.add(bot)
  return channel
}

export function enter(world: World, team: Team, channel: Channel, user: User, inviterId?: string): void {
  if (isIn(channel, user.id)) return
  channel.members.add(user.id)
  systemMessage(world, channel, user.id, 'channel_join', `<@${user.id}> has joined the channel`)
  tellJoined(world, team, channel, user.id, inviterId)
}

function tellJoined(world: World, team: Team, channel: Channel, userId: string, inviterId?: string): void {
  tell(world, team, channel, {
    type: 'member_joined_channel',
    user: userId,
    channel: channel.id,
    channel_type: channel.kind === 'public' ? 'C' : 'G',
    team: team.id,
    ...(inviterId && { inviter: inviterId }),
  })
}

/** Someone is out: by their own will, or taken out by `actorId`. */
export function exit(world: World, team: Team, channel: Channel, userId: string, actorId = userId): void {
  if (!isIn(channel, userId)) return
  channel.members.delete(userId)
  const isApp = userId === botOf(team)
  // The app's own going has an event of its own, and is the last it hears of a private channel.
  if (isApp) {
    world.tell({ team, event: { type: eventName(channel, 'left'), channel: channel.id, actor_id: actorId } })
    return
  }
  tell(world, team, channel, {
    type: 'member_left_channel',
    user: userId,
    channel: channel.id,
    channel_type: channel.kind === 'public' ? 'C' : 'G',
    team: team.id,
  })
}

/** Puts a channel away. Slack turns every app out of it, which hears of it still, and is not back when it is. */
export function archive(world: World, team: Team, channel: Channel, userId: string): void {
  channel.isArchived = true
  tell(world, team, channel, { type: eventName(channel, 'archive'), channel: channel.id, user: userId })
  for (const id of channel.members) if (team.users.get(id)?.isBot) channel.members.delete(id)
}

export function unarchive(world: World, team: Team, channel: Channel, userId: string): void {
  channel.isArchived = false
  const who = channel.kind === 'public' ? { user: userId } : { actor_id: userId }
  tell(world, team, channel, { type: eventName(channel, 'unarchive'), channel: channel.id, ...who })
}

export function rename(world: World, team: Team, channel: Channel, name: string): void {
  channel.name = freeName(team, name, channel)
  const { id, created } = channel
  const renamed = { id, name, name_normalized: name, created, is_channel: true, is_mpim: false }
  tell(world, team, channel, { type: eventName(channel, 'rename'), channel: renamed })
}

export function drop(world: World, team: Team, channel: Channel, userId: string): void {
  team.channels.delete(channel.id)
  world.messages.delete(channel.id)
  const event = { type: eventName(channel, 'deleted'), channel: channel.id, actor_id: userId }
  tell(world, team, channel, event)
}

/** Why somebody cannot be invited. */
export function inviteProblem(team: Team, channel: Channel, userId: string, actorId: string): string | undefined {
  const user = team.users.get(userId)
  if (!user || user.isDeleted) return 'user_not_found'
  if (userId === actorId) return 'cant_invite_self'
  if (isIn(channel, userId)) return 'already_in_channel'
  if (user.guest === 'multi') return 'user_is_restricted'
  const rooms = [...team.channels.values()].filter((one) => isRoom(one) && isIn(one, userId))
  return user.guest === 'single' && rooms.length > 0 ? 'ura_max_channels' : undefined
}
