import type { ClaimedReport } from './claimed-report.ts'
import { FAILED_FOR, HAS_FAILED, shareFate } from './failed-reports.ts'
import { Prisma } from './generated/client.ts'
import { isMoving, readyChoice } from './is-moving.ts'
import { claimReports } from './report-claims.ts'
import { finishReports, type MetThere } from './report-outcomes.ts'
import { isSuppressed } from './suppressions.ts'
import type { Tools, Tx } from './transaction.ts'
import { turnedOut } from './turned-out.ts'
import type { Outcome } from './work.ts'

/** How many reports of a destination wait, and why some do not move. */
export interface ReportCounts {
  destination: string
  waiting: number
  failed: number
  failure: string | null
}

/** Removals that wait for staff, since a setting rather than a person brought about so many at once. */
export interface Held {
  destination: string
  count: number
}

/** So many at once of one segment, and more than this share of it, are held (segment-stores.md, rule 3). */
export const GUARD_LEAST = 20
export const GUARD_SHARE = 0.3

const FLOOR = Prisma.sql`coalesce((select max(report_floor) from organization), 0)`
/** The revision of somebody's first report, and what the destination is known to hold: after a restore it may have heard more. */
export const FIRST_REVISION = Prisma.sql`(${FLOOR} + 1)`
export const firstKnown = (destination: Prisma.Sql) => Prisma.sql`(case when ${FLOOR} = 0
  or not (select may_hold from destinations where name = ${destination}) then 'out' end)`

/** Whose reports to settle: one person's, some people's, one community's, or everybody's. */
export type Scope = { personId: string } | { personIds: string[] } | { communityId: string } | 'all'

/**
 * The earliest report that can go out to each destination. While somebody is being told of to a destination, the rest about them waits for the
 * end of that lease; whoever is first and in nobody's way is found by the index alone, however many wait.
 */
export const NEXT_REPORTS = Prisma.sql`
  select json_object_agg(name, at) from (select d.name, min(greatest(next.at, d.rests_until, case when d.by_address then (select max(l.leased_until) from reports l
      where l.destination = d.name and l.leased_until is not null) end)) as at
  from destinations d cross join lateral (
    (select r.due_at as at from reports r
      where r.destination = d.name and r.due_at is not null and (d.started or r.wanted = 'out')
        and not exists (select 1 from reports h where h.person_id = r.person_id and h.destination = d.name
          and h.leased_until is not null)
      order by r.due_at limit 1)
    union all
    (select min(greatest(r.due_at, held.until)) from (select h.person_id, max(h.leased_until) as until from reports h
        where h.destination = d.name and h.leased_until is not null group by h.person_id) held
      join reports r on r.person_id = held.person_id and r.destination = d.name
      where r.due_at is not null and (d.started or r.wanted = 'out'))
    union all ${readyChoice('d.name')}) next
  -- greatest() passes over what is missing: where nothing waits, the end of a rest is no work.
  where d.connected and d.paused_at is null and next.at is not null group by d.name) each`

