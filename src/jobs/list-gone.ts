import { say } from '../core/say.ts'
import type { ListChoice } from '../store/list-choices.ts'
import type { Store } from '../store/store.ts'

/** The list or tag of a community is not there any more: it gets a new one, with everybody who said yes. */
export async function listGone(
  { destinations, reports, staffNotes }: Store,
  destination: string,
  community: { id: string; name: string },
  now: Date,
): Promise<void> {
  await destinations.uncall(destination, community.id)
  await reports.tellAnew(destination, community.id, now)
  const text = say`${destination} had no list or tag of ${community.name} any more, so it gets a new one with everybody who said yes.`
  await staffNotes.tell(`news/gone/${destination}/${community.id}`, text, now)
}

/** Whether there is the list or tag that staff chose: if not, they are to choose again, and all stays as it is. */
export async function listSeen(
  open: Store,
  destination: string,
  chosen: ListChoice,
  isThere: boolean,
  now: Date,
): Promise<void> {
  await open.listChoices.seen(destination, chosen, isThere, now)
  const key = `news/no-list/${destination}/${chosen.communityId}`
  if (isThere) return open.staffNotes.resolve(key, now)
  const text = say`${destination} has no list or tag “${chosen.id}”, which you chose for ${chosen.name}. Nothing has changed. Look up its id there and choose again with ${{ typed: `/destinations ${destination}` }}.`
  await open.staffNotes.tell(key, text, now)
}
