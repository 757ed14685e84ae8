import { EVERYWHERE } from '../core/person.ts'
import { CARRIERS, seenBy } from '../core/room.ts'
import { Prisma } from './generated/client.ts'

/** Whoever has a place `p` in a room `r` has read who sees them there. */
export const HAS_READ = Prisma.sql`(r.carrier is null or p.told = 'everyone'
  or (p.told = 'members' and r.carrier in (${Prisma.join(CARRIERS.filter((one) => seenBy(one) === 'members'))})))`

/** Who sees somebody in a room `r`, as they read it where they last chose to enter one, by their membership `m`. */
export const TOLD_AT_ROOM = Prisma.sql`(case when m.told_on = r.platform and m.told_in in (r.workspace, ${EVERYWHERE}) then m.told end)`

/** What somebody who is wanted in a room once more read of it; what they read before they were out of it is over. */
export const TOLD_AGAIN = Prisma.sql`coalesce(excluded.told, case when room_places.wanted = 'in' then room_places.told end)`
