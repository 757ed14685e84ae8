import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'

/** Being in a community in any way. */
export const LIVE = ['member', 'pledged', 'requested']

/** What nobody else may learn of. */
export const HIDDEN = { OR: [{ sensitive: true }, { visibility: 'secret' }] }

/** What somebody in staff may read of: no sensitive community, and a secret one only if they are in it. */
export const readableBy = (readerId: string) => ({
  sensitive: false,
  OR: [{ visibility: { not: 'secret' } }, { memberships: { some: { personId: readerId, state: 'member' } } }],
})

/**
 * Who a person `p` is by now in a community `c`: whoever was united with another person is that one, but in a hidden community
 * only if they took it along; there nobody learns who else they are.
 */
export const WHO = Prisma.sql`case when p.united_into is not null and ((not c.sensitive and c.visibility <> 'secret')
  or exists (select 1 from unions u where u.merged_id = p.id and u.merged_answer = 'all')) then p.united_into else p.id end`

/**
 * Whether a community `c` may be named to a person, beside a row of `owner`: themselves, or whoever they were before they were
 * united. A hidden one is while there is a membership of their own, and by what they once said yes to. What one of their
 * accounts was in, and did not take along, is not.
 */
export const mayBeNamed = (personId: string, owner: Prisma.Sql) => Prisma.sql`(
  (not c.sensitive and c.visibility <> 'secret')
  or exists (select 1 from memberships h where h.community_id = c.id and h.person_id = ${personId})
    and (${owner} = ${personId} or exists (select 1 from unions u where u.merged_id = ${owner} and u.merged_answer = 'all')
      and not exists (select 1 from unions u where u.moved -> 'shells' @> to_jsonb(${owner}) and u.merged_answer <> 'all'))
  or ${owner} = ${personId} and exists (select 1 from directions y where y.community_id = c.id and y.person_id = ${personId}))`

/** Whoever is one with a person now and stands for nobody of their own, however long the chain. */
export async function shellsOf(tx: Tx, personId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    with recursive shells as (
      select id from people where united_into = ${personId}
      union select p.id from people p join shells s on p.united_into = s.id)
    select id from shells order by id`)
  return rows.map((row) => row.id)
}
