import { type Agreement, attentionOf, isAgreed } from '../core/agreement.ts'
import { countIn, nextTurn } from '../core/attention.ts'
import type { Item } from '../core/item.ts'
import { say, type Text } from '../core/say.ts'
import { monthOf } from '../core/when.ts'
import type { WithStanding } from '../store/communities.ts'
import type { Store } from '../store/store.ts'
import { askForItem, itemQuestion } from './asking.ts'

/** What a community agreed to get, and what it got this month. */
export interface Budget {
  agreement: Agreement
  /** By whose clocks months and silence are counted. */
  zone: string
  /** What counts, by when it was sent: by Kindred, and as tools of the organization told us. */
  ours: Date[]
  theirs: Date[]
}

/** The budget of a community in the month of `now`; `except` is an item that does not count. */
export async function budgetOf(store: Store, communityId: string, now: Date, except?: string): Promise<Budget> {
  const agreement = await store.agreements.current(communityId)
  const { zone } = await store.organization.get()
  const { from, to } = monthOf(now, zone)
  const { ours, theirs } = await store.items.sentSince(communityId, from, except)
  const inMonth = (times: Date[]) => times.filter((time) => countIn([time], from, to) > 0)
  return { agreement, zone, ours: inMonth(ours), theirs: inMonth(theirs) }
}

/** When an item may be posted, after those that wait longer; undefined where it never may as things stand. */
export async function turnOf(store: Store, item: Item, now: Date): Promise<Date | undefined> {
  const { agreement, zone, ours, theirs } = await budgetOf(store, item.communityId, now, item.id)
  return nextTurn(attentionOf(agreement), [...ours, ...theirs], await store.items.ahead(item), zone, now)
}

/** What becomes of an item once it is in the queue, in words. */
export async function turnWords(store: Store, item: Item, now: Date): Promise<Text> {
  const turn = await turnOf(store, item, now)
  if (!turn) return say`It waits: by the agreement nothing is sent.`
  if (turn <= now) return say`It is posted now.`
  const { agreement, ours, theirs } = await budgetOf(store, item.communityId, now, item.id)
  const sent = ours.length + theirs.length
  const why =
    agreement.pausedUntil && agreement.pausedUntil > now
      ? say`it is paused`
      : sent >= agreement.perMonth
        ? say`agreed ${agreement.perMonth} a month, sent ${sent}`
        : (await store.items.ahead(item)) > 0
          ? say`others are before it`
          : say`it is silent until then`
  return say`It waits until ${{ when: turn }}: ${why}.`
}

/** Puts an item into its community's queue: the job posts it when its turn comes. */
export async function enqueue(store: Store, item: Item, now: Date): Promise<boolean> {
  return store.items.turn(item.id, ['draft', 'asked', 'postponed'], 'waiting', {
    acceptedAt: now,
    dueAt: now,
    reason: null,
  })
}

/**
 * Offers a piece to one community. What is agreed waits for its turn; everything else becomes a question to its organizers or
 * to all, as they set. Gives what becomes of it, in words.
 */
export async function offer(store: Store, item: Item, community: WithStanding, now: Date): Promise<Text> {
  const agreement = await store.agreements.current(community.id)
  if (isAgreed(agreement, item)) {
    await enqueue(store, item, now)
    return turnWords(store, item, now)
  }
  if (!(await store.items.turn(item.id, ['draft', 'postponed'], 'asked', { dueAt: null, askedAt: now })))
    return say`It was offered before.`
  if (agreement.answeredBy === 'ballot') {
    const ballotId = await askForItem(store, item, community, now)
    await store.items.turn(item.id, ['asked'], 'asked', { ballotId })
    return say`All members are asked in a ballot.`
  }
  const organizers = await store.memberships.organizers(community.id)
  const card = await itemQuestion(store, item, community)
  const { platform, workspace } = community
  await store.notices.tell(organizers, 'looking-after', { card }, now, { platform, workspace }, community)
  return say`Its organizers are asked.`
}

/** Tells whoever wrote a piece what became of it in a community. */
export async function tellAuthor(
  store: Store,
  item: Item,
  community: WithStanding,
  became: Text,
  now: Date,
): Promise<void> {
  const author = await store.items.authorOf(item.id)
  if (author === undefined) return
  const { platform, workspace } = community
  const text = say`“${item.title}” for ${{ strong: community.name }}: ${became}`
  await store.notices.tell([author], 'topic', { text }, now, { platform, workspace }, community)
}
