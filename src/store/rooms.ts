import { EVERYWHERE } from '../core/person.ts'
import { Prisma } from './generated/client.ts'
import { MET_AT_ROOM } from './presence.ts'
import type { Tools, Tx } from './transaction.ts'
import { isFree, type Outcome, settled, taken } from './work.ts'

/** A room that is wanted and not made yet. */
export interface ClaimedRoom {
  id: string
  communityId: string
  communityName: string
  /** Nobody but its members may find the room. */
  isPrivate: boolean
  platform: string
  workspace: string
  name: string
  attempts: number
}

/** A person to let into a room or out of it. */
export interface ClaimedPlace {
  roomId: string
  personId: string
  platform: string
  workspace: string
  externalId: string
  /** The person's accounts there; somebody united with themselves has several, somebody from elsewhere none. */
  accounts: string[]
  wanted: 'in' | 'out'
  revision: number
  attempts: number
}

/** Somebody who is out and was heard to be out: nothing more is to be known of it. */
const NOTHING_LEFT = { wanted: 'out', known: 'out', dueAt: null, lease: null }

export const NEXT_PLACE = Prisma.sql`
  select min(greatest(p.due_at, p.leased_until)) from room_places p join rooms r on r.id = p.room_id
  where p.due_at is not null and r.external_id is not null`

export function rooms(tx: Tx, { draws }: Tools) {
  return {
    /** Wants a room for a community in a workspace; harmless where there is one. */
    async want(communityId: string, platform: string, workspace: string, name: string, now: Date): Promise<void> {
      await tx.room.createMany({
        data: [{ id: draws.id(now), communityId, platform, workspace, name, dueAt: now }],
        skipDuplicates: true,
      })
    },

    /** The workspaces in which members of a community have accounts. */
    async workspacesOf(communityId: string): Promise<{ platform: string; workspace: string }[]> {
      return tx.$queryRaw(Prisma.sql`
        select distinct a.platform, coalesce(seen.workspace, a.workspace) as workspace from memberships m
        join accounts a on a.person_id = m.person_id
        left join presences seen on a.workspace = ${EVERYWHERE} and seen.account_id = a.id
        where m.community_id = ${communityId} and m.state = 'member'
          and coalesce(seen.workspace, a.workspace) <> ${EVERYWHERE} order by 1, 2`)
    },

    /** Wants every member in the room of the workspace their account is in, where the community has one. */
    async wantMembers(communityId: string, now: Date): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        insert into room_places (room_id, person_id, wanted, known, revision, due_at)
        select distinct r.id, m.person_id, 'in', 'out', 1, ${now}::timestamptz
        from rooms r join memberships m on m.community_id = r.community_id and m.state = 'member'
        join accounts a on a.person_id = m.person_id and ${MET_AT_ROOM}
        where r.community_id = ${communityId}
        on conflict (room_id, person_id) do nothing`)
    },

    /** Who is in which room of a platform, as far as it was heard. */
    async known(platform: string): Promise<{ workspace: string; room: string; account: string }[]> {
      return tx.$queryRaw(Prisma.sql`
        select r.workspace, r.external_id as room, a.external_id as account from room_places p
        join rooms r on r.id = p.room_id and r.platform = ${platform} and r.external_id is not null
        join accounts a on a.person_id = p.person_id and ${MET_AT_ROOM}
        where p.known = 'in'`)
    },

    async claim(limit: number, now: Date): Promise<{ lease: string; rows: ClaimedRoom[] }> {
      const lease = draws.key()
      const rows = await tx.$queryRaw<ClaimedRoom[]>(Prisma.sql`
        with free as (select id from rooms where ${isFree(now)} order by due_at, id limit ${limit} for update skip locked)
        update rooms r set ${taken({ name: lease, now })} from free, communities c where r.id = free.id and c.id = r.community_id
        returning r.id, r.community_id as "communityId", c.name as "communityName",
          (c.sensitive or c.visibility <> 'open') as "isPrivate", r.platform, r.workspace, r.name, r.attempts`)
      return { lease, rows }
    },

    async finish(id: string, lease: string, outcome: Outcome, externalId?: string): Promise<void> {
      const made = externalId === undefined ? Prisma.empty : Prisma.sql`external_id = ${externalId},`
      await tx.$executeRaw(Prisma.sql`
        update rooms set ${made} ${settled(outcome)} where id = ${id} and lease = ${lease}`)
    },

    /** Places in rooms that exist; changed and changed back is done without a word. */
    async claimPlaces(limit: number, now: Date): Promise<{ lease: string; rows: ClaimedPlace[] }> {
      const lease = draws.key()
      await tx.$executeRaw(Prisma.sql`
        update room_places set due_at = null, attempts = 0, failure = null where ${isFree(now)} and known = wanted`)
      await tx.roomPlace.deleteMany({ where: NOTHING_LEFT })
      const rows = await tx.$queryRaw<ClaimedPlace[]>(Prisma.sql`
        with free as (
          select room_id, person_id from room_places where ${isFree(now)}
            and exists (select 1 from rooms r where r.id = room_id and r.external_id is not null)
          order by due_at, person_id limit ${limit} for update skip locked)
        update room_places p set known = null, ${taken({ name: lease, now })} from free, rooms r
        where p.room_id = free.room_id and p.person_id = free.person_id and r.id = p.room_id
        returning p.room_id as "roomId", p.person_id as "personId", r.platform, r.workspace, r.external_id as "externalId",
          p.wanted, p.revision, p.attempts, array(select a.external_id from accounts a where a.person_id = p.person_id
            and ${MET_AT_ROOM} order by a.id) as accounts`)
      return { lease, rows }
    },

    async finishPlace(row: ClaimedPlace, lease: string, outcome: Outcome): Promise<void> {
      const known = 'done' in outcome ? Prisma.sql`known = ${row.wanted},` : Prisma.empty
      const unless = { unchanged: Prisma.sql`revision = ${row.revision}`, otherwiseDue: Prisma.sql`due_at` }
      await tx.$executeRaw(Prisma.sql`update room_places set ${known} ${settled(outcome, unless)}
        where room_id = ${row.roomId} and person_id = ${row.personId} and lease = ${lease}`)
      await tx.roomPlace.deleteMany({ where: { roomId: row.roomId, personId: row.personId, ...NOTHING_LEFT } })
    },
  }
}
