import { COUNTED, type Counted, TOTAL_MAX } from '../core/campaign.ts'
import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'

/** A campaign as it was told of, and by how much its totals have grown. */
export interface CampaignNews {
  id: string
  title: string
  communityId: string | undefined
  /** The earliest time it was told of. */
  at: Date
  more: Record<Counted, number>
}

/** A campaign with its totals. */
export interface CampaignSeen extends Record<Counted, number> {
  destination: string
  externalId: string
  communityId: string | null
  title: string
  sentAt: Date
}

/** What destinations sent, as totals: nobody is known here by name. */
export function campaigns(tx: Tx) {
  return {
    /** Adds to the totals. Whatever order news come in, the same comes of it. */
    async add(destination: string, told: CampaignNews[]): Promise<void> {
      if (told.length === 0) return
      const counts = (name: Counted) => Prisma.sql`${told.map((one) => one.more[name])}::int[]`
      const sums = COUNTED.map((name) => {
        const column = Prisma.raw(name)
        return Prisma.sql`${column} = least(${TOTAL_MAX}::bigint, campaigns.${column}::bigint + excluded.${column})::int`
      })
      await tx.$executeRaw(Prisma.sql`
        insert into campaigns (destination, external_id, title, community_id, sent_at, ${Prisma.raw(COUNTED.join(', '))})
        select ${destination}, each.* from unnest(${told.map((one) => one.id)}::text[], ${told.map((one) => one.title)}::text[],
          ${told.map((one) => one.communityId ?? null)}::text[], ${told.map((one) => one.at.toISOString())}::timestamptz[],
          ${Prisma.join(COUNTED.map(counts))}) as each
        on conflict (destination, external_id) do update set title = coalesce(nullif(campaigns.title, ''), excluded.title),
          community_id = coalesce(campaigns.community_id, excluded.community_id),
          sent_at = least(campaigns.sent_at, excluded.sent_at), ${Prisma.join(sums)}`)
    },

    /** All that were seen, the newest first. */
    async all(): Promise<CampaignSeen[]> {
      return tx.campaign.findMany({ orderBy: [{ sentAt: 'desc' }, { destination: 'asc' }, { externalId: 'asc' }] })
    },

    /** How many letters about a community were sent in a time, by whoever is told of everybody who said yes. */
    async sentIn(communityId: string, from: Date, to: Date): Promise<number> {
      const [row] = await tx.$queryRaw<{ count: number }[]>(Prisma.sql`
        select count(*)::int as count from campaigns g join destinations d on d.name = g.destination and d.mode = 'standing'
        where g.community_id = ${communityId} and g.sent_at >= ${from}::timestamptz and g.sent_at < ${to}::timestamptz`)
      return row?.count ?? 0
    },
  }
}
