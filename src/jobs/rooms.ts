import { type Draws, timeOf } from '../core/ids.ts'
import type { RoomMade } from '../core/room.ts'
import { say } from '../core/say.ts'
import {
  Later,
  NotLetIn,
  type Platform,
  type Presence,
  RoomFull,
  RoomLost,
  type RoomRef,
  RoomShut,
  Stuck,
} from '../platform.ts'
import { tellNotLetIn } from '../room-barred.ts'
import { tellLeftOver, tellLost, tellMoved, tellSeen, tellShut } from '../room-lost.ts'
import { tellLarger, tellOutgrown } from '../room-outgrown.ts'
import type { Database } from '../store/database.ts'
import type { ClaimedPlace, ClaimedRoom } from '../store/rooms.ts'
import type { Store } from '../store/store.ts'
import type { Outcome } from '../store/work.ts'
import { attempt, BATCH, type Clock, inTime, isHeld, type Job } from './job.ts'

/** Makes wanted rooms, and lets people in and out of them. */
export function roomsJob(database: Database, platforms: Platform[], draws: Draws): Job {
  const on = (name: string) => platforms.find((platform) => platform.name === name)

  async function makeRooms(clock: Clock): Promise<boolean> {
    const now = clock()
    const { lease, rows } = await database.transaction((store) => store.rooms.claim(BATCH, now))
    for (const room of rows) {
      if (!isHeld(now, clock)) return false
      const end: Ended = {}
      const outcome = await attempt(room.attempts, now, draws.fraction(), async () => {
        const wanted = {
          name: room.name,
          title: room.communityName,
          isPrivate: room.isPrivate,
          isSensitive: room.isSensitive,
          carrier: room.carrier ?? undefined,
          category: room.category ?? undefined,
          room: room.externalId,
          called: room.called ?? undefined,
          isOutgrown: room.isOutgrown,
          since: timeOf(room.id),
          ...(await database.transaction((store) => store.rooms.others(room))),
        }
        try {
          end.made = await platformOf(on, room.platform).makeRoom(room.workspace, wanted)
        } catch (error) {
          if (error instanceof RoomLost) end.lost = error
          if (error instanceof RoomShut) end.shut = error
          throw error
        }
      })
      await database
        .transaction((store) => settleRoom(store, room, lease, { ...end, outcome }, now))
        .catch(async (error: unknown) => {
          // Another process took what was found for another room: it is looked for once more, and nobody waits behind it.
          const failed = await attempt(room.attempts, now, draws.fraction(), () => Promise.reject(error))
          await database.transaction((store) => store.rooms.finish(room.id, lease, failed))
        })
    }
    return rows.length === BATCH
  }

  async function movePeople(clock: Clock): Promise<boolean> {
    const now = clock()
    const { lease, rows } = await database.transaction((store) => store.rooms.claimPlaces(BATCH, now))
    const inside = await lettingAllIn(on, rows, () => isHeld(now, clock))
    for (const place of rows) {
      if (!isHeld(now, clock)) return false
      const { accounts } = place
      let isAway = false
      let lost: RoomLost | undefined
      let shut: RoomShut | undefined
      let isFull = false
      let barred: NotLetIn | undefined
      const outcome = await attempt(place.attempts, now, draws.fraction(), async () => {
        const platform = platformOf(on, place.platform)
        const room = roomOf(place)
        try {
          if (place.wanted === 'out')
            for (const account of accounts) await platform.letOut(place.workspace, room, account)
          else isAway = (inside.get(place) ?? (await lettingIn(platform, place, room))) === 'away'
        } catch (error) {
          if (error instanceof RoomLost) lost = error
          isFull = error instanceof RoomFull
          if (error instanceof NotLetIn) barred = error
          if (error instanceof RoomShut) {
            shut = error
            throw new Later(error.message)
          }
          throw error
        }
      })
      await database.transaction(async (store) => {
        if (lost && (await tellLost(store, { ...place, room: place.externalId }, lost, now))) return
        if (barred) await tellNotLetIn(store, place, barred, now)
        if (shut) await tellShut(store, { ...place, room: place.externalId }, shut, now)
        const holds = place.carrier && on(place.platform)?.roomHolds?.[place.carrier]
        if (isFull && (await tellOutgrown(store, place, now)))
          // They wait for the larger room.
          return store.rooms.finishPlace(place, lease, { again: now, failure: 'the room is full' }, now)
        const inside = await store.rooms.finishPlace(place, lease, outcome, now, isAway)
        if (place.wanted === 'in' && holds && inside >= holds) await tellOutgrown(store, place, now)
        if ('stuck' in outcome) {
          await store.staffNotes.tell(
            'stuck/room_places',
            say`Someone can't be let into or out of a room on ${place.platform}: ${outcome.stuck}`,
            now,
          )
        }
      })
    }
    return rows.length === BATCH
  }

  return {
    name: 'rooms',
    schedule: { every: 'minute' },
    async run(clock) {
      while (await makeRooms(clock));
      while (await movePeople(clock));
    },
    next: async (_, store) => (await store.agenda()).rooms,
  }
}

