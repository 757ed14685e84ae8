import type { Community } from '../core/community.ts'
import type { Person } from '../core/person.ts'
import { Prisma } from './generated/client.ts'
import type { Tools, Tx } from './transaction.ts'

/** One act of an organizer or of staff, as staff read it. */
export interface Act {
  at: Date
  role: 'organizer' | 'staff'
  act: string
  /** Empty where nobody is named. */
  actor: string | null
  /** What it was about: nothing, a community that is gone or that the reader may not know of, or one by its name. */
  about: 'nothing' | 'hidden' | 'gone' | { community: string }
  detail: string | null
}

/** How many people did what, over some days. */
export interface ActCounts {
  joined: number
  left: number
  saidYes: number
  tookBack: number
}

interface ActRow extends Omit<Act, 'about'> {
  about: 'nothing' | 'hidden' | 'gone' | 'named'
  community: string | null
}

/** What organizers and staff did. */
export function audit(tx: Tx, { draws }: Tools) {
  return {
    /** Writes an act down; of a sensitive community nobody is named (product.md, law 7). */
    async note(
      actor: Pick<Person, 'id' | 'name'>,
      role: 'organizer' | 'staff',
      act: string,
      now: Date,
      about: { community?: Pick<Community, 'id' | 'sensitive'>; detail?: string } = {},
    ): Promise<void> {
      const named = !about.community?.sensitive
      await tx.auditEntry.create({
        data: {
          id: draws.id(now),
          at: now,
          actorId: named ? actor.id : null,
          actorName: named ? actor.name : null,
          role,
          act,
          communityId: about.community?.id ?? null,
          detail: about.detail ?? null,
        },
      })
    },

    /**
     * Acts, the newest first, as one reader may see them: a sensitive community is named to nobody, a secret one to who is in
     * it; nor are the organizers of a community the reader may not know of.
     */
    async list(readerId: string, skip: number, take: number): Promise<Act[]> {
      const rows = await tx.$queryRaw<ActRow[]>(Prisma.sql`
        select a.at, a.role, a.act, a.detail, seen.about, c.name as community,
          case when seen.about = 'hidden' and (a.role = 'organizer' or c.sensitive) then null else a.actor_name end as actor
        from audit a
        left join communities c on c.id = a.community_id
        left join memberships m on m.community_id = c.id and m.person_id = ${readerId}
          and m.state in ('member', 'pledged', 'requested')
        cross join lateral (select case
          when a.community_id is null then 'nothing'
          when c.id is null then 'gone'
          when c.sensitive or (c.visibility = 'secret' and m.person_id is null) then 'hidden'
          else 'named' end as about) seen
        order by a.at desc, a.id desc limit ${take} offset ${skip}`)
      return rows.map(({ community, about, ...row }) => ({
        ...row,
        about: about === 'named' ? { community: community ?? '' } : about,
      }))
    },

    /** How many people joined, left, said yes and took one back from one time to another. Sensitive communities count nowhere. */
    async counts(from: Date, to: Date): Promise<ActCounts> {
      const within = (column: Prisma.Sql) =>
        Prisma.sql`${column} >= ${from}::timestamptz and ${column} < ${to}::timestamptz`
      const [row] = await tx.$queryRaw<ActCounts[]>(Prisma.sql`
        with entered as (
          select m.person_id, m.state, m.since, m.left_at from memberships m
          join communities c on c.id = m.community_id and not c.sensitive where m.state in ('member', 'left')),
        said as (
          select d.person_id, d.at, d.revoked_at from directions d
          join communities c on c.id = d.community_id and not c.sensitive where d.purpose <> 'membership')
        select (select count(distinct person_id)::int from entered where ${within(Prisma.sql`since`)}) as joined,
          (select count(distinct person_id)::int from entered where state = 'left' and ${within(Prisma.sql`left_at`)}) as left,
          (select count(distinct person_id)::int from said where ${within(Prisma.sql`at`)}) as "saidYes",
          (select count(distinct person_id)::int from said where ${within(Prisma.sql`revoked_at`)}) as "tookBack"`)
      return row ?? { joined: 0, left: 0, saidYes: 0, tookBack: 0 }
    },
  }
}
