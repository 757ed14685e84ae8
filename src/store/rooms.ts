import { z } from 'zod'
import type { Community } from '../core/community.ts'
import { EVERYWHERE } from '../core/person.ts'
import { CARRIERS, type Carrier, type RoomMade } from '../core/room.ts'
import { Prisma } from './generated/client.ts'
import { MET_AT_ROOM } from './presence.ts'
import { HAS_READ, TOLD_AT_ROOM } from './told.ts'
import type { Tools, Tx } from './transaction.ts'
import { isFree, type Outcome, settled, taken } from './work.ts'

/** A room that is wanted and not made yet, or has to be mended. */
export interface ClaimedRoom {
  id: string
  communityId: string
  communityName: string
  /** Nobody but its members may find the room. */
  isPrivate: boolean
  isSensitive: boolean
  platform: string
  workspace: string
  name: string
  externalId: string | null
  /** As it was made, else as staff chose for rooms there. */
  carrier: Carrier | null
  category: string | null
  isOutgrown: boolean
  adopted: boolean
  /** What it is really called there, as far as it was heard. */
  called: string | null
  attempts: number
}

/** A person to let into a room or out of it. */
export interface ClaimedPlace {
  roomId: string
  personId: string
  platform: string
  workspace: string
  externalId: string
  carrier: Carrier | null
  roleId: string | null
  outgrown: string | null
  adopted: boolean
  /** The person's accounts there; somebody united with themselves has several, somebody from elsewhere none. */
  accounts: string[]
  wanted: 'in' | 'out'
  revision: number
  attempts: number
}

/** An account's place in a room, as it is kept after nobody here stands for it any more. */
export const placeOutside = z.object({
  platform: z.string(),
  workspace: z.string(),
  room: z.string(),
  carrier: z.enum(CARRIERS).nullish(),
  role: z.string().nullish(),
  outgrown: z.string().nullish(),
  adopted: z.boolean().optional(),
  account: z.string(),
  /** Until when somebody may still be letting them in. */
  until: z.date().nullish(),
})

/** Somebody who is out and was heard to be out: nothing more is to be known of it. */
export const NOTHING_LEFT = { wanted: 'out', known: 'out', dueAt: null, lease: null }

/** A room `r` that people can be let into: it is there, and nothing of it is broken or waits to be mended. */
export const IS_THERE = Prisma.sql`r.external_id is not null and r.due_at is null and r.failure is null`

/** A place `p` in a room `r` that somebody may be brought to; out of it, whatever is broken or waits to be mended. */
const MAY_MOVE = Prisma.sql`(r.external_id is not null and (p.wanted = 'out' or (${IS_THERE} and ${HAS_READ})))`

/** A `place` of somebody who was not there when they were to be let in, or was gone when they were looked after. */
export const WAS_AWAY = Prisma.sql`place.wanted = 'in' and place.known = 'out' and place.due_at is null and place.failure is null`

/** What there is to know of a place `p` in a room `r`. */
export const PLACE = Prisma.sql`
  p.room_id as "roomId", p.person_id as "personId", r.platform, r.workspace, r.external_id as "externalId", r.carrier,
  r.role_id as "roleId", r.outgrown, r.adopted, p.wanted, p.revision, p.attempts,
  array(select a.external_id from accounts a where a.person_id = p.person_id and ${MET_AT_ROOM} order by a.id) as accounts`

export const NEXT_PLACE = Prisma.sql`
  select min(greatest(p.due_at, p.leased_until)) from room_places p join rooms r on r.id = p.room_id
  where p.due_at is not null and ${MAY_MOVE}`

