import { revoke } from './apps.ts'
import { archive, botOf, channelFor, dmWith, drop, enter, exit, makeChannel, rename, unarchive } from './channels.ts'
import { known } from './errors.ts'
import { tellMessage } from './events.ts'
import { createMessage } from './messages.ts'
import type { People, Sight } from './people.ts'
import { type Given, type Shown, shownMessage, shownView } from './shown.ts'
import { escaped } from './sight.ts'
import { homeOf } from './views.ts'
import { type Channel, type Message, messagesIn, type Team, type User, type World } from './world.ts'

/** Who someone is in a workspace. */
export interface UserOptions {
  locale?: string
  tz?: string
  /** An address made from the name unless given; none for `undefined`. */
  email?: string | undefined
  guest?: 'multi' | 'single'
  /** An administrator of the workspace. */
  staff?: boolean
  admin?: boolean
  isBot?: boolean
}

/** Someone in front of Slack. Each act gives what they were shown for it. */
export interface Person {
  id: string
  name: string
  state: User
  /** Types a slash command into a channel they are in: general unless told; `dm` for their messages with the app. */
  types(line: string, where?: { channel?: string; thread?: string }): Promise<Shown>
  /** Presses the newest button of that label, or what sends the open form. */
  presses(label: string, containing?: string): Promise<Shown>
  /** Chooses in the nearest select that has these options, by label or value; people and channels by name. */
  selects(options: Given, containing?: string): Promise<Shown>
  /** Fills in the open form and sends it, its fields by action, block or label. */
  fills(fields: Record<string, Given>): Promise<Shown>
  /** Closes the open form, or all that lie upon each other. */
  closes(all?: boolean): void
  opensHome(): Promise<Shown>
  shortcut(callbackId: string): Promise<Shown>
  messageShortcut(callbackId: string, message: Message | Shown): Promise<Shown>
  /** What is offered while typing into a field whose options the app finds. */
  completes(field: string, text: string): Promise<string[]>
  /** Goes to an install link and presses Allow, or Cancel; gives the page they end on. */
  installs(link: string, isAllowed?: boolean): Promise<{ status: number; text: string }>
  /** Writes into a channel, or into the direct messages with the app. */
  says(text: string, channel?: string, thread?: string): Message
  joins(channel: string): void
  leaves(channel: string): void
  /** Brings somebody, or the app, into a channel; or takes them out. */
  invites(whom: { id: string } | 'app', channel: string): void
  removes(whom: { id: string } | 'app', channel: string): void
  archives(channel: string): void
  unarchives(channel: string): void
  renames(channel: string, to: string): void
  deletes(channel: string): void
  isIn(channel: string): boolean
  /** All messages in sight, oldest first: of one channel, or of all; other people's private ones are not. */
  sees(channel?: string): Shown[]
  /** The direct messages with the app. */
  seesDm(): Shown[]
  /** Starts Slack anew: what only they saw is gone. */
  reloads(): void
  home(): Shown | undefined
  /** The form in front of them. */
  form(): Shown | undefined
}

export type TeamHandle = ReturnType<typeof handOn>

export interface HandParts {
  world: World
  people: People
  sight: Sight
  browse: (link: string, team: Team, user: User, isAllowed: boolean) => Promise<{ status: number; text: string }>
}

