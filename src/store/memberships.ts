import type { Community } from '../core/community.ts'
import type { Told } from '../core/room.ts'
import { forgetDecidingIn, leaveDecidingIn } from './deciding.ts'
import { Prisma } from './generated/client.ts'
import { placeIn } from './placing.ts'
import { askedFrom, askerOf, giveUpAsAll } from './stayed.ts'
import { TOLD_AGAIN, TOLD_AT_ROOM } from './told.ts'
import type { Tools, Tx } from './transaction.ts'
import { turnedOut } from './turned-out.ts'

/** Where someone joins from, which decides the room they are wanted in. */
export interface Entrance {
  personId: string
  platform: string
  workspace: string
}

/** How a membership came about. */
export type Source = 'command' | 'invitation' | 'request' | 'undo' | 'pledge'

/** Why they ask to join, and who sees them in its room, as they read it before they chose to enter. */
type Said = { reason?: string; told: Told | null }

/** One person of a community, as its organizers see them. */
export interface Listed {
  personId: string
  name: string
  reason: string | null
  since: Date
}

/** So long whoever leaves a room can read the answer there. */
const READING_MS = 60_000

export function memberships(tx: Tx, { draws }: Tools) {
  /** The yes to a sensitive community's keeping them goes with the membership. Ordinary yeses are revoked, not forgotten. */
  const forgetYes = async (communityId: string, personId: string) => {
    await tx.direction.deleteMany({ where: { communityId, personId, purpose: 'membership' } })
  }

  return {
    /** Lets a member into the community's room, now that they read who sees them there; false where there is none to be had. */
    async wantPlace(
      community: Pick<Community, 'id' | 'slug'>,
      entrance: Entrance,
      told: Told | undefined,
      now: Date,
    ): Promise<boolean> {
      const where = { communityId: community.id, personId: entrance.personId }
      const { platform: toldOn, workspace: toldIn } = entrance
      if (told) await tx.membership.updateMany({ where, data: { told, toldIn, toldOn } })
      return placeIn(tx, draws, community, entrance, now)
    },

    /**
     * Makes someone a member of an open community; false when they were one or it is open no more. `told`: who sees them in
     * its room, as they read it before they chose to enter; left out, what they chose before holds. One statement.
     */
    async join(
      community: Pick<Community, 'id' | 'slug' | 'sensitive'>,
      entrance: Entrance,
      source: Source,
      now: Date,
      told?: Told | null,
    ): Promise<boolean> {
      const { personId, platform, workspace } = entrance
      const isInside = told !== null
      const [row] = await tx.$queryRaw<{ joined: boolean; placed: boolean }[]>(Prisma.sql`
        with joined as (
          insert into memberships (person_id, community_id, state, source, since, told, told_in, told_on)
          select ${personId}, id, 'member', ${source}, ${now}::timestamptz, ${told ?? null}, ${told ? workspace : null}, ${told ? platform : null} from communities
          where id = ${community.id} and state = 'open'
          on conflict (person_id, community_id) do update
            set state = 'member', source = excluded.source, since = excluded.since, left_at = null, reason = null,
              told = case when ${told !== undefined} then excluded.told else memberships.told end,
              told_in = case when ${told !== undefined} then excluded.told_in else memberships.told_in end,
              told_on = case when ${told !== undefined} then excluded.told_on else memberships.told_on end
            where memberships.state <> 'member'
          returning community_id, told, told_in, told_on),
        placed as (
          insert into room_places (room_id, person_id, wanted, told, known, revision, due_at)
          select r.id, ${personId}, 'in', ${TOLD_AT_ROOM}, 'out', 1, ${now}::timestamptz from joined m
          join rooms r using (community_id)
          where r.platform = ${platform} and r.workspace = ${workspace} and not ${community.sensitive} and ${isInside}
          on conflict (room_id, person_id) do update
            set wanted = 'in', told = ${TOLD_AGAIN}, revision = room_places.revision + 1, due_at = excluded.due_at
          returning room_id)
        select exists (select 1 from joined) as joined, exists (select 1 from placed) as placed`)
      // The first from their workspace: its room is wanted now. Nobody enters a sensitive room without pressing for it.
      if (row?.joined && !row.placed && !community.sensitive && isInside)
        await placeIn(tx, draws, community, entrance, now)
      return row?.joined ?? false
    },

    /** The founder's pledge, the first; whoever starts a community looks after it. */
    async found(communityId: string, entrance: Entrance, told: Told | null, now: Date): Promise<void> {
      const { personId } = entrance
      await this.pledge(communityId, entrance, told, now)
      await tx.membership.updateMany({ where: { communityId, personId }, data: { organizer: true } })
    },

    /** Puts someone down for a seed. */
    async pledge(communityId: string, entrance: Entrance, told: Told | null, now: Date): Promise<void> {
      await this.write(communityId, entrance, 'pledged', 'pledge', now, { told })
    },

    async takeBack(
      community: Pick<Community, 'id' | 'sensitive'>,
      personId: string,
      now: Date,
      state: 'pledged' | 'requested' = 'pledged',
    ): Promise<boolean> {
      const { count } = await tx.membership.deleteMany({ where: { communityId: community.id, personId, state } })
      if (count === 0) return false
      await forgetYes(community.id, personId)
      await giveUpAsAll(tx, community, personId, now)
      return true
    },

    /** Asks to be let in, saying why. */
    async request(communityId: string, entrance: Entrance, said: Said, now: Date): Promise<void> {
      await this.write(communityId, entrance, 'requested', 'request', now, said)
    },

    async write(
      communityId: string,
      { personId, platform, workspace }: Entrance,
      state: string,
      source: Source,
      now: Date,
      { reason, told }: Said,
    ): Promise<void> {
      const row = {
        state,
        source,
        since: now,
        reason: reason ?? null,
        told,
        toldIn: workspace,
        toldOn: platform,
        organizer: false,
        leftAt: null,
      }
      await tx.membership.upsert({
        where: { personId_communityId: { personId, communityId } },
        create: { personId, communityId, ...row },
        update: row,
      })
    },

    /** Whose request an organizer answers, by who made it; undefined where there is none. */
    askerOf: (communityId: string, personId: string) => askerOf(tx, communityId, personId),

    /** From where a request was made, if whoever made it is still there. */
    askedFrom: (communityId: string, personId: string) => askedFrom(tx, communityId, personId),

    /** Forgets the request; the person may ask again. */
    async decline(communityId: string, personId: string): Promise<boolean> {
      const { count } = await tx.membership.deleteMany({ where: { communityId, personId, state: 'requested' } })
      if (count > 0) await forgetYes(communityId, personId)
      return count > 0
    },

    /**
     * Leaves, with everything that hangs on it: directions are revoked, reports turn to `out`, rooms are left, and who comes
     * back is asked anew. One statement. Of a sensitive community nothing is kept. `place`: where they said so; a room that
     * vanishes for whoever leaves it is left a moment later, or they could not read what came of it.
     */
    async leave(
      community: Pick<Community, 'id' | 'sensitive'>,
      personId: string,
      now: Date,
      place?: string,
    ): Promise<'left' | 'left and revoked' | 'was not in it'> {
      const [row] = await tx.$queryRaw<{ gone: boolean; revoked: boolean; united: boolean }[]>(Prisma.sql`
        with gone as (
          update memberships set state = 'left', organizer = false, left_at = ${now}::timestamptz, reason = null, muted_until = null
          where person_id = ${personId} and community_id = ${community.id} and state = 'member'
          returning community_id),
        revoked as (
          update directions d set standing = null, revoked_at = ${now}::timestamptz, revoked_by = 'leaving'
          from gone where d.person_id = ${personId} and d.community_id = gone.community_id and d.standing
          returning d.id),
        unasked as (
          delete from questions q using gone where q.person_id = ${personId} and q.community_id = gone.community_id),
        reported as (
          update reports r set ${turnedOut(now)}
          from gone where r.person_id = ${personId} and r.community_id = gone.community_id
            and (r.wanted = 'in' or r.guarded)),
        placed as (
          update room_places p set wanted = 'out', revision = p.revision + 1,
            due_at = case when rooms.carrier is not null and ${place ?? null} in (rooms.external_id, rooms.outgrown)
              then ${new Date(now.getTime() + READING_MS)}::timestamptz else ${now}::timestamptz end
          from gone join rooms using (community_id)
          where p.room_id = rooms.id and p.person_id = ${personId} and p.wanted = 'in')
        select exists (select 1 from gone) as gone, exists (select 1 from revoked) as revoked,
          exists (select 1 from unions where kept_id = ${personId} and united_at is not null) as united`)
      if (row?.gone) await leaveDecidingIn(tx, community.id, personId, now)
      if (community.sensitive) {
        await tx.membership.deleteMany({ where: { communityId: community.id, personId } })
        await forgetYes(community.id, personId)
        await forgetDecidingIn(tx, community.id, personId)
      }
      if (!row?.gone) return 'was not in it'
      if (row.united) await giveUpAsAll(tx, community, personId, now)
      return row.revoked && !community.sensitive ? 'left and revoked' : 'left'
    },

    async makeOrganizer(communityId: string, personId: string): Promise<boolean> {
      const { count } = await tx.membership.updateMany({
        where: { communityId, personId, state: 'member' },
        data: { organizer: true },
      })
      return count > 0
    },

    async organizers(communityId: string): Promise<string[]> {
      const rows = await tx.membership.findMany({
        where: { communityId, organizer: true, state: 'member' },
        orderBy: [{ since: 'asc' }, { personId: 'asc' }],
      })
      return rows.map((row) => row.personId)
    },

    /** People in one state who can be reached, the longest there first: an organizers' working list, not for anyone else. */
    async list(
      communityId: string,
      state: 'member' | 'pledged' | 'requested',
      take: number,
      skip = 0,
    ): Promise<Listed[]> {
      return tx.$queryRaw(Prisma.sql`
        select m.person_id as "personId", p.name, m.reason, m.since from memberships m join people p on p.id = m.person_id
        where m.community_id = ${communityId} and m.state = ${state} and p.united_into is null order by m.since, m.person_id limit ${take} offset ${skip}`)
    },

    async count(communityId: string, state: 'member' | 'pledged' | 'requested'): Promise<number> {
      return tx.membership.count({ where: { communityId, state } })
    },

    /** How many people pledged for a seed; who pledged once more since they were united is one of them. */
    async pledges(communityId: string): Promise<number> {
      const [row] = await tx.$queryRaw<{ count: number }[]>(Prisma.sql`
        select count(distinct coalesce(p.united_into, p.id))::int as count
        from memberships m join people p on p.id = m.person_id
        where m.community_id = ${communityId} and m.state = 'pledged'`)
      return row?.count ?? 0
    },
  }
}
