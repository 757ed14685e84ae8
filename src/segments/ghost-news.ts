import { z } from 'zod'
import type { Api } from './api.ts'
import { type CampaignTotals, grownSince, toldTotals } from './campaign-totals.ts'
import { filtersOf, quoted } from './ghost-filter.ts'
import { jsonOf } from './json.ts'
import type { CampaignSeen, News } from './segment-store.ts'

/** What Ghost tells of late is still found: its own news of mails come in after minutes. */
const LOOK_BACK_MS = 3_600_000
/** Counts of a campaign change for so long. */
const CAMPAIGN_MS = 30 * 86_400_000
/** More events in an hour than this are seen when the label is listed. */
const [PAGE, PAGES_MAX, POSTS] = [100, 100, 30]
/** More would be too long for its server. What is not told then is seen when the label is listed. */
const SAME_SECOND_MAX = 200

const cursorSchema = z.object({ since: z.iso.datetime(), totals: z.unknown() })
const id = z.object({ id: z.string() })
const event = z.object({
  type: z.string(),
  data: id.extend({
    created_at: z.string(),
    member_id: z.string().nullish(),
    newsletter_id: z.string().nullish(),
    subscribed: z.union([z.boolean(), z.number()]).nullish(),
    member: id.extend({ email: z.string().nullish() }).nullish(),
    email: z.object({ post_id: z.string(), subject: z.string().nullish() }).nullish(),
  }),
})
type Event = z.infer<typeof event>
const post = id.extend({
  title: z.string(),
  published_at: z.string().nullish(),
  email: z
    .object({
      subject: z.string().nullish(),
      recipient_filter: z.string().nullish(),
      submitted_at: z.string().nullish(),
      email_count: z.number().nullish(),
      opened_count: z.number().nullish(),
    })
    .nullish(),
  count: z.object({ clicks: z.number().nullish() }).nullish(),
})
const edited = z.object({
  member: z.object({
    current: id.extend({
      email: z.string().nullish(),
      newsletters: z.array(id).nullish(),
    }),
    previous: z.record(z.string(), z.unknown()).default({}),
  }),
})

/** Whoever was edited, has other newsletters than before, and none of those that count: any, or the one with this id. */
export function newsOfEdited(body: string, newsletter: string | undefined, at: Date): News[] {
  const told = edited.safeParse(jsonOf(body)).data?.member
  if (!told) return []
  const { current, previous } = told
  const isOn = current.newsletters?.some((one) => newsletter === undefined || one.id === newsletter) ?? true
  if (isOn || !('newsletters' in previous || 'subscribed' in previous)) return []
  const person = { id: current.id, ...(current.email && { email: current.email }) }
  return [{ id: leavingId(current.id, at), at, kind: 'unsubscribed', person }]
}

/** Who left the newsletter or complained since the last time, and what became of what was sent to labels of ours. */
export async function pollGhost(
  api: Api,
  ours: { prefix: string; newsletter: string | undefined },
  cursor: string | undefined,
  now: Date,
  signal: AbortSignal,
): Promise<{ news: News[]; cursor: string }> {
  const last = cursorSchema.safeParse(jsonOf(cursor)).data
  const since = new Date((last ? new Date(last.since) : now).getTime() - LOOK_BACK_MS)
  const events = await eventsSince(api, since, signal)
  const totals = await campaigns(api, ours.prefix, new Date(now.getTime() - CAMPAIGN_MS), signal)
  const grown = grownSince(toldTotals(last?.totals), totals, now)
  return {
    news: [...newsOfEvents(events, ours.newsletter), ...grown.news],
    cursor: JSON.stringify({ since: now.toISOString(), totals: grown.totals }),
  }
}

