import { Prisma } from './generated/client.ts'

/**
 * Whether a community moves from one list or tag to another, so that nobody is put on either until all are off the first.
 * Both are SQL.
 */
export const isMoving = (destination: string, community: string): Prisma.Sql => Prisma.sql`exists (select 1
  from list_choices t where t.destination = ${Prisma.raw(destination)} and t.community_id = ${Prisma.raw(community)} and t.found)`
