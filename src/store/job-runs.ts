import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'

/** Any number will do, so long as every process takes the same; each job adds its own. */
const LOCK = 7_203_442

export function jobRuns(tx: Tx) {
  return {
    /** When a daily job ran last; counted from `now` where it never did. */
    async last(name: string, now: Date): Promise<Date> {
      const known = await tx.jobRun.findUnique({ where: { name } })
      const row = known ?? (await tx.jobRun.upsert({ where: { name }, create: { name, ranAt: now }, update: {} }))
      return row.ranAt
    },

    async ran(name: string, now: Date): Promise<void> {
      await tx.jobRun.update({ where: { name }, data: { ranAt: now } })
    },

    /** Whether this transaction alone, over all processes, does once-only work of that name. */
    async alone(name: string): Promise<boolean> {
      const [row] = await tx.$queryRaw<{ alone: boolean }[]>(
        Prisma.sql`select pg_try_advisory_xact_lock(${LOCK}::int, hashtext(${name})) as alone`,
      )
      return row?.alone ?? false
    },
  }
}