/** A workspace in the hands of a test: what its people do. */
export function handOn({ world, people, sight, browse }: HandParts, team: Team, owner: User, general: Channel) {
  /** A channel by name, with or without its mark, or by id. */
  const channelOf = (given: string): Channel => {
    const name = given.replace(/^#/, '')
    return known(
      [...team.channels.values()].find((one) => one.id === name || one.name === name),
      `no channel ${given}`,
    )
  }
  const idOf = (whom: { id: string } | 'app') => (whom === 'app' ? botOf(team) : whom.id)
  const userOf = (id: string): User => known(team.users.get(id), `no user ${id}`)

  function person(user: User): Person {
    const at = (channel: string) => channelFor(team, channelOf(channel).id, user.id)
    return {
      id: user.id,
      name: user.name,
      state: user,
      async types(line, { channel, thread } = {}) {
        if (thread) throw new Error('slash commands cannot be typed in threads')
        const place = channel === 'dm' ? dmWith(world, team, user.id) : channel ? channelOf(channel) : general
        return people.types(team, user, place, line)
      },
      presses: (label, containing = '') => people.presses(team, user, label, containing),
      selects: (options, containing = '') => people.selects(team, user, options, containing),
      fills: (fields) => people.fills(team, user, fields),
      closes: (all = false) => people.closes(team, user, all),
      opensHome: () => people.opensHome(team, user),
      shortcut: (callbackId) => people.shortcut(team, user, callbackId),
      messageShortcut(callbackId, given) {
        const message = 'ts' in given ? given : known(given.message, 'no message')
        return people.shortcut(team, user, callbackId, message)
      },
      completes: (field, text) => people.completes(team, user, field, text),
      installs: (link, isAllowed = true) => browse(link, team, user, isAllowed),
      says(text, channel, thread) {
        const place = channel ? channelOf(channel) : dmWith(world, team, user.id)
        if (!place.members.has(user.id)) throw new Error(`${user.name} is not in #${place.name}`)
        const words = { text: escaped(team, text, true), blocks: undefined, metadata: undefined, linksNames: false }
        const message = createMessage(world, place, words, { userId: user.id, ...(thread && { threadTs: thread }) })
        tellMessage(world, team, place, message)
        return message
      },
      joins: (channel) => enter(world, team, at(channel), user),
      leaves: (channel) => exit(world, team, at(channel), user.id),
      invites: (whom, channel) => enter(world, team, at(channel), userOf(idOf(whom)), user.id),
      removes: (whom, channel) => exit(world, team, at(channel), idOf(whom), user.id),
      archives: (channel) => archive(world, team, at(channel), user.id),
      unarchives: (channel) => unarchive(world, team, at(channel), user.id),
      renames: (channel, to) => rename(world, team, at(channel), to),
      deletes: (channel) => drop(world, team, at(channel), user.id),
      isIn: (channel) => channelOf(channel).members.has(user.id),
      sees: (channel) =>
        (channel ? sight.inSight(user, channelOf(channel)) : sight.allInSight(team, user)).map(shownMessage),
      seesDm: () => sight.inSight(user, dmWith(world, team, user.id)).map(shownMessage),
      reloads() {
        for (const channel of team.channels.values())
          for (const [ts, { onlyFor }] of messagesIn(world, channel.id))
            if (onlyFor === user.id) messagesIn(world, channel.id).delete(ts)
      },
      home() {
        const home = homeOf(world, user.id)
        return home && shownView(home)
      },
      form() {
        const form = sight.topForm(user)
        return form && shownView(form)
      },
    }
  }

  return {
    id: team.id,
    state: team,
    general,
    /** The bot's token here; none where the app is not installed. */
    get token(): string | undefined {
      return team.install?.token
    },
    /** The app's own user. */
    get botUserId(): string {
      return botOf(team)
    },
    owner: person(owner),

    user(name: string, given: UserOptions = {}): Person {
      const user = makeUser(world, team, name, given)
      // A guest is in no channel they were not let into.
      if (!user.guest) general.members.add(user.id)
      return person(user)
    },

    /** A channel made by hand, by the owner unless told; the app is not in it. */
    channel(name: string, given: { private?: boolean; members?: { id: string }[]; by?: { id: string } } = {}): Channel {
      const kind = given.private ? 'private' : 'public'
      const channel = makeChannel(world, team, { name, kind, creatorId: given.by?.id ?? owner.id })
      for (const { id } of given.members ?? []) enter(world, team, channel, userOf(id), owner.id)
      return channel
    },
    /** A channel by name or id. */
    find: (given: string): Channel | undefined =>
      [...team.channels.values()].find((one) => one.id === given || one.name === given.replace(/^#/, '')),
    channels: (): Channel[] => [...team.channels.values()],
    /** All messages of a channel, private ones too. */
    messages: (channel: string): Message[] => [...(world.messages.get(channelOf(channel).id)?.values() ?? [])],
    groups: () => [...team.groups.values()],

    /** Somebody's account ends. */
    deactivate({ id }: { id: string }): void {
      const user = userOf(id)
      user.isDeleted = true
      for (const channel of team.channels.values()) if (channel.kind !== 'im') exit(world, team, channel, id)
    },
    /** The app is taken out of the workspace; silently, where Slack fails to tell. */
    uninstall: (isTold = true) => revoke(world, team, true, isTold),
    /** Slack tells late, or again, that the app was taken out some time ago, whatever is the case now. */
    tellUninstalled: (secondsAgo: number) => world.tell({ team, event: { type: 'app_uninstalled', secondsAgo } }),
    /** Its token is taken back. */
    revoke: (isTold = true) => revoke(world, team, false, isTold),
    /** Takes scopes from the app here. */
    deny(...scopes: string[]): void {
      const there = team.install?.scopes ?? []
      there.splice(0, there.length, ...there.filter((one) => !scopes.includes(one)))
    },
    grant(...scopes: string[]): void {
      team.install?.scopes.push(...scopes)
    },
  }
}

/** Somebody new in a workspace. */
export function makeUser(world: World, team: Team, name: string, given: UserOptions = {}): User {
  const user: User = {
    id: world.draw('U'),
    teamId: team.id,
    name,
    realName: name.slice(0, 1).toUpperCase() + name.slice(1),
    email: 'email' in given ? given.email : `${name}@example.org`,
    locale: given.locale ?? 'en-US',
    tz: given.tz ?? 'Europe/Berlin',
    isBot: given.isBot ?? false,
    guest: given.guest,
    isAdmin: given.staff ?? given.admin ?? false,
    isDeleted: false,
  }
  team.users.set(user.id, user)
  world.tell({ team, event: { type: 'team_join', user: { id: user.id, name } } })
  return user
}
