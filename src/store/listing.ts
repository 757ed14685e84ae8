import type { EndedBy } from '../core/held.ts'
import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'

/** What a look at a destination found, in people. */
export interface Drift {
  missing: number
  extra: number
  strangers: number
  suppressed: number
}

/** Somebody a destination holds, by what it knows of them. */
export interface ListedThere {
  person?: string
  id?: string
  email?: string
  suppressed?: EndedBy
  isHere?: boolean
}

/** Everybody a destination holds in one of its lists, as it began to say. */
export interface Listing {
  listed: ListedThere[]
  began: Date
}

/** Where a list differs from what it should be. */
export interface Looked {
  /** How many it holds, and how many of them it should. */
  listed: number
  wanted: number
  /** Known to be held before, and not there any more; `revision` is their report's. */
  missing: { personId: string; revision: number }[]
  /** Taken a day ago, and never seen there. */
  unsure: string[]
  /** There for the first time as far as anybody has looked. */
  proven: string[]
  /** There, though they were not when they were to be told of anew. */
  back: string[]
  suppressed: { personId: string; revision: number; why: EndedBy; isHere: boolean }[]
  /** People of ours who are there without a yes, with what they are called there. */
  extra: { personId: string; id: string | null }[]
  /** Nobody of ours. */
  strangers: number
}

/** What is told may take a while until it is listed, and what is asked for may take until it is confirmed by mail. */
export const LAG_MS = 10 * 60_000
const UNSURE_MS = 24 * 3_600_000

interface Row {
  kind: 'missing' | 'unsure' | 'proven' | 'back' | 'suppressed' | 'extra' | 'stranger' | 'wanted'
  personId: string | null
  revision: number | null
  id: string | null
  why: EndedBy | null
  isHere: boolean | null
  count: number
}

/**
 * Compares a list with our reports, in one statement. Whom an entry means: by our number for a person, else by what it calls
 * somebody or their address, which several may share; then one who is to be there has the others stay.
 */
export async function lookAt(
  tx: Tx,
  destination: string,
  communityId: string,
  { listed, began }: Listing,
  now: Date,
): Promise<Looked> {
  const before = (ms: number) => Prisma.sql`${new Date(began.getTime() - ms)}::timestamptz`
  const here = Prisma.sql`r.destination = ${destination} and r.community_id = ${communityId}`
  const isIdle = (ms: number) => Prisma.sql`r.due_at is null
    and (r.leased_until is null or r.leased_until <= ${now}::timestamptz) and coalesce(r.told_at, r.changed_at) < ${before(ms)}`
  const isUnnumbered = Prisma.sql`not exists (select 1 from numbered b where b.n = l.n)`
  // The planner takes every list for a few rows, and would compare each of thousands with each.
  await tx.$executeRaw(Prisma.sql`set local enable_nestloop = off`)
  const rows = await tx.$queryRaw<Row[]>(Prisma.sql`
    with listed as materialized (
      select * from unnest(${listed.map((one) => one.person ?? null)}::text[], ${listed.map((one) => one.id ?? null)}::text[],
        ${listed.map((one) => one.email?.toLowerCase() ?? null)}::text[], ${listed.map((one) => one.suppressed ?? null)}::text[],
        ${listed.map((one) => one.isHere ?? false)}::boolean[]) with ordinality as l (person, id, email, why, is_here, n)),
    numbered as materialized (
      select l.n, p.id as person_id from listed l join people p on p.key = l.person),
    held as materialized (
      select r.person_id, e as email from reports r cross join unnest(r.held_emails) e where ${here}),
    meant as materialized (
      select n, person_id from numbered
      union select l.n, r.person_id from listed l join reports r on r.destination = ${destination} and r.known_id = l.id
        where ${isUnnumbered}
      union select l.n, p.id from listed l join people p on lower(p.email) = l.email and p.email_proven_at is not null
        where ${isUnnumbered}
      union select l.n, h.person_id from held h join listed l on l.email = h.email where ${isUnnumbered}),
    there as materialized (
      select m.n, m.person_id, l.id, l.why, l.is_here, r.wanted, r.known, r.proven, r.guarded, r.revision,
        coalesce(r.known_email = 0 and r.due_at is null, false) as is_missed,
        coalesce(${isIdle(LAG_MS)}, false) and r.known_email is not null as is_idle,
        coalesce(${isIdle(0)}, false) as is_settled
      from meant m join listed l using (n) join people p on p.id = m.person_id
      left join reports r on r.person_id = m.person_id and ${here}),
    ours as (
      select r.person_id, r.revision, r.proven, ${isIdle(LAG_MS)} as is_idle, ${isIdle(UNSURE_MS)} as is_old from reports r
      where ${here} and r.wanted = 'in' and r.known = 'in')
    select case when proven then 'missing' else 'unsure' end as kind, person_id as "personId", revision, null as id, null as why,
      null::boolean as "isHere", 1 as count
    from ours o where case when proven then is_idle else is_old end
      and not exists (select 1 from there t where t.person_id = o.person_id)
    union all select distinct 'proven', person_id, null::int, null, null, null::boolean, 1 from there
      where wanted = 'in' and known = 'in' and not proven
    union all select distinct 'back', person_id, null::int, null, null, null::boolean, 1 from there
      where wanted = 'in' and known = 'in' and is_missed and why is null
    union all select 'suppressed', person_id, max(revision), null, max(why), bool_and(is_here), 1 from there
      where wanted = 'in' and why is not null and is_settled group by person_id
    union all select 'extra', t.person_id, null, max(t.id), null, null, 1 from there t
      -- Whom it does not write to may stand there: it keeps by that what they said.
      where t.is_idle and t.why is null and coalesce(t.wanted, 'out') = 'out' and not coalesce(t.guarded, false)
        and not exists (select 1 from there k where k.n = t.n and k.wanted = 'in') group by t.person_id
    union all select 'stranger', null, null, null, null, null, count(*)::int from listed l
      where not exists (select 1 from meant m where m.n = l.n)
    union all select 'wanted', null, null, null, null, null, count(*)::int from ours
    order by 1, 2`)
  await tx.$executeRaw(Prisma.sql`set local enable_nestloop = on`)
  const of = (kind: Row['kind']) => rows.filter((row) => row.kind === kind)
  const people = (kind: Row['kind']) => of(kind).flatMap((row) => row.personId ?? [])
  const changing = (kind: Row['kind']) =>
    of(kind).flatMap(({ personId, revision }) => (personId && revision !== null ? [{ personId, revision }] : []))
  const countOf = (kind: Row['kind']) => of(kind)[0]?.count ?? 0
  return {
    listed: listed.length,
    wanted: countOf('wanted'),
    missing: changing('missing'),
    unsure: people('unsure'),
    proven: people('proven'),
    back: people('back'),
    suppressed: of('suppressed').flatMap(({ personId, revision, why, isHere }) =>
      personId && revision !== null && why ? [{ personId, revision, why, isHere: isHere ?? false }] : [],
    ),
    extra: of('extra').flatMap(({ personId, id }) => (personId ? [{ personId, id }] : [])),
    strangers: countOf('stranger'),
  }
}