/** The latest first, back to a time; the next page begins at the time of the last one's end, without what was there. */
async function eventsSince(api: Api, since: Date, signal: AbortSignal): Promise<Event[]> {
  const found = new Map<string, Event>()
  let before = ''
  for (let page = 0; page < PAGES_MAX; page++) {
    const filter = `type:[newsletter_event,email_complained_event]+data.created_at:>${quoted(dateOf(since))}${before}`
    const path = `/members/events/?limit=${PAGE}&filter=${encodeURIComponent(filter)}`
    const { json } = await api.call('GET', path, { signal })
    const { events } = z.object({ events: z.array(event) }).parse(json)
    for (const one of events) found.set(one.data.id, one)
    const oldest = events.at(-1)?.data.created_at
    if (events.length < PAGE || oldest === undefined) break
    const seen = [...found.values()].filter(({ data }) => data.created_at === oldest).map(({ data }) => quoted(data.id))
    if (seen.length > SAME_SECOND_MAX) break
    before = `+data.created_at:<=${quoted(dateOf(new Date(oldest)))}+id:-[${seen.join(',')}]`
  }
  return [...found.values()]
}

function newsOfEvents(events: Event[], newsletter: string | undefined): News[] {
  const isBack = new Set<string>()
  return events.flatMap(({ type, data }): News[] => {
    const who = data.member_id ?? data.member?.id
    if (who === undefined) return []
    const person = { id: who, ...(data.member?.email && { email: data.member.email }) }
    const at = new Date(data.created_at)
    if (type.startsWith('email_compla')) {
      const { email } = data
      const campaign: CampaignSeen | undefined = email ? { id: email.post_id, title: email.subject ?? '' } : undefined
      return [{ id: `complained/${data.id}`, at, kind: 'complained', person, ...(campaign && { campaign }) }]
    }
    if (newsletter === undefined || data.newsletter_id !== newsletter) return []
    // The latest come first: who came back after they left has not left.
    if (data.subscribed) isBack.add(who)
    return isBack.has(who) ? [] : [{ id: leavingId(who, at), at, kind: 'unsubscribed', person }]
  })
}

async function campaigns(api: Api, prefix: string, since: Date, signal: AbortSignal): Promise<CampaignTotals[]> {
  const filter = `status:[published,sent]+published_at:>${quoted(dateOf(since))}`
  const query = `filter=${encodeURIComponent(filter)}&include=email,count.clicks&order=published_at%20desc&limit=${POSTS}`
  const { json } = await api.call('GET', `/posts/?${query}`, { signal })
  const posts = z.object({ posts: z.array(post) }).parse(json).posts
  const slugOf = (one: z.infer<typeof post>) =>
    one.email?.recipient_filter?.match(/[\w-]+/g)?.find((word) => word.startsWith(prefix))
  const slugs = [...new Set(posts.flatMap((one) => slugOf(one) ?? []))]
  const ids = new Map<string, string>()
  for (const one of filtersOf('slug', slugs)) {
    const { json: found } = await api.call('GET', `/labels/?limit=${PAGE}&filter=${one}`, { signal })
    const { labels } = z.object({ labels: z.array(id.extend({ slug: z.string() })) }).parse(found)
    for (const label of labels) ids.set(label.slug, label.id)
  }
  return posts.flatMap((one): CampaignTotals[] => {
    const [segment, sentAt] = [ids.get(slugOf(one) ?? ''), one.email?.submitted_at ?? one.published_at]
    if (!one.email || segment === undefined || !sentAt) return []
    const { subject, email_count: sent, opened_count: opened } = one.email
    return [
      {
        campaign: { id: one.id, title: subject ?? one.title, segment },
        ...{ sentAt: new Date(sentAt), sent: sent ?? 0, opened: opened ?? 0, clicked: one.count?.clicks ?? 0 },
      },
    ]
  })
}

/** By the minute, so that what the webhook told already is not heard as news, which would end a yes given since. */
function leavingId(member: string, at: Date): string {
  return `unsubscribed/${member}/${at.toISOString().slice(0, 16)}`
}

/** As its database writes dates. */
function dateOf(at: Date): string {
  return at.toISOString().slice(0, 19).replace('T', ' ')
}
