import { NOT_SET_UP } from '../core/organization.ts'
import { TOPIC_STATES, type Topic, type TopicKind, type TopicState } from '../core/topic.ts'
import { Prisma, type Topic as Row } from './generated/client.ts'
import { readableBy, WHO } from './hidden.ts'
import type { Tools, Tx } from './transaction.ts'

/** A topic as its proposer words it. */
export type NewTopic = Pick<Topic, 'communityId' | 'title' | 'kind'> & {
  proposerId: string
  why?: string
  link?: string
}

/** What becomes of a topic in words: why it was declined, who delivers it and when, or where it is. */
export type TopicWords = Partial<Pick<Topic, 'reason' | 'plan' | 'delivered'>> & { plannedFor?: Date }

/** A topic that a ballot chose, on its way. */
export interface Promised extends Pick<Topic, 'id' | 'communityId' | 'title' | 'plan' | 'state'> {
  plannedFor: Date | null
  /** Its day is over, which was said openly. */
  isLate: boolean
}

const ON_THE_WAY = { state: { in: ['chosen', 'planned'] satisfies TopicState[] } }

function promisedOf({ id, communityId, title, plan, plannedFor, lateAt, state }: Row): Promised {
  // Only `turn` writes states.
  return { id, communityId, title, plan, plannedFor, isLate: lateAt !== null, state: state as TopicState }
}

/** So many are shown of what is promised. */
const PROMISED_MAX = 10

/** A topic that came into another state; nobody is named where a former member proposed it. */
export type Turned = Pick<Topic, 'id' | 'title' | 'proposerId'>

/** How many members must support a topic of a community `c`, by the organization `o`. */
const NEEDED = Prisma.sql`coalesce(c.topic_threshold, o.topic_threshold, ${NOT_SET_UP.topicThreshold}::int)`

/** Who proposed a topic `t`, as a member `m`: who left is a former member. */
const PROPOSER = Prisma.sql`left join people p on p.id = t.proposer_id
  left join memberships m on m.community_id = t.community_id and m.state = 'member' and m.person_id = ${WHO}`

