import type { SuppressedBy } from '../core/held.ts'
import { FAILED_FOR, HAS_FAILED } from './failed-reports.ts'
import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'
import { turnedOut } from './turned-out.ts'

/** What a destination may call a person: our number for them, its own, or an address. */
export interface Named {
  person?: string
  id?: string
  email?: string
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

/**
 * What holds for one person holds for the other too, as they are or were one: the stricter of both, until they say yes anew.
 * Nothing of communities that the other is not to learn of.
 */
export async function suppressAlike(tx: Tx, from: string, to: string, except: string[]): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    insert into suppressions (destination, person_id, community_id, reason, at)
    select destination, ${to}, community_id, reason, at from suppressions
    where person_id = ${from} and community_id <> all(${except})
    on conflict (destination, person_id, community_id) do update set reason = excluded.reason, at = excluded.at
      where suppressions.at < excluded.at`)
}

/** For so long a destination may tell us that somebody is out whom we took out ourselves: some are asked once an hour only. */
const ECHO_MS = 2 * 3_600_000

export function suppressions(tx: Tx) {
  return {
    /**
     * Whom a destination means by each of these: of those it was ever told of, everybody whom any of its names fits. An earlier
     * address that is being given up for another at this moment (`now`) is nobody's any more. Each name is looked up by an index
     * of its own, so that it costs the same however many people there are.
     */
    async meant(destination: string, named: Named[], now?: Date): Promise<string[][]> {
      if (named.length === 0) return []
      const isTold = Prisma.sql`r.destination = ${destination} and r.known_email is not null`
      const isMoving = now
        ? Prisma.sql`r.wanted = 'in' and r.leased_until > ${now}::timestamptz
            and (select lower(email) from people where id = r.person_id) <> n.email`
        : Prisma.sql`false`
      const rows = await tx.$queryRaw<{ ids: string[] }[]>(Prisma.sql`
        select array(
            select r.person_id from people p join reports r on r.person_id = p.id and ${isTold} where p.key = n.person
            union select r.person_id from people p join reports r on r.person_id = p.id and ${isTold} where lower(p.email) = n.email
            union select r.person_id from reports r where ${isTold} and r.known_id = n.id
            union select r.person_id from reports r where ${isTold} and r.held_emails @> array[n.email] and not (${isMoving})
            order by 1) as ids
        from unnest(${named.map((one) => one.person ?? null)}::text[], ${named.map((one) => one.id ?? null)}::text[],
          ${named.map((one) => one.email?.toLowerCase() ?? null)}::text[]) with ordinality as n (person, id, email, place)
        order by n.place`)
      return rows.map((row) => row.ids)
    },

    /**
     * Of these, whoever they are by now, those who have a standing yes that is not held back yet: in one community or in any,
     * and in none that is sensitive. `isTold` is whether it is a yes to this destination, as it is now. `isEcho` leaves out whom
     * it holds nowhere since we have just taken them out ourselves (who paused everything, for one): that they are out is then
     * no word of theirs.
     */
    standing(
      destination: string,
      personIds: string[],
      communityId: string | undefined,
      now: Date,
      isEcho: boolean,
    ): Promise<{ id: string; isTold: boolean }[]> {
      const here = Prisma.sql`r.destination = ${destination} and r.person_id = any(${personIds}) and r.known_email is not null
        and ${communityId ?? ''} in ('', r.community_id)`
      const since = new Date(now.getTime() - ECHO_MS)
      return tx.$queryRaw(Prisma.sql`
        select s.person_id as id, bool_or(d.purpose = s.purpose and d.recipient = s.recipient) as "isTold" from directions s
        join destinations d on d.name = ${destination}
        join communities c on c.id = s.community_id and not c.sensitive
        where s.standing and (s.person_id = any(${personIds})
            or s.person_id in (select united_into from people where id = any(${personIds})))
          and ${communityId ?? ''} in ('', s.community_id) and not ${isSuppressed('d.name', 's')}
          and not (${isEcho} and exists (select 1 from reports r where ${here} and (r.known is null or r.told_at > ${since}::timestamptz))
            and not exists (select 1 from reports r where ${here} and (r.wanted = 'in' or r.known = 'in')))
        group by s.person_id order by 1`)
    },

    /**
     * Ends what a destination is told of people, in one community or in all, until each says yes anew: their reports turn to
     * `out`. What is already so is left as it is. Whatever the clocks say, it comes after every yes they gave so far.
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
        select ${destination}, p.id, ${communityId ?? ''}, ${reason}, greatest(${now}::timestamptz, (select max(s.at) from directions s
          where s.person_id = p.id and s.standing and ${communityId ?? ''} in ('', s.community_id)))
        from people p where p.id = any(${personIds}) order by p.id
        on conflict (destination, person_id, community_id) do update set reason = excluded.reason, at = excluded.at`)
      await tx.$executeRaw(Prisma.sql`
        update reports r set ${turnedOut(now)}, stopped_for = case when ${reason} = 'stopped' and ${HAS_FAILED} then ${FAILED_FOR} end
        where ${where} and (r.wanted = 'in' or r.guarded)`)
    },
  }
}