export function reports(tx: Tx, { draws }: Tools) {
  return {
    /**
     * Makes the wanted states what memberships and directions say, for a scope: after an address is proven, a community
     * turned sensitive, a destination was connected or given another recipient. Two statements, for any number of rows.
     */
    async settle(scope: Scope, now: Date): Promise<Held[]> {
      const within = (alias: string) => {
        if (scope === 'all') return Prisma.sql`true`
        if ('personId' in scope) return Prisma.sql`${Prisma.raw(alias)}.person_id = ${scope.personId}`
        if ('personIds' in scope) return Prisma.sql`${Prisma.raw(alias)}.person_id = any(${scope.personIds})`
        return Prisma.sql`${Prisma.raw(alias)}.community_id = ${scope.communityId}`
      }
      const wanted = Prisma.sql`
        select distinct on (m.person_id, m.community_id, d.name) m.person_id, m.community_id, d.name as destination, m.since,
          s.id as direction_id
        from directions s
        join memberships m on m.person_id = s.person_id and m.community_id = s.community_id and m.state = 'member'
        join communities c on c.id = m.community_id and c.state = 'open' and not c.sensitive
        -- Nobody is told of what stayed behind: the person can neither see it nor take it back.
        join people p on p.id = m.person_id and p.email_proven_at is not null and p.paused_at is null and p.united_into is null
        join destinations d on d.connected and d.mode = 'standing' and d.purpose = s.purpose and d.recipient = s.recipient
        where s.standing and not ${isSuppressed('d.name', 's')} and not ${isMoving('d.name', 'm.community_id')} and ${within('m')}
        order by m.person_id, m.community_id, d.name, s.id`
      await tx.$executeRaw(Prisma.sql`
        insert into reports (person_id, community_id, destination, wanted, reason, since, direction_id, revision, known,
          changed_at, due_at)
        select person_id, community_id, destination, 'in', 'joined', since, direction_id, ${FIRST_REVISION}, ${firstKnown(Prisma.sql`w.destination`)}, ${now}::timestamptz,
          ${now}::timestamptz from (${wanted}) w
        on conflict (person_id, community_id, destination) do update
          set wanted = 'in', reason = 'joined', since = excluded.since, direction_id = excluded.direction_id,
            revision = reports.revision + 1, changed_at = excluded.changed_at, due_at = excluded.due_at, attempts = 0,
            known = case when reports.direction_id = excluded.direction_id then reports.known
              else nullif(reports.known, 'in') end,
            proven = reports.proven and reports.direction_id = excluded.direction_id, first_failed_at = null, failure = null,
            stopped_for = null, refused = false, guarded = false
          where reports.wanted <> 'in' or reports.direction_id is distinct from excluded.direction_id
            or reports.known_email is distinct from (select email_version from people where id = excluded.person_id)`)
      const isOver = Prisma.sql`r.wanted = 'in' and ${within('r')}
        and r.destination in (select name from destinations where connected)
        and not exists (select 1 from (${wanted}) w
          where w.person_id = r.person_id and w.community_id = r.community_id and w.destination = r.destination)`
      // What a person or a community did always passes; a setting that would empty a segment, or the destination through many
      // small ones, is held (segment-stores.md, rule 3).
      const isMany = (held: Prisma.Sql) =>
        scope === 'all'
          ? Prisma.sql`count(*) >= ${GUARD_LEAST} and count(*) > ${GUARD_SHARE}::float8 * (select count(*) from reports h
              where h.destination = r.destination and ${held} and h.known_email is not null
                and (h.wanted = 'in' or h.known is distinct from 'out'))`
          : Prisma.sql`false`
      // A person or a community that acts lets go of whoever was held for them, too.
      if (scope !== 'all') {
        await tx.$executeRaw(Prisma.sql`
          update reports r set guarded = false, due_at = ${now}::timestamptz where r.guarded and ${within('r')}`)
      }
      const isOfMany = Prisma.sql`exists (select 1 from many m where m.destination = r.destination
        and coalesce(m.community_id, r.community_id) = r.community_id)`
      return tx.$queryRaw<Held[]>(Prisma.sql`
        with many as (
          select destination, community_id from reports r where ${isOver} group by destination, community_id
            having ${isMany(Prisma.sql`h.community_id = r.community_id`)}
          union all select destination, null from reports r where ${isOver} group by destination having ${isMany(Prisma.sql`true`)}),
        over as (
          update reports r set ${turnedOut(now, isOfMany)}
          where ${isOver} returning r.destination, r.guarded)
        select destination, count(*)::int as count from over where guarded group by destination order by destination`)
    },

    /** Lets removals pass that were held because a setting brought about many of them at once. */
    async releaseHeld(destination: string, now: Date): Promise<void> {
      await tx.report.updateMany({
        where: { destination, guarded: true },
        data: { guarded: false, dueAt: now },
      })
    },

    async held(): Promise<Held[]> {
      return tx.$queryRaw(Prisma.sql`
        select destination, count(*)::int as count from reports where guarded group by destination order by destination`)
    },

    /** Takes due reports of one destination, as many as one request takes, for the time of a lease. */
    claim: (destination: string, limit: number, now: Date) =>
      claimReports(tx, destination, limit, { name: draws.key(), now }),

    finish: (rows: ClaimedReport[], lease: string, outcome: Outcome, now: Date, met?: MetThere[]) =>
      finishReports(tx, rows, lease, outcome, now, met),

    /** Whose of these are still as they were claimed: nothing was changed while the request was under way. */
    async unchanged(rows: ClaimedReport[]): Promise<string[]> {
      const claimed = rows.map(({ personId, communityId, destination, revision }) => ({
        ...{ personId, communityId, destination, revision },
      }))
      const found = await tx.report.findMany({ where: { OR: claimed }, select: { personId: true } })
      return found.map((one) => one.personId)
    },

    /** They are not where they were, which a look is to see: nothing is told of them before that. */
    async missed(rows: ClaimedReport[], lease: string): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        update reports r set lease = null, leased_until = null, known_email = 0, attempts = 0, failure = null,
          first_failed_at = null, known = case when r.revision = m.revision then 'in' end,
          due_at = case when r.revision = m.revision then null else r.due_at end
        from unnest(${rows.map((row) => row.personId)}::text[], ${rows.map((row) => row.communityId)}::text[],
          ${rows.map((row) => row.destination)}::text[], ${rows.map((row) => row.revision)}::int[])
          as m (person_id, community_id, destination, revision)
        where r.person_id = m.person_id and r.community_id = m.community_id and r.destination = m.destination
          and r.lease = ${lease}`)
      await shareFate(tx, rows, { done: true })
    },

    /** What the destination calls them is of no use any more. */
    async forgetIds(rows: ClaimedReport[]): Promise<void> {
      const [{ destination } = { destination: '' }] = rows
      await tx.report.updateMany({
        where: { destination, personId: { in: rows.map((row) => row.personId) } },
        data: { knownId: null, knownIdEmail: null },
      })
    },

    /** The list or tag of a community is gone there: nobody is held in it, and whoever should be is told anew. */
    async tellAnew(destination: string, communityId: string, now: Date): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        update reports set known = case when wanted = 'in' then null else 'out' end, held_emails = '{}', proven = false,
          revision = case when wanted = 'in' then revision + 1 else revision end,
          due_at = case when wanted = 'in' then ${now}::timestamptz else due_at end
        where destination = ${destination} and community_id = ${communityId}`)
    },

    /** Tries again at once what failed or waits for its next try. */
    async retry(destination: string, now: Date): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        update reports set due_at = ${now}::timestamptz, attempts = 0, first_failed_at = null,
          failure = case when due_at is null then failure end
        where destination = ${destination} and (failure is not null or due_at is not null)`)
    },

    /** Lets be what failed for good: it is tried no more, until the person's own state changes again. */
    async ignore(destination: string): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        update reports r set attempts = 0, first_failed_at = null, failure = null, stopped_for = null
        where destination = ${destination} and ${HAS_FAILED}`)
    },

    async counts(): Promise<ReportCounts[]> {
      return tx.$queryRaw(Prisma.sql`
        select destination, count(*) filter (where due_at is not null)::int as waiting,
          count(*) filter (where ${HAS_FAILED})::int as failed, max(${FAILED_FOR}) filter (where ${HAS_FAILED}) as failure
        from reports r group by destination order by destination`)
    },
  }
}
