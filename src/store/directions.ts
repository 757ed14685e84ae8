import type { Asking, Direction } from '../core/direction.ts'
import type { SuppressedBy } from '../core/held.ts'
import { Prisma } from './generated/client.ts'
import { FIRST_REVISION, firstKnown } from './reports.ts'
import type { Tools, Tx } from './transaction.ts'
import { turnedOut } from './turned-out.ts'

/** A yes as it is written down: what was shown, where and when, and what was pressed or typed. */
export interface Say extends Asking {
  personId: string
  communityId: string
  wording: string
  wordingVersion: string
  place: string
  act: string
  deliveryId: string
}

/** One question to a person about one community, and how it stands. */
export interface AskingState extends Asking {
  communityId: string
  communityName: string
  /** Whether the person was shown this question before. */
  asked: boolean
  /** The version of the words they were shown then. */
  askedVersion: string | null
  standing: boolean
  /** Why some destination is not told of them in spite of it, until they say yes anew, and since when. */
  heldBy: SuppressedBy | null
  heldSince: Date | null
}

export function directions(tx: Tx, { draws }: Tools) {
  return {
    /**
     * Writes a yes into the ledger and turns the reports of everything it covers to `in`. Whatever the clocks say, it comes
     * after all that destinations said of the person before. One statement.
     */
    async direct(words: Say, now: Date): Promise<boolean> {
      const [row] = await tx.$queryRaw<{ said: boolean }[]>(Prisma.sql`
        with said as (
          insert into directions (id, person_id, community_id, purpose, recipient, wording_version, wording, at, place, act,
            delivery_id, standing)
          select ${draws.id(now)}, m.person_id, m.community_id, ${words.purpose}, ${words.recipient}, ${words.wordingVersion},
            ${words.wording}, greatest(${now}::timestamptz, (select max(x.at) + interval '1 millisecond' from suppressions x
              where x.person_id = m.person_id and x.community_id in ('', m.community_id))),
            ${words.place}, ${words.act}, ${words.deliveryId}, true
          from memberships m where m.person_id = ${words.personId} and m.community_id = ${words.communityId} and m.state = 'member'
          on conflict (person_id, community_id, purpose, recipient, standing) do nothing
          returning id, person_id, community_id),
        asked as (
          insert into questions (person_id, community_id, purpose, recipient, wording_version, at)
          select person_id, community_id, ${words.purpose}, ${words.recipient}, ${words.wordingVersion}, ${now}::timestamptz from said
          on conflict (person_id, community_id, purpose, recipient) do update
            set wording_version = excluded.wording_version, at = excluded.at),
        told as materialized (
          -- Waits for a change of the community under way, and makes a later one wait: it may be turning sensitive.
          select id from communities where id = ${words.communityId} and state = 'open' and not sensitive for share),
        reported as (
          insert into reports (person_id, community_id, destination, wanted, reason, since, direction_id, revision, known,
            changed_at, due_at)
          select m.person_id, m.community_id, d.name, 'in', 'joined', m.since, said.id, ${FIRST_REVISION}, ${firstKnown(Prisma.sql`d.name`)},
            ${now}::timestamptz, ${now}::timestamptz
          from said join memberships m using (person_id, community_id)
          join told on told.id = m.community_id
          join people p on p.id = m.person_id and p.email_proven_at is not null and p.paused_at is null
          join destinations d on d.connected and d.mode = 'standing' and d.purpose = ${words.purpose} and d.recipient = ${words.recipient}
          on conflict (person_id, community_id, destination) do update
            set wanted = 'in', reason = 'joined', since = excluded.since, direction_id = excluded.direction_id,
              revision = reports.revision + 1, changed_at = excluded.changed_at, due_at = excluded.due_at, attempts = 0,
              -- Who is in by an earlier yes is told anew, by which one and since when.
              known = nullif(reports.known, 'in'), first_failed_at = null, failure = null, guarded = false)
        select exists (select 1 from said) as said`)
      return row?.said ?? false
    },

    /** Takes a yes back and turns its reports to `out`. One statement. */
    async withdraw(personId: string, communityId: string, asking: Asking, now: Date): Promise<boolean> {
      const [row] = await tx.$queryRaw<{ revoked: boolean }[]>(Prisma.sql`
        with revoked as (
          update directions set standing = null, revoked_at = ${now}::timestamptz, revoked_by = 'sharing'
          where person_id = ${personId} and community_id = ${communityId} and purpose = ${asking.purpose}
            and recipient = ${asking.recipient} and standing
          returning id, person_id, community_id, purpose, recipient),
        reported as (
          update reports r set ${turnedOut(now)}
          from revoked where r.person_id = revoked.person_id and r.community_id = revoked.community_id
            -- A recipient may go by another name by now, and still hold them by this yes.
            and (r.direction_id = revoked.id or exists (select 1 from destinations d where d.name = r.destination
              and d.purpose = revoked.purpose and d.recipient = revoked.recipient))
            and (r.wanted = 'in' or r.guarded))
        select exists (select 1 from revoked) as revoked`)
      return row?.revoked ?? false
    },

    /** Every question that may be put to a person: each connected purpose and recipient, for each community they are in. */
    async askings(personId: string, communityId?: string): Promise<AskingState[]> {
      return tx.$queryRaw(Prisma.sql`
        select c.id as "communityId", c.name as "communityName", d.purpose, d.recipient, (q.at is not null) as asked,
          q.wording_version as "askedVersion", coalesce(s.standing, false) as standing,
          held.reason as "heldBy", held.at as "heldSince"
        from memberships m
        join communities c on c.id = m.community_id and c.state = 'open' and not c.sensitive
        join (select distinct purpose, recipient from destinations where connected) d on true
        left join questions q on q.person_id = m.person_id and q.community_id = c.id and q.purpose = d.purpose and q.recipient = d.recipient
        left join directions s on s.person_id = m.person_id and s.community_id = c.id and s.purpose = d.purpose
          and s.recipient = d.recipient and s.standing
        left join lateral (select x.reason, x.at from suppressions x join destinations h on h.name = x.destination and h.connected
            and h.purpose = s.purpose and h.recipient = s.recipient
          where x.person_id = s.person_id and x.community_id in ('', s.community_id) and x.at >= s.at
          order by x.at desc, x.destination limit 1) held on true
        where m.person_id = ${personId} and m.state = 'member' and (${communityId ?? ''} = '' or c.id = ${communityId ?? ''})
        order by m.since, c.id, d.purpose, d.recipient`)
    },

    /** Notes that a person was shown a question, so that nobody asks again. */
    async asked(
      personId: string,
      communityId: string,
      asking: Asking,
      wordingVersion: string,
      now: Date,
    ): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        insert into questions (person_id, community_id, purpose, recipient, wording_version, at)
        values (${personId}, ${communityId}, ${asking.purpose}, ${asking.recipient}, ${wordingVersion}, ${now}::timestamptz)
        on conflict (person_id, community_id, purpose, recipient) do update
          set wording_version = excluded.wording_version, at = excluded.at`)
    },

    /** The same for many people at once; who was asked before keeps the words they saw then. */
    async askedAll(
      communityId: string,
      personIds: string[],
      asking: Asking,
      wordingVersion: string,
      now: Date,
    ): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        insert into questions (person_id, community_id, purpose, recipient, wording_version, at)
        select id, ${communityId}, ${asking.purpose}, ${asking.recipient}, ${wordingVersion}, ${now}::timestamptz
        from unnest(${personIds}::text[]) as shown (id)
        on conflict (person_id, community_id, purpose, recipient) do nothing`)
    },

    /** What a person let others know, the newest first. */
    async of(personId: string, communityId?: string): Promise<Direction[]> {
      return tx.$queryRaw(Prisma.sql`
        select d.id, d.community_id as "communityId", c.name as "communityName", d.purpose, d.recipient, d.wording,
          d.wording_version as "wordingVersion", d.at, d.place, d.act, d.revoked_at as "revokedAt"
        from directions d join communities c on c.id = d.community_id
        where d.person_id = ${personId} and d.purpose <> 'membership' and (${communityId ?? ''} = '' or c.id = ${communityId ?? ''})
        order by d.at desc, d.id desc`)
    },

    /** The yes to a sensitive community's keeping one's membership; it is passed on to nobody. */
    async consentToMembership(words: Omit<Say, 'purpose'>, now: Date): Promise<void> {
      const row = { ...words, purpose: 'membership', id: draws.id(now), at: now, standing: true }
      await tx.direction.createMany({ data: [row], skipDuplicates: true })
    },
  }
}
