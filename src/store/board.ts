import type { Goal } from '../core/goal.ts'
import type { ItemKind } from '../core/item.ts'
import { Prisma } from './generated/client.ts'
import { readableBy } from './hidden.ts'
import type { Tx } from './transaction.ts'

/** What there is of one goal in one community. */
export interface Cell {
  communityId: string
  goal: Goal
  owner: string | null
  /** How many pieces it was asked whether it wants, and how many of them it took or turned down. */
  offered: number
  accepted: number
  declined: number
  /** Posted in the last thirty days. */
  recent: number
  lastTitle: string | null
  lastAt: Date | null
  /** As of last night, so that no two looks differ by one person. */
  worth: number
  not: number
}

/** A community on the board. */
export interface BoardCommunity {
  id: string
  name: string
}

const RECENT_MS = 30 * 86_400_000

/** Goals by communities: what staff look at to see where nothing is sent, and where too much. Never of a sensitive community. */
export function board(tx: Tx) {
  return {
    async communities(readerId: string, page: { skip: number; take: number }): Promise<BoardCommunity[]> {
      return tx.community.findMany({
        where: { state: 'open', ...readableBy(readerId) },
        select: { id: true, name: true },
        orderBy: [{ name: 'asc' }, { id: 'asc' }],
        ...page,
      })
    },

    /** Every cell of some communities in which there is anything, in one statement. */
    async cells(communityIds: string[], now: Date): Promise<Cell[]> {
      const recent = new Date(now.getTime() - RECENT_MS)
      return tx.$queryRaw<Cell[]>(Prisma.sql`
        with own as (select i.* from items i join communities c on c.id = i.community_id and not c.sensitive
          where i.community_id = any(${communityIds}::text[]) and i.state <> 'draft'),
        pieces as (
          select community_id, goal, count(*) filter (where asked_at is not null)::int as offered,
            count(*) filter (where asked_at is not null and state in ('waiting', 'posted'))::int as accepted,
            count(*) filter (where asked_at is not null and state = 'declined')::int as declined,
            count(*) filter (where posted_at > ${recent}::timestamptz)::int as recent,
            (array_agg(title order by posted_at desc) filter (where posted_at is not null))[1] as last_title,
            max(posted_at) as last_at, sum(told_worth)::int as worth, sum(told_not)::int as "not"
          from own group by community_id, goal)
        select coalesce(p.community_id, g.community_id) as "communityId", coalesce(p.goal, g.goal) as goal, g.owner,
          coalesce(p.offered, 0) as offered, coalesce(p.accepted, 0) as accepted, coalesce(p.declined, 0) as declined,
          coalesce(p.recent, 0) as recent, p.last_title as "lastTitle", p.last_at as "lastAt",
          coalesce(p.worth, 0) as worth, coalesce(p."not", 0) as "not"
        from pieces p full join (select * from goal_owners where community_id = any(${communityIds}::text[])) g
          on g.community_id = p.community_id and g.goal = p.goal
        order by 1, 2`)
    },

    /** How what was sent to a community was found, by what it was; as of last night. */
    async kinds(communityId: string): Promise<{ kind: ItemKind; worth: number; not: number }[]> {
      return tx.$queryRaw(Prisma.sql`
        select i.kind, sum(i.told_worth)::int as worth, sum(i.told_not)::int as "not"
        from items i join communities c on c.id = i.community_id and not c.sensitive
        where i.community_id = ${communityId} and i.state = 'posted' group by i.kind order by i.kind`)
    },

    /** Writes down who answers for a goal in a community; nobody where it is empty. */
    async setOwner(communityId: string, goal: Goal, owner: string): Promise<void> {
      if (owner === '') await tx.goalOwner.deleteMany({ where: { communityId, goal } })
      else
        await tx.goalOwner.upsert({
          where: { communityId_goal: { communityId, goal } },
          create: { communityId, goal, owner },
          update: { owner },
        })
    },
  }
}
