import { backoffMs } from '../core/backoff.ts'
import type { Item, ItemState } from '../core/item.ts'
import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'

/** A topic that is said to be late is tried again after this time. */
const TOPIC_LATER_MS = 3_600_000

/** Content waits for its turn, for the day until which it is put off, for a ballot about it to open, or is late. */
export const NEXT_ITEM = Prisma.sql`
  select least(
    (select min(due_at) from items where due_at is not null and state in ('waiting', 'postponed', 'asked')),
    (select min(greatest(owed_by, due_at)) from items
      where state = 'posted' and owed_by is not null and told_at is null and late_at is null),
    (select min(greatest(planned_for, late_due_at)) from topics where state = 'planned' and late_at is null))`

/** What waits of some communities is looked at again now: by what holds at this moment it may come sooner, or not at all. */
export async function lookAgain(tx: Tx, community: Prisma.CommunityWhereInput, now: Date): Promise<void> {
  const isWaiting: Prisma.ItemWhereInput = {
    OR: [{ state: 'waiting' }, { state: 'asked', ballotId: null, dueAt: { not: null } }],
  }
  // What fails has a time of its own, since those that fail would wake each other for ever.
  await tx.item.updateMany({ where: { ...isWaiting, attempts: 0, community }, data: { dueAt: now } })
}

/** What is due of items and topics, by id. */
export interface DueContent {
  items: string[]
  owed: string[]
  topics: string[]
}

/** The queue of what communities receive: whose turn comes when, and what is looked at next. */
export function queue(tx: Tx) {
  return {
    /** When what counts was sent to a community since a time: by us, and by tools that everybody directed is reported to. */
    async sentSince(communityId: string, since: Date, except?: string): Promise<{ ours: Date[]; theirs: Date[] }> {
      const [ours, theirs] = await Promise.all([
        tx.item.findMany({
          where: { communityId, postedAt: { gte: since }, ...(except && { id: { not: except } }) },
          select: { postedAt: true },
        }),
        tx.campaign.findMany({ where: { communityId, sentAt: { gte: since } }, select: { sentAt: true } }),
      ])
      return {
        ours: ours.flatMap(({ postedAt }) => postedAt ?? []),
        theirs: theirs.map(({ sentAt }) => sentAt),
      }
    },

    /** How many of a community wait longer than an item: their turns come before its, unless they fail. */
    async ahead({ id, communityId }: Pick<Item, 'id' | 'communityId'>): Promise<number> {
      const [row] = await tx.$queryRaw<{ count: number }[]>(Prisma.sql`
        select count(*)::int as count from items o
        where o.community_id = ${communityId} and o.state = 'waiting' and o.id <> ${id} and o.attempts = 0
          and (o.accepted_at, o.id) < (select coalesce(i.accepted_at, 'infinity'), i.id from items i where i.id = ${id})`)
      return row?.count ?? 0
    },

    /** Items and topics for which the moment has come, as far as one run goes. */
    async due(now: Date, limit: number): Promise<DueContent> {
      const states: ItemState[] = ['waiting', 'postponed', 'asked']
      const isNow = [{ dueAt: null }, { dueAt: { lte: now } }]
      const [waiting, owed, topics] = await Promise.all([
        tx.item.findMany({
          where: { state: { in: states }, dueAt: { lte: now } },
          orderBy: [{ dueAt: 'asc' }, { acceptedAt: 'asc' }, { id: 'asc' }],
          take: limit,
        }),
        tx.item.findMany({
          where: { state: 'posted', owedBy: { lte: now }, toldAt: null, lateAt: null, OR: isNow },
          orderBy: { id: 'asc' },
          take: limit,
        }),
        tx.topic.findMany({
          where: {
            ...{ state: 'planned', plannedFor: { lte: now }, lateAt: null },
            OR: [{ lateDueAt: null }, { lateDueAt: { lte: now } }],
          },
          orderBy: { id: 'asc' },
          take: limit,
        }),
      ])
      const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id)
      return { items: idsOf(waiting), owed: idsOf(owed), topics: idsOf(topics) }
    },

    /** A turn is free in a community, or whether a ballot may open: what waits there is looked at at once. */
    async freed(communityId: string, now: Date): Promise<void> {
      await lookAgain(tx, { id: communityId }, now)
    },

    /** When the ballot about something offered closes that is open in a community, if one is. */
    async ballotUntil(communityId: string): Promise<Date | undefined> {
      const ballot = await tx.ballot.findFirst({
        where: { communityId, state: 'open', item: { isNot: null } },
        select: { closesAt: true },
      })
      return ballot?.closesAt
    },

    /** What fails is looked at again later and later, and holds nobody up: those behind it go on. */
    async failed(id: string, now: Date): Promise<void> {
      // It may have been answered or withdrawn meanwhile.
      const item = await tx.item.findFirst({ where: { id, OR: [{ dueAt: { not: null } }, { state: 'posted' }] } })
      if (!item) return
      const { attempts, communityId } = item
      const dueAt = new Date(now.getTime() + backoffMs(attempts, 1))
      await tx.item.update({ where: { id }, data: { attempts: attempts + 1, dueAt } })
      if (attempts === 0) await this.freed(communityId, now)
    },

    /** An item is looked at again then. */
    async putOff(id: string, until: Date): Promise<void> {
      await tx.item.updateMany({ where: { id }, data: { dueAt: until } })
    },

    /** A topic that is late is looked at again then; in an hour, where nothing else is told. */
    async putTopicOff(id: string, now: Date, until = new Date(now.getTime() + TOPIC_LATER_MS)): Promise<void> {
      await tx.topic.updateMany({ where: { id }, data: { lateDueAt: until } })
    },

    /** It was said openly that nothing had come of it by the day it was owed. */
    async late(id: string, now: Date): Promise<boolean> {
      const { count } = await tx.item.updateMany({
        where: { id, toldAt: null, lateAt: null },
        data: { lateAt: now, dueAt: null, attempts: 0 },
      })
      return count > 0
    },
  }
}
