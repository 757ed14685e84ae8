import { say } from './core/say.ts'
import { address, type Card } from './reply.ts'
import type { ClaimedPlace, ClaimedRoom } from './store/rooms.ts'
import type { Store } from './store/store.ts'

/** A room takes hardly anybody else, so a larger one is wanted. False where none would do, or that was known. */
export async function tellOutgrown(
  store: Store,
  { roomId, platform }: Pick<ClaimedPlace, 'roomId' | 'platform'>,
  now: Date,
): Promise<boolean> {
  const communityId = await store.rooms.outgrow(roomId, now)
  if (communityId === undefined) return false
  const community = await store.communities.get(communityId)
  await store.staffNotes.tell(
    `news/room/${roomId}`,
    say`The room of ${{ strong: community?.name ?? '' }} on ${platform} is nearly full. Those inside stay as they are; whoever comes now is let in by a role, once they read that everyone there sees it.`,
    now,
  )
  return true
}

/** The larger room is there: those in the one before are asked whether they come along. */
export async function tellLarger(
  store: Store,
  { communityId, communityName, platform, workspace }: ClaimedRoom,
  before: string,
  now: Date,
): Promise<void> {
  const card: Card = {
    title: say`${{ strong: communityName }} has a larger room`,
    body: say`This one is full. You can stay here, and what is announced comes to both. A role lets you into the larger one, and everyone there sees who has it.`,
    buttons: [{ label: say`Enter the larger room`, press: address('join.enter', { c: communityId, r: 'everyone' }) }],
  }
  await store.posts.say({ place: before, platform, workspace }, { card }, now)
}
