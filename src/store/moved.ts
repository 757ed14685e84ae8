import { z } from 'zod'
import { Prisma, type Union } from './generated/client.ts'
import type { Tx } from './transaction.ts'

const membership = z.object({
  communityId: z.string(),
  state: z.string(),
  organizer: z.boolean(),
  source: z.string(),
  since: z.coerce.date(),
  mutedUntil: z.coerce.date().nullable().default(null),
})

const movedSchema = z.object({
  accounts: z.array(z.string()),
  /** Communities that were the merged person's alone. */
  moved: z.array(z.string()),
  /** The merged person's memberships where both were in. */
  both: z.array(membership),
  directions: z.array(z.string()),
  founded: z.array(z.string()),
  madeOrganizer: z.array(z.string()),
  /** Communities of both that only the merged person had muted. */
  muted: z.array(z.string()).default([]),
  /** Yeses of the merged person that the kept one had given too, and which of theirs that is. */
  twice: z.array(z.object({ theirs: z.string(), of: z.string() })).default([]),
  /** Who had been united into the merged person before. */
  shells: z.array(z.string()).default([]),
  /** Who stands for the kept person in the hidden communities they did not take along, and which accounts they had. */
  aside: z
    .object({ id: z.string(), of: z.string(), accounts: z.array(z.string()) })
    .nullable()
    .default(null),
  settings: z
    .object({ zone: z.boolean(), quiet: z.boolean(), notices: z.array(z.string()) })
    .default({ zone: false, quiet: false, notices: [] }),
})

/** What was the merged person's alone, and what both had, so that each can be given their own again. */
export type Moved = z.infer<typeof movedSchema>

/** What to give back when this union is undone. */
export const movedIn = (union: Pick<Union, 'moved'>): Moved => movedSchema.parse(union.moved)

/** Keeps it beside the union. JSON has no dates; they are read back above. */
export const asStored = (moved: Moved): Prisma.InputJsonObject => JSON.parse(JSON.stringify(moved))

/** A union that can still be undone, with what it moved. */
export interface Standing {
  union: Union
  moved: Moved
}

/** All unions of one person that can still be undone, the oldest first. */
export async function unionsOf(tx: Tx, keptId: string): Promise<Standing[]> {
  const where = { keptId, unitedAt: { not: null }, moved: { not: Prisma.AnyNull } }
  const rows = await tx.union.findMany({ where, orderBy: [{ unitedAt: 'asc' }, { id: 'asc' }] })
  return rows.map((union) => ({ union, moved: movedIn(union) }))
}
