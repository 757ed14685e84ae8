import {
  changeChannel,
  dropChannel,
  enterThread,
  leaveThread,
  makeChannel,
  makeThread,
  overwrite,
  setArchived,
} from './channels.ts'
import { known } from './errors.ts'
import { dropEvent, eventsOf, makeEvent, openEvents } from './events.ts'
import {
  changeRole,
  dropRole,
  enter,
  exit,
  giveRole,
  makeGuild,
  makeRole,
  takeRole,
  tellOf,
  throwOut,
} from './guilds.ts'
import { createMessage } from './messages.ts'
import type { Actor, createPeople } from './people.ts'
import { botIn, MAY, permissionsOf, topOf } from './permissions.ts'
import { type Channel, type Guild, type Member, type Role, TYPE, type User, type World } from './world.ts'

/** Who someone is in a server. */
export interface MemberOptions {
  locale?: string
  /** May manage the server. */
  staff?: boolean
  dms?: 'open' | 'closed'
  /** Somebody who is in another server already. */
  as?: { id: string }
}

/** A member, with what they and others do to them by hand. */
export interface Person extends Actor {
  leaves(): void
  returns(): void
  hasRole(role: string): boolean
  losesRole(role: string): void
  getsRole(role: string): void
  entersThread(channelId: string): void
  leavesThread(channelId: string): void
  closesDms(): void
  opensDms(): void
  /** Writes into a channel. */
  says(text: string, channel?: string): void
}

export type GuildHandle = ReturnType<typeof handOn>

/** What the bot may where nobody thought about it. */
export const USUAL =
  MAY.ViewChannel |
  MAY.SendMessages |
  MAY.SendMessagesInThreads |
  MAY.EmbedLinks |
  MAY.AttachFiles |
  MAY.ReadMessageHistory |
  MAY.ManageRoles |
  MAY.ManageChannels |
  MAY.ManageThreads |
  MAY.CreatePrivateThreads |
  MAY.CreatePublicThreads |
  MAY.CreateEvents

/** How a server is. */
export interface GuildOptions {
  locale?: string
  /** What the bot may. */
  bot?: bigint
  /** Whether it has turned the Community feature on, and so may have forums. */
  community?: boolean
}

