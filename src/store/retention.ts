import type { KeptSince } from '../core/retention.ts'
import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'

/** What is kept for a while only, and who was gone for too long. */
export function retention(tx: Tx) {
  return {
    /**
     * People who were not seen since a time, belong to no community, have none on its way and are not staff. Whoever was
     * united with another person is kept as long as that can be undone.
     */
    async unused(since: Date, staffIds: string[], limit: number): Promise<string[]> {
      const isUnused = Prisma.sql`
        p.last_seen_at < ${since}::timestamptz and p.united_into is null
        and not exists (select 1 from memberships m join communities c on c.id = m.community_id and c.state <> 'closed'
          where m.person_id = p.id and m.state in ('member', 'pledged', 'requested'))
        and not exists (select 1 from communities c where c.founder_id = p.id and c.state in ('waiting', 'seed'))
        and not exists (select 1 from accounts a where a.person_id = p.id
          and a.platform || ':' || a.external_id = any(${staffIds}::text[]))`
      const found = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
        select p.id from people p where ${isUnused} order by p.last_seen_at, p.id limit ${limit} for update of p skip locked`)
      // Looked at once more under the lock: somebody may have joined in the same moment.
      const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
        select p.id from people p where p.id = any(${found.map((row) => row.id)}) and ${isUnused} order by p.last_seen_at, p.id`)
      return rows.map((row) => row.id)
    },

    /** Forgets what nobody needs any more. A fixed number of statements, however much it is. */
    async sweep({ audit, sent, seeds }: Omit<KeptSince, 'people'>): Promise<void> {
      await tx.auditEntry.deleteMany({ where: { at: { lt: audit } } })
      await tx.sentReport.deleteMany({ where: { at: { lt: sent } } })
      await tx.apiRead.deleteMany({ where: { at: { lt: sent } } })
      await tx.heard.deleteMany({ where: { at: { lt: sent } } })
      await tx.campaign.deleteMany({ where: { sentAt: { lt: audit } } })
      await tx.apiToken.deleteMany({ where: { revokedAt: { lt: audit } } })
      await tx.$executeRaw(Prisma.sql`
        delete from mails where due_at is null and coalesce(sent_at, created_at) < ${sent}::timestamptz`)
      await tx.$executeRaw(Prisma.sql`
        delete from posts where due_at is null and created_at < ${sent}::timestamptz`)
      await tx.invitation.deleteMany({ where: { expiresAt: { lt: sent } } })
      await tx.webMessage.deleteMany({ where: { createdAt: { lt: sent } } })
      await tx.staffNote.deleteMany({ where: { resolvedAt: { lt: sent } } })
      await tx.unmetNeed.deleteMany({ where: { at: { lt: seeds } } })
      await tx.$executeRaw(Prisma.sql`
        with gone as (
          delete from communities where state in ('sunk', 'declined') and closed_at < ${seeds}::timestamptz returning id)
        delete from cards using gone where cards.subject = gone.id`)
    },
  }
}
