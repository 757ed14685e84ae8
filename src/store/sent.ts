import { Prisma } from './generated/client.ts'
import { mayBeNamed } from './hidden.ts'
import { IS_TOLD } from './told-of.ts'
import type { Tx } from './transaction.ts'

/** What a destination was told of a person, as the person reads it. */
export interface Sent {
  communityId: string
  communityName: string
  destination: string
  recipient: string
  op: 'in' | 'out'
  revision: number
  at: Date
}

/**
 * Writes down what a destination took: the end of a statement in which `sent` is that, and `there` the people, locked. Whoever
 * was forgotten meanwhile has no record.
 */
export const noteSent = (now: Date) => Prisma.sql`
  insert into sent_reports (person_id, community_id, destination, revision, op, recipient, at)
  select said.person_id, said.community_id, said.destination, said.revision, said.wanted, d.recipient, ${now}::timestamptz
  from sent said join destinations d on d.name = said.destination and ${IS_TOLD} where said.person_id in (select id from there)
  on conflict (person_id, community_id, destination, revision) do nothing`

/** The delivery log: each person's own record of what was passed on about them, to whom and when. */
export function sent(tx: Tx) {
  return {
    /** What is still to be passed on about a person, or tried again. */
    async waitingOf(personId: string): Promise<{ communityName: string; recipient: string; op: 'in' | 'out' }[]> {
      return tx.$queryRaw(Prisma.sql`
        select c.name as "communityName", d.recipient, r.wanted as op from reports r
        join communities c on c.id = r.community_id join destinations d on d.name = r.destination and ${IS_TOLD}
        where r.person_id = ${personId} and (r.due_at is not null or r.guarded) and ${mayBeNamed(personId, Prisma.sql`r.person_id`)}
        order by c.name, d.recipient`)
    },

    /** Who was ever told of a person, or may have been, as people call them. */
    async recipientsOf(personId: string): Promise<string[]> {
      const rows = await tx.$queryRaw<{ recipient: string }[]>(Prisma.sql`
        select distinct d.recipient from reports r join destinations d on d.name = r.destination and ${IS_TOLD}
        join people p on p.id = r.person_id
        where (p.id = ${personId} or p.united_into = ${personId}) and r.known_email is not null order by d.recipient`)
      return rows.map((row) => row.recipient)
    },

    /** The newest first. */
    async of(personId: string, take: number): Promise<Sent[]> {
      return tx.$queryRaw(Prisma.sql`
        select s.community_id as "communityId", c.name as "communityName", s.destination, s.recipient, s.op, s.revision, s.at
        from sent_reports s join communities c on c.id = s.community_id
        where s.person_id = ${personId} and ${mayBeNamed(personId, Prisma.sql`s.person_id`)} order by s.at desc, s.community_id, s.destination, s.revision desc limit ${take}`)
    },
  }
}
