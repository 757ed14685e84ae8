import type { ClaimedReport } from './claimed-report.ts'
import { shareFate } from './failed-reports.ts'
import { Prisma } from './generated/client.ts'
import { noteSent } from './sent.ts'
import type { Tx } from './transaction.ts'
import { type Outcome, settled } from './work.ts'

/** What a destination said of somebody it took. */
export interface MetThere {
  id?: string
  isNew?: boolean
  isProven?: boolean
}

/** Writes down how claimed reports went; one stays due where it was changed while the request was under way. */
export async function finishReports(
  tx: Tx,
  rows: ClaimedReport[],
  lease: string,
  outcome: Outcome,
  now: Date,
  met: MetThere[] = [],
): Promise<void> {
  const told = rows.map((row, i) => ({
    ...{ person_id: row.personId, community_id: row.communityId, destination: row.destination, revision: row.revision },
    ...{ wanted: row.wanted, email: row.emailVersion, direction: row.directionId, address: row.email.toLowerCase() },
    ...{ id: met[i]?.id ?? null, is_new: met[i]?.isNew ?? false, is_proven: met[i]?.isProven ?? false },
  }))
  // Found by their keys, whatever the planner takes a lease for; once locked, a lease is what it says.
  const ours = Prisma.sql`
        with sent as materialized (
          select * from json_to_recordset(${JSON.stringify(told)}::json) as sent (person_id text, community_id text,
            destination text, revision int, wanted text, email int, direction text, address text, id text, is_new boolean,
            is_proven boolean) order by person_id, community_id, destination),
        there as materialized (
          select p.id from (select distinct person_id from sent order by 1) said
          cross join lateral (select id from people where id = said.person_id offset 0 for key share) p),
        ours as materialized (
          select sent.*, r.lease as held from sent
          cross join lateral (select lease from reports r where r.person_id = sent.person_id
            and r.community_id = sent.community_id and r.destination = sent.destination offset 0 for update) r
          -- People before reports, as whoever forgets somebody locks them.
          where (select count(*) from there) >= 0)`
  const unless = { unchanged: Prisma.sql`r.revision = sent.revision`, otherwiseDue: Prisma.sql`r.due_at` }
  // Or staff would see, by when something was told last, that they have stopped somebody who is known there.
  const toldAt = Prisma.sql`case when sent.wanted = 'out' and exists (select 1 from suppressions x where x.reason = 'stopped'
    and x.destination = sent.destination and x.person_id = sent.person_id and x.community_id in ('', sent.community_id))
    then r.told_at else ${now}::timestamptz end`
  const isRefused = 'stuck' in outcome && (outcome.isRefused ?? false)
  const heard =
    'done' in outcome
      ? Prisma.sql`known_email = sent.email, first_failed_at = null, told_at = ${toldAt}, known = case
              when r.direction_id is not distinct from sent.direction then sent.wanted else nullif(sent.wanted, 'in') end,
              held_emails = case when sent.wanted = 'in' then array[sent.address] else '{}' end,
              known_id = coalesce(sent.id, r.known_id), made = r.made or sent.is_new,
              proven = sent.is_proven and sent.wanted = 'in',
              known_id_email = case when sent.id is null then r.known_id_email else sent.email end`
      : 'unsent' in outcome
        ? Prisma.sql`known_email = r.known_email`
        : Prisma.sql`first_failed_at = coalesce(r.first_failed_at, ${now}::timestamptz),
            refused = case when r.stopped_for is null then ${isRefused} else r.refused end`
  const finished = Prisma.sql`update reports r set ${heard}, ${settled(outcome, unless)}
        from ours as sent where sent.held = ${lease} and r.person_id = sent.person_id
          and r.community_id = sent.community_id and r.destination = sent.destination`
  await tx.$executeRaw(
    'done' in outcome
      ? Prisma.sql`${ours}, finished as (${finished}) ${noteSent(now)}`
      : Prisma.sql`${ours} ${finished}`,
  )
  await shareFate(tx, rows, outcome)
}
