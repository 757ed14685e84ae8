import type { Context } from '../command.ts'
import { communitiesOf, type Meetup } from '../core/meetup.ts'
import { Refusal } from '../core/refusal.ts'
import { say } from '../core/say.ts'
import type { Found } from '../option.ts'

/** A meetup, the community through which the caller has to do with it, and what they may do. */
export interface InsideMeetup {
  meetup: Meetup
  found: Found
  /** They look after it: organizers of a community that meets, and before it is announced whoever wrote it. */
  isOrganizer: boolean
}

const NOT_THERE = say`That meetup is not there, or is in a community you are not in.`

/**
 * A meetup for members of the communities that meet; what is not announced only for organizers and whoever wrote it. `held`
 * is given where it is held already.
 */
export async function insideMeetup({ store, caller }: Context, id: string, held?: Meetup): Promise<InsideMeetup> {
  const meetup = held ?? (await store.meetups.get(id))
  if (!meetup) throw new Refusal(NOT_THERE)
  const isAuthor = meetup.authorId === caller.id
  const all = []
  for (const communityId of communitiesOf(meetup)) all.push(await store.communities.get(communityId, caller.id))
  const found = all.find((one) => one?.standing.state === 'member') ?? (isOffering(meetup, caller) ? all[0] : undefined)
  if (!found) throw new Refusal(NOT_THERE)
  const isOrganizer = all.some((one) => one?.standing.state === 'member' && one.standing.organizer)
  const isShown = meetup.announcedAt !== null || (isOrganizer && meetup.state !== 'draft') || isAuthor
  if (!isShown) throw new Refusal(NOT_THERE)
  return { meetup, found, isOrganizer }
}

/** Staff see what they offer until organizers have answered, and nothing of what becomes of it then. */
const isOffering = ({ byStaff, authorId, state }: Meetup, { id, isStaff }: Context['caller']): boolean =>
  isStaff && byStaff && authorId === id && (state === 'draft' || state === 'proposed')

/** A meetup for whoever looks after it, held so that nobody answers meanwhile. */
export async function asOrganizer(context: Context, id: string): Promise<InsideMeetup> {
  const held = await context.store.meetups.toChange(id)
  const inside = await insideMeetup(context, id, held)
  const mayWrite = inside.isOrganizer || isOwnDraft(inside.meetup, context.caller.id)
  if (!mayWrite) throw new Refusal(say`Only organizers of ${inside.found.name} can do that.`)
  return inside
}

/** Whoever wrote it may change it until they show it to others. */
const isOwnDraft = ({ state, authorId }: Meetup, personId: string): boolean =>
  state === 'draft' && authorId === personId
