import type { Purpose } from '../core/direction.ts'
import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'

/** A destination as the configuration names it. Without a recipient of its own it serves the organization's. */
export interface Configured {
  name: string
  connector: string
  purpose: Purpose
  recipient?: string | undefined
}

/** A destination as staff see it. */
export interface DestinationState extends Configured {
  recipient: string
  /** False until staff have seen, in a dry run, how many would be told at once. */
  started: boolean
  pausedAt: Date | null
  pausedReason: string | null
}

export function destinations(tx: Tx) {
  return {
    /** Writes down what the configuration names; what it names no more is kept, unconnected, for what it still holds. */
    async connect(configured: Configured[], organizations: string): Promise<void> {
      await tx.destination.updateMany({
        where: { name: { notIn: configured.map((one) => one.name) } },
        data: { connected: false },
      })
      for (const { name, recipient, ...one } of configured) {
        const row = { ...one, recipient: recipient ?? organizations, named: recipient !== undefined, connected: true }
        const { purpose } = one
        // Where nobody said yes to it yet there is nothing to look at first.
        const waitsForStaff =
          (await tx.direction.count({ where: { purpose, recipient: row.recipient, standing: true } })) > 0
        await tx.destination.upsert({
          where: { name },
          create: { name, ...row, started: !waitsForStaff },
          update: row,
        })
      }
    },

    /** The organization's recipient has another name now. */
    async rename(recipient: string): Promise<void> {
      await tx.destination.updateMany({ where: { named: false }, data: { recipient } })
    },

    async list(): Promise<DestinationState[]> {
      const rows = await tx.destination.findMany({ where: { connected: true }, orderBy: { name: 'asc' } })
      // `connect` alone writes purposes, and takes only these.
      return rows.map((row) => ({ ...row, purpose: row.purpose as Purpose }))
    },

    async pause(name: string, reason: string, now: Date): Promise<void> {
      await tx.destination.update({ where: { name }, data: { pausedAt: now, pausedReason: reason } })
    },

    async start(name: string): Promise<void> {
      await tx.destination.update({ where: { name }, data: { started: true } })
    },

    /**
     * What a start would do: how many people have said yes to its purpose and recipient (and would be told of at once), and
     * how many members have not (and are asked at their next own act). For staff, so rounded (product.md, law 8).
     */
    async dryRun(name: string): Promise<{ said: number; notSaid: number }> {
      const [row] = await tx.$queryRaw<{ said: number; notSaid: number }[]>(Prisma.sql`
        select count(distinct m.person_id) filter (where s.id is not null)::int as said,
          count(distinct m.person_id) filter (where s.id is null)::int as "notSaid"
        from destinations d cross join memberships m
        join communities c on c.id = m.community_id and c.state = 'open' and not c.sensitive
        left join directions s on s.person_id = m.person_id and s.community_id = m.community_id and s.standing
          and s.purpose = d.purpose and s.recipient = d.recipient
        where d.name = ${name} and m.state = 'member'`)
      return row ?? { said: 0, notSaid: 0 }
    },

    async resume(name: string): Promise<void> {
      await tx.destination.update({ where: { name }, data: { pausedAt: null, pausedReason: null } })
    },
  }
}
