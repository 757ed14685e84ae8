import { z } from 'zod'
import { ASKS } from '../core/api-scope.ts'
import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'

/** Whether a destination `d` is told of people at all, and so may hold them. */
export const IS_TOLD = Prisma.sql`d.connector <> ${ASKS}`

/** Where a destination may hold somebody, by what it calls the segment and them. */
export const heldSchema = z.object({
  segment: z.object({ key: z.string(), name: z.string(), id: z.string().nullish() }),
  emails: z.array(z.string()),
  ids: z.array(z.string()),
})

/**
 * Whether an address must stay at a destination for somebody else of a segment. `address`, `destination` and `community` are
 * SQL, and `isOther` says of `q` whether they are somebody else.
 */
export function staysFor(address: string, { destination, community }: Place, isOther: Prisma.Sql): Prisma.Sql {
  const [email, name, id] = [Prisma.raw(address), Prisma.raw(destination), Prisma.raw(community)]
  return Prisma.sql`exists (select 1 from people q join reports o on o.person_id = q.id and o.destination = ${name}
    and o.community_id = ${id} where lower(q.email) = ${email} and ${isOther} and o.wanted = 'in')`
}

interface Place {
  destination: string
  community: string
}

interface Told {
  id: string
  key: string
  email: string | null
  destination: string
  recipient: string
  until: Date | null
  held: z.infer<typeof heldSchema>[]
  isOurs: boolean
}

/** Every destination that was ever told of them, and until when a request about them may be under way. */
export const toldOf = (tx: Tx, ids: string[]) =>
  tx.$queryRaw<Told[]>(Prisma.sql`
      select p.id, p.key, p.email, r.destination, d.recipient, max(r.leased_until) as until,
        json_agg(json_build_object('segment', json_build_object('key', coalesce(c.slug, c.id), 'name', c.name, 'id', g.external_id),
          'emails', mine.emails, 'ids', mine.ids) order by c.id) as held,
        bool_or(r.made) and not exists (select 1 from people q join reports o on o.person_id = q.id
          where lower(q.email) = lower(p.email) and not q.id = any(${ids}) and o.destination = r.destination
            and o.known_email is not null) as "isOurs"
      from reports r join people p on p.id = r.person_id join destinations d on d.name = r.destination and ${IS_TOLD}
      join communities c on c.id = r.community_id
      left join destination_segments g on g.destination = r.destination and g.community_id = r.community_id
      -- Somebody else may stay there under the same address.
      cross join lateral (select
        array(select e from unnest(r.held_emails || lower(p.email)) e where e is not null
          and not ${staysFor('e', { destination: 'r.destination', community: 'r.community_id' }, Prisma.sql`not q.id = any(${ids})`)}
          group by e order by e) as emails,
        array(select r.known_id where r.known_id is not null and not exists (select 1 from reports o
          where o.destination = r.destination and o.community_id = r.community_id and o.known_id = r.known_id
            and not o.person_id = any(${ids}) and o.wanted = 'in')) as ids) mine
      where r.person_id = any(${ids}) and r.known_email is not null
      group by p.id, r.destination, d.recipient order by r.destination, p.id`)

/** Somebody whose address a destination goes on holding, in one segment. */
export interface Spared {
  personId: string
  communityId: string
  destination: string
  emails: string[]
}

/**
 * An address that stays where it is for somebody else is theirs from then on: if they take their yes back before the
 * destination ever heard of them, it is taken off for them.
 */
export async function handSpared(tx: Tx, spared: Spared[]): Promise<void> {
  const each = spared.flatMap(({ emails, ...one }) => emails.map((email) => ({ ...one, email })))
  if (each.length === 0) return
  await tx.$executeRaw(Prisma.sql`
    update reports o set known = nullif(o.known, 'out'), known_email = coalesce(o.known_email, 0),
      held_emails = case when s.email = any(o.held_emails) then o.held_emails else o.held_emails || s.email end
    from (select distinct * from unnest(${each.map((one) => one.personId)}::text[], ${each.map((one) => one.communityId)}::text[],
        ${each.map((one) => one.destination)}::text[], ${each.map((one) => one.email)}::text[])
        as s (person_id, community_id, destination, email)) s
      join people q on lower(q.email) = s.email and q.id <> s.person_id
    where o.person_id = q.id and o.community_id = s.community_id and o.destination = s.destination
      and o.known is distinct from 'in' and (o.wanted = 'in' or o.due_at is not null)`)
}

/** Somebody who is taken off, or off by an earlier address. */
interface TakenOff extends Omit<Spared, 'emails'> {
  wanted: 'in' | 'out'
  email: string
  earlier: string[]
}

/**
 * An address that is taken off is gone for everybody who shares it and is not to stay either: that they are not there any more
 * is no doing of theirs, and who says yes again is told anew.
 */
export async function handTaken(tx: Tx, rows: TakenOff[]): Promise<void> {
  const each = rows.flatMap(({ wanted, email, earlier, ...one }) =>
    [...earlier, ...(wanted === 'out' && email ? [email.toLowerCase()] : [])].map((address) => ({ ...one, address })),
  )
  if (each.length === 0) return
  await tx.$executeRaw(Prisma.sql`
    update reports o set proven = false, known = nullif(o.known, 'in')
    from unnest(${each.map((one) => one.personId)}::text[], ${each.map((one) => one.communityId)}::text[],
      ${each.map((one) => one.destination)}::text[], ${each.map((one) => one.address)}::text[])
      as s (person_id, community_id, destination, email)
    where o.held_emails @> array[s.email] and o.person_id <> s.person_id and o.community_id = s.community_id
      and o.destination = s.destination and o.wanted = 'out' and (o.proven or o.known = 'in')`)
}

/** What was made for somebody serves whoever shares their address from now on, and is held for them. */
export async function handDown(tx: Tx, ids: string[]): Promise<void> {
  const held = await tx.report.findMany({
    where: { personId: { in: ids }, knownEmail: { not: null } },
    select: { personId: true, communityId: true, destination: true, heldEmails: true },
  })
  await handSpared(
    tx,
    held.map(({ heldEmails: emails, ...one }) => ({ ...one, emails })),
  )
  await tx.$executeRaw(Prisma.sql`
    update reports o set made = true from people q, reports r join people p on p.id = r.person_id
    where r.person_id = any(${ids}) and r.made and q.id = o.person_id and not q.id = any(${ids})
      and lower(q.email) = lower(p.email) and o.destination = r.destination and o.known_email is not null`)
}
