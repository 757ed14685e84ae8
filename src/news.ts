import { COUNTED, type Counted, TOTAL_MAX } from './core/campaign.ts'
import { type EndedBy, endedText } from './core/held.ts'
import { say } from './core/say.ts'
import { oneLine } from './core/words.ts'
import type { CampaignSeen, News, Whom } from './segments/segment-store.ts'
import type { CampaignNews } from './store/campaigns.ts'
import type { Meant } from './store/news.ts'
import type { Store } from './store/store.ts'

const TITLE_MAX = 200
/** It came about in no room of theirs. */
const ANYWHERE = { platform: '', workspace: '' }
/** A name longer than this is none that was ever told to or by anybody; no index takes much longer ones either. */
const NAME_MAX = 500

/**
 * Takes what a destination tells by itself, in the caller's transaction; gives how much of it was new. What people did there
 * ends what it is told of them; what it sent is counted, and nobody is known by name for it.
 *
 * The time of what ends is ours and never the destination's: its clock may be off by hours, and news may lie in a queue for
 * days. With our own, whatever arrives after a yes is taken for later than it, which at worst asks the person once more; and a
 * yes that is given anew after that is later for certain.
 */
export async function takeNews(store: Store, from: Telling, told: News[], now: Date): Promise<number> {
  const { name: destination } = from
  if (told.length === 0) return 0
  await store.news.takeTurn(destination)
  const unheard = await store.news.unheard(
    destination,
    told.map(({ id }) => id),
    now,
  )
  const fresh = told.filter(({ id }) => unheard.delete(id))
  const called = fresh.flatMap((one) => [segmentOf(one), one.campaign?.segment]).filter(isName)
  const communities = await store.news.communitiesOf(destination, called)
  await endAll(store, from, fresh.filter(endsSomething), communities, now)
  await count(store, destination, fresh, communities, now)
  return fresh.length
}

/** A destination that tells something; `echoes` as its store says. */
interface Telling {
  name: string
  echoes: boolean
}

type Ending = Extract<News, { kind: EndedBy }>

const endsSomething = (one: News): one is Ending =>
  one.kind === 'unsubscribed' || one.kind === 'bounced' || one.kind === 'complained'

const segmentOf = (one: News) => (endsSomething(one) ? one.segment : undefined)

/**
 * People are not written to any more, as they said there or as their address does not work. Those of whom the same is said one
 * after the other are one.
 */
async function endAll(
  store: Store,
  { name: destination, echoes }: Telling,
  endings: Ending[],
  communities: Map<string, Meant>,
  now: Date,
): Promise<void> {
  const people = endings.map(({ person }) => named(person))
  const meant = await store.suppressions.meant(destination, people, now)
  const runs: { kind: EndedBy; community: Meant | undefined; each: string[][] }[] = []
  for (const [i, { kind, segment }] of endings.entries()) {
    // A list we know nothing of ends everything: whoever wants less than that says so with one yes, and who wants none is sure.
    const community = segment === undefined ? undefined : communities.get(segment)
    const ids = meant[i] ?? []
    if (community?.sensitive || ids.length === 0) continue
    const last = runs.at(-1)
    if (last?.kind === kind && last.community?.id === community?.id) last.each.push(ids)
    else runs.push({ kind, community, each: [ids] })
  }
  for (const { kind, community, each } of runs) {
    const isEcho = echoes && kind === 'unsubscribed'
    const found: { id: string; isTold: boolean }[] = []
    // What we brought about ourselves is known by all that one of them means, and by nobody else's.
    for (const ids of isEcho ? each : [each.flat()])
      found.push(...(await store.suppressions.standing(destination, ids, community?.id, now, isEcho)))
    const [heard, unheard] = [true, false].map((isTold) => [
      ...new Set(found.filter((one) => one.isTold === isTold).map(({ id }) => id)),
    ])
    if (heard?.length) await holdBack(store, destination, heard, community, kind, now)
    // A yes that is to somebody else by now may be to this destination again one day; their word was earlier.
    if (unheard?.length) await store.suppressions.suppress(destination, unheard, community?.id, kind, now)
  }
}

/** Ends what a destination is told of people until they say yes anew, in one community or in all, and tells them so. */
export async function holdBack(
  store: Store,
  destination: string,
  personIds: string[],
  community: Pick<Meant, 'id' | 'name' | 'slug'> | undefined,
  reason: EndedBy,
  now: Date,
): Promise<void> {
  await store.suppressions.suppress(destination, personIds, community?.id, reason, now)
  const recipient = (await store.destinations.find(destination))?.recipient
  if (!recipient) return
  const about = community ? say` about ${{ strong: community.name }}` : say``
  const again = { typed: `/sharing ${community ? (community.slug ?? community.id) : 'all'} on` }
  const first =
    reason === 'bounced' ? say`give an address that works with ${{ typed: '/email you@example.org' }}, then ` : say``
  const text = say`The tool that ${recipient} uses says that ${endedText(reason)}, so it is told of you no more${about}. If you want it again: ${first}${again}`
  // What can't be mailed to them there can hardly be mailed to them by us.
  if (reason === 'bounced') await store.notices.tellInPrivate(personIds, { text }, now)
  else await store.notices.tell(personIds, 'ended', { text }, now, ANYWHERE)
}

/** Adds to the totals of the campaigns; what is told of somebody counts only where the destination was told of them by us. */
async function count(
  store: Store,
  destination: string,
  fresh: News[],
  communities: Map<string, Meant>,
  now: Date,
): Promise<void> {
  const about = fresh.flatMap((one) =>
    one.campaign && isName(one.campaign.id) ? [{ one, campaign: one.campaign }] : [],
  )
  const people = about.flatMap(({ one }) => (one.person ? [one.person] : []))
  const known = await store.news.known(destination, people.map(named))
  const isKnown = new Map(people.map((person, i) => [person, known[i] ?? false]))
  const campaigns = new Map<string, CampaignNews>()
  for (const { one, campaign } of about) {
    if (one.person && !isKnown.get(one.person)) continue
    const community = communities.get(campaign.segment ?? segmentOf(one) ?? '')
    if (community?.sensitive) continue
    const before = campaigns.get(campaign.id) ?? firstOf(campaign, community?.id, now)
    before.more[one.kind] = Math.min(TOTAL_MAX, before.more[one.kind] + ('count' in one ? numberOf(one.count) : 1))
    before.communityId ??= community?.id
    before.title ||= titleOf(campaign)
    // A clock that is ahead of ours would put it into a month that has not begun.
    if (one.at < before.at) before.at = one.at
    campaigns.set(campaign.id, before)
  }
  await store.campaigns.add(destination, [...campaigns.values()])
}

function firstOf(campaign: CampaignSeen, communityId: string | undefined, now: Date): CampaignNews {
  // Every one that is counted has its entry.
  const more = Object.fromEntries(COUNTED.map((name) => [name, 0])) as Record<Counted, number>
  return { id: campaign.id, title: titleOf(campaign), communityId, at: now, more }
}

const titleOf = ({ title }: CampaignSeen) => oneLine(title).slice(0, TITLE_MAX)

const numberOf = (count: number | undefined) => Math.max(0, Math.trunc(count ?? 1) || 0)

/** The names of somebody that can be looked for. */
function named({ person, id, email }: Whom): Whom {
  return { ...(isName(person) && { person }), ...(isName(id) && { id }), ...(isName(email) && { email }) }
}

/** What has the one character that no database takes, or is far too long, names nothing of ours. */
const isName = (words: string | undefined): words is string =>
  words !== undefined && words !== '' && words.length <= NAME_MAX && !words.includes('\0')
