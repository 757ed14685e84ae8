import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'

/** A community somebody is in, and until when they hear nothing of it. */
export interface Muted {
  id: string
  name: string
  /** Empty where they hear of it. */
  until: Date | null
  /** No end is in sight, so none is told. */
  isMuted: boolean
}

/** Further away than this is no date people wait for. */
const ENDLESS_MS = 365 * 86_400_000

/** Of which communities people hear nothing for a while. */
export function mutes(tx: Tx) {
  return {
    async of(personId: string, now: Date): Promise<Muted[]> {
      const endless = new Date(now.getTime() + ENDLESS_MS)
      return tx.$queryRaw<Muted[]>(Prisma.sql`
        select c.id, c.name, case when m.muted_until > ${now}::timestamptz then m.muted_until end as until,
          coalesce(m.muted_until > ${endless}::timestamptz, false) as "isMuted"
        from memberships m join communities c on c.id = m.community_id
        where m.person_id = ${personId} and m.state = 'member' and c.state <> 'closed' order by c.name, c.id`)
    },

    async set(personId: string, communityId: string, until: Date | null): Promise<void> {
      await tx.membership.updateMany({ where: { personId, communityId }, data: { mutedUntil: until } })
    },
  }
}