/** What came of making a room. */
interface Ended {
  made?: RoomMade
  lost?: RoomLost
  shut?: RoomShut
}

async function settleRoom(
  store: Store,
  room: ClaimedRoom,
  lease: string,
  { made, lost, shut, outcome }: Ended & { outcome: Outcome },
  now: Date,
): Promise<void> {
  const { externalId } = room
  if (shut && externalId && (await tellShut(store, { ...room, room: externalId }, shut, now))) return
  if (lost && externalId && (await tellLost(store, { ...room, room: externalId }, lost, now))) return
  const isOurs = await store.rooms.finish(room.id, lease, outcome, made)
  if (!isOurs) return made ? tellLeftOver(store, room, made, now) : undefined
  if (made && externalId && made.id !== externalId)
    await (room.isOutgrown ? tellLarger : tellMoved)(store, room, externalId, now)
  if (made && externalId && made.id === externalId) await tellSeen(store, { ...room, externalId }, made, now)
  if (made && externalId) await store.effects.goOn(room.platform, room.workspace, now)
  if ('stuck' in outcome) {
    await store.staffNotes.tell(`room/${room.id}`, say`A room on ${room.platform} can't be made: ${outcome.stuck}`, now)
  }
}

/** The platform of a room, place or person; a platform switched off since leaves its effects to staff. */
export function platformOf(on: (name: string) => Platform | undefined, name: string): Platform {
  const platform = on(name)
  if (!platform) throw new Stuck(`${name} is not connected`)
  return platform
}

const roomOf = ({ externalId, carrier, roleId, outgrown, adopted }: ClaimedPlace): RoomRef => ({
  id: externalId,
  carrier,
  role: roleId,
  outgrown,
  adopted,
})

/** Lets those who wait for one room in together, where its platform can. Whoever is not in the answer is let in alone. */
async function lettingAllIn(
  on: (name: string) => Platform | undefined,
  rows: ClaimedPlace[],
  isHeld: () => boolean,
): Promise<Map<ClaimedPlace, Presence>> {
  const answered = new Map<ClaimedPlace, Presence>()
  const waiting = rows.filter(({ wanted, accounts }) => wanted === 'in' && accounts.length === 1)
  for (const roomId of new Set(waiting.map((place) => place.roomId))) {
    const together = waiting.filter((place) => place.roomId === roomId)
    const [first] = together
    const letAllIn = first && on(first.platform)?.letAllIn
    if (!first || !letAllIn || together.length < 2 || !isHeld()) continue
    const accounts = together.flatMap((place) => place.accounts)
    const there = await inTime(async () => letAllIn(first.workspace, roomOf(first), accounts)).catch(
      // Whatever went wrong is met again, and told, where each is let in alone.
      () => new Map<string, Presence>(),
    )
    for (const place of together) {
      const presence = there.get(place.accounts[0] ?? '')
      if (presence) answered.set(place, presence)
    }
  }
  return answered
}

/** Somebody is away when none of their accounts is there, and barred when all that are there are. */
async function lettingIn(platform: Platform, { workspace, accounts }: ClaimedPlace, room: RoomRef): Promise<Presence> {
  let presence: Presence = 'away'
  let barred: NotLetIn | undefined
  for (const account of accounts) {
    try {
      if ((await platform.letIn(workspace, room, account)) === 'here') presence = 'here'
    } catch (error) {
      if (!(error instanceof NotLetIn)) throw error
      barred ??= error
    }
  }
  if (barred && presence === 'away') throw barred
  return presence
}
