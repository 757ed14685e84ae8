import { Prisma } from './generated/client.ts'
import { WHO } from './hidden.ts'
import type { Tx } from './transaction.ts'

/** The next digest; of an open community for which none is worked out yet that is done at once. */
export const NEXT_DIGEST = Prisma.sql`select min(coalesce(digest_at, opened_at)) from communities where state = 'open'`

/** What came about in a community since its last digest, as everybody there may read it. `isNew`: it was not in that one. */
export interface DigestNews {
  /** Ballots that are open, and those that were decided. */
  open: { id: string; question: string; closesAt: Date; isNew: boolean }[]
  decided: { id: string; question: string }[]
  topics: { title: string }[]
  items: { title: string; link: string | null; kind: string }[]
  meetups: { id: string; title: string; startsAt: Date; isNew: boolean }[]
}

/** Whom a digest goes to in private, and what of it is theirs. */
export interface DigestReader {
  personId: string
  /** Open ballots on which they have not voted, by id. */
  notVoted: string[]
}

/** A digest whose time has come. */
export interface DueDigest {
  /** Of the agreement by which that time was worked out; empty where it never was. */
  version: number | null
  /** When the last one was made, and since when everything is news. */
  digestedAt: Date | null
  since: Date
}

export function digests(tx: Tx) {
  return {
    /** Communities whose digest is due. */
    async due(now: Date, limit: number): Promise<string[]> {
      const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
        select id from communities where state = 'open' and coalesce(digest_at, opened_at) <= ${now}::timestamptz
        order by coalesce(digest_at, opened_at), id limit ${limit}`)
      return rows.map(({ id }) => id)
    },

    /** What is known of a community's digest that is due, with its row held, so that it is made once; undefined where none is. */
    async held(communityId: string, now: Date): Promise<DueDigest | undefined> {
      const [row] = await tx.$queryRaw<DueDigest[]>(Prisma.sql`
        select digest_version as version, digested_at as "digestedAt", coalesce(digested_at, opened_at) as since from communities
        where id = ${communityId} and state = 'open' and coalesce(digest_at, opened_at) <= ${now}::timestamptz for no key update`)
      return row
    },

    /**
     * The next one is due then, by a version of the agreement; `made`: this one was made now, so that the next begins where it
     * ends. Where neither is given it is only looked at again.
     */
    async again(
      communityId: string,
      digestAt: Date,
      { version, made }: { version?: number; made?: Date } = {},
    ): Promise<void> {
      await tx.community.update({
        where: { id: communityId },
        data: {
          digestAt,
          ...(version !== undefined && { digestVersion: version }),
          ...(made && { digestedAt: made }),
        },
      })
    },

    /** All that is news in a community, one statement. */
    async news(communityId: string, since: Date, now: Date, ahead: Date): Promise<DigestNews> {
      // What comes about at this very moment is in the next one, and in no other.
      const within = (column: string) => {
        const at = Prisma.raw(column)
        return Prisma.sql`(${at} >= ${since}::timestamptz and ${at} < ${now}::timestamptz)`
      }
      const list = (select: Prisma.Sql) => Prisma.sql`coalesce((select json_agg(r) from (${select}) as r), '[]'::json)`
      const [row] = await tx.$queryRaw<{ news: DigestNews }[]>(Prisma.sql`select json_build_object(
        'open', ${list(Prisma.sql`select id, question, closes_at as "closesAt", coalesce(${within('opened_at')}, false) as "isNew" from ballots
          where community_id = ${communityId} and state = 'open' and voters = 'members' and closes_at > ${now}::timestamptz order by closes_at, id`)},
        'decided', ${list(Prisma.sql`select id, question from ballots where community_id = ${communityId} and state = 'closed'
          and ${within('closed_at')} order by closed_at, id`)},
        'topics', ${list(Prisma.sql`select title from topics where community_id = ${communityId} and state = 'proposed'
          and ${within('created_at')} order by created_at, id limit 10`)},
        'items', ${list(Prisma.sql`select title, link, kind from items where community_id = ${communityId} and state = 'posted'
          and ${within('posted_at')} order by posted_at, id`)},
        'meetups', ${list(Prisma.sql`select id, title, starts_at as "startsAt", coalesce(${within('announced_at')}, false) as "isNew" from meetups where community_id = ${communityId}
          and state = 'planned' and starts_at > ${now}::timestamptz and starts_at <= ${ahead}::timestamptz order by starts_at, id limit 10`)}
        ) as news`)
      if (!row) throw new Error('a select without a table gives a row')
      // `json_agg` gives times as text.
      const { open, meetups, ...same } = row.news
      return {
        ...same,
        open: open.map((one) => ({ ...one, closesAt: new Date(one.closesAt) })),
        meetups: meetups.map((one) => ({ ...one, startsAt: new Date(one.startsAt) })),
      }
    },

    /**
     * Members who want the digest in private, each with what is theirs in it. One statement, however many they are; it groups
     * and joins nothing to it, since right after a ballot was opened the planner takes the table of its voters for empty.
     */
    async readers(communityId: string, now: Date): Promise<DigestReader[]> {
      return tx.$queryRaw<DigestReader[]>(Prisma.sql`
        with known as (
          select m.person_id as who, null::text as ballot_id, true as voted from memberships m
          join notice_choices n on n.person_id = m.person_id and n.kind = 'digest' and n.way in ('mail', 'chat')
          where m.community_id = ${communityId} and m.state = 'member'
          union all
          select ${WHO}, v.ballot_id, v.voted from ballots b join communities c on c.id = b.community_id
          join ballot_voters v on v.ballot_id = b.id join people p on p.id = v.person_id
          where b.community_id = ${communityId} and b.state = 'open' and b.closes_at > ${now}::timestamptz),
        each as (select who, ballot_id, bool_or(voted) as voted from known group by who, ballot_id)
        select who as "personId", coalesce(array_agg(ballot_id order by ballot_id)
          filter (where ballot_id is not null and not voted), '{}'::text[]) as "notVoted"
        from each group by who having bool_or(ballot_id is null) order by who`)
    },
  }
}
