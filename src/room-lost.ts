import { say, type Text } from './core/say.ts'
import type { RoomLost } from './platform.ts'
import type { Store } from './store/store.ts'

/** A room that somebody deleted, filled or took the role from: it is mended or let go (store/rooms.ts), and staff hear of it. */
export async function tellLost(
  store: Store,
  at: { platform: string; workspace: string; room: string },
  { what, message }: Pick<RoomLost, 'what' | 'message'>,
  now: Date,
): Promise<void> {
  const lost = await store.roomCare.lost(at, what, message, now)
  if (!lost) return
  const { platform, workspace, room: place } = at
  if (what === 'role') return
  const community = await store.communities.get(lost.communityId)
  const isHidden = !community || community.sensitive || community.visibility === 'secret'
  const name: Text = isHidden ? say`a hidden community` : say`${{ strong: community.name }}`
  if (what === 'space') {
    // Those inside find the way by themselves: they are let into the new one.
    await store.posts.say(
      { platform, workspace, place },
      { text: say`This room is full, so ${name} goes on in a new one.` },
      now,
    )
    return
  }
  await store.staffNotes.tell(
    `room/${lost.id}`,
    say`The room of ${name} on ${platform} was deleted there, and no new one is made by itself. Press Retry in ${{ typed: '/status' }} to have one, or Ignore to go on without.`,
    now,
  )
}

/** A platform says that something was deleted there: a room's channel, or its role. Most of what it says is of no room. */
export async function tellDeleted(
  store: Store,
  { platform, workspace, id }: { platform: string; workspace: string; id: string },
  now: Date,
): Promise<void> {
  const room = await store.roomCare.roomOf(platform, workspace, id)
  if (room === undefined) return
  const lost =
    room === id ? { what: 'room' as const, message: 'it was deleted' } : { what: 'role' as const, message: '' }
  await tellLost(store, { platform, workspace, room }, lost, now)
}
