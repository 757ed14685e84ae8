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
        array(select e from unnest(r.held_emails || lower(p.email)) e where e is not null and not exists (select 1 from people q
          join reports o on o.person_id = q.id and o.destination = r.destination and o.community_id = r.community_id
          where lower(q.email) = e and not q.id = any(${ids}) and o.wanted = 'in') group by e order by e) as emails,
        array(select r.known_id where r.known_id is not null and not exists (select 1 from reports o
          where o.destination = r.destination and o.community_id = r.community_id and o.known_id = r.known_id
            and not o.person_id = any(${ids}) and o.wanted = 'in')) as ids) mine
      where r.person_id = any(${ids}) and r.known_email is not null
      group by p.id, r.destination, d.recipient order by r.destination, p.id`)

/** A contact that was made for somebody serves whoever shares their address from now on. */
export const handDown = (tx: Tx, ids: string[]) =>
  tx.$executeRaw(Prisma.sql`
    update reports o set made = true from people q, reports r join people p on p.id = r.person_id
    where r.person_id = any(${ids}) and r.made and q.id = o.person_id and not q.id = any(${ids})
      and lower(q.email) = lower(p.email) and o.destination = r.destination and o.known_email is not null`)
