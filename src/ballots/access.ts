import type { Context } from '../command.ts'
import type { Ballotee, HeldBallot } from '../core/held-ballot.ts'
import { Refusal } from '../core/refusal.ts'
import { say } from '../core/say.ts'
import type { Found } from '../option.ts'

/** A ballot, its community, and what the caller is to both. */
export interface InsideBallot {
  ballot: HeldBallot
  own: Ballotee
  found: Found
}

/** A ballot for members of its community alone; drafts for its organizers. `ballot` is given where it is held already. */
export async function insideBallot({ store, caller }: Context, id: string, held?: HeldBallot): Promise<InsideBallot> {
  const ballot = held ?? (await store.ballots.get(id))
  const found = ballot && (await store.communities.get(ballot.communityId, caller.id))
  if (!ballot || found?.standing.state !== 'member' || (ballot.state === 'draft' && !found.standing.organizer))
    throw new Refusal(say`That ballot is not there, or is in a community you are not in.`)
  return { ballot, found, own: await store.ballots.own(ballot, caller.id) }
}

/** Whether a ballot takes effect by itself, on what is sent: then nobody words it anew, or closes it early. */
export async function isAboutContent(store: Context['store'], id: string): Promise<boolean> {
  return Boolean((await store.agreements.askedBy(id)) ?? (await store.items.askedBy(id)))
}

/** A ballot for the organizers of its community, held so that nobody votes on it meanwhile. */
export async function asOrganizer(context: Context, id: string): Promise<InsideBallot> {
  const held = await context.store.ballots.toChange(id)
  const inside = await insideBallot(context, id, held)
  if (!inside.found.standing.organizer) throw new Refusal(say`Only organizers of ${inside.found.name} can do that.`)
  return inside
}
