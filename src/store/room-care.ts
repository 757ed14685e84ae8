import { EVERYWHERE } from '../core/person.ts'
import type { Carrier } from '../core/room.ts'
import { Prisma } from './generated/client.ts'
import type { Entrance } from './memberships.ts'
import { type ClaimedPlace, IS_THERE, NOTHING_LEFT, PLACE } from './rooms.ts'
import type { Tx } from './transaction.ts'

/** What becomes of rooms and of people's places in them when somebody changes them by hand, on the platform itself. */
export function roomCare(tx: Tx) {
  return {
    /**
     * A room was filled or changed by hand. A full one is made anew by the next carrier and people move there; a lost role is
     * made again; but a deleted room is not, before staff say so: whoever deleted it may have meant it. Gives its community
     * where this was news.
     */
    async lost(
      { platform, workspace, room }: { platform: string; workspace: string; room: string },
      what: 'room' | 'role' | 'space',
      why: string,
      now: Date,
    ): Promise<{ id: string; communityId: string } | undefined> {
      const due =
        what === 'room' ? Prisma.sql`due_at = null, failure = ${why}` : Prisma.sql`due_at = ${now}::timestamptz`
      const left =
        what === 'role'
          ? Prisma.sql`role_id = null`
          : what === 'space'
            ? Prisma.sql`external_id = null, role_id = null, carrier = null, outgrown = array_append(outgrown, carrier)`
            : Prisma.sql`external_id = null, role_id = null, carrier = null`
      const [row] = await tx.$queryRaw<{ id: string; communityId: string }[]>(Prisma.sql`
        update rooms set ${left}, attempts = 0, lease = null, leased_until = null, ${due}
        where platform = ${platform} and workspace = ${workspace} and external_id = ${room}
          and (${what} <> 'role' or role_id is not null)
        returning id, community_id as "communityId"`)
      if (!row) return undefined
      await tx.$executeRaw(Prisma.sql`
        update room_places set known = 'out', revision = revision + 1, lease = null, leased_until = null,
          due_at = case when wanted = 'in' then ${now}::timestamptz end where room_id = ${row.id}`)
      await tx.roomPlace.deleteMany({ where: { roomId: row.id, ...NOTHING_LEFT } })
      return row
    },

    /** Wants somebody who was away from a workspace back in its rooms of their communities. */
    async wantBack(personId: string, platform: string, workspace: string, now: Date): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        insert into room_places (room_id, person_id, wanted, known, revision, due_at)
        select r.id, m.person_id, 'in', 'out', 1, ${now}::timestamptz from rooms r
        join memberships m on m.community_id = r.community_id and m.state = 'member' and not m.outside
        join communities c on c.id = r.community_id and not c.sensitive
        where m.person_id = ${personId} and r.platform = ${platform} and r.workspace = ${workspace}
        on conflict (room_id, person_id) do nothing`)
    },

    /**
     * Takes people of a platform's rooms whom nobody has looked after since a time, whoever waited longest first, and notes
     * that it is done now. Looking twice does no harm, so there is no lease.
     */
    async lookAfter(platforms: string[], since: Date, limit: number, now: Date): Promise<ClaimedPlace[]> {
      return tx.$queryRaw<ClaimedPlace[]>(Prisma.sql`
        with next as (
          select p.room_id, p.person_id from room_places p join rooms r on r.id = p.room_id and ${IS_THERE}
          where r.platform = any(${platforms}) and p.known = 'in' and p.wanted = 'in'
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
        where r.platform = any(${platforms}) and p.known = 'in' and p.wanted = 'in'`)
      return row?.at ?? undefined
    },

    /** The roles that open rooms of a workspace. */
    async rolesAt(platform: string, workspace: string): Promise<string[]> {
      const rows = await tx.room.findMany({ where: { platform, workspace, roleId: { not: null } } })
      return rows.flatMap(({ roleId }) => roleId ?? [])
    },

    /** The room of a workspace that a deleted channel or role belonged to, if any did. */
    async roomOf(platform: string, workspace: string, id: string): Promise<string | undefined> {
      const room = await tx.room.findFirst({
        where: { platform, workspace, OR: [{ externalId: id }, { roleId: id }] },
      })
      return room?.externalId ?? undefined
    },

    /** Somebody is not in the workspace any more: out of the room, and still in the community. */
    async away({ roomId, personId, revision }: ClaimedPlace): Promise<void> {
      await tx.roomPlace.deleteMany({ where: { roomId, personId, revision, wanted: 'in' } })
    },

    /**
     * What carries a community's rooms where somebody is, or will once they are made; in private, in the workspaces they were
     * met in. Null where staff chose nothing.
     */
    async carriersFor(communityId: string, { personId, platform, workspace }: Entrance): Promise<(Carrier | null)[]> {
      const rows = await tx.$queryRaw<{ carrier: Carrier | null }[]>(Prisma.sql`
        with here as (
          select ${workspace}::text as workspace where ${workspace} <> ${EVERYWHERE}
          union select seen.workspace from presences seen join accounts a on a.id = seen.account_id
          where a.person_id = ${personId} and a.platform = ${platform} and ${workspace} = ${EVERYWHERE})
        select distinct coalesce(r.carrier, w.carrier) as carrier from here
        left join rooms r on r.community_id = ${communityId} and r.platform = ${platform} and r.workspace = here.workspace
        left join workspaces w on w.platform = ${platform} and w.workspace = here.workspace`)
      return rows.map(({ carrier }) => carrier)
    },
  }
}
