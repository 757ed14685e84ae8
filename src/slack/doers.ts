import type { Command, Server } from '../command.ts'
import { readAddress } from '../reply.ts'
import type { Delivery } from '../router.ts'
import type { Reader } from './answers.ts'
import { SCOPES } from './methods.ts'
import type { People } from './people.ts'

/** Who did something, and where. */
export interface Doer extends Reader {
  id: string
  /** How they are called in the delivery itself. */
  name: string
  place?: string | undefined
  /** What it is about: a command's name or an address. */
  about: string
  /** Channels Slack named in it. */
  named?: { id: string; name: string }[]
}

/** What makes deliveries of what people do. */
export interface Doers {
  /** Whether the same thing came before: it is answered once. */
  isRepeated(doer: Doer): boolean
  deliveryOf(doer: Doer): Promise<Delivery>
}

/** Deliveries remembered, so that one delivered twice is answered once. */
const SEEN_KEPT = 2_000

export function doers(parts: {
  commands: Command[]
  people: People
  now(): Date
  logFailure(where: string, error: unknown): void
}): Doers {
  const { commands, people, now, logFailure } = parts
  const seen = new Set<string>()

  function isRepeated({ workspace, id }: Doer): boolean {
    const key = `${workspace}/${id}`
    if (seen.has(key)) return true
    const [oldest] = seen
    if (seen.size >= SEEN_KEPT && oldest !== undefined) seen.delete(oldest)
    seen.add(key)
    return false
  }

  /** Everything the router needs; of people Slack is asked who they are, since a delivery says only their handle. */
  async function deliveryOf(doer: Doer): Promise<Delivery> {
    const { workspace, account, place } = doer
    const isForStaff = isOfStaff(commands, doer.about)
    const [profile, server] = await Promise.all([
      people.profile(workspace, account, doer.name, isForStaff),
      isForStaff ? serverOf(doer) : undefined,
    ])
    return {
      id: `slack/${workspace}/${doer.id}`,
      account: { platform: 'slack', workspace, externalId: account, ...profile },
      where: { platform: 'slack', workspace, ...(place !== undefined && { place }) },
      now: now(),
      ...(server && { server: () => server }),
    }
  }

  async function serverOf({ workspace, named = [] }: Doer): Promise<Server> {
    const [places, lacks] = await Promise.all([people.channels(workspace), people.lacks(workspace, SCOPES)]).catch(
      (error: unknown) => {
        logFailure('slack/workspace', error)
        return [[], []]
      },
    )
    return { lacks, categories: [], places: [...named, ...places], rolesAbove: [] }
  }

  return { isRepeated, deliveryOf }
}

/** A channel in which everybody can be told things; a conversation of a few people is none. */
export function placeOf({ id, name = '' }: { id: string; name?: string | undefined }): string | undefined {
  return /^[CG]/.test(id) && name !== 'directmessage' && !name.startsWith('mpdm') ? id : undefined
}

/** Whether something is for staff, so that it has to be known who they are. */
function isOfStaff(commands: Command[], about: string): boolean {
  const { command: name, press } = readAddress(about) ?? {}
  const found = commands.find((command) => command.name === name)
  if (!found) return false
  const own = press !== undefined && Object.hasOwn(found.presses, press) ? found.presses[press] : undefined
  // What /web gives lasts, so it is given for what somebody is by now.
  return found.group === 'staff' || found.name === 'web' || (own ?? found).permission === 'staff'
}
