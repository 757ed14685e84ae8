import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'

const PAGE = 5_000

/** What is left to be done after a restore (restore.ts), before anything else is. */
export function restores(tx: Tx) {
  return {
    /** Whether a restore is not finished yet; another process that asks waits until this one is through. */
    async isUnfinished(): Promise<boolean> {
      const rows = await tx.$queryRaw<unknown[]>(
        Prisma.sql`select name from job_runs where name = 'restored' for update`,
      )
      return rows.length > 0
    },

    async finish(): Promise<void> {
      await tx.jobRun.deleteMany({ where: { name: 'restored' } })
    },

    /** Everybody's ids, page by page. */
    async *everybody(): AsyncGenerator<string[]> {
      for (let last = ''; ; ) {
        const rows = await tx.person.findMany({
          where: { id: { gt: last } },
          select: { id: true },
          orderBy: { id: 'asc' },
          take: PAGE,
        })
        if (rows.length > 0) yield rows.map((row) => row.id)
        last = rows.at(-1)?.id ?? last
        if (rows.length < PAGE) return
      }
    },
  }
}
