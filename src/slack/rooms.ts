import { clipped } from '../core/pieces.ts'
import { type Carrier, DEFAULT_CARRIERS, type RoomMade } from '../core/room.ts'
import { say } from '../core/say.ts'
import { NotLetIn, type Platform, type Presence, type RoomRef, type RoomWanted, Stuck } from '../platform.ts'
import type { Api } from './api.ts'
import { archived, codeOf, effect, exposed, GUESTS, isCode, unseen } from './faults.ts'
import { LIMITS } from './limits.ts'
import { inside } from './posts.ts'

/** So many names are tried where others have taken the first ones. */
const NAMES_MAX = 9

/** Whatever of these Slack answers, the person is in the channel. */
const INSIDE_ALREADY = ['already_in_channel', 'cant_invite_self']
/** They are not in the workspace at all. */
const AWAY = ['user_not_found', 'user_disabled', 'org_user_not_in_team', 'invitee_cant_see_channel']
/** Whoever is to be out is out. */
const OUT_ALREADY = ['not_in_channel', 'user_not_found', 'user_disabled', 'cant_kick_self']

/** Communities' rooms on Slack: a channel each. */
export function rooms(api: Api): Pick<Platform, 'makeRoom' | 'lookAt' | 'letIn' | 'letAllIn' | 'letOut' | 'look'> {
  const selves = new Map<string, string>()

  async function selfIn(workspace: string): Promise<string> {
    const known = selves.get(workspace)
    if (known) return known
    const { user_id } = await api.call(workspace, 'auth.test')
    selves.set(workspace, user_id)
    return user_id
  }

  /** A channel that Kindred made for this room before a crash: its own, of that name and kind, and nobody else in it. */
  async function madeBefore(
    workspace: string,
    name: string,
    isPrivate: boolean,
    { since, others }: RoomWanted,
  ): Promise<string | undefined> {
    const self = await selfIn(workspace)
    for (let cursor = ''; ; ) {
      const { channels, response_metadata } = await api.call(workspace, 'users.conversations', {
        types: isPrivate ? 'private_channel' : 'public_channel',
        exclude_archived: true,
        limit: LIMITS.conversations,
        ...(cursor && { cursor }),
      })
      const found = channels.find(
        (one) =>
          one.name === name &&
          one.creator === self &&
          !others.includes(one.id) &&
          (one.created ?? 0) * 1_000 + 1_000 > since.getTime(),
      )
      if (found) {
        const { members } = await api.call(workspace, 'conversations.members', { channel: found.id })
        return members.every((one) => one === self) ? found.id : undefined
      }
      cursor = response_metadata?.next_cursor ?? ''
      if (!cursor) return undefined
    }
  }

  /** The community's own name stands in the topic, since a channel's name knows few letters. */
  async function titled(workspace: string, channel: string, { title }: RoomWanted): Promise<string> {
    await api.call(workspace, 'conversations.setTopic', { channel, topic: clipped(title, LIMITS.topic) })
    return channel
  }

  /** Makes a channel, of another name where others have the first. */
  async function made(
    workspace: string,
    wanted: RoomWanted,
    isPrivate: boolean,
    base = channelName(wanted.name),
    names = NAMES_MAX,
  ): Promise<Made> {
    for (let n = 1; n <= names; n++) {
      const suffix = n === 1 ? '' : `-${n}`
      const name = base.slice(0, LIMITS.channelName - suffix.length) + suffix
      try {
        const { channel } = await api.call(workspace, 'conversations.create', { name, is_private: isPrivate })
        return { id: await titled(workspace, channel.id, wanted), name }
      } catch (error) {
        if (!isCode(error, 'name_taken')) throw error
        const before = await madeBefore(workspace, name, isPrivate, wanted)
        if (before !== undefined) return { id: await titled(workspace, before, wanted), name }
      }
    }
    if (wanted.room !== null) throw unseen()
    throw new Stuck(`the workspace has channels called ${base} up to ${base}-${NAMES_MAX} already`)
  }

  /** What a channel is called, and who may see it; a hidden community's is not to be seen by everybody. */
  async function seen(
    workspace: string,
    { id, adopted }: Pick<RoomRef, 'id' | 'adopted'>,
    isHidden: boolean,
  ): Promise<RoomMade> {
    const { channel } = await api.call(workspace, 'conversations.info', { channel: id })
    if (channel.is_archived) throw archived()
    const isPublic = channel.is_private === false
    if (isPublic && isHidden) throw exposed()
    return { id, carrier: isPublic || adopted ? 'public' : 'channel', ...(channel.name && { name: channel.name }) }
  }

  /** A room that was made before, if it is in order. What can't be seen may be hidden: only where its name is free it is gone. */
  async function madeAgain(workspace: string, wanted: RoomWanted, id: string, isPrivate: boolean): Promise<RoomMade> {
    try {
      // One that everybody saw once may be entered by people who know no better.
      const adopted = wanted.carrier === 'public' && !isHidden(wanted)
      return await seen(workspace, { id, adopted }, isHidden(wanted))
    } catch (error) {
      if (!isCode(error, 'channel_not_found')) throw error
      const { id, name } = await made(workspace, wanted, isPrivate, wanted.called ?? channelName(wanted.name), 1)
      return { id, name, carrier: isPrivate ? 'channel' : 'public' }
    }
  }

  /** A guest can ask an admin to be let in, who has to know which channel it is. */
  async function barred(workspace: string, id: string, account: string, code?: string): Promise<NotLetIn> {
    const { channel } = await api.call(workspace, 'conversations.info', { channel: id })
    const why = Object.entries(GUESTS).find(([one]) => one === code)?.[1] ?? ''
    return new NotLetIn(
      why,
      say`You are a guest in this Slack workspace, and guests are let into channels by an admin only: ask one to add you to #${channel.name ?? id}.`,
      account,
    )
  }

  const invite = (workspace: string, channel: string, accounts: string[]) =>
    inside(api, workspace, channel, () =>
      api.call(workspace, 'conversations.invite', { channel, users: accounts.join(',') }),
    )

  return {
    async makeRoom(workspace, wanted) {
      const carrier = carrierFor(wanted)
      if (carrier === 'none') return { id: null, carrier }
      const { room } = wanted
      const isPrivate = carrier === 'channel'
      if (room !== null) return effect(() => madeAgain(workspace, wanted, room, isPrivate))
      return { ...(await effect(() => made(workspace, wanted, isPrivate))), carrier }
    },

    lookAt: (workspace, room, isPrivate) => effect(() => seen(workspace, room, isPrivate)),

    async letIn(workspace, { id }, account): Promise<Presence> {
      return effect(async () => {
        try {
          await invite(workspace, id, [account])
        } catch (error) {
          if (isCode(error, ...AWAY)) return 'away'
          if (isCode(error, ...Object.keys(GUESTS))) throw await barred(workspace, id, account, codeOf(error))
          if (!isCode(error, ...INSIDE_ALREADY)) throw error
        }
        return 'here'
      })
    },

    async letAllIn(workspace, { id }, accounts) {
      const some = accounts.slice(0, LIMITS.invitedAtOnce)
      try {
        await invite(workspace, id, some)
        return new Map(some.map((one) => [one, 'here']))
      } catch {
        // Slack refuses all for one. Each is tried alone then, and whatever is wrong is found and said there.
        return new Map()
      }
    },

    async letOut(workspace, { id, carrier, adopted }, account) {
      if (adopted) return
      const kick = () => api.call(workspace, 'conversations.kick', { channel: id, user: account })
      await effect(async () => {
        try {
          // Slack says the same of somebody who is outside as of Kindred, which only a public channel can be without.
          await (carrier === 'public' ? inside(api, workspace, id, kick) : kick())
        } catch (error) {
          if (!isCode(error, ...OUT_ALREADY)) throw error
        }
      })
    },

    /** Who left a channel did so themselves; only who left the workspace is gone. */
    async look(workspace, _, account): Promise<Presence> {
      return effect(async () => {
        try {
          const { user } = await api.call(workspace, 'users.info', { user: account })
          return user.deleted ? 'away' : 'here'
        } catch (error) {
          if (isCode(error, ...AWAY)) return 'away'
          throw error
        }
      })
    },
  }
}

interface Made {
  id: string
  name: string
}

const isHidden = ({ isPrivate, isSensitive }: RoomWanted) => isPrivate || isSensitive

/** A hidden community's room is a private channel, whatever was chosen: nobody else can see its name. */
function carrierFor(wanted: RoomWanted): Carrier {
  const chosen = wanted.carrier ?? DEFAULT_CARRIERS.slack ?? 'channel'
  if (chosen === 'none') return 'none'
  return chosen === 'public' && !isHidden(wanted) ? 'public' : 'channel'
}

/** A name by Slack's rules: lower-case letters, digits, hyphens and underscores. */
export function channelName(words: string): string {
  const name = words
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return name.slice(0, LIMITS.channelName) || 'community'
}
