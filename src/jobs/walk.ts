import { type Platform, type Presence, RoomLost, RoomShut } from '../platform.ts'
import { tellLost, tellSeen, tellShut } from '../room-lost.ts'
import type { Database } from '../store/database.ts'
import type { ClaimedPlace } from '../store/rooms.ts'
import type { RoomThere } from '../store/walks.ts'
import { inTime, type Job } from './job.ts'

const DAY_MS = 86_400_000
/** One in two seconds on the whole, which leaves the platform's limits to people. */
const BATCH = 30
/** Rooms at once; there are few beside people. */
const ROOMS = 10
const PACE_MS = 60_000

/**
 * Looks after everybody in a room once a day, on platforms that do not tell who left or lost a role: who is gone is out of
 * the room and stays in the community. And at the rooms themselves, where nobody tells that everybody may see one by now.
 */
export function walkJob(database: Database, platforms: Platform[], logFailure: (error: unknown) => void): Job {
  let notBefore = 0
  const walked = platforms.filter((platform) => platform.look)
  const names = walked.map(({ name }) => name)
  const shown = platforms.filter((platform) => platform.lookAt).map(({ name }) => name)

  async function look(place: ClaimedPlace, now: Date): Promise<void> {
    const platform = walked.find(({ name }) => name === place.platform)
    const room = { id: place.externalId, carrier: place.carrier, role: place.roleId, outgrown: place.outgrown }
    try {
      let presence: Presence | 'out' = 'away'
      for (const account of place.accounts) {
        const found = await inTime(async () => platform?.look?.(place.workspace, room, account) ?? 'here')
        if (found !== 'away') presence = found
      }
      // Whoever is out of the room is let in by the job that does it, if they have not left meanwhile.
      if (presence !== 'here') await database.transaction((store) => store.walks.found(place, presence, now))
    } catch (error) {
      if (error instanceof RoomLost) {
        await database.transaction((store) => tellLost(store, { ...place, room: place.externalId }, error, now))
      } else logFailure(error)
    }
  }

  async function lookAt(room: RoomThere, now: Date): Promise<void> {
    const { platform: name, workspace, externalId: id, carrier, adopted, isPrivate } = room
    const platform = platforms.find((one) => one.name === name)
    try {
      const ref = { id, carrier, role: null, outgrown: null, adopted }
      const found = await inTime(async () => platform?.lookAt?.(workspace, ref, isPrivate))
      if (found) await database.transaction((store) => tellSeen(store, room, found, now))
    } catch (error) {
      if (error instanceof RoomShut) {
        await database.transaction((store) => tellShut(store, { ...room, room: id }, error, now))
      } else logFailure(error)
    }
  }

  return {
    name: 'walk',
    schedule: { every: 'minute' },
    async run(clock) {
      const now = clock()
      const since = new Date(now.getTime() - DAY_MS)
      const rows = await database.transaction((store) => store.walks.lookAfter(names, since, BATCH, now))
      notBefore = now.getTime() + PACE_MS
      for (const row of rows) await look(row, now)
      const rooms = await database.transaction((store) => store.walks.lookAt(shown, since, ROOMS, now))
      for (const room of rooms) await lookAt(room, now)
    },
    async next(_, store) {
      if (names.length === 0) return undefined
      const lasts = [await store.walks.lookedAfter(names), await store.walks.lookedAt(shown)]
      const times = lasts.flatMap((last) => (last ? last.getTime() : []))
      return times.length > 0 ? new Date(Math.max(Math.min(...times) + DAY_MS, notBefore)) : undefined
    },
  }
}
