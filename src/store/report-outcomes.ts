import { Prisma } from './generated/client.ts'
import type { ClaimedReport } from './reports.ts'
import { sent } from './sent.ts'
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
  // Found by their keys, whatever the planner takes a lease for; once locked, a lease is what it says.
  const ours = Prisma.sql`
        with ours as materialized (
          select sent.*, r.lease as held
          from unnest(${rows.map((row) => row.personId)}::text[], ${rows.map((row) => row.communityId)}::text[],
            ${rows.map((row) => row.destination)}::text[], ${rows.map((row) => row.revision)}::int[],
            ${rows.map((row) => row.wanted)}::text[], ${rows.map((row) => row.emailVersion)}::int[],
            ${rows.map((row) => row.directionId)}::text[], ${rows.map((row) => row.email.toLowerCase())}::text[],
            ${rows.map((_, i) => met[i]?.id ?? null)}::text[], ${rows.map((_, i) => met[i]?.isNew ?? false)}::boolean[],
            ${rows.map((_, i) => met[i]?.isProven ?? false)}::boolean[])
            as sent (person_id, community_id, destination, revision, wanted, email, direction, address, id, is_new, is_proven)
          join reports r using (person_id, community_id, destination)
          order by person_id, community_id, destination for update of r)`
  const each = Prisma.sql`from ours as sent where sent.held = ${lease} and r.person_id = sent.person_id
        and r.community_id = sent.community_id and r.destination = sent.destination`
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
  // People before reports, as whoever forgets somebody locks them.
  await tx.$queryRaw(Prisma.sql`
        select id from people where id = any(${rows.map((row) => row.personId)}) order by id for key share`)
  await tx.$executeRaw(Prisma.sql`${ours} update reports r set ${heard}, ${settled(outcome, unless)} ${each}`)
  if ('done' in outcome) await sent(tx).note(rows, now)
}
