import { z } from 'zod'
import type { CampaignSeen, News } from './segment-store.ts'

/** What a store has counted of a campaign so far. */
export interface CampaignTotals {
  campaign: CampaignSeen
  sentAt: Date
  sent: number
  opened: number
  clicked: number
}

const KINDS = ['sent', 'opened', 'clicked'] as const

/** The totals by campaign that were told last. */
const told = z.record(z.string(), z.record(z.string(), z.number()))
export type ToldTotals = z.infer<typeof told>

/** The totals of a cursor that a connector gave the last time; none where it is another's or from before. */
export function toldTotals(words: unknown): ToldTotals {
  return told.safeParse(words).data ?? {}
}

/** What the totals have grown by since the last time, as news; and the totals to remember until the next. */
export function grownSince(before: ToldTotals, all: CampaignTotals[], now: Date): { news: News[]; totals: ToldTotals } {
  const news = all.flatMap((one) =>
    KINDS.flatMap((kind): News[] => {
      const { campaign } = one
      const count = one[kind] - (before[campaign.id]?.[kind] ?? 0)
      // By its total, so that it is the same however often it is told.
      const id = `${kind}/${campaign.id}/${one[kind]}`
      return count > 0 ? [{ id, kind, campaign, count, at: kind === 'sent' ? one.sentAt : now }] : []
    }),
  )
  const totals = Object.fromEntries(
    all.map(({ campaign, sent, opened, clicked }) => [campaign.id, { sent, opened, clicked }]),
  )
  return { news, totals }
}
