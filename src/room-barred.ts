import { say } from './core/say.ts'
import type { NotLetIn } from './platform.ts'
import type { ClaimedPlace } from './store/rooms.ts'
import type { Store } from './store/store.ts'

/** Somebody joined and can't be let into the room: they hear in private what they can do, since they were told they are in. */
export async function tellNotLetIn(
  store: Store,
  { personId, platform, workspace, externalId }: ClaimedPlace,
  { told, account }: NotLetIn,
  now: Date,
): Promise<void> {
  const accountId = await store.people.accountAt(platform, workspace, account)
  const community = await store.communities.ofPlace(platform, workspace, externalId, personId)
  if (!community || accountId === undefined) return
  const text = say`You belong to ${{ strong: community.name }}, but its room is shut to you. ${told}`
  await store.posts.say({ accountId, platform, workspace }, { text }, now)
}
