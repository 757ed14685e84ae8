import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'

/** Nothing of what a community receives tells any more that somebody was in it. */
export async function forgetReceivingIn(tx: Tx, communityId: string, personId: string): Promise<void> {
  const person = { OR: [{ id: personId }, { unitedInto: personId }] }
  await tx.itemAnswer.deleteMany({ where: { item: { communityId }, person } })
  await tx.objection.deleteMany({ where: { communityId, person } })
  await tx.item.updateMany({ where: { communityId, author: person }, data: { authorId: null } })
}

/** What somebody offered and answered is another's from now on, in all communities or in some; of two answers the later holds. */
export async function receiveAs(tx: Tx, from: string, to: string, communities?: string[]): Promise<void> {
  const inThese = communities && { communityId: { in: communities } }
  await tx.item.updateMany({ where: { authorId: from, ...inThese }, data: { authorId: to } })
  const where = communities ? Prisma.sql`c.id = any(${communities}::text[])` : Prisma.sql`true`
  await tx.$executeRaw(Prisma.sql`
    with gone as (
      delete from item_answers a using items i, communities c
      where a.person_id = ${from} and i.id = a.item_id and c.id = i.community_id and ${where} returning a.*)
    insert into item_answers (item_id, person_id, worth, is_in, words, at)
    select item_id, ${to}, worth, is_in, words, at from gone
    on conflict (item_id, person_id) do update set worth = excluded.worth, is_in = excluded.is_in, words = excluded.words,
      at = excluded.at where excluded.at > item_answers.at`)
  await tx.$executeRaw(Prisma.sql`
    with gone as (
      delete from objections o using communities c where o.person_id = ${from} and c.id = o.community_id and ${where} returning o.*)
    insert into objections (community_id, person_id, month, at) select community_id, ${to}, month, at from gone
    on conflict do nothing`)
}
