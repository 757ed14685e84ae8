import { Prisma } from './generated/client.ts'
import { WHO } from './hidden.ts'
import { COUNTED } from './item-answers.ts'
import type { Tx } from './transaction.ts'

/** The numbers told outside, made once a night, so that no two answers differ by one person (product.md, law 8). */
export function totals(tx: Tx) {
  return {
    /** Makes the sizes told outside anew: nothing under 5, else rounded to 5 (product.md, law 8). */
    async sizes(): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        update communities c set told_size = told.size
        from (select o.id, case when count(m.person_id) >= 5 then (round(count(m.person_id) / 5.0) * 5)::int end as size
              from communities o left join memberships m on m.community_id = o.id and m.state = 'member'
              where o.state = 'open' and not o.sensitive group by o.id) told
        where c.id = told.id and c.told_size is distinct from told.size`)
    },

    /** Makes what is told of objections anew: nothing of a sensitive community. */
    async objections(): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        with counted as (
          select c.id, o.month, count(distinct m.person_id)::int as count
          from objections o join people p on p.id = o.person_id join communities c on c.id = o.community_id and not c.sensitive
          join memberships m on m.community_id = c.id and m.state = 'member' and m.person_id = ${WHO} group by c.id, o.month),
        told as (
          select c.id, (select jsonb_object_agg(n.month, n.count) from counted n where n.id = c.id) as months from communities c),
        held as (
          select c.id, t.months from communities c join told t on t.id = c.id and t.months is distinct from c.told_objections
          order by c.id for no key update of c)
        update communities c set told_objections = h.months from held h where c.id = h.id`)
    },

    /** Makes what staff are told of how items were found anew: nothing of a sensitive community. */
    async values(): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        with counted as (
          select item_id, count(*) filter (where worth)::int as worth, count(*) filter (where not worth)::int as "not"
          from (${COUNTED}) as one group by item_id),
        told as (
          select i.id, coalesce(n.worth, 0) as worth, coalesce(n."not", 0) as "not" from items i
          join communities c on c.id = i.community_id left join counted n on n.item_id = i.id and not c.sensitive),
        held as (
          select i.id, t.worth, t."not" from items i
          join told t on t.id = i.id and (t.worth, t."not") <> (i.told_worth, i.told_not) order by i.id for no key update of i)
        update items i set told_worth = h.worth, told_not = h."not" from held h where i.id = h.id`)
    },
  }
}
