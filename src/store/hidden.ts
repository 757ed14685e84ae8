import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'

/** Being in a community in any way. */
export const LIVE = ['member', 'pledged', 'requested']

/** What nobody else may learn of. */
export const HIDDEN = { OR: [{ sensitive: true }, { visibility: 'secret' }] }

/**
 * Whether a community `c` may be named to a person: a hidden one only while there is a membership of their own. What one of
 * their accounts was in before they were united, and did not take along, is not.
 */
export const mayBeNamed = (personId: string) => Prisma.sql`((not c.sensitive and c.visibility <> 'secret')
  or exists (select 1 from memberships h where h.community_id = c.id and h.person_id = ${personId}))`

/** Whoever is one with a person now and stands for nobody of their own, however long the chain. */
export async function shellsOf(tx: Tx, personId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    with recursive shells as (
      select id from people where united_into = ${personId}
      union select p.id from people p join shells s on p.united_into = s.id)
    select id from shells order by id`)
  return rows.map((row) => row.id)
}
