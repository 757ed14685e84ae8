import type { ClaimedReport } from './claimed-report.ts'
import { Prisma } from './generated/client.ts'
import { isMoving } from './is-moving.ts'
import { isSuppressed } from './suppressions.ts'
import { handSpared, handTaken, staysFor } from './told-of.ts'
import type { Tx } from './transaction.ts'
import { isFree, type Lease, taken } from './work.ts'

/** What is to be done about a due report: tell it, or nothing since it is known, or the contrary since nobody wants it. */
type Verdict = 'tell' | 'known' | 'over'

/** What a claim came to: `more` where there may be something to tell of those behind, however little there was of these. */
export interface Claim {
  lease: string
  rows: ClaimedReport[]
  more: boolean
}

/**
 * Takes due reports of one destination, as many as one request takes: of one community, and all in or all out. What was
 * changed and changed back before it was sent is done without a word; a person whose other report to the same destination is
 * under way waits, so that order holds. However many are due, only as many are looked at as may be taken.
 */
export async function claimReports(tx: Tx, destination: string, limit: number, lease: Lease): Promise<Claim> {
  // One claim at a time for a destination: two would not see each other's leases yet.
  await tx.$queryRaw(Prisma.sql`select pg_advisory_xact_lock(7203443, hashtext(${destination}))::text`)
  const looked = await look(tx, destination, limit, lease)
  const told = looked.filter(({ verdict }) => verdict === 'tell')
  await handSpared(
    tx,
    told.map(({ spared: emails, ...row }) => ({ ...row, emails })),
  )
  await handTaken(tx, told)
  const rows = told.map(({ verdict: _, spared: __, ...row }) => row)
  return { lease: lease.name, rows, more: looked.length > 0 }
}

type Times = 'since' | 'changedAt' | 'firstFailedAt'
/** A report as the database gives it, with times in words. */
type LookedAt = Omit<ClaimedReport, Times> & {
  verdict: Verdict
  spared: string[]
  since: string
  changedAt: string
  firstFailedAt: string | null
}