/** A server in the hands of a test: what its people and its administrators do. */
export function handOn(
  world: World,
  people: ReturnType<typeof createPeople>,
  name: string,
  { locale = 'en-US', bot = USUAL, community = true }: GuildOptions = {},
) {
  const guild: Guild = makeGuild(world, { name, locale, isCommunity: community }, bot)
  const general = makeChannel(world, guild, { name: 'general' })
  const own = known(
    [...guild.roles.values()].find((role) => role.botId === world.bot.id),
    10011,
  )
  tellOf(world, guild)

  const roleOf = (given: string): Role =>
    known(guild.roles.get(given) ?? [...guild.roles.values()].find((one) => one.name === given), 10011)
  const channelOf = (given: string): Channel =>
    known(
      [...world.channels.values()].find((one) => one.guildId === guild.id && (one.id === given || one.name === given)),
      10003,
    )
  const may = (role: Role, permissions: bigint) => changeRole(world, guild, role, { permissions })

  function person(user: User, first: Member): Person {
    let member = first
    return {
      ...people.at(user, general),
      leaves: () => exit(world, guild, member),
      returns() {
        member = enter(world, guild, user)
      },
      hasRole: (role) => member.roles.has(roleOf(role).id),
      losesRole: (role) => takeRole(world, guild, member, roleOf(role)),
      getsRole: (role) => giveRole(world, guild, member, roleOf(role)),
      entersThread: (id) => enterThread(world, channelOf(id), user.id),
      leavesThread: (id) => leaveThread(world, channelOf(id), user.id),
      closesDms() {
        user.dms = 'closed'
      },
      opensDms() {
        user.dms = 'open'
      },
      says: (text, channel = general.id) =>
        void createMessage(world, channelOf(channel), { content: text }, { authorId: user.id }),
    }
  }

  return {
    id: guild.id,
    state: guild,
    general,
    everyone: guild.id,
    botRole: own,

    member(username: string, { locale = 'en-US', staff = false, dms = 'open', as }: MemberOptions = {}): Person {
      const before = as && known(world.users.get(as.id), 10013)
      const user: User = before ?? { id: world.draw(), username, bot: false, locale, dms }
      const member = enter(world, guild, user)
      if (staff) {
        const found = [...guild.roles.values()].find((role) => role.name === 'Staff')
        giveRole(world, guild, member, found ?? makeRole(world, guild, { name: 'Staff', permissions: MAY.ManageGuild }))
      }
      return person(user, member)
    },

    /** People who are only a number: the server is this big, without a member for each. */
    crowd(count: number): void {
      guild.crowd = count
    },

    role: (roleName: string, given: Partial<Role> = {}): Role => makeRole(world, guild, { name: roleName, ...given }),
    deleteRole: (role: string) => dropRole(world, guild, roleOf(role)),
    renameRole: (role: string, to: string) => changeRole(world, guild, roleOf(role), { name: to }),
    /** Puts a role above the bot's own. */
    raise: (role: string) =>
      changeRole(world, guild, roleOf(role), { position: topOf(guild, botIn(world, guild)) + 1 }),
    /** Gives the bot's own role these permissions, or takes them. */
    grant: (bits: bigint) => may(own, own.permissions | bits),
    deny: (bits: bigint) => may(own, own.permissions & ~bits),
    botMay: (bits: bigint) => (permissionsOf(world, guild, botIn(world, guild)) & bits) === bits,
    expelBot: () => throwOut(world, guild),

    channel: (channelName: string, given: Partial<Channel> = {}): Channel =>
      makeChannel(world, guild, { name: channelName, ...given }),
    category: (channelName: string): Channel => makeChannel(world, guild, { name: channelName, type: TYPE.category }),
    forum: (channelName: string): Channel => makeChannel(world, guild, { name: channelName, type: TYPE.forum }),
    /** Channels and threads there are, by name or id. */
    find: (given: string): Channel | undefined =>
      [...world.channels.values()].find((one) => one.guildId === guild.id && (one.id === given || one.name === given)),
    channels: (): Channel[] => [...world.channels.values()].filter((one) => one.guildId === guild.id),
    deleteChannel: (channel: string) => dropChannel(world, channelOf(channel)),
    renameChannel: (channel: string, to: string) => changeChannel(world, channelOf(channel), { name: to }),
    /** Somebody of staff begins a thread under a message of general. */
    beginThread: (message: string, title: string): Channel =>
      makeThread(world, general, { id: message, name: title, type: TYPE.publicThread, ownerId: world.owner.id }),
    archive: (thread: string) => setArchived(world, channelOf(thread), true),
    /** Hides a channel from the bot. */
    hide: (channel: string) =>
      overwrite(world, channelOf(channel), { id: own.id, type: 0, allow: 0n, deny: MAY.ViewChannel }),

    /** All events there ever were and nobody deleted, as they stand by now. */
    events: () => eventsOf(world, guild),
    deleteEvent: (name: string) =>
      dropEvent(
        world,
        guild,
        known(
          eventsOf(world, guild).find((one) => one.name === name),
          10070,
        ),
      ),
    /** Somebody of staff fills the list of events. */
    fillEvents(upTo: number): void {
      const [startsAt, endsAt] = [86_400_000, 90_000_000].map((ms) => new Date(world.clock.now() + ms).toISOString())
      const rest = { description: null, location: 'Hall', startsAt: startsAt ?? '', endsAt: endsAt ?? '' }
      while (openEvents(world, guild).length < upTo)
        makeEvent(world, guild, { ...rest, name: `filler ${guild.events.size}`, creatorId: world.owner.id })
    },

    /** Makes roles, channels, people let into a channel or thread members up to a number. */
    fillRoles(upTo: number): void {
      while (guild.roles.size < upTo) makeRole(world, guild, { name: `filler ${guild.roles.size}` })
    },
    fillChannels(upTo: number): void {
      const count = () => [...world.channels.values()].filter((one) => one.guildId === guild.id && !one.thread).length
      for (let there = count(); there < upTo; there += 1) makeChannel(world, guild, { name: `filler-${there}` })
    },
    fillOverwrites(channel: string, upTo: number): void {
      const { overwrites } = channelOf(channel)
      // Told to nobody: a thousand changes, each with all before it, would keep the client busy for seconds.
      while (overwrites.size < upTo) {
        const id = world.draw()
        overwrites.set(id, { id, type: 1, allow: MAY.ViewChannel, deny: 0n })
      }
    },
    fillThread(thread: string, upTo: number): void {
      const channel = channelOf(thread)
      while ((channel.thread?.members.size ?? upTo) < upTo) enterThread(world, channel, world.draw())
    },
  }
}
