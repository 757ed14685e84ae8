import { fingerprint, wordingOf } from '../src/core/direction.ts'
import type { Act, Actor, Party } from './acts.ts'
import type { Bare, Query } from './bare.ts'
import { COMMUNITY, draws, MUSEUM, WHERE } from './museum.ts'

const KEEP_MS = 3_600_000
const ASKING = { purpose: 'letters' as const, recipient: MUSEUM.recipient }
const WORDING = wordingOf(ASKING, COMMUNITY, MUSEUM)
const PRINT = fingerprint(WORDING)

/**
 * The same acts as someone writes them by hand on the bare driver: plain statements, each a round trip, where the store
 * joins several in one (CTEs). It parses no words, draws no card and seals no answer: `answers` are the router's, ready as
 * JSON. So it does less than the router does, with the same rows as the outcome.
 */
export function byHand(name: string, bare: Bare, answers: Record<Act, string>, prepares: boolean): Party {
  return {
    name,
    act: (act, actor, delivery) =>
      bare.transaction(async (send) => {
        const query: Query = prepares ? (text, values) => send(text, values, nameOf(text)) : send
        const now = new Date()
        if (!(await open(query, actor, delivery, now))) return
        await ACTING[act](query, actor, now, delivery)
        await query('update deliveries set answer = $1 where id = $2', [Buffer.from(answers[act]), delivery])
      }),
  }
}

type Acting = (query: Query, actor: Actor, now: Date, delivery: string) => Promise<void>

const ACTING: Record<Act, Acting> = {
  async join(query, actor, now) {
    const { state } = await find(query, actor, 'slug = $1', COMMUNITY.slug)
    if (state === 'member') return
    await query(
      `insert into memberships (person_id, community_id, state, source, since) values ($1, $2, 'member', 'command', $3)
       on conflict (person_id, community_id) do update
         set state = 'member', source = excluded.source, since = excluded.since, left_at = null, reason = null`,
      [actor.id, COMMUNITY.id, now],
    )
    await query(
      `insert into room_places (room_id, person_id, wanted, revision, due_at) values ($1, $2, 'in', 1, $3)
       on conflict (room_id, person_id) do update
         set wanted = 'in', revision = room_places.revision + 1, due_at = excluded.due_at`,
      [await roomOf(query), actor.id, now],
    )
    const [asking] = await askings(query, actor)
    if (asking?.asked === false) await asked(query, actor, now)
  },

  async on(query, actor, now, delivery) {
    const { state } = await find(query, actor, 'id = $1', COMMUNITY.id)
    if (state !== 'member') return
    const [asking] = await askings(query, actor)
    if (asking?.standing) return
    const id = draws.id(now)
    await query(
      `insert into directions (id, person_id, community_id, purpose, recipient, wording_version, wording, at, place, act,
         delivery_id, standing)
       values ($1, $2, $3, $4, $5, $6, $7, $8, 'bench, workspace main, in private', 'pressed Yes', $9, true)`,
      [id, actor.id, COMMUNITY.id, ASKING.purpose, ASKING.recipient, PRINT, WORDING, now, delivery],
    )
    await asked(query, actor, now)
    for (const { name } of await destinations(query)) {
      await query(
        `insert into reports (person_id, community_id, destination, wanted, reason, since, direction_id, revision, known,
           changed_at, due_at)
         select person_id, community_id, $3, 'in', 'joined', since, $4, 1, 'out', $5, $5 from memberships
         where person_id = $1 and community_id = $2
         on conflict (person_id, community_id, destination) do update
           set wanted = 'in', reason = 'joined', since = excluded.since, direction_id = excluded.direction_id,
             revision = reports.revision + 1, changed_at = excluded.changed_at, due_at = excluded.due_at, attempts = 0,
             known = nullif(reports.known, 'in'), first_failed_at = null, failure = null`,
        [actor.id, COMMUNITY.id, name, id, now],
      )
    }
    // What to ask next, as the router does after a yes.
    await askings(query, actor)
  },

  async off(query, actor, now) {
    await find(query, actor, 'slug = $1', COMMUNITY.slug)
    const standing = await query(
      `select id, purpose, recipient from directions where person_id = $1 and community_id = $2 and standing`,
      [actor.id, COMMUNITY.id],
    )
    for (const { id } of standing) {
      await query(
        `update directions set standing = null, revoked_at = $2, revoked_by = 'sharing' where id = $1 and standing`,
        [id, now],
      )
      for (const { name } of await destinations(query))
        await reportOut(query, actor, now, 'and destination = $4', [name])
    }
  },

  async leave(query, actor, now) {
    await find(query, actor, 'slug = $1', COMMUNITY.slug)
    const of = [actor.id, COMMUNITY.id]
    const gone = await query(
      `update memberships set state = 'left', organizer = false, left_at = $3, reason = null
       where person_id = $1 and community_id = $2 and state in ('member', 'pledged', 'requested') returning state`,
      [...of, now],
    )
    if (gone.length === 0) return
    await query(
      `update directions set standing = null, revoked_at = $3, revoked_by = 'leaving'
       where person_id = $1 and community_id = $2 and standing`,
      [...of, now],
    )
    await query('delete from questions where person_id = $1 and community_id = $2', of)
    await reportOut(query, actor, now, '', [])
    await query(
      `update room_places set wanted = 'out', revision = revision + 1, due_at = $3
       where person_id = $1 and wanted = 'in' and room_id in (select id from rooms where community_id = $2)`,
      [...of, now],
    )
  },
}

