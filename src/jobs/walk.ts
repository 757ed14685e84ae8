import { type Platform, type Presence, RoomLost } from '../platform.ts'
import { tellLost } from '../room-lost.ts'
import type { Database } from '../store/database.ts'
import type { ClaimedPlace } from '../store/rooms.ts'
import { inTime, type Job } from './job.ts'

const DAY_MS = 86_400_000
/** One a second on the whole, which leaves the platform's limits to people. */
const BATCH = 60
const PACE_MS = 60_000

/**
 * Looks after everybody in a room once a day, on platforms that do not tell who left or lost a role: who is gone is out of
 * the room and stays in the community.
 */
export function walkJob(database: Database, platforms: Platform[], logFailure: (error: unknown) => void): Job {
  let notBefore = 0
  const walked = platforms.filter((platform) => platform.look)
  const names = walked.map(({ name }) => name)

  async function look(place: ClaimedPlace, now: Date): Promise<void> {
    const platform = walked.find(({ name }) => name === place.platform)
    const room = { id: place.externalId, carrier: place.carrier, role: place.roleId, outgrown: place.outgrown }
    try {
      let presence: Presence | 'out' = 'away'
      for (const account of place.accounts) {
        const found = await inTime(
          platform?.look?.(place.workspace, room, account) ?? Promise.resolve<Presence | 'out'>('here'),
        )
        if (found !== 'away') presence = found
      }
      // Whoever is out of the room is let in by the job that does it, if they have not left meanwhile.
      if (presence !== 'here') await database.transaction((store) => store.roomCare.found(place, presence, now))
    } catch (error) {
      if (error instanceof RoomLost) {
        await database.transaction((store) => tellLost(store, { ...place, room: place.externalId }, error, now))
      } else logFailure(error)
    }
  }

  return {
    name: 'walk',
    schedule: { every: 'minute' },
    async run(clock) {
      const now = clock()
      const since = new Date(now.getTime() - DAY_MS)
      const rows = await database.transaction((store) => store.roomCare.lookAfter(names, since, BATCH, now))
      notBefore = now.getTime() + PACE_MS
      for (const row of rows) await look(row, now)
    },
    async next(_, store) {
      if (names.length === 0) return undefined
      const last = await store.roomCare.lookedAfter(names)
      return last && new Date(Math.max(last.getTime() + DAY_MS, notBefore))
    },
  }
}
