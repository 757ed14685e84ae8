import type { Carrier, RoomMade } from '../core/room.ts'
import { Prisma } from './generated/client.ts'
import { type ClaimedPlace, IS_THERE, PLACE } from './rooms.ts'
import { HAS_READ } from './told.ts'
import type { Tx } from './transaction.ts'

/** A room that is to be looked at. */
export interface RoomThere {
  id: string
  communityId: string
  platform: string
  workspace: string
  externalId: string
  carrier: Carrier | null
  adopted: boolean
  /** Nobody but its members may find it. */
  isPrivate: boolean
}

/** A place `p` in a room `r` of somebody who is inside, or may be and is not brought in: they did not read who sees them there now. */
const MAY_BE_INSIDE = Prisma.sql`(p.wanted = 'in' and ((p.known = 'in' and p.due_at is null) or (p.known is null and not ${HAS_READ})))`

/** What is looked at once a day, where a platform does not tell of it. */
export function walks(tx: Tx) {
  return {
    /**
     * Takes people of a platform's rooms whom nobody has looked after since a time, whoever waited longest first, and notes
     * that it is done now. Looking twice does no harm, so there is no lease.
     */
    async lookAfter(platforms: string[], since: Date, limit: number, now: Date): Promise<ClaimedPlace[]> {
      return tx.$queryRaw<ClaimedPlace[]>(Prisma.sql`
        with next as (
          select p.room_id, p.person_id from room_places p join rooms r on r.id = p.room_id and ${IS_THERE}
          where r.platform = any(${platforms}) and ${MAY_BE_INSIDE}
            and (p.looked_at is null or p.looked_at <= ${since}::timestamptz)
          order by p.looked_at nulls first limit ${limit} for update of p skip locked)
        update room_places p set looked_at = ${now}::timestamptz from next, rooms r
        where p.room_id = next.room_id and p.person_id = next.person_id and r.id = p.room_id
        returning ${PLACE}`)
    },

    /** When somebody was last looked after, of those for whom that is longest ago; nothing where nobody is in a room. */
    async lookedAfter(platforms: string[]): Promise<Date | undefined> {
      const [row] = await tx.$queryRaw<{ at: Date | null }[]>(Prisma.sql`
        select min(coalesce(p.looked_at, 'epoch'::timestamptz)) as at from room_places p
        join rooms r on r.id = p.room_id and ${IS_THERE}
        where r.platform = any(${platforms}) and ${MAY_BE_INSIDE}`)
      return row?.at ?? undefined
    },

    /** What looking after somebody found: they are gone from the workspace, or out of the room and to be let in again. */
    async found({ roomId, personId, revision }: ClaimedPlace, presence: 'away' | 'out', now: Date): Promise<void> {
      // Who has not read who sees them in a room that was outgrown is still in the one before.
      const change =
        presence === 'away'
          ? Prisma.sql`known = 'out', due_at = null from rooms r where ${MAY_BE_INSIDE}`
          : Prisma.sql`known = null, due_at = ${now}::timestamptz from rooms r where p.due_at is null and ${HAS_READ}`
      await tx.$executeRaw(Prisma.sql`
        update room_places p set ${change} and r.id = p.room_id and p.room_id = ${roomId} and p.person_id = ${personId}
          and p.revision = ${revision} and p.wanted = 'in'`)
    },

    /** Takes rooms nobody has looked at since a time, as `lookAfter` takes people. */
    async lookAt(platforms: string[], since: Date, limit: number, now: Date): Promise<RoomThere[]> {
      return tx.$queryRaw<RoomThere[]>(Prisma.sql`
        with next as (
          select r.id from rooms r where r.platform = any(${platforms}) and ${IS_THERE}
            and (r.looked_at is null or r.looked_at <= ${since}::timestamptz)
          order by r.looked_at nulls first limit ${limit} for update skip locked)
        update rooms r set looked_at = ${now}::timestamptz from next, communities c
        where r.id = next.id and c.id = r.community_id
        returning r.id, r.community_id as "communityId", r.platform, r.workspace, r.external_id as "externalId", r.carrier,
          r.adopted, (c.sensitive or c.visibility <> 'open') as "isPrivate"`)
    },

    /** When a room was last looked at, of those for which that is longest ago; nothing where there is none. */
    async lookedAt(platforms: string[]): Promise<Date | undefined> {
      const [row] = await tx.$queryRaw<{ at: Date | null }[]>(Prisma.sql`
        select min(coalesce(r.looked_at, 'epoch'::timestamptz)) as at from rooms r
        where r.platform = any(${platforms}) and ${IS_THERE}`)
      return row?.at ?? undefined
    },

    /** What a look at a room found: what it is called by now, and who may see it. */
    async saw({ id, externalId }: Pick<RoomThere, 'id' | 'externalId'>, { name, carrier }: RoomMade): Promise<void> {
      await tx.room.updateMany({
        where: { id, externalId },
        data: { ...(name && { called: name }), ...(carrier && { carrier }) },
      })
    },
  }
}
