import { Prisma } from './generated/client.ts'

/**
 * Whether a community moves from one list or tag to another, so that nobody is put on either until all are off the first.
 * Both are SQL.
 */
export const isMoving = (destination: string, community: string): Prisma.Sql => Prisma.sql`exists (select 1
  from list_choices t where t.destination = ${Prisma.raw(destination)} and t.community_id = ${Prisma.raw(community)} and t.found)`

/** Who is or may be held at a destination, of reports `r`. */
const MAY_HOLD = Prisma.sql`(r.known = 'in' or (r.known is null and r.known_email is not null))`

/** Whether nobody is held any more where the people of a choice `t` were before, so that it can be used. */
export const isReady = Prisma.sql`t.found and not exists (select 1 from reports r
  where r.destination = t.destination and r.community_id = t.community_id and ${MAY_HOLD})`

/** SQL for the earliest choice at a destination (SQL) that can be used; whoever was held may have been forgotten. */
export const readyChoice = (destination: string): Prisma.Sql =>
  Prisma.sql`(select min(t.at) from list_choices t where t.destination = ${Prisma.raw(destination)} and ${isReady})`
