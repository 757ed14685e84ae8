import type { RoomMade } from './core/room.ts'
import { say, type Text } from './core/say.ts'
import type { RoomLost, RoomShut } from './platform.ts'
import type { Store } from './store/store.ts'
import type { RoomThere } from './store/walks.ts'

/** A room that somebody deleted, or the role that opens it: it is let go (store/room-care.ts), and staff hear of it. False where that was known. */
export async function tellLost(
  store: Store,
  at: { platform: string; workspace: string; room: string },
  { what, message }: Pick<RoomLost, 'what' | 'message'>,
  now: Date,
): Promise<boolean> {
  const lost = await store.roomCare.lost(at, what, message, now)
  if (!lost) return false
  const name = await nameFor(store, lost.communityId)
  const gone = what === 'room' ? say`The room of ${name}` : say`The role that opens the room of ${name}`
  await store.staffNotes.tell(
    `room/${lost.id}`,
    say`${gone} was deleted there, and no new one is made by itself. Press Retry in ${{ typed: '/status' }} to have one, or Ignore to go on without a room.`,
    now,
  )
  return true
}

/** Nothing can be done in a room before somebody mends that by hand: it is kept as it is, and staff hear of it. False where it is no room. */
export async function tellShut(
  store: Store,
  at: { platform: string; workspace: string; room: string },
  { message, how, state }: Pick<RoomShut, 'message' | 'how' | 'state'>,
  now: Date,
): Promise<boolean> {
  const shut = await store.roomCare.shut(at, message, state)
  if (!shut) return false
  const name = await nameFor(store, shut.communityId)
  await store.staffNotes.tell(`room/${shut.id}`, say`The room of ${name} ${how}`, now)
  return true
}

/** A room was looked at. Where everybody may see it by now, nobody else comes in before they read that, and staff hear of it. */
export async function tellSeen(
  store: Store,
  room: Pick<RoomThere, 'id' | 'communityId' | 'externalId' | 'carrier'>,
  found: RoomMade,
  now: Date,
): Promise<void> {
  await store.walks.saw(room, found)
  if (found.carrier === 'public' && room.carrier !== 'public') await tellPublic(store, room, now)
}

async function tellPublic(
  store: Store,
  { id, communityId }: Pick<RoomThere, 'id' | 'communityId'>,
  now: Date,
): Promise<void> {
  const name = await nameFor(store, communityId)
  await store.staffNotes.tell(
    `news/public/${id}`,
    say`The room of ${name} was made public there: everyone there sees who is in it. Nobody else is let in before they read that; who is in it stays.`,
    now,
  )
}

/** A room could not be seen any more, and another was made as staff asked: whoever is to be out of the one before still is. */
export async function tellMoved(
  store: Store,
  { id, platform, adopted }: { id: string; platform: string; adopted: boolean },
  room: string,
  now: Date,
): Promise<void> {
  const places = await store.roomCare.moved(id, room, now)
  if (!adopted) await store.erasures.letOut(places, now)
  await store.staffNotes.tell(
    `news/moved/${id}`,
    say`A room on ${platform} was made in the place of one that Kindred can't see any more. Should that be there still, delete it: its number is ${room}.`,
    now,
  )
}

/** What a community is called where staff read it. */
async function nameFor(store: Store, communityId: string): Promise<Text> {
  const community = await store.communities.get(communityId)
  const isHidden = !community || community.sensitive || community.visibility === 'secret'
  return isHidden ? say`a hidden community` : say`${{ strong: community.name }}`
}

/**
 * A room was made that is wanted no more: its community became one that must not have it, or somebody deleted what it was
 * made for. Its name tells of the community, so it is not said here. A private thread is found again when one is made.
 */
export async function tellLeftOver(
  store: Store,
  { id, platform, externalId }: { id: string; platform: string; externalId: string | null },
  { id: room, carrier, role }: RoomMade,
  now: Date,
): Promise<void> {
  const numbers = [room === externalId || carrier === 'thread' ? undefined : room, role].filter((one) => one)
  if (numbers.length === 0) return
  await store.staffNotes.tell(
    `news/left/${id}`,
    say`What was made on ${platform} for a room is wanted no more, and nobody is let into it. Delete there what has the number ${numbers.join(' or ')}.`,
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
    room === id
      ? { what: 'room' as const, message: 'it was deleted' }
      : { what: 'role' as const, message: 'its role was deleted' }
  await tellLost(store, { platform, workspace, room }, lost, now)
}
