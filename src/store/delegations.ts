import { mentionedIn } from '../core/person.ts'
import { folded } from '../core/words.ts'
import { Prisma } from './generated/client.ts'
import { WHO } from './hidden.ts'
import type { Tx } from './transaction.ts'

/** Somebody who asked another to vote for them, from either side. */
export interface Delegated {
  communityId: string
  communityName: string
  personId: string
  delegateId: string
  isAccepted: boolean
}

/** A person, and whoever was united with them. */
const familyOf = (personId: string) =>
  Prisma.sql`(select id from people where id = ${personId} or united_into = ${personId})`

/** Nobody is shown who is who in hidden communities, so nothing is delegated there. */
export function delegations(tx: Tx) {
  return {
    /** Asks somebody to vote for a person; whoever was asked before is asked no more. */
    async ask(communityId: string, personId: string, delegateId: string, now: Date): Promise<void> {
      await this.end(communityId, personId)
      await tx.delegation.create({ data: { communityId, personId, delegateId, askedAt: now } })
    },

    /** The one who was asked agrees; false where nobody asks any more. */
    async accept(communityId: string, personId: string, delegateId: string, now: Date): Promise<boolean> {
      const count = await tx.$executeRaw(Prisma.sql`
        update delegations d set accepted_at = coalesce(accepted_at, ${now}::timestamptz) from communities c
        where d.community_id = ${communityId} and c.id = d.community_id and d.person_id in ${familyOf(personId)}
          and (select ${WHO} from people p where p.id = d.person_id) = ${personId}
          and (select ${WHO} from people p where p.id = d.delegate_id) = ${delegateId}`)
      return count > 0
    },

    /** Ends it, from whichever side; false where there was none. */
    async end(communityId: string, personId: string, delegateId?: string): Promise<boolean> {
      const count = await tx.$executeRaw(Prisma.sql`
        delete from delegations d using communities c where d.community_id = ${communityId} and c.id = d.community_id and d.person_id in ${familyOf(personId)}
          and (select ${WHO} from people p where p.id = d.person_id) = ${personId}
          and (${delegateId ?? null}::text is null or (select ${WHO} from people p where p.id = d.delegate_id) = ${delegateId ?? null})`)
      return count > 0
    },

    /** Whom somebody asked, and who asked them. */
    of: (personId: string): Promise<Delegated[]> =>
      tx.$queryRaw<Delegated[]>(Prisma.sql`
        select distinct community_id as "communityId", name as "communityName", person_id as "personId", delegate_id as "delegateId",
          accepted_at is not null as "isAccepted" from (
  select d.community_id, d.accepted_at, c.name,
    (select ${WHO} from people p where p.id = d.person_id) as person_id,
    (select ${WHO} from people p where p.id = d.delegate_id) as delegate_id
  from delegations d join communities c on c.id = d.community_id and not c.sensitive and c.visibility <> 'secret'
  where d.person_id in ${familyOf(personId)} or d.delegate_id in ${familyOf(personId)}) d
        where ${personId} in (d.person_id, d.delegate_id) and d.person_id <> d.delegate_id order by 2, 1, 3, 4`),

    /** Members of a community whom words may mean: a name as others read it, or a platform's own way of naming an account. */
    async membersCalled(
      communityId: string,
      words: string,
      where: { platform: string; workspace: string },
    ): Promise<string[]> {
      const mentioned = mentionedIn(words)
      const name = folded(words)
      if (mentioned === undefined && name === '') return []
      const rows = await tx.$queryRaw<{ id: string; name: string }[]>(Prisma.sql`
        select distinct p.id, a.name
        from memberships m join people p on p.id = m.person_id join accounts a on a.person_id = p.id
        where m.community_id = ${communityId} and m.state = 'member'
          and (${mentioned ?? null}::text is null or (a.external_id = ${mentioned ?? null} and a.platform = ${where.platform}))
        order by p.id`)
      const called = rows.filter((row) => mentioned !== undefined || folded(row.name) === name)
      return [...new Set(called.map((row) => row.id))]
    },
  }
}