/** False where this delivery was carried out before. */
async function open(query: Query, actor: Actor, delivery: string, now: Date): Promise<boolean> {
  const expires = new Date(now.getTime() + KEEP_MS)
  const fresh = await query(
    'insert into deliveries (id, expires_at) values ($1, $2) on conflict (id) do nothing returning id',
    [delivery, expires],
  )
  await query('select * from organization where id = 1', [])
  await query(
    `select p.*, a.id as account_id, a.name as account_name from accounts a join people p on p.id = a.person_id
     where a.platform = $1 and a.workspace = $2 and a.external_id = $3`,
    [WHERE.platform, WHERE.workspace, actor.externalId],
  )
  // One person's acts wait for each other; a recipient that came up since would be asked about.
  await query('select pg_advisory_xact_lock(1, hashtext($1))', [actor.id])
  await query(
    `select 1 from memberships m
     join communities c on c.id = m.community_id and c.state = 'open' and not c.sensitive
     join destinations s on s.connected
     left join questions q on q.person_id = m.person_id and q.community_id = c.id and q.purpose = s.purpose
       and q.recipient = s.recipient
     where m.person_id = $1 and m.state = 'member' and q.person_id is null limit 1`,
    [actor.id],
  )
  return fresh.length > 0
}

async function find(query: Query, actor: Actor, by: string, value: string): Promise<Record<string, unknown>> {
  const [community] = await query(`select * from communities where ${by}`, [value])
  const [membership] = await query(
    'select state, organizer, left_at from memberships where person_id = $1 and community_id = $2',
    [actor.id, community?.id],
  )
  return membership ?? {}
}

async function roomOf(query: Query): Promise<unknown> {
  const [room] = await query('select id from rooms where community_id = $1 and platform = $2 and workspace = $3', [
    COMMUNITY.id,
    WHERE.platform,
    WHERE.workspace,
  ])
  return room?.id
}

/** One plain join in the store as well. */
function askings(query: Query, actor: Actor): Promise<Record<string, unknown>[]> {
  return query(
    `select d.purpose, d.recipient, q.at is not null as asked, q.wording_version, coalesce(s.standing, false) as standing
     from (select distinct purpose, recipient from destinations where connected) d
     left join questions q on q.person_id = $1 and q.community_id = $2 and q.purpose = d.purpose and q.recipient = d.recipient
     left join directions s on s.person_id = $1 and s.community_id = $2 and s.purpose = d.purpose
       and s.recipient = d.recipient and s.standing`,
    [actor.id, COMMUNITY.id],
  )
}

async function asked(query: Query, actor: Actor, now: Date): Promise<void> {
  await query(
    `insert into questions (person_id, community_id, purpose, recipient, wording_version, at) values ($1, $2, $3, $4, $5, $6)
     on conflict (person_id, community_id, purpose, recipient) do update
       set wording_version = excluded.wording_version, at = excluded.at`,
    [actor.id, COMMUNITY.id, ASKING.purpose, ASKING.recipient, PRINT, now],
  )
}

function destinations(query: Query): Promise<Record<string, unknown>[]> {
  return query('select name from destinations where connected and purpose = $1 and recipient = $2', [
    ASKING.purpose,
    ASKING.recipient,
  ])
}

async function reportOut(query: Query, actor: Actor, now: Date, more: string, values: unknown[]): Promise<void> {
  await query(
    `update reports set wanted = 'out', reason = 'left', revision = revision + 1, changed_at = $3, due_at = $3, attempts = 0,
       first_failed_at = null, failure = null
     where person_id = $1 and community_id = $2 and wanted = 'in' ${more}`,
    [actor.id, COMMUNITY.id, now, ...values],
  )
}

const names = new Map<string, string>()

/** A name for a statement's text, under which the server keeps it prepared. */
function nameOf(text: string): string {
  const name = names.get(text) ?? `by_hand_${names.size}`
  names.set(text, name)
  return name
}
