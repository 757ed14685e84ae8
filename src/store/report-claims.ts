import { Prisma } from './generated/client.ts'
import type { ClaimedReport } from './reports.ts'
import type { Tx } from './transaction.ts'
import { isFree, type Lease, taken } from './work.ts'

/** What is to be done about a due report: tell it, or nothing since it is known, or the contrary since nobody wants it. */
type Verdict = 'tell' | 'known' | 'over'

/**
 * Takes due reports of one destination, as many as one request takes: of one community, and all in or all out. What was
 * changed and changed back before it was sent is done without a word; a person whose other report to the same destination is
 * under way waits, so that order holds. However many are due, only as many are looked at as are taken.
 */
export async function claimReports(tx: Tx, destination: string, limit: number, lease: Lease): Promise<ClaimedReport[]> {
  // One claim at a time for a destination: two would not see each other's leases yet.
  await tx.$queryRaw(Prisma.sql`select pg_advisory_xact_lock(7203443, hashtext(${destination}))::text`)
  for (;;) {
    const looked = await look(tx, destination, limit, lease)
    const rows = looked.flatMap(({ verdict, ...row }) => (verdict === 'tell' ? [row] : []))
    // Where there was nothing to tell of any of these, there may be of the next.
    if (rows.length > 0 || looked.length === 0) return rows
  }
}

function look(
  tx: Tx,
  destination: string,
  limit: number,
  lease: Lease,
): Promise<(ClaimedReport & { verdict: Verdict })[]> {
  // `offset 0` has it asked of each row in turn, by the primary key; as a join it would read all reports there are.
  const isSendable = Prisma.sql`r.destination = ${destination} and ${isFree(lease.now)}
    and not exists (select 1 from reports o where o.person_id = r.person_id and o.destination = r.destination
      and o.leased_until > ${lease.now}::timestamptz offset 0)`
  // As the index has them, so that the first ones are found without a look at the others.
  const inOrder = Prisma.sql`order by r.due_at, r.community_id, r.wanted, r.person_id`
  const ofVerdict = (verdict: Verdict) => Prisma.sql`from judged j where j.verdict = ${verdict}
    and r.person_id = j.person_id and r.community_id = j.community_id and r.destination = j.destination`
  return tx.$queryRaw(Prisma.sql`
    with alike as materialized (
      select community_id, wanted from reports r where ${isSendable} ${inOrder} limit 1),
    free as materialized (
      select r.* from reports r
      where ${isSendable} and r.community_id = (select community_id from alike) and r.wanted = (select wanted from alike)
      ${inOrder} limit ${Prisma.raw(String(limit))} for update of r skip locked),
    judged as materialized (
      select f.*, p.key, p.email, p.email_version, case
        -- Whatever went before: nobody is put anywhere without a yes that stands (product.md, law 1).
        when f.wanted = 'in' and not exists (
          select 1 from directions s
          join memberships m on m.person_id = s.person_id and m.community_id = s.community_id and m.state = 'member'
          join communities c on c.id = s.community_id and c.state = 'open' and not c.sensitive
          join destinations d on d.name = f.destination and d.purpose = s.purpose and d.recipient = s.recipient
          where s.person_id = f.person_id and s.community_id = f.community_id and s.standing and p.paused_at is null)
          then 'over'
        when f.known = f.wanted and (f.wanted = 'out' or f.known_email = p.email_version) then 'known'
        else 'tell' end as verdict
      from free f join people p on p.id = f.person_id),
    over as (
      update reports r set wanted = 'out', reason = 'left', revision = r.revision + 1 ${ofVerdict('over')}),
    known as (
      update reports r set due_at = null, attempts = 0, failure = null ${ofVerdict('known')}),
    claimed as (
      update reports r set known = null, known_email = j.email_version, ${taken(lease)} ${ofVerdict('tell')})
    select j.verdict, j.person_id as "personId", j.key as "personKey", coalesce(j.email, '') as email,
      j.email_version as "emailVersion", j.community_id as "communityId", coalesce(c.slug, c.id) as segment, j.destination,
      j.wanted, j.reason, j.since, j.direction_id as "directionId", j.revision, j.changed_at as "changedAt", j.attempts,
      j.first_failed_at as "firstFailedAt"
    from judged j join communities c on c.id = j.community_id order by j.changed_at, j.person_id`)
}
