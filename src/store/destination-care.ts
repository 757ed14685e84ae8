import { z } from 'zod'
import type { Mode } from './destinations.ts'
import { FAILED_FOR, HAS_FAILED } from './failed-reports.ts'
import { Prisma } from './generated/client.ts'
import { LIVE } from './hidden.ts'
import type { Drift } from './listing.ts'
import type { Tx } from './transaction.ts'

/** What a community is called at a destination; without a name where the reader may not know of it. */
export interface MappedList {
  name: string | null
  externalId: string | null
  chosen: boolean
  /** What staff chose, and is not used yet. */
  next: string | null
}

/** Reports that a destination does not take, by the reason. */
export interface DeadLetters {
  failure: string
  count: number
  /** It was what is told of these people that was refused. */
  refused: boolean
}

const drift = z.object({ missing: z.int(), extra: z.int(), strangers: z.int(), suppressed: z.int() })

/** What staff see and change of one destination. */
export function destinationCare(tx: Tx) {
  return {
    /** What the last look found, and when somebody was told of last. */
    async last(name: string): Promise<{ drift: Drift | undefined; toldAt: Date | null }> {
      const { drift: found } = await tx.destination.findUniqueOrThrow({ where: { name }, select: { drift: true } })
      const { _max } = await tx.report.aggregate({ where: { destination: name }, _max: { toldAt: true } })
      return { drift: found === null ? undefined : drift.parse(found), toldAt: _max.toldAt }
    },

    /** Communities it was told of, with their lists: a sensitive one is named to nobody, a secret one to who is in it. */
    map: (name: string, readerId: string, skip: number, take: number): Promise<MappedList[]> =>
      tx.$queryRaw(Prisma.sql`
        select case when not c.sensitive and (c.visibility <> 'secret' or exists (select 1 from memberships m
            where m.community_id = c.id and m.person_id = ${readerId} and m.state = any(${LIVE}))) then c.name end as name,
          g.external_id as "externalId", coalesce(g.chosen, false) as chosen, t.external_id as next
        from communities c left join destination_segments g on g.community_id = c.id and g.destination = ${name}
          left join list_choices t on t.community_id = c.id and t.destination = ${name}
        where g.external_id is not null or t.external_id is not null or exists (select 1 from reports r
          where r.community_id = c.id and r.destination = ${name})
        order by c.name, c.id limit ${take} offset ${skip}`),

    async turn(name: string, mode: Mode): Promise<void> {
      await tx.destination.update({ where: { name }, data: { mode } })
    },

    /** How many people it is to hold, in whichever community. */
    async wanted(name: string): Promise<number> {
      const [row] = await tx.$queryRaw<{ count: number }[]>(Prisma.sql`
        select count(distinct person_id)::int as count from reports where destination = ${name} and wanted = 'in'`)
      return row?.count ?? 0
    },

    /** Why reports failed for good, the most frequent reason first. */
    dead: (name: string): Promise<DeadLetters[]> =>
      tx.$queryRaw(Prisma.sql`
        select ${FAILED_FOR} as failure, count(*)::int as count, bool_or(r.refused) as refused from reports r where destination = ${name} and ${HAS_FAILED}
        group by 1 order by 2 desc, 1`),

    /** Whom to ask to look at their address, as it was refused; each is given once for one change of theirs. */
    async toAsk(name: string, now: Date): Promise<string[]> {
      const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
        update reports r set asked_at = ${now}::timestamptz where r.destination = ${name} and r.wanted = 'in' and r.refused and ${HAS_FAILED}
          and (r.asked_at is null or r.asked_at < r.changed_at) returning r.person_id as id`)
      return [...new Set(rows.map((row) => row.id))].sort()
    },

    /** Has everything told again that changed or was told since, under a new revision; gives about how many people. */
    async replay(name: string, since: Date, now: Date): Promise<number> {
      const rows = await tx.$queryRaw<{ count: number }[]>(Prisma.sql`
        with again as (
          update reports r set known = null, revision = revision + 1, due_at = ${now}::timestamptz, attempts = 0,
            first_failed_at = null, failure = case when r.due_at is null then r.failure end
          where r.destination = ${name} and not r.guarded and (r.wanted = 'in' or r.known_email is not null)
            and greatest(r.changed_at, r.told_at) >= ${since}::timestamptz returning r.person_id)
        select count(distinct person_id)::int as count from again`)
      return rows[0]?.count ?? 0
    },

    /** Whoever has this number or this proven address, and who they are by now. */
    async called(words: string): Promise<string[]> {
      const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
        with meant as (select p.id, p.united_into from people p where p.key = ${words}
          or (lower(p.email) = ${words.toLowerCase()} and p.email_proven_at is not null))
        select id from meant union select united_into from meant where united_into is not null order by 1`)
      return rows.map((row) => row.id)
    },
  }
}
