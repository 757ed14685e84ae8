import type { Bare } from './bare.ts'
import { WHERE } from './museum.ts'

/** How large a filled database is, for which the same process may need little more than for an empty one. */
export interface Crowd {
  people: number
  communities: number
  /** Communities each person is in. */
  each: number
  /** People who were not here for three years and belong to nothing, so that a night has some to forget. */
  gone: number
}

/**
 * Fills openMuseum's house, a statement a table: everybody is in some communities and their rooms, has said yes in a fifth of
 * them, and the destination has been told, in part so long ago that a night forgets the record of it.
 */
export async function fillCrowd({ query }: Bare, { people, communities, each, gone }: Crowd): Promise<void> {
  await query(
    `insert into communities (id, slug, name, folded, searched, need, tags, visibility, sensitive, state, founder_id, platform,
       workspace, pledges_needed, created_at, opened_at)
     select left(id, 20) || lpad(n::text, 6, '0'), 'crowd-' || n, 'Crowd ' || n, 'crowd ' || n, 'crowd ' || n || searched, need,
       tags, visibility, sensitive, state, founder_id, platform, workspace, pledges_needed, $3::timestamptz,
       $3::timestamptz
     from communities, generate_series((select count(*)::int from communities) + 1, $1::int) n where slug = $2`,
    [communities, 'community-1', DAY],
  )
  await query(
    `insert into people (id, key, name, email, email_proven_at, email_version, created_at, last_seen_at)
     select 'crowd' || lpad(n::text, 21, '0'), md5(n::text), 'Person ' || n, 'person.' || n || '@example.org', $3::timestamptz, 1, $3::timestamptz,
       case when n > $1 then '2020-01-01Z' else $3::timestamptz end
     from generate_series(1, $1::int + $2::int) n`,
    [people, gone, DAY],
  )
  await query(
    `insert into accounts (id, person_id, platform, workspace, external_id, name)
     select left(md5(id), 26), id, $1, $2, 'person-' || right(id, 9)::int, name from people`,
    [WHERE.platform, WHERE.workspace],
  )
  await query(
    `insert into memberships (person_id, community_id, state, source, since)
     select p.id, c.id, 'member', 'command', p.created_at from people p cross join generate_series(0, $2::int - 1) k
     join (select id, row_number() over (order by id) - 1 as n, count(*) over () as many from communities) c
       on c.n = (right(p.id, 9)::int + k * 19) % c.many
     where right(p.id, 9)::int <= $1`,
    [people, each],
  )
  for (const statement of CROWDED) await query(statement, [])
  for (const table of TABLES) await query(`vacuum analyze ${table}`, [])
}

const DAY = new Date('2026-01-01T00:00:00Z')
const TABLES = [
  'people',
  'accounts',
  'memberships',
  'room_places',
  'questions',
  'directions',
  'reports',
  'sent_reports',
]

/** A fifth of the memberships, mixed over people and communities. */
const SAYS_YES = `hashtext(m.person_id || m.community_id) % 5 = 0`

const CROWDED = [
  `insert into rooms (id, community_id, platform, workspace, name, external_id)
   select 'r' || right(id, 25), id, platform, workspace, slug, 'room-' || slug from communities`,
  `insert into room_places (room_id, person_id, wanted, revision, known)
   select r.id, m.person_id, 'in', 1, 'in' from memberships m join rooms r using (community_id)`,
  `insert into questions (person_id, community_id, purpose, recipient, wording_version, at)
   select m.person_id, m.community_id, d.purpose, d.recipient, '1', m.since from memberships m cross join destinations d
   where ${SAYS_YES}`,
  `insert into directions (id, person_id, community_id, purpose, recipient, wording_version, wording, at, place, act,
     delivery_id, standing)
   select left(md5(m.person_id || m.community_id), 26), m.person_id, m.community_id, d.purpose, d.recipient, '1',
     repeat('w', 500), m.since, 'bench', 'pressed Yes', 'd' || m.person_id, true
   from memberships m cross join destinations d where ${SAYS_YES}`,
  `insert into reports (person_id, community_id, destination, wanted, reason, since, direction_id, revision, known, known_email,
     changed_at)
   select s.person_id, s.community_id, d.name, 'in', 'joined', s.at, s.id, 1, 'in', 1, s.at
   from directions s join destinations d using (purpose)`,
  `insert into sent_reports (person_id, community_id, destination, revision, op, recipient, at)
   select r.person_id, r.community_id, r.destination, 1, 'in', s.recipient,
     case when hashtext(r.person_id) % 2 = 0 then '2100-01-01Z' else r.changed_at end
   from reports r join directions s on s.id = r.direction_id`,
]
