import { say } from '../core/say.ts'
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
