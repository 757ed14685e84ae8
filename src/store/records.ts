import { Prisma } from './generated/client.ts'
import { mayBeNamed } from './hidden.ts'
import type { Tx } from './transaction.ts'

/** Everything stored about one person, by kind, as it is handed to them: plain data for a JSON file. */
export type PersonRecord = Record<string, unknown>

/** One yes with all that proves it: what was shown, when, where, and what was pressed. */
export type DirectionProof = Record<string, unknown>

/** The columns of a yes, in words a reader of the file understands. */
const PROOF = Prisma.sql`json_build_object('id', d.id, 'person', p.key, 'community', c.name, 'purpose', d.purpose,
  'recipient', d.recipient, 'shown', d.wording, 'wordingVersion', d.wording_version, 'at', d.at, 'where', d.place,
  'act', d.act, 'delivery', d.delivery_id, 'inForce', coalesce(d.standing, false), 'endedAt', d.revoked_at, 'endedBy', d.revoked_by)`

export function records(tx: Tx) {
  /** All rows of a select as one JSON list. */
  const list = (rows: Prisma.Sql) =>
    Prisma.sql`coalesce((select json_agg(row_to_json(x)) from (${rows}) x), '[]'::json)`

  return {
    /** Everything about a person, those they were united from included; undefined where there is nobody. */
    async of(personId: string): Promise<PersonRecord | undefined> {
      const own = Prisma.sql`(select id from people where id = ${personId} or united_into = ${personId})`
      const named = (owner: Prisma.Sql) => mayBeNamed(personId, owner)
      const [row] = await tx.$queryRaw<{ record: PersonRecord }[]>(Prisma.sql`
        select json_build_object(
          'person', json_build_object('number', p.key, 'name', p.name, 'language', p.language, 'zone', p.zone,
            'firstMet', p.created_at, 'lastSeen', p.last_seen_at, 'pausedSince', p.paused_at, 'quietFrom', p.quiet_from,
            'quietTo', p.quiet_to),
          'address', case when p.email is null then null else json_build_object('email', p.email, 'provenAt', p.email_proven_at) end,
          'accounts', ${list(Prisma.sql`
            select platform, workspace, external_id as id, name, array(select seen.workspace from presences seen
              where seen.account_id = accounts.id order by 1) as "alsoIn" from accounts where person_id in ${own} order by id`)},
          'communities', ${list(Prisma.sql`
            select c.name, c.slug, m.state, m.organizer, m.source, m.reason, m.since, m.left_at as "leftAt"
            from memberships m join communities c on c.id = m.community_id where m.person_id in ${own} and ${named(Prisma.sql`m.person_id`)} order by m.since, c.id`)},
          'yeses', coalesce((select json_agg(${PROOF} order by d.at, d.id) from directions d
            join people p on p.id = d.person_id join communities c on c.id = d.community_id where d.person_id in ${own} and ${named(Prisma.sql`d.person_id`)}), '[]'::json),
          'asked', ${list(Prisma.sql`
            select c.name as community, q.purpose, q.recipient, q.at from questions q join communities c on c.id = q.community_id
            where q.person_id in ${own} and ${named(Prisma.sql`q.person_id`)} order by q.at, c.id, q.purpose, q.recipient`)},
          'onHold', ${list(Prisma.sql`
            select x.destination, d.recipient, c.name as community, x.reason, x.at from suppressions x
            left join destinations d on d.name = x.destination left join communities c on c.id = x.community_id
            where x.person_id in ${own} and (c.id is null or ${named(Prisma.sql`x.person_id`)}) order by x.at, x.destination, x.community_id`)},
          'reports', ${list(Prisma.sql`
            select c.name as community, r.destination, r.wanted, r.known, r.revision, r.changed_at as "changedAt", r.due_at as "dueAt",
              r.failure from reports r join communities c on c.id = r.community_id
            where r.person_id in ${own} and ${named(Prisma.sql`r.person_id`)} order by r.destination, c.id, r.person_id`)},
          'sent', ${list(Prisma.sql`
            select c.name as community, s.destination, s.recipient, s.op, s.revision, s.at from sent_reports s
            join communities c on c.id = s.community_id where s.person_id in ${own} and ${named(Prisma.sql`s.person_id`)} order by s.at, c.id, s.destination, s.revision`)},
          'reads', ${list(Prisma.sql`
            select a.recipient, t.name as key, a.day, a.times, a.at as "lastAt" from api_reads a left join api_tokens t on t.id = a.token
            where a.person_id in ${own} order by a.at, a.token, a.person_id`)},
          'rooms', ${list(Prisma.sql`
            select c.name as community, r.platform, r.workspace, r.external_id as room, rp.wanted, rp.known, rp.looked_at as "lookedAt" from room_places rp
            join rooms r on r.id = rp.room_id join communities c on c.id = r.community_id
            where rp.person_id in ${own} and ${named(Prisma.sql`rp.person_id`)} order by r.id`)},
          'notices', ${list(Prisma.sql`select kind, way from notice_choices where person_id = p.id order by kind`)},
          'mails', ${list(Prisma.sql`
            select created_at as "writtenAt", sent_at as "sentAt", failure from mails where person_id in ${own} order by id`)},
          'founded', ${list(Prisma.sql`select c.name, c.slug, c.state, c.created_at as "at" from communities c
            where c.founder_id = ${personId} or (c.founder_id in ${own} and ${named(Prisma.sql`c.founder_id`)}) order by c.id`)},
          'invitations', ${list(Prisma.sql`
            select c.name as community, i.created_at as "madeAt", i.uses_left as "usesLeft", i.expires_at as "expiresAt"
            from invitations i join communities c on c.id = i.community_id where (i.created_by_id = ${personId} or i.created_by_id in ${own} and ${named(Prisma.sql`i.created_by_id`)}) order by i.id`)},
          'topics', ${list(Prisma.sql`
            select c.name as community, t.title, t.why, t.link, t.kind, t.state, t.reason, t.created_at as "at" from topics t
            join communities c on c.id = t.community_id where t.proposer_id in ${own} and ${named(Prisma.sql`t.proposer_id`)} order by t.id`)},
          'supports', ${list(Prisma.sql`
            select c.name as community, t.title, s.at from topic_supports s join topics t on t.id = s.topic_id
            join communities c on c.id = t.community_id where s.person_id in ${own} and ${named(Prisma.sql`s.person_id`)} order by s.at, t.id`)},
          'ballots', ${list(Prisma.sql`
            select c.name as community, b.question, b.state, b.created_at as "at" from ballots b join communities c on c.id = b.community_id
            where b.author_id in ${own} and ${named(Prisma.sql`b.author_id`)} order by b.id`)},
          'mayVote', ${list(Prisma.sql`
            select c.name as community, b.question, v.voted from ballot_voters v join ballots b on b.id = v.ballot_id
            join communities c on c.id = b.community_id where v.person_id in ${own} and ${named(Prisma.sql`v.person_id`)} order by b.id, v.person_id`)},
          'votes', ${list(Prisma.sql`
            select c.name as community, b.question, v.key, v.vote, v.reason, v.delegated, v.at from ballot_votes v
            join ballots b on b.id = v.ballot_id join communities c on c.id = b.community_id
            where v.person_id in ${own} and ${named(Prisma.sql`v.person_id`)} order by b.id, v.key`)},
          'optionsAdded', ${list(Prisma.sql`
            select c.name as community, b.question, o.label from ballot_options o join ballots b on b.id = o.ballot_id
            join communities c on c.id = b.community_id where o.added_by_id in ${own} and ${named(Prisma.sql`o.added_by_id`)} order by b.id, o.place`)},
          'delegations', ${list(Prisma.sql`
            select c.name as community, d.asked_at as "askedAt", d.accepted_at as "acceptedAt", d.person_id in ${own} as "byMe"
            from delegations d join communities c on c.id = d.community_id where d.person_id in ${own} and d.accepted_at is not null and ${named(Prisma.sql`d.person_id`)}
              or d.delegate_id in ${own} and ${named(Prisma.sql`d.delegate_id`)} order by d.asked_at, c.id, d.person_id`)},
          'meetups', ${list(Prisma.sql`
            select c.name as community, m.title, m.starts_at as "startsAt", m.state, m.created_at as "at" from meetups m
            join communities c on c.id = m.community_id where m.author_id in ${own} and ${named(Prisma.sql`m.author_id`)} order by m.id`)},
          'answers', ${list(Prisma.sql`
            select c.name as community, m.title, m.starts_at as "startsAt", r.state, r.guests, r.number, r.remind, r.checked_in_at as "checkedInAt",
              r.worth, r.hosts_next as "hostsNext", r.at from rsvps r join meetups m on m.id = r.meetup_id
            join communities c on c.id = m.community_id where r.person_id in ${own} and ${named(Prisma.sql`r.person_id`)} order by m.id, r.person_id`)},
          'received', ${list(Prisma.sql`
            select c.name as community, i.title, a.worth, a.is_in as "isIn", a.words, a.consent, a.at from item_answers a join items i on i.id = a.item_id
            join communities c on c.id = i.community_id where a.person_id in ${own} and ${named(Prisma.sql`a.person_id`)} order by i.id, a.person_id`)},
          'objections', ${list(Prisma.sql`
            select c.name as community, o.month, o.at from objections o join communities c on c.id = o.community_id
            where o.person_id in ${own} and ${named(Prisma.sql`o.person_id`)} order by o.at, c.id`)},
          'offered', ${list(Prisma.sql`
            select c.name as community, i.title, i.state, i.created_at as "at" from items i join communities c on c.id = i.community_id
            where i.author_id in ${own} and ${named(Prisma.sql`i.author_id`)} order by i.id`)},
          'muted', ${list(Prisma.sql`
            select c.name as community, m.muted_until as "until" from memberships m join communities c on c.id = m.community_id
            where m.person_id = ${personId} and m.muted_until is not null order by c.id`)},
          'acts', ${list(Prisma.sql`
            select a.at, a.role, a.act, a.detail, c.name as community from audit a left join communities c on c.id = a.community_id
            where a.actor_id in ${own} and (c.id is null or a.actor_id = ${personId} or ${named(Prisma.sql`a.actor_id`)}) order by a.at, a.id`)},
          'unions', ${list(Prisma.sql`
            select asked_at as "askedAt", united_at as "unitedAt" from unions where kept_id = p.id or merged_id = p.id order by id`)}
        ) as record
        from people p where p.id = ${personId}`)
      return row?.record
    },

    /** The proof of one yes; undefined where there is none of that id. */
    async proofOf(directionId: string): Promise<DirectionProof | undefined> {
      const [row] = await tx.$queryRaw<{ proof: DirectionProof }[]>(Prisma.sql`
        select ${PROOF} as proof from directions d join people p on p.id = d.person_id
        join communities c on c.id = d.community_id where d.id = ${directionId}`)
      return row?.proof
    },

    /** People an address, an account ("discord:80351110224678912", "slack:T1:U2"), a number or an id stands for. */
    async find(words: string): Promise<{ id: string; name: string; accounts: string[] | null }[]> {
      return tx.$queryRaw(Prisma.sql`
        select p.id, p.name, array_agg(a.platform || ':' || a.workspace || ':' || a.external_id order by a.id)
          filter (where a.id is not null) as accounts
        from people p left join accounts a on a.person_id = p.id
        where p.united_into is null and (p.id = ${words} or p.key = ${words} or lower(p.email) = lower(${words})
          or exists (select 1 from accounts b where b.person_id = p.id and ${words} in (b.platform || ':' || b.external_id,
            b.platform || ':' || b.workspace || ':' || b.external_id)))
        group by p.id order by p.id`)
    },
  }
}
