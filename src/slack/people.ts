import type { Api } from './api.ts'
import { LIMITS } from './limits.ts'
import { TooSoon } from './pace.ts'

/** What Slack tells of a person: how they are called, whether they run the workspace, and their language. */
export interface Profile {
  name: string
  isStaff: boolean
  language?: string
  /** The name is the handle that the delivery brought, since Slack was not asked or did not answer. */
  isProvisional?: boolean
}

/** Profiles of people, remembered for some minutes. */
export interface People {
  /** Whoever has to be known is waited for; of others Slack is asked if it answers soon and there is a turn. */
  profile(workspace: string, account: string, nameThere: string, mustKnow: boolean): Promise<Profile>
  /** The channels Kindred itself is in, for staff who name one. */
  channels(workspace: string): Promise<{ id: string; name: string }[]>
  /** Scopes that this version needs and the workspace did not give. */
  lacks(workspace: string, scopes: readonly string[]): Promise<string[]>
}

const KNOWN_MS = 5 * 60_000
const KEPT = 5_000
/** So long anybody waits to be called by their own name. */
const SOON_MS = 1_000

export function people(api: Api, now: () => Date, logFailure: (where: string, error: unknown) => void): People {
  const known = new Map<string, { profile: Profile; until: number }>()

  async function asked(workspace: string, account: string, nameThere: string): Promise<Profile> {
    const { user } = await api.call(workspace, 'users.info', { user: account, include_locale: true })
    const { profile, real_name, name } = user
    const called = [profile?.display_name, profile?.real_name, real_name, name, nameThere].find((one) => one?.trim())
    const found: Profile = {
      name: called ?? account,
      isStaff: Boolean(user.is_admin || user.is_owner),
      ...(user.locale && { language: user.locale }),
    }
    const key = `${workspace}/${account}`
    known.delete(key)
    known.set(key, { profile: found, until: now().getTime() + KNOWN_MS })
    const [oldest] = known.keys()
    if (known.size > KEPT && oldest !== undefined) known.delete(oldest)
    return found
  }

  return {
    async profile(workspace, account, nameThere, mustKnow) {
      const there = known.get(`${workspace}/${account}`)
      if (there && there.until > now().getTime()) return there.profile
      // Slack's limits are no reason to let people wait: who nobody has to know goes by the name the delivery brought.
      const instead = there?.profile ?? { name: nameThere || account, isStaff: false, isProvisional: true }
      if (!mustKnow && !api.isFree(workspace, 'users.info')) return instead
      const answer = asked(workspace, account, nameThere).catch((error: unknown) => {
        // That many newcomers came at once is no failure.
        if (!(error instanceof TooSoon)) logFailure('slack/profile', error)
        // Who ran the workspace once may do so no more.
        return { ...instead, isStaff: false }
      })
      return mustKnow ? answer : within(SOON_MS, answer, instead)
    },

    async channels(workspace) {
      const found: { id: string; name: string }[] = []
      for (let cursor = ''; ; ) {
        const { channels, response_metadata } = await api.call(workspace, 'users.conversations', {
          types: 'public_channel,private_channel',
          exclude_archived: true,
          limit: LIMITS.conversations,
          ...(cursor && { cursor }),
        })
        found.push(...channels.map(({ id, name }) => ({ id, name: name ?? id })))
        cursor = response_metadata?.next_cursor ?? ''
        if (!cursor) return found
      }
    },

    async lacks(workspace, scopes) {
      const given = (await api.call(workspace, 'auth.test')).response_metadata?.scopes
      return given ? scopes.filter((one) => !given.includes(one)) : []
    },
  }
}

/** What came in time, or something else. */
export async function within<T, U>(ms: number, work: Promise<T>, instead: U): Promise<T | U> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<U>((resolve) => {
    timer = setTimeout(() => resolve(instead), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
