import { z } from 'zod'
import type { Api } from './api.ts'
import { type CampaignTotals, grownSince, toldTotals } from './campaign-totals.ts'
import { jsonOf } from './json.ts'
import type { News } from './segment-store.ts'

/** The most it gives, newest first: what is older grows little. */
const PAGE = 50

/** A page of listmonk's answers. */
export const pageOf = <T>(item: z.ZodType<T>) =>
  z.object({ data: z.object({ results: z.array(item), total: z.number().default(0) }) })

const campaign = z.object({
  id: z.number(),
  subject: z.string(),
  started_at: z.string().nullish(),
  sent: z.number(),
  views: z.number(),
  clicks: z.number(),
  lists: z.array(z.object({ id: z.number() })).nullish(),
})

/** By how much the campaigns to some lists have grown since the cursor of the last time. */
export async function campaignsSince(
  api: Api,
  lists: string[],
  cursor: string | undefined,
  signal: AbortSignal,
  now: Date,
): Promise<{ news: News[]; cursor: string }> {
  const path = `/campaigns?no_body=true&order_by=created_at&order=desc&per_page=${PAGE}`
  const { status, json } = await api.call('GET', path, { signal, allow: [403] })
  // A key that may not see campaigns is good for all else.
  const all = status === 403 ? [] : pageOf(campaign).parse(json).data.results
  const totals = all.flatMap((one): CampaignTotals[] => {
    const segment = one.lists?.map((list) => String(list.id)).find((list) => lists.includes(list))
    if (segment === undefined || !one.started_at) return []
    const seen = { id: String(one.id), title: one.subject, segment }
    const { sent, views: opened, clicks: clicked } = one
    return [{ campaign: seen, sentAt: new Date(one.started_at), sent, opened, clicked }]
  })
  const { news, totals: told } = grownSince(toldTotals(jsonOf(cursor)), totals, now)
  return { news, cursor: JSON.stringify(told) }
}
