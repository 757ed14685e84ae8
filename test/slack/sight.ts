import { isIn } from './channels.ts'
import { type Lookup, type Shown, shownMessage, shownView, touchesIn } from './shown.ts'
import { homeOf, stackOf } from './views.ts'
import {
  type Channel,
  type Json,
  type Message,
  messagesIn,
  type Team,
  type User,
  type View,
  type World,
} from './world.ts'

/** Something that can be touched, and where it stands. */
export interface Found {
  block: Json
  element: Json
  message?: Message
  view?: View
}

/** Somewhere in sight. */
interface Place {
  message?: Message
  view?: View
  blocks: Json[]
  shown: Shown
}

/** So many places are named where something was looked for in vain. */
const SAID_MAX = 20

/** What people see: messages, forms and home tabs, and what can be touched in them. */
export function createSight(world: World) {
  /** Who looks at their home tab. */
  const atHome = new Set<string>()

  const sees = (user: User, channel: Channel) =>
    isIn(channel, user.id) || (channel.kind === 'public' && user.guest === undefined)

  /** The messages somebody sees in a channel, oldest first. */
  const inSight = (user: User, channel: Channel): Message[] =>
    sees(user, channel)
      ? [...messagesIn(world, channel.id).values()].filter(({ onlyFor }) => !onlyFor || onlyFor === user.id)
      : []

  const allInSight = (team: Team, user: User): Message[] =>
    [...team.channels.values()]
      .flatMap((channel) => inSight(user, channel))
      .sort((one, other) => Number(one.ts) - Number(other.ts))

  const topForm = (user: User): View | undefined => stackOf(world, user.id).at(-1)

  /** Places in sight where something may be touched, the nearest first. */
  function* places(team: Team, user: User): Generator<Place> {
    const inView = (view: View): Place => ({ view, blocks: view.blocks, shown: shownView(view) })
    const form = topForm(user)
    const home = homeOf(world, user.id)
    const isHome = atHome.has(user.id)
    if (form) yield inView(form)
    if (home && isHome) yield inView(home)
    const isLive = ({ channelId, blocks }: Message) =>
      blocks.length > 0 && team.channels.get(channelId)?.isArchived === false
    const newest = allInSight(team, user).filter(isLive).reverse()
    const waiting = newest.filter(({ onlyFor, pressed }) => onlyFor === user.id && !pressed)
    for (const message of [...waiting, ...newest])
      yield { message, blocks: message.blocks, shown: shownMessage(message) }
    if (home && !isHome) yield inView(home)
  }

  function find(team: Team, user: User, containing: string, fits: (element: Json) => boolean): Found | undefined {
    for (const { blocks, shown, message, view } of places(team, user)) {
      if (!shown.text.includes(containing)) continue
      const touch = touchesIn(blocks).find(({ element }) => fits(element))
      if (touch) return { ...touch, ...(message && { message }), ...(view && { view }) }
    }
    return undefined
  }

  const sightOf = (team: Team, user: User) =>
    [...places(team, user)]
      .slice(0, SAID_MAX)
      .map(({ shown }) => `${shown.text.split('\n')[0]} [${shown.buttons.join('] [')}]`)
      .join('; ')

  return { atHome, inSight, allInSight, topForm, places, find, sightOf }
}

/** Finds people and channels of a workspace by name or id. */
export const lookupIn =
  (team: Team): Lookup =>
  (kind, name) => {
    const all: (User | Channel)[] = kind === 'user' ? [...team.users.values()] : [...team.channels.values()]
    return all.find((one) => one.id === name || one.name === name)?.id
  }

/** What somebody typed as Slack sends it: marks made harmless, people and channels as ids. */
export function escaped(team: Team, line: string, withIds: boolean): string {
  const plain = line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  if (!withIds) return plain
  const user = (name: string) => [...team.users.values()].find((one) => one.name === name)
  const channel = (name: string) => [...team.channels.values()].find((one) => one.name === name && one.kind !== 'im')
  return plain
    .replaceAll(/(?<=^|\s)@([\w.-]+)/g, (whole, name: string) => (user(name) ? `<@${user(name)?.id}|${name}>` : whole))
    .replaceAll(/(?<=^|\s)#([\w.-]+)/g, (whole, name: string) =>
      channel(name) ? `<#${channel(name)?.id}|${name}>` : whole,
    )
}
