import type { z } from 'zod'
import { EVERYWHERE } from '../core/person.ts'
import { CARRIERS, type Carrier, seenBy, type Told } from '../core/room.ts'
import { Prisma } from './generated/client.ts'
import type { Entrance } from './memberships.ts'
import { MET_AT_ROOM } from './presence.ts'
import { NOTHING_LEFT, type placeOutside, WAS_AWAY } from './rooms.ts'
import type { Tools, Tx } from './transaction.ts'

/** What carries rooms whose name others read, which a hidden community must not have. */
const SHOWN = CARRIERS.filter((carrier) => carrier === 'channel' || seenBy(carrier) === 'everyone')

/** An account in a channel that was there before it became a room. */
interface Stays {
  platform: string
  workspace: string
  accountId: string
}

/** What becomes of rooms and of people's places in them when somebody changes them by hand, on the platform itself. */
export function roomCare(tx: Tx, { draws }: Tools) {
  return {
    /**
     * A room or its role was deleted by hand. Neither is made again before staff say so, since whoever deleted it may have
     * meant it; until then nobody is let in. Gives the room where this was news.
     */
    async lost(
      { platform, workspace, room }: { platform: string; workspace: string; room: string },
      what: 'room' | 'role',
      why: string,
      now: Date,
    ): Promise<{ id: string; communityId: string } | undefined> {
      // Whoever never went along is still in the room that one grew out of: it is the room again, and full.
      const before = Prisma.sql`nullif(outgrown, external_id)`
      const left =
        what === 'role'
          ? Prisma.sql`role_id = null`
          : Prisma.sql`external_id = ${before}, outgrown = ${before}, role_id = null,
              carrier = case when ${before} is not null then 'thread' end`
      const [row] = await tx.$queryRaw<{ id: string; communityId: string; isOutgrown: boolean }[]>(Prisma.sql`
        update rooms set ${left}, attempts = 0, lease = null, leased_until = null, due_at = null, failure = ${why}
        where platform = ${platform} and workspace = ${workspace} and external_id = ${room}
          and (${what} <> 'role' or role_id is not null)
        returning id, community_id as "communityId", (outgrown is not null) as "isOutgrown"`)
      if (!row) return undefined
      // Of a room that grew out of another nobody knows who was in which.
      await tx.$executeRaw(Prisma.sql`
        update room_places set known = ${row.isOutgrown ? null : 'out'}, revision = revision + 1, lease = null, leased_until = null,
          due_at = case when wanted = 'in' or ${row.isOutgrown} then ${now}::timestamptz end where room_id = ${row.id}`)
      await tx.roomPlace.deleteMany({ where: { roomId: row.id, ...NOTHING_LEFT } })
      return row
    },

    /** Nothing can be done in a room now. It is kept, and who is in it, but nobody is let in. Gives the room where it is one. */
    async shut(
      { platform, workspace, room }: { platform: string; workspace: string; room: string },
      why: string,
      state: 'shut' | 'unseen' | 'exposed',
    ): Promise<{ id: string; communityId: string } | undefined> {
      // One that waits to be looked at may be mended since: whoever looks finds that out.
      const [row] = await tx.$queryRaw<{ id: string; communityId: string }[]>(Prisma.sql`
        update rooms set attempts = 0, lease = null, leased_until = null, due_at = null, failure = ${why}, unseen = ${state === 'unseen'},
          carrier = case when ${state === 'exposed'} then 'public' else carrier end
        where platform = ${platform} and workspace = ${workspace} and external_id = ${room}
          and (due_at is null or lease is not null)
        returning id, community_id as "communityId"`)
      return row
    },

    /** A room in which nothing could be done may be in order again: it is looked at. */
    async back(platform: string, workspace: string, room: string, now: Date): Promise<void> {
      await tx.room.updateMany({
        where: { platform, workspace, externalId: room, dueAt: null, failure: { not: null } },
        data: { dueAt: now, attempts: 0, failure: null },
      })
    },

    /** Another room was made in the place of one: everybody is let into it. Gives who is still to be let out of the one before. */
    async moved(id: string, from: string, now: Date): Promise<z.infer<typeof placeOutside>[]> {
      const places = await tx.$queryRaw<z.infer<typeof placeOutside>[]>(Prisma.sql`
        select r.platform, r.workspace, ${from} as room, r.carrier, a.external_id as account, p.leased_until as until
        from room_places p join rooms r on r.id = p.room_id
        join accounts a on a.person_id = p.person_id and ${MET_AT_ROOM}
        where p.room_id = ${id} and p.wanted = 'out'`)
      await tx.$executeRaw(Prisma.sql`
        update room_places set known = 'out', revision = revision + 1, lease = null, leased_until = null, attempts = 0, failure = null,
          due_at = case when wanted = 'in' then ${now}::timestamptz end where room_id = ${id}`)
      await tx.roomPlace.deleteMany({ where: { roomId: id, ...NOTHING_LEFT } })
      return places
    },

    /** Somebody who was away from a workspace acts there again, so they are let back into the rooms they were in. */
    async letBack(personId: string, platform: string, workspace: string, now: Date): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        update room_places place set due_at = ${now}::timestamptz, revision = revision + 1 from rooms r
        where r.id = place.room_id and place.person_id = ${personId} and r.platform = ${platform} and r.workspace = ${workspace}
          and ${WAS_AWAY}`)
    },

    /**
     * A community has become sensitive: rooms whose name or people others could see are left by everybody, and private ones are
     * made in their place, which nobody is put into. Gives the accounts to let out, those that stay where they may have been
     * before, and how many rooms of each sort were left.
     */
    async leaveShown(
      communityId: string,
      now: Date,
    ): Promise<{ places: z.infer<typeof placeOutside>[]; stay: Stays[]; rooms: number; adopted: number }> {
      // One that is being made at this moment will be something others can see, too.
      const isShown = Prisma.sql`r.community_id = ${communityId}
        and (r.carrier in (${Prisma.join(SHOWN)}) or (r.carrier is null and r.external_id is null and r.lease is not null))`
      const places = await tx.$queryRaw<z.infer<typeof placeOutside>[]>(Prisma.sql`
        select r.platform, r.workspace, r.external_id as room, r.carrier, r.role_id as role, r.outgrown,
          a.external_id as account, p.leased_until as until
        from room_places p join rooms r on r.id = p.room_id and ${isShown} and r.external_id is not null and not r.adopted
        join accounts a on a.person_id = p.person_id and ${MET_AT_ROOM}`)
      const stay = await tx.$queryRaw<Stays[]>(Prisma.sql`
        select r.platform, r.workspace, a.id as "accountId"
        from room_places p join rooms r on r.id = p.room_id and ${isShown} and r.adopted
        join accounts a on a.person_id = p.person_id and ${MET_AT_ROOM}
        where p.wanted = 'in' order by a.id`)
      const left = await tx.$queryRaw<
        { id: string; workspace: string; platform: string; name: string; isThere: boolean; adopted: boolean }[]
      >(
        Prisma.sql`delete from rooms r where ${isShown}
          returning r.id, r.platform, r.workspace, r.name, r.adopted, r.external_id is not null as "isThere"`,
      )
      // The private ones are rooms of their own, younger than what was left: nothing made before is taken for one of them.
      const rows = left.map(({ platform, workspace, name }) => ({ platform, workspace, name }))
      await tx.room.createMany({ data: rows.map((row) => ({ ...row, id: draws.id(now), communityId, dueAt: now })) })
      // A full thread that was to have a larger room besides stays what it is.
      await tx.$executeRaw(Prisma.sql`
        update rooms set outgrown = null, lease = null, leased_until = null, attempts = 0, due_at = null, failure = null where community_id = ${communityId} and outgrown = external_id`)
      // The notes about its rooms named it.
      const rooms = [...left, ...(await tx.room.findMany({ where: { communityId } }))]
      const keys = rooms.flatMap(({ id }) => [`room/${id}`, `news/room/${id}`])
      await tx.staffNote.deleteMany({ where: { key: { in: keys } } })
      const there = left.filter(({ isThere }) => isThere)
      const adopted = there.filter((room) => room.adopted).length
      return { places, stay, rooms: there.length - adopted, adopted }
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

    /** Who sees somebody in a community's rooms, as they read it; null where they are in none. */
    async toldOf(communityId: string, personId: string): Promise<Told | null> {
      const row = await tx.membership.findUnique({ where: { personId_communityId: { personId, communityId } } })
      // Only what they were told is written there.
      return (row?.told ?? null) as Told | null
    },

    /** Whoever would rather not be seen in a community's rooms is in it without them. */
    async stayOutside(communityId: string, personId: string, now: Date): Promise<void> {
      await tx.membership.updateMany({
        where: { communityId, personId },
        data: { told: null, toldIn: null, toldOn: null },
      })
      await tx.$executeRaw(Prisma.sql`
        update room_places p set wanted = 'out', revision = p.revision + 1, due_at = ${now}::timestamptz from rooms r
        where r.id = p.room_id and r.community_id = ${communityId} and p.person_id = ${personId} and p.wanted = 'in'`)
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
