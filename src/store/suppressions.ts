import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'

/** Why a destination is not told of somebody who said yes: what it says of them itself, or that staff stopped it. */
export type SuppressedBy = 'unsubscribed' | 'bounced' | 'complained' | 'stopped'

/** What a destination may call a person: our number for them, its own, or an address. */
export interface Named {
  person?: string
  id?: string
  email?: string
}

/** A person a destination must not be told of until they say yes anew. */
export interface Suppressed {
  destination: string
  recipient: string
  /** Undefined where it is about all of them. */
  communityId: string | undefined
  reason: SuppressedBy
  at: Date
}

/**
 * Whether a yes is older than what the destination says of the person, which wins until they say yes anew. `destination` is
 * SQL for its name, `yes` the alias of the yes.
 */
export function isSuppressed(destination: string, yes: string): Prisma.Sql {
  const [name, said] = [Prisma.raw(destination), Prisma.raw(yes)]
  return Prisma.sql`exists (select 1 from suppressions x where x.destination = ${name} and x.person_id = ${said}.person_id
    and x.community_id in ('', ${said}.community_id) and x.at >= ${said}.at)`
}

export function suppressions(tx: Tx) {
  return {
    /** Whom a destination means: of those it was ever told of, everybody whom any of its names fits. */
    async meant(destination: string, { person, id, email }: Named): Promise<string[]> {
      const address = email?.toLowerCase() ?? null
      const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
        select distinct r.person_id as id from reports r join people p on p.id = r.person_id
        where r.destination = ${destination} and r.known_email is not null and (p.key = ${person ?? null}
          or r.known_id = ${id ?? null} or lower(p.email) = ${address} or r.held_emails @> array[${address}::text])
        order by 1`)
      return rows.map((row) => row.id)
    },

    /**
     * Ends what a destination is told of people, in one community or in all, until each says yes anew: their reports turn to
     * `out`. What is already so is left as it is.
     */
    async suppress(
      destination: string,
      personIds: string[],
      communityId: string | undefined,
      reason: SuppressedBy,
      now: Date,
    ): Promise<void> {
      const where = Prisma.sql`r.destination = ${destination} and r.person_id = any(${personIds})
        and ${communityId ?? ''} in ('', r.community_id)`
      await tx.$executeRaw(Prisma.sql`
        insert into suppressions (destination, person_id, community_id, reason, at)
        select ${destination}, p.id, ${communityId ?? ''}, ${reason}, ${now}::timestamptz from people p where p.id = any(${personIds})
        on conflict (destination, person_id, community_id) do update set reason = excluded.reason, at = excluded.at`)
      await tx.$executeRaw(Prisma.sql`
        update reports r set wanted = 'out', reason = 'left', revision = r.revision + 1, changed_at = ${now}::timestamptz,
          due_at = ${now}::timestamptz, attempts = 0, first_failed_at = null, failure = null, guarded = false
        where ${where} and r.wanted = 'in'`)
    },

    /** What holds for a person now: only what no later yes has overruled. */
    async of(personId: string): Promise<Suppressed[]> {
      const rows = await tx.$queryRaw<(Omit<Suppressed, 'communityId'> & { communityId: string })[]>(Prisma.sql`
        select x.destination, d.recipient, x.community_id as "communityId", x.reason, x.at
        from suppressions x join destinations d on d.name = x.destination
        where x.person_id = ${personId} order by x.at, x.destination`)
      return rows.map((row) => ({ ...row, communityId: row.communityId || undefined }))
    },
  }
}