export function rooms(tx: Tx, { draws }: Tools) {
  return {
    /** Wants a room for a community in a workspace; harmless where there is one. */
    async want(communityId: string, platform: string, workspace: string, name: string, now: Date): Promise<void> {
      await tx.room.createMany({
        data: [{ id: draws.id(now), communityId, platform, workspace, name, dueAt: now }],
        skipDuplicates: true,
      })
    },

    /** The workspaces from which members of a community would enter its room. */
    async workspacesOf(communityId: string): Promise<{ platform: string; workspace: string }[]> {
      return tx.$queryRaw(Prisma.sql`
        select distinct a.platform, coalesce(seen.workspace, a.workspace) as workspace from memberships m
        join accounts a on a.person_id = m.person_id
        left join presences seen on a.workspace = ${EVERYWHERE} and seen.account_id = a.id and seen.workspace = m.told_in
          and m.told_on = a.platform and m.told is not null
        where m.community_id = ${communityId} and m.state = 'member'
          and coalesce(seen.workspace, a.workspace) <> ${EVERYWHERE} order by 1, 2`)
    },

    /** Wants every member in the room of the workspace their account is in, where the community has one. */
    async wantMembers(communityId: string, now: Date): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        insert into room_places (room_id, person_id, wanted, told, known, revision, due_at)
        select distinct r.id, m.person_id, 'in', ${TOLD_AT_ROOM}, 'out', 1, ${now}::timestamptz
        from rooms r join memberships m on m.community_id = r.community_id and m.state = 'member'
        join accounts a on a.person_id = m.person_id and ${MET_AT_ROOM}
        where r.community_id = ${communityId}
        on conflict (room_id, person_id) do nothing`)
    },

    /** Open communities that have no room in a workspace, by name. */
    async lacking(platform: string, workspace: string, limit: number): Promise<{ id: string; name: string }[]> {
      return tx.$queryRaw(Prisma.sql`
        select c.id, c.name from communities c where c.state = 'open' and c.visibility = 'open' and not c.sensitive
          and not exists (select 1 from rooms r where r.community_id = c.id and r.platform = ${platform}
            and r.workspace = ${workspace} and (r.external_id is not null or r.due_at is not null))
        order by c.name, c.id limit ${limit}`)
    },

    /** Takes a channel that is there for a community's room; false where it is one, or the community has another. */
    async adopt(
      { id, slug }: Pick<Community, 'id' | 'slug'>,
      { platform, workspace, place }: { platform: string; workspace: string; place: string },
      called: string | undefined,
      now: Date,
    ): Promise<boolean> {
      const taken = await tx.$executeRaw(Prisma.sql`
        insert into rooms (id, community_id, platform, workspace, name, called, external_id, carrier, adopted)
        select ${draws.id(now)}, ${id}, ${platform}, ${workspace}, ${slug ?? id}, ${called ?? null}, ${place}, 'public', true
        where not exists (select 1 from rooms o where o.platform = ${platform} and o.workspace = ${workspace}
          and o.external_id = ${place})
        on conflict (community_id, platform, workspace) do update
          set external_id = excluded.external_id, called = excluded.called, carrier = 'public', adopted = true, role_id = null,
             outgrown = null, failure = null, attempts = 0
          where rooms.external_id is null and rooms.due_at is null`)
      return taken > 0
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
        update rooms r set ${taken({ name: lease, now })}, looked_at = ${now}::timestamptz from free, communities c where r.id = free.id and c.id = r.community_id
        returning r.id, r.community_id as "communityId", c.name as "communityName", c.sensitive as "isSensitive",
          (c.sensitive or c.visibility <> 'open') as "isPrivate", r.platform, r.workspace, r.name, r.called, r.adopted, r.attempts,
          r.external_id as "externalId", coalesce(r.outgrown = r.external_id and r.carrier <> 'role', false) as "isOutgrown",
          coalesce(r.carrier, (select w.carrier from workspaces w where w.platform = r.platform and w.workspace = r.workspace)) as carrier,
          (select w.category from workspaces w where w.platform = r.platform and w.workspace = r.workspace) as category`)
      return { lease, rows }
    },

    /** The other rooms of a room's workspace, and their roles: one made a moment ago is among them. */
    async others({ id, platform, workspace }: ClaimedRoom): Promise<{ others: string[]; roles: string[] }> {
      const rows = await tx.room.findMany({ where: { platform, workspace, id: { not: id } } })
      return {
        others: rows.flatMap(({ externalId, outgrown }) => [externalId, outgrown].filter((one) => one !== null)),
        roles: rows.flatMap(({ roleId }) => roleId ?? []),
      }
    },

    /**
     * A room has no space for many more, so a larger one is wanted; a hidden community's stays as it is, since no carrier that
     * holds more would hide it. Gives the community where this is news.
     */
    async outgrow(id: string, now: Date): Promise<string | undefined> {
      const [row] = await tx.$queryRaw<{ communityId: string }[]>(Prisma.sql`
        update rooms r set outgrown = r.external_id, attempts = 0, failure = null, due_at = ${now}::timestamptz
        from communities c where r.id = ${id} and c.id = r.community_id and c.visibility = 'open' and not c.sensitive
          and r.carrier in ('channel', 'thread') and r.due_at is null and r.outgrown is distinct from r.external_id
        returning c.id as "communityId"`)
      return row?.communityId
    },

    /**
     * How making or mending it ended. Where there is to be no room, nothing waits to be said in it. False where it was taken
     * from whoever made it, so that what they made is nobody's.
     */
    async finish(id: string, lease: string, outcome: Outcome, made?: RoomMade): Promise<boolean> {
      const how = made
        ? Prisma.sql`external_id = ${made.id}, carrier = ${made.carrier ?? null}, role_id = ${made.role ?? null},
            called = coalesce(${made.name ?? null}, called), unseen = false,
            adopted = adopted and external_id is not distinct from ${made.id},`
        : Prisma.empty
      const finished = await tx.$executeRaw(Prisma.sql`
        update rooms set ${how} ${settled(outcome)} where id = ${id} and lease = ${lease}`)
      if (made && made.id === null && finished > 0) await sayNothingIn(tx, [id])
      return finished > 0
    },

    /** Places in rooms that exist; changed and changed back is done without a word. */
    async claimPlaces(limit: number, now: Date): Promise<{ lease: string; rows: ClaimedPlace[] }> {
      const lease = draws.key()
      await tx.$executeRaw(Prisma.sql`
        update room_places set due_at = null, attempts = 0, failure = null where ${isFree(now)} and known = wanted`)
      await tx.roomPlace.deleteMany({ where: NOTHING_LEFT })
      const rows = await tx.$queryRaw<ClaimedPlace[]>(Prisma.sql`
        with free as (
          select room_id, person_id from room_places p where ${isFree(now)}
            and exists (select 1 from rooms r where r.id = p.room_id and ${MAY_MOVE})
          order by due_at, person_id limit ${limit} for update skip locked)
        update room_places p set known = null, ${taken({ name: lease, now })} from free, rooms r
        where p.room_id = free.room_id and p.person_id = free.person_id and r.id = p.room_id
        returning ${PLACE}`)
      return { lease, rows }
    },

    /**
     * Who is away can be let into nothing: they wait, out of it, until they do something there again. Gives how many are in the
     * room now.
     */
    async finishPlace(row: ClaimedPlace, lease: string, outcome: Outcome, now: Date, isAway = false): Promise<number> {
      const { roomId, personId } = row
      const heard = Prisma.sql`known = ${isAway ? 'out' : row.wanted}, looked_at = ${now}::timestamptz,`
      const known = 'done' in outcome ? heard : Prisma.empty
      const unless = { unchanged: Prisma.sql`revision = ${row.revision}`, otherwiseDue: Prisma.sql`due_at` }
      const [after] = await tx.$queryRaw<{ inside: number }[]>(Prisma.sql`
        update room_places p set ${known} ${settled(outcome, unless)}
        where room_id = ${roomId} and person_id = ${personId} and lease = ${lease}
        returning (p.known = 'in')::int + (select count(*)::int from room_places o
          where o.room_id = p.room_id and o.person_id <> p.person_id and o.known = 'in') as inside`)
      if (row.wanted === 'out') await tx.roomPlace.deleteMany({ where: { roomId, personId, ...NOTHING_LEFT } })
      return after?.inside ?? 0
    },
  }
}

/** Drops what waits to be said in rooms that are not to be. */
export async function sayNothingIn(tx: Tx, roomIds: string[]): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    delete from posts p using rooms r where r.id = any(${roomIds}) and p.community_id = r.community_id
      and p.platform = r.platform and p.workspace = r.workspace and p.due_at is not null`)
}
