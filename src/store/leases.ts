import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'

/** What one process at a time may hold. */
export function leases(tx: Tx) {
  return {
    /** Takes or keeps a lease until then; false while another process holds it. */
    async hold(name: string, holder: string, now: Date, until: Date): Promise<boolean> {
      const held = await tx.$queryRaw<unknown[]>(Prisma.sql`
        insert into leases (name, holder, until) values (${name}, ${holder}, ${until}::timestamptz)
        on conflict (name) do update set holder = excluded.holder, until = excluded.until
          where leases.holder = excluded.holder or leases.until <= ${now}::timestamptz
        returning name`)
      return held.length > 0
    },

    /** Gives it back before its time, so that nobody has to wait. */
    async letGo(name: string, holder: string): Promise<void> {
      await tx.lease.deleteMany({ where: { name, holder } })
    },
  }
}
