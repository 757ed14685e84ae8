import type { ItemAnswer } from '../core/item.ts'
import { Prisma } from './generated/client.ts'
import { WHO } from './hidden.ts'
import type { Tx } from './transaction.ts'

/** An answer to an ask, as staff read it: its author was told so before. */
export interface AskAnswer {
  personId: string
  name: string
  words: string | null
  at: Date
}

/** How many found something worth it, and how many not. */
export interface Value {
  worth: number
  not: number
}

/** Answers of members as they are now: who left is not counted, and each person once. */
const ANSWERS = Prisma.sql`item_answers a join items i on i.id = a.item_id join communities c on c.id = i.community_id
  join people p on p.id = a.person_id
  join memberships m on m.community_id = i.community_id and m.state = 'member' and m.person_id = ${WHO}`

/** Counted once a person: the later of two answers by accounts that became one person. */
const COUNTED = Prisma.sql`select distinct on (a.item_id, m.person_id) a.*, m.person_id as who, i.community_id, i.goal, i.kind,
  i.posted_at from ${ANSWERS} where a.worth is not null order by a.item_id, m.person_id, a.at desc`

const byAny = (personId: string) => ({ OR: [{ personId }, { person: { unitedInto: personId } }] })

export function itemAnswers(tx: Tx) {
  return {
    /** What somebody answered, by whichever of their accounts last. */
    async own(itemId: string, personId: string): Promise<ItemAnswer | undefined> {
      const row = await tx.itemAnswer.findFirst({ where: { itemId, ...byAny(personId) }, orderBy: { at: 'desc' } })
      return row ? { worth: row.worth, isIn: row.isIn, words: row.words } : undefined
    },

    /** Writes an answer over the one before. */
    async answer(itemId: string, personId: string, answer: Partial<ItemAnswer>, now: Date): Promise<void> {
      await tx.itemAnswer.upsert({
        where: { itemId_personId: { itemId, personId } },
        create: { itemId, personId, at: now, ...answer },
        update: { at: now, ...answer },
      })
    },

    /** Takes back what they answered to an ask, by whichever account; whether it was worth it stays. */
    async takeBack(itemId: string, personId: string): Promise<void> {
      await tx.itemAnswer.updateMany({ where: { itemId, ...byAny(personId) }, data: { isIn: false, words: null } })
    },

    /** How many are counted in. */
    async countIn(itemId: string): Promise<number> {
      const [row] = await tx.$queryRaw<{ count: number }[]>(Prisma.sql`
        select count(distinct m.person_id)::int as count from ${ANSWERS} where a.item_id = ${itemId} and a.is_in`)
      return row?.count ?? 0
    },

    /** What members answered to an ask, in words or by being counted in; who left is not among them. */
    async answers(itemId: string, page: { skip: number; take: number }): Promise<AskAnswer[]> {
      return tx.$queryRaw<AskAnswer[]>(Prisma.sql`
        select m.person_id as "personId", n.name, a.words, a.at from ${ANSWERS} join people n on n.id = m.person_id
        where a.item_id = ${itemId} and (a.is_in or a.words is not null) order by a.at, m.person_id
        limit ${page.take} offset ${page.skip}`)
    },

    /** How an item was found. */
    async valueOf(itemId: string): Promise<Value> {
      const [row] = await tx.$queryRaw<Value[]>(Prisma.sql`
        select count(*) filter (where worth)::int as worth, count(*) filter (where not worth)::int as "not"
        from (${COUNTED}) as counted where item_id = ${itemId}`)
      return row ?? { worth: 0, not: 0 }
    },

    /** How what was posted in a span was found, by community: of all, or of one. */
    async valueIn(from: Date, to: Date): Promise<(Value & { communityId: string })[]> {
      return tx.$queryRaw<(Value & { communityId: string })[]>(Prisma.sql`
        select community_id as "communityId", count(*) filter (where worth)::int as worth,
          count(*) filter (where not worth)::int as "not"
        from (${COUNTED}) as counted where posted_at >= ${from}::timestamptz and posted_at < ${to}::timestamptz
        group by community_id order by community_id`)
    },
  }
}
