import { type Agreement, attentionOf, isAgreed } from '../core/agreement.ts'
import { countIn, nextTurn, notSilentFrom } from '../core/attention.ts'
import type { Item, ItemState } from '../core/item.ts'
import { say, type Text } from '../core/say.ts'
import { monthOf } from '../core/when.ts'
import type { WithStanding } from '../store/communities.ts'
import type { Store } from '../store/store.ts'

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
  const { ours, theirs } = await store.queue.sentSince(communityId, from, except)
  const inMonth = (times: Date[]) => times.filter((time) => countIn([time], from, to) > 0)
  return { agreement, zone, ours: inMonth(ours), theirs: inMonth(theirs) }
}

/** Until when a community wants silence, if it does now. What is owed comes while it pauses, too. */
export async function silentUntil(store: Store, communityId: string, now: Date): Promise<Date | undefined> {
  const { silence } = attentionOf(await store.agreements.current(communityId))
  const { zone } = await store.organization.get()
  const until = notSilentFrom(now, silence, zone)
  return until && until > now ? until : undefined
}

/** When an item may be posted, after those that wait longer; undefined where it never may as things stand. */
export async function turnOf(store: Store, item: Item, now: Date): Promise<Date | undefined> {
  const { agreement, zone, ours, theirs } = await budgetOf(store, item.communityId, now, item.id)
  return nextTurn(attentionOf(agreement), [...ours, ...theirs], await store.queue.ahead(item), zone, now)
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
        : (await store.queue.ahead(item)) > 0
          ? say`others are before it`
          : say`it is silent until then`
  return say`It waits until ${{ when: turn }}: ${why}.`
}

/** Whether an item may come by what holds now: its community said yes to it, or agreed on what it is about. */
export function mayCome(agreement: Agreement, item: Item): boolean {
  return item.isWanted || isAgreed(agreement, item)
}

/** Puts an item into its community's queue: the job posts it when its turn comes. `isWanted`: they said yes to this very one. */
export async function enqueue(store: Store, item: Item, now: Date, isWanted = false): Promise<boolean> {
  return store.items.turn(item.id, ['draft', 'asked', 'postponed'], 'waiting', {
    acceptedAt: now,
    dueAt: now,
    reason: null,
    isWanted,
  })
}

/** Takes an item out of its community's queue, or out of what that is asked; what waits behind it is looked at at once. */
export async function leave(
  store: Store,
  item: Item,
  to: 'asked' | 'declined' | 'withdrawn',
  now: Date,
  data: { reason?: string; dueAt?: Date } = {},
): Promise<boolean> {
  if (item.state === 'waiting') await store.queue.freed(item.communityId, now)
  const from: ItemState[] = ['draft', 'asked', 'postponed', 'waiting']
  return store.items.turn(item.id, from, to, {
    ...{ acceptedAt: null, dueAt: null },
    ...(to === 'asked' && { askedAt: now }),
    ...data,
  })
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