export function topics(tx: Tx, { draws }: Tools) {
  /** Only members count, each person once, however many of their accounts pressed. */
  const query = (which: Prisma.Sql, personId: string, page = Prisma.empty): Promise<Topic[]> =>
    tx.$queryRaw<Topic[]>(Prisma.sql`
      with asked as (select t.* from topics t where ${which}),
      counted as (
        select s.topic_id, count(distinct m.person_id)::int as count, bool_or(m.person_id = ${personId}) as own
        from asked t join communities c on c.id = t.community_id
        join topic_supports s on s.topic_id = t.id join people p on p.id = s.person_id
        join memberships m on m.community_id = t.community_id and m.state = 'member' and m.person_id = ${WHO}
        group by s.topic_id)
      select t.id, t.community_id as "communityId", m.person_id as "proposerId", t.title, t.why, t.link, t.kind, t.state, t.reason,
        t.plan, t.delivered, ${NEEDED} as threshold, t.created_at as "createdAt", coalesce(counted.count, 0) as supports, coalesce(counted.own, false) as "isSupported",
        coalesce(m.person_id = ${personId}, false) as "isOwn"
      from asked t join communities c on c.id = t.community_id left join organization o on o.id = 1
      left join counted on counted.topic_id = t.id ${PROPOSER} ${page}`)

  /** What is proposed in a community and supported by enough, the most supported first. */
  const enough = (communityId: string, which = Prisma.sql`true`) =>
    query(
      Prisma.sql`t.community_id = ${communityId} and t.state = 'proposed' and ${which}`,
      '',
      Prisma.sql`where coalesce(counted.count, 0) >= ${NEEDED} order by supports desc, t.created_at, t.id`,
    )

  /** Changes topics, and gives back those that were as they had to be, with who proposed them. */
  const change = (ids: string[], where: Prisma.Sql, set: Prisma.Sql): Promise<Turned[]> =>
    tx.$queryRaw<Turned[]>(Prisma.sql`
      with changed as (update topics t set ${set} where t.id = any(${ids}::text[]) and ${where} returning t.*)
      select t.id, t.title, m.person_id as "proposerId" from changed t join communities c on c.id = t.community_id ${PROPOSER}
      order by array_position(${ids}::text[], t.id)`)

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
      return (await query(Prisma.sql`t.id = ${id}`, personId))[0]
    },

    /** Topics of a community in a state, those with most support first. */
    async list(
      communityId: string,
      state: TopicState,
      personId: string,
      page: { skip: number; take: number },
    ): Promise<Topic[]> {
      return query(
        Prisma.sql`t.community_id = ${communityId} and t.state = ${state}`,
        personId,
        Prisma.sql`order by supports desc, t.id limit ${page.take} offset ${page.skip}`,
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
      const who = { OR: [{ proposerId }, { proposer: { unitedInto: proposerId } }] }
      return tx.topic.count({ where: { communityId, state: 'proposed' satisfies TopicState, ...who } })
    },

    /** The states in which a community has topics, from idea to outcome. */
    async states(communityId: string): Promise<TopicState[]> {
      const rows = await tx.$queryRaw<{ state: string }[]>(Prisma.sql`
        select distinct state from topics where community_id = ${communityId}`)
      return TOPIC_STATES.filter((state) => rows.some((row) => row.state === state))
    },

    /** A person supports a topic from now on, or no longer. */
    async support(topicId: string, personId: string, isWanted: boolean, now: Date): Promise<void> {
      // Of two who are the last that it needs, one must see the other.
      await tx.$queryRaw(Prisma.sql`select id from topics where id = ${topicId} for update`)
      if (isWanted)
        return void (await tx.topicSupport.createMany({ data: [{ topicId, personId, at: now }], skipDuplicates: true }))
      await tx.$executeRaw(Prisma.sql`
        delete from topic_supports s using people p, topics t, communities c
        where s.topic_id = ${topicId} and t.id = s.topic_id and c.id = t.community_id and p.id = s.person_id and ${WHO} = ${personId}`)
    },

    /**
     * What belongs on a community's next ballot: proposed topics that enough members support, each person counted once; the
     * most supported first, then the oldest.
     */
    async ready(communityId: string): Promise<Pick<Topic, 'id' | 'title'>[]> {
      return (await enough(communityId)).map(({ id, title }) => ({ id, title }))
    },

    /** Those of a community's topics that are ready for the first time, which is told once of each. */
    async nowReady(communityId: string, now: Date): Promise<Turned[]> {
      const ids = (await enough(communityId, Prisma.sql`t.ready_at is null`)).map(({ id }) => id)
      if (ids.length === 0) return []
      // One that somebody supports at this moment is told of by them; waiting for each other, both would wait for ever.
      const free = Prisma.sql`t.id in (select o.id from topics o where o.id = any(${ids}::text[]) and o.ready_at is null
        for update skip locked)`
      return change(ids, free, Prisma.sql`ready_at = ${now}::timestamptz`)
    },

    /**
     * Brings those of some topics that are in one of the states `from` into another, with what is said of it, in one
     * statement. Gives back those that turned, in the order they were named, each with who its proposer is by now.
     */
    async turn(
      ids: string[],
      from: readonly TopicState[],
      to: TopicState,
      now: Date,
      { reason, plan, delivered, plannedFor }: TopicWords = {},
    ): Promise<Turned[]> {
      return change(
        ids,
        Prisma.sql`t.state = any(${[...from]}::text[])`,
        Prisma.sql`state = ${to}, changed_at = ${now}::timestamptz, reason = coalesce(${reason ?? null}::text, t.reason),
          plan = coalesce(${plan ?? null}::text, t.plan), delivered = coalesce(${delivered ?? null}::text, t.delivered),
          planned_for = coalesce(${plannedFor ?? null}::timestamptz, t.planned_for),
          late_at = case when ${plannedFor === undefined}::boolean then t.late_at end`,
      )
    },

    /** What a ballot chose and is not delivered yet, what is promised first at first. */
    async planned(communityId: string): Promise<Promised[]> {
      const rows = await tx.topic.findMany({
        where: { communityId, ...ON_THE_WAY },
        orderBy: [{ plannedFor: { sort: 'asc', nulls: 'last' } }, { id: 'asc' }],
        take: PROMISED_MAX,
      })
      return rows.map(promisedOf)
    },

    /** The same of all communities somebody in staff may read of, with their names. */
    async promised(readerId: string): Promise<(Promised & { community: string })[]> {
      const rows = await tx.topic.findMany({
        where: { ...ON_THE_WAY, community: { state: 'open', ...readableBy(readerId) } },
        include: { community: { select: { name: true } } },
        orderBy: [{ plannedFor: { sort: 'asc', nulls: 'last' } }, { id: 'asc' }],
      })
      return rows.map((row) => ({ ...promisedOf(row), community: row.community.name }))
    },

    /** A planned topic whose day is over, told once; undefined where it is not late, or was told so. */
    async late(id: string, now: Date): Promise<{ title: string; communityId: string; plannedFor: Date } | undefined> {
      const [row] = await tx.$queryRaw<{ title: string; communityId: string; plannedFor: Date }[]>(Prisma.sql`
        update topics set late_at = ${now}::timestamptz where id = ${id} and state = 'planned' and late_at is null
          and planned_for <= ${now}::timestamptz
        returning title, community_id as "communityId", planned_for as "plannedFor"`)
      return row
    },

    /** How many members must support a topic of a community. */
    async threshold(communityId: string): Promise<number> {
      const [row] = await tx.$queryRaw<{ threshold: number }[]>(Prisma.sql`
        select ${NEEDED} as threshold from communities c left join organization o on o.id = 1 where c.id = ${communityId}`)
      return row?.threshold ?? NOT_SET_UP.topicThreshold
    },

    /** Gives a community a number of its own, or the organization's. */
    async setThreshold(communityId: string, threshold: number | null): Promise<void> {
      await tx.community.update({ where: { id: communityId }, data: { topicThreshold: threshold } })
    },
  }
}

/** What somebody supports, another supports from now on, in all communities or those where a condition on `c` holds. */
export async function supportAs(tx: Tx, from: string, to: string, where = Prisma.sql`true`): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    insert into topic_supports (topic_id, person_id, at)
    select s.topic_id, ${to}, s.at from topic_supports s join topics t on t.id = s.topic_id
    join communities c on c.id = t.community_id where s.person_id = ${from} and ${where}
    on conflict do nothing`)
}

/** Nothing in a community's topics tells any more that somebody was in it. */
export async function forgetTopicsIn(tx: Tx, communityId: string, personId: string): Promise<void> {
  const theirs = { OR: [{ id: personId }, { unitedInto: personId }] }
  await tx.topicSupport.deleteMany({ where: { topic: { communityId }, person: theirs } })
  await tx.topic.updateMany({ where: { communityId, proposer: theirs }, data: { proposerId: null } })
}
