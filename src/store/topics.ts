import type { Topic, TopicKind, TopicState } from '../core/topic.ts'
import { Prisma } from './generated/client.ts'
import type { Tools, Tx } from './transaction.ts'

/** A topic as its proposer words it. */
export type NewTopic = Pick<Topic, 'communityId' | 'title' | 'kind'> & {
  proposerId: string
  why?: string
  link?: string
}

/** Who somebody is by now: whoever was united with another person is that one. */
const NOW_OF = (person: Prisma.Sql) =>
  Prisma.sql`(select coalesce(p.united_into, p.id) from people p where p.id = ${person})`

export function topics(tx: Tx, { draws }: Tools) {
  /** Only members count, each person once, however many of their accounts pressed. */
  const query = (rest: Prisma.Sql, personId: string): Promise<Topic[]> =>
    tx.$queryRaw<Topic[]>(Prisma.sql`
      select t.id, t.community_id as "communityId", ${NOW_OF(Prisma.sql`t.proposer_id`)} as "proposerId", t.title, t.why, t.link,
        t.kind, t.state, t.reason, t.created_at as "createdAt", coalesce(s.count, 0) as supports,
        coalesce(s.own, false) as "isSupported", coalesce(${NOW_OF(Prisma.sql`t.proposer_id`)} = ${personId}, false) as "isOwn"
      from topics t left join lateral (
        select count(distinct who.id)::int as count, bool_or(who.id = ${personId}) as own
        from topic_supports s cross join lateral (select ${NOW_OF(Prisma.sql`s.person_id`)} as id) who
        join memberships m on m.person_id = who.id and m.community_id = t.community_id and m.state = 'member'
        where s.topic_id = t.id) s on true
      ${rest}`)

  return {
    /** Proposes a topic, which its proposer supports. */
    async propose({ proposerId, why, link, ...topic }: NewTopic, now: Date): Promise<string> {
      const id = draws.id(now)
      const words = { why: why ?? null, link: link ?? null }
      await tx.topic.create({
        data: {
          ...{
            id,
            proposerId,
            ...topic,
            ...words,
            state: 'proposed' satisfies TopicState,
            createdAt: now,
            changedAt: now,
          },
          supports: { create: { personId: proposerId, at: now } },
        },
      })
      return id
    },

    /** A topic, as it is to a person. */
    async get(id: string, personId: string): Promise<Topic | undefined> {
      return (await query(Prisma.sql`where t.id = ${id}`, personId))[0]
    },

    /** Topics of a community in a state, those with most support first. */
    async list(
      communityId: string,
      state: TopicState,
      personId: string,
      page: { skip: number; take: number },
    ): Promise<Topic[]> {
      return query(
        Prisma.sql`where t.community_id = ${communityId} and t.state = ${state}
          order by supports desc, t.id limit ${page.take} offset ${page.skip}`,
        personId,
      )
    },

    /** Titles of what is proposed in a community, to find what is much like another. */
    async titles(communityId: string): Promise<{ id: string; title: string; kind: TopicKind }[]> {
      const where = { communityId, state: 'proposed' satisfies TopicState }
      const rows = await tx.topic.findMany({
        where,
        select: { id: true, title: true, kind: true },
        orderBy: { id: 'asc' },
      })
      // Only `propose` writes kinds.
      return rows.map((row) => ({ ...row, kind: row.kind as TopicKind }))
    },

    /** How many topics of a person are proposed in a community. */
    async proposedBy(communityId: string, proposerId: string): Promise<number> {
      return tx.topic.count({ where: { communityId, proposerId, state: 'proposed' satisfies TopicState } })
    },

    /** A person supports a topic from now on, or no longer. */
    async support(topicId: string, personId: string, isWanted: boolean, now: Date): Promise<void> {
      if (isWanted)
        return void (await tx.topicSupport.createMany({ data: [{ topicId, personId, at: now }], skipDuplicates: true }))
      await tx.$executeRaw(Prisma.sql`
        delete from topic_supports s using people p where s.topic_id = ${topicId} and p.id = s.person_id
          and coalesce(p.united_into, p.id) = ${personId}`)
    },

    /** Ends what is proposed; false where it was ended before. */
    async end(id: string, state: Exclude<TopicState, 'proposed'>, reason: string | null, now: Date): Promise<boolean> {
      const { count } = await tx.topic.updateMany({
        where: { id, state: 'proposed' satisfies TopicState },
        data: { state, reason, changedAt: now },
      })
      return count > 0
    },
  }
}
