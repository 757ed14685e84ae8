import type { ItemAnswer } from '../core/item.ts'
import { Prisma } from './generated/client.ts'
import { WHO } from './hidden.ts'
import type { Tx } from './transaction.ts'

/** An answer to an ask, as staff read it: its author was told so before. */
export interface AskAnswer {
  personId: string
  name: string
  words: string | null
  /** Whether the words may be shown to others. */
  quote: ItemAnswer['quote']
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

/** How items were found, counted once a person: the later of two answers by accounts that became one person. */
export const COUNTED = Prisma.sql`select distinct on (a.item_id, m.person_id) a.*, m.person_id as who, i.community_id, i.goal, i.kind,
  i.posted_at from ${ANSWERS} where a.worth is not null order by a.item_id, m.person_id, a.at desc`

/** Who they were, as far as an item's community sees them as one; and what all of them answered, read as one answer. */
const mineOf = (itemId: string, personId: string) => Prisma.sql`
  mine as (select p.id from items i join communities c on c.id = i.community_id, people p
    where i.id = ${itemId} and (p.id = ${personId} or p.united_into = ${personId}) and ${WHO} = ${personId}),
  own as (select count(*)::int as count, (array_agg(worth order by at desc) filter (where worth is not null))[1] as worth,
      coalesce(bool_or(is_in), false) as "isIn", (array_agg(words order by at desc) filter (where words is not null))[1] as words,
      (array_agg(quote order by at desc) filter (where words is not null))[1] as quote,
      (array_agg(consent order by at desc) filter (where words is not null))[1] as consent
    from item_answers where item_id = ${itemId} and person_id in (select id from mine))`

export function itemAnswers(tx: Tx) {
  return {
    /** What somebody answered, by whichever of their accounts. */
    async own(itemId: string, personId: string): Promise<ItemAnswer | undefined> {
      const [row] = await tx.$queryRaw<(ItemAnswer & { count: number })[]>(Prisma.sql`
        with ${mineOf(itemId, personId)} select * from own`)
      if (!row || row.count === 0) return undefined
      const { count: _, ...own } = row
      return own
    },

    /**
     * Writes an answer over the one before, also over that of another account of theirs. Whether words may be shown is said
     * with the words, each time anew. One statement.
     */
    async answer(itemId: string, personId: string, answer: Partial<ItemAnswer>, now: Date): Promise<void> {
      const { worth, isIn, words, quote = null, consent = null } = answer
      const isSame = Prisma.sql`${words === undefined}::boolean`
      await tx.$executeRaw(Prisma.sql`
        with ${mineOf(itemId, personId)},
        others as (update item_answers a set is_in = a.is_in and ${isIn === undefined}::boolean,
            words = case when ${isSame} then a.words end, quote = case when ${isSame} then a.quote end,
            consent = case when ${isSame} then a.consent end
          where a.item_id = ${itemId} and a.person_id in (select id from mine) and a.person_id <> ${personId})
        insert into item_answers as a (item_id, person_id, worth, is_in, words, quote, consent, at)
        select ${itemId}, ${personId}, coalesce(${worth ?? null}::boolean, own.worth), ${isIn ?? false}::boolean, ${words ?? null}::text,
          ${quote}::text, ${consent}::text, ${now}::timestamptz from own
        on conflict (item_id, person_id) do update set worth = excluded.worth, at = excluded.at,
          is_in = case when ${isIn === undefined}::boolean then a.is_in else excluded.is_in end,
          words = case when ${isSame} then a.words else excluded.words end,
          quote = case when ${isSame} then a.quote else excluded.quote end,
          consent = case when ${isSame} then a.consent else excluded.consent end`)
    },

    /** Takes back what they answered to an ask, by whichever account; whether it was worth it stays. */
    async takeBack(itemId: string, personId: string): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        with ${mineOf(itemId, personId)} update item_answers set is_in = false, words = null, quote = null, consent = null
        where item_id = ${itemId} and person_id in (select id from mine)`)
    },

    /** How many are counted in. */
    async countIn(itemId: string): Promise<number> {
      const [row] = await tx.$queryRaw<{ count: number }[]>(Prisma.sql`
        select count(distinct m.person_id)::int as count from ${ANSWERS} where a.item_id = ${itemId} and a.is_in`)
      return row?.count ?? 0
    },

    /** What members answered to an ask, in words or by being counted in, one row a person; who left is not among them. */
    async answers(itemId: string, page: { skip: number; take: number }): Promise<AskAnswer[]> {
      return tx.$queryRaw<AskAnswer[]>(Prisma.sql`
        select m.person_id as "personId", n.name, max(a.at) as at,
          (array_agg(a.words order by a.at desc) filter (where a.words is not null))[1] as words,
          (array_agg(a.quote order by a.at desc) filter (where a.words is not null))[1] as quote
        from ${ANSWERS} and not c.sensitive join people n on n.id = m.person_id
        where a.item_id = ${itemId} and (a.is_in or a.words is not null) group by m.person_id, n.name
        order by max(a.at), m.person_id limit ${page.take} offset ${page.skip}`)
    },

    /** Who answered an ask, in words or by being counted in, and is still a member. */
    async answeredBy(itemId: string): Promise<string[]> {
      const rows = await tx.$queryRaw<{ who: string }[]>(Prisma.sql`
        select distinct m.person_id as who from ${ANSWERS}
        where a.item_id = ${itemId} and (a.is_in or a.words is not null) order by who`)
      return rows.map(({ who }) => who)
    },

    /** How what was posted in a span was found, by community: of all, or of one. */
    async valueIn(from: Date, to: Date): Promise<(Value & { communityId: string })[]> {
      return tx.$queryRaw<(Value & { communityId: string })[]>(Prisma.sql`
        select community_id as "communityId", count(*) filter (where worth)::int as worth,
          count(*) filter (where not worth)::int as "not"
        from (${COUNTED}) as counted where posted_at >= ${from}::timestamptz and posted_at < ${to}::timestamptz
        group by community_id order by community_id`)
    },

    /** Forgets answers to what was asked, once it was told before a time what came of it; and before another all answers. */
    async forgetBefore({ told, all }: { told: Date; all: Date }): Promise<void> {
      await tx.itemAnswer.updateMany({
        where: { item: { toldAt: { lt: told } }, OR: [{ isIn: true }, { words: { not: null } }] },
        data: { isIn: false, words: null, quote: null, consent: null },
      })
      await tx.itemAnswer.deleteMany({ where: { at: { lt: all } } })
      await tx.objection.deleteMany({ where: { at: { lt: all } } })
    },
  }
}
