import type { Bare } from './bare.ts'

/** The destination of openMuseum. */
export const DESTINATION = 'files'

/**
 * So many people, each in one community with a standing yes; of every tenth it was taken back, so that leaving is to be told
 * as well. One statement a table.
 */
export async function fillDirected({ query }: Bare, people: number): Promise<void> {
  await query(
    `insert into people (id, key, name, email, email_proven_at, email_version, created_at, last_seen_at)
     select 'told' || lpad(n::text, 22, '0'), md5(n::text), 'Person ' || n, 'person.' || n || '@example.org', $2, 1, $2, $2
     from generate_series(1, $1::int) n`,
    [people, new Date('2026-01-01T00:00:00Z')],
  )
  for (const statement of DIRECTED) await query(statement, [])
}

const DIRECTED = [
  `insert into memberships (person_id, community_id, state, source, since)
   select p.id, c.id, 'member', 'command', p.created_at from people p
   join (select id, row_number() over (order by id) - 1 as n, count(*) over () as many from communities) c
     on right(p.id, 9)::int % c.many = c.n`,
  `insert into directions (id, person_id, community_id, purpose, recipient, wording_version, wording, at, place, act,
     delivery_id, standing, revoked_at, revoked_by)
   select left(md5(m.person_id), 26), m.person_id, m.community_id, d.purpose, d.recipient, '1', repeat('w', 500), m.since,
     'bench', 'pressed Yes', 'd' || m.person_id, case when not gone then true end, case when gone then m.since end,
     case when gone then 'sharing' end
   from memberships m cross join destinations d, lateral (select m.person_id like '%0' as gone) as g`,
  `insert into reports (person_id, community_id, destination, wanted, reason, since, direction_id, revision, known, known_email,
     changed_at)
   select s.person_id, s.community_id, d.name, case when s.standing then 'in' else 'out' end,
     case when s.standing then 'joined' else 'left' end, s.at, s.id, 0, null, 1, s.at
   from directions s join destinations d using (purpose)`,
]

/** Makes every report due anew, as one change each, and leaves the tables as PostgreSQL's own upkeep would. */
export async function makeDue({ query }: Bare): Promise<number> {
  const due = await query(
    `update reports set revision = revision + 1, known = case wanted when 'in' then 'out' else 'in' end, changed_at = $1,
       due_at = $1 returning 1`,
    [new Date()],
  )
  for (const table of ['people', 'memberships', 'directions', 'reports', 'sent_reports']) {
    await query(`vacuum analyze ${table}`, [])
  }
  return due.length
}

/** What the destination should hold by now, told as the sink tells what it holds; and how many reports are not done. */
export async function wanted({ query }: Bare): Promise<{ lines: number; digest: string; undone: number }> {
  const [row] = await query(
    `select count(*)::int as lines, (count(*) filter (where r.due_at is not null or r.known is distinct from r.wanted))::int as undone,
       md5(string_agg(concat_ws(' ', c.slug, p.key, r.revision, case r.wanted when 'in' then p.email else '-' end), E'\\n'
         order by c.slug collate "C", p.key collate "C")) as digest
     from reports r join people p on p.id = r.person_id join communities c on c.id = r.community_id`,
    [],
  )
  return { lines: Number(row?.lines), digest: String(row?.digest), undone: Number(row?.undone) }
}

/** That a person can see what was passed on about them: one line of their record for each report told. */
export async function recorded({ query }: Bare): Promise<number> {
  const [row] = await query('select count(*)::int as count from sent_reports', [])
  return Number(row?.count)
}
