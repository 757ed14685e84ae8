import type { Draws } from '../core/ids.ts'
import { say } from '../core/say.ts'
import { type Platform, Stuck } from '../platform.ts'
import type { Database } from '../store/database.ts'
import { attempt, BATCH, type Clock, isHeld, type Job } from './job.ts'

/** Makes wanted rooms, and lets people in and out of them. */
export function roomsJob(database: Database, platforms: Platform[], draws: Draws): Job {
  const on = (name: string) => platforms.find((platform) => platform.name === name)

  async function makeRooms(clock: Clock): Promise<boolean> {
    const now = clock()
    const { lease, rows } = await database.transaction((store) => store.rooms.claim(BATCH, now))
    for (const room of rows) {
      if (!isHeld(now, clock)) return false
      let externalId: string | undefined
      const outcome = await attempt(room.attempts, now, draws.fraction(), async () => {
        externalId = await platformOf(on, room.platform).makeRoom(room.workspace, {
          name: room.name,
          title: room.communityName,
          isPrivate: room.isPrivate,
        })
      })
      await database.transaction(async (store) => {
        await store.rooms.finish(room.id, lease, outcome, externalId)
        if ('stuck' in outcome) {
          await store.staffNotes.tell(
            `room/${room.id}`,
            say`A room on ${room.platform} can't be made: ${outcome.stuck}`,
            now,
          )
        }
      })
    }
    return rows.length === BATCH
  }

  async function movePeople(clock: Clock): Promise<boolean> {
    const now = clock()
    const { lease, rows } = await database.transaction((store) => store.rooms.claimPlaces(BATCH, now))
    for (const place of rows) {
      if (!isHeld(now, clock)) return false
      const { accounts } = place
      const outcome = await attempt(place.attempts, now, draws.fraction(), async () => {
        // Nobody can be let into a workspace they have no account in.
        if (accounts.length === 0) return
        const platform = platformOf(on, place.platform)
        const move = place.wanted === 'in' ? platform.letIn : platform.letOut
        for (const account of accounts) await move(place.workspace, place.externalId, account)
      })
      await database.transaction(async (store) => {
        await store.rooms.finishPlace(place, lease, outcome)
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

/** The platform of a room, place or person; a platform switched off since leaves its effects to staff. */
export function platformOf(on: (name: string) => Platform | undefined, name: string): Platform {
  const platform = on(name)
  if (!platform) throw new Stuck(`${name} is not connected`)
  return platform
}