async function look(
  tx: Tx,
  destination: string,
  limit: number,
  lease: Lease,
): Promise<(ClaimedReport & { verdict: Verdict; spared: string[] })[]> {
  const isSendable = Prisma.sql`r.destination = ${destination} and ${isFree(lease.now)}
    and exists (select 1 from heeding) and (r.wanted = 'out' or (select started from heeding))
    and r.person_id not in (select person_id from held)`
  // As the index has them, so that the first ones are found without a look at the others.
  const inOrder = Prisma.sql`order by r.due_at, r.community_id, r.wanted, r.person_id`
  const ofVerdict = (verdict: Verdict) => Prisma.sql`from judged j where j.verdict = ${verdict}
    and r.person_id = j.person_id and r.community_id = j.community_id and r.destination = j.destination`
  const [row] = await tx.$queryRaw<{ found: LookedAt[] | null }[]>(Prisma.sql`
    -- Read once, and by its own index: of each row in turn it would meet whatever was told in the last minute.
    with held as materialized (
      select person_id from reports where destination = ${destination} and leased_until > ${lease.now}::timestamptz),
    -- One that staff have not started yet may hold people all the same, from before a restore: who leaves is told at once.
    heeding as materialized (
      select started, exists (select 1 from reports where destination = ${destination} and known_id is not null) as has_ids
      from destinations where name = ${destination} and connected and paused_at is null
        and (rests_until > ${lease.now}::timestamptz) is not true
        -- Who knows people by address alone hears of one thing at a time: two of them may share one.
        and not (by_address and exists (select 1 from held))),
    alike as materialized (
      select community_id, wanted from reports r where ${isSendable} ${inOrder} limit 1),
    free as materialized (
      select r.* from reports r
      where ${isSendable} and r.community_id = (select community_id from alike) and r.wanted = (select wanted from alike)
      ${inOrder} limit ${Prisma.raw(String(limit))} for update of r skip locked),
    judged as materialized (
      select f.*, p.key, p.email_version, coalesce(c.slug, c.id) as segment, c.name as community_name,
        (select g.external_id from destination_segments g
          where g.destination = ${destination} and g.community_id = (select community_id from alike)) as segment_id,
        case when not d.by_address or f.wanted = 'in' or lower(p.email) = any(mine.emails) then p.email end as email,
        case when d.by_address then array(select e from unnest(mine.emails) e where e <> lower(p.email) order by e)
          else '{}' end as earlier,
        mine.spared, d.may_hold, case when f.proven and d.by_address and (f.wanted = 'in' or p.paused_at is not null) then f.held_emails
          else '{}' end as held_as,
        case when not d.by_address or f.wanted = 'in' or lower(p.email) = any(mine.emails) then here.id end as id,
        case when named.id is distinct from here.id and f.known is distinct from 'out' then named.id end as earlier_id, case
        -- Whatever went before: nobody is put anywhere without a yes that stands (product.md, law 1).
        when f.wanted = 'in' and (p.paused_at is not null or p.united_into is not null or c.state <> 'open' or c.sensitive
          -- By the primary key, also while the planner knows nothing yet of a table just filled.
          or (select m.state from memberships m where m.person_id = f.person_id and m.community_id = f.community_id)
            is distinct from 'member'
          or d.mode <> 'standing' or not exists (select 1 from directions s
            where s.person_id = f.person_id and s.community_id = f.community_id and s.purpose = d.purpose
              and s.recipient = d.recipient and s.standing and not ${isSuppressed('d.name', 's')})
          or ${isMoving('f.destination', 'f.community_id')}) then 'over'
        when f.known = f.wanted and (f.wanted = 'out' or f.known_email = p.email_version) then 'known'
        else 'tell' end as verdict
      from free f cross join lateral (select * from people where id = f.person_id offset 0) p join communities c on c.id = f.community_id
      join destinations d on d.name = f.destination
      -- What it holds of them and of nobody else who is to stay in this segment.
      cross join lateral (select coalesce(array_agg(h) filter (where not stays), '{}') as emails,
          coalesce(array_agg(h) filter (where stays and (f.wanted = 'out' or h <> lower(p.email))), '{}') as spared
        from (select h, ${staysFor('h', { destination: 'f.destination', community: 'f.community_id' }, Prisma.sql`q.id <> f.person_id`)} as stays
          from unnest(case when f.held_emails = '{}' and f.wanted = 'out' then array[lower(p.email)] else f.held_emails end) h
          where d.by_address) each) mine
      cross join lateral (select
        case when not exists (select 1 from reports o where o.destination = f.destination and o.known_id = f.known_id
          and o.community_id = f.community_id and o.person_id <> f.person_id and o.wanted = 'in') then f.known_id end as id offset 0) named
      -- What it calls them by the address they have now.
      cross join lateral (select max(o.known_id) as id from (select known_id from reports where (select has_ids from heeding)
        and person_id = f.person_id and destination = f.destination and known_id_email = p.email_version offset 0) o) here),
    over as (
      update reports r set wanted = 'out', reason = 'left', revision = r.revision + 1 ${ofVerdict('over')}),
    known as (
      update reports r set due_at = null, attempts = 0, failure = null ${ofVerdict('known')}),
    claimed as (
      -- Whom we have begun to take off is not there for certain any more.
      update reports r set known = null, known_email = j.email_version, proven = r.proven and j.wanted = 'in', ${taken(lease)},
        held_emails = case when j.wanted = 'in' and not lower(j.email) = any(r.held_emails) then r.held_emails || lower(j.email)
          else r.held_emails end ${ofVerdict('tell')})
    -- As one value: of many rows with many columns, half the time would go into taking them over.
    select json_agg(found) as found from (select verdict, person_id as "personId", key as "personKey",
      coalesce(email, '') as email, email_version as "emailVersion", earlier, spared, id, earlier_id as "earlierId",
      community_name as "communityName", segment_id as "segmentId", may_hold as "mayHold", held_as as "heldAs",
      community_id as "communityId", segment, destination, wanted, reason, since, direction_id as "directionId", revision,
      changed_at as "changedAt", attempts, first_failed_at as "firstFailedAt",
      case when wanted = 'in' and attempts = 0 then failure end as "failedFor"
    from judged order by changed_at, person_id) found`)
  return (row?.found ?? []).map(({ since, changedAt, firstFailedAt, ...rest }) => ({
    ...rest,
    since: new Date(since),
    changedAt: new Date(changedAt),
    firstFailedAt: firstFailedAt === null ? null : new Date(firstFailedAt),
  }))
}
