import { type Agreement, attentionOf } from '../core/agreement.ts'
import { nextTurn, notSilentFrom } from '../core/attention.ts'
import type { Item } from '../core/item.ts'
import { say } from '../core/say.ts'
import { monthOf } from '../core/when.ts'
import type { WithStanding } from '../store/communities.ts'
import type { Store } from '../store/store.ts'
import { postOf } from './item-card.ts'
import { offer } from './offering.ts'
import { budgetOf, leave, mayCome, silentUntil, tellAuthor, turnOf } from './queue.ts'

/** Posts an item whose turn has come, or asks about one that was put off. The community's row is held meanwhile. */
export async function handleItem(store: Store, id: string, now: Date): Promise<void> {
  const found = await store.items.get(id)
  if (!found) return
  await store.communities.lock(found.communityId, 'lightly')
  const item = await store.items.get(id)
  const community = await store.communities.get(found.communityId)
  if (!item?.dueAt || item.dueAt > now || !community) return
  if (community.state !== 'open') {
    await leave(store, item, 'withdrawn', now)
    return
  }
  const isAgreed = mayCome(await store.agreements.current(community.id), item)
  if (item.state !== 'waiting' || !isAgreed) return askAbout(store, item, community, now)
  const turn = await turnOf(store, item, now)
  if (!turn || turn > now) {
    await store.items.turn(id, ['waiting'], 'waiting', { dueAt: turn ?? null })
    return
  }
  if (!(await store.items.turn(id, ['waiting'], 'posted', { postedAt: now, dueAt: null }))) return
  const { name } = await store.organization.get()
  await store.posts.sayItem(item, postOf(item, name), now)
}

/** Asks about an item that was put off, or that waited and is agreed no more; its author hears what is news to them. */
async function askAbout(store: Store, item: Item, community: WithStanding, now: Date): Promise<void> {
  const became = await offer(store, item, community, now)
  if (item.state === 'waiting')
    return tellAuthor(store, item, community, say`by another agreement it is agreed no more. ${became}`, now)
  const isOver = (await store.items.get(item.id))?.state === 'declined'
  if (isOver) await tellAuthor(store, item, community, became, now)
}

/**
 * Whether an item's post may be said at this moment: it may have waited for a platform that did not answer. What is surely not
 * said yet goes back into the queue where that is not so any more, whatever was the reason; what perhaps was is held. Gives the
 * time until which it is held, or `gone`.
 */
export async function heldUntil(
  store: Store,
  itemId: string,
  lease: string,
  now: Date,
): Promise<Date | 'gone' | undefined> {
  const found = await store.items.get(itemId)
  if (!found) return 'gone'
  const { communityId } = found
  await store.communities.lock(communityId, 'lightly')
  const item = await store.items.get(itemId)
  if (!item?.postedAt) return 'gone'
  const { agreement, zone, ours, theirs } = await budgetOf(store, communityId, now, itemId)
  // Said in one room already: it counts, and in another it is not said in silence.
  if (item.saidAt) return calmFrom(agreement, zone, now)
  const isOpen = await store.posts.mayBeSaid(itemId, lease)
  const isAgreed = mayCome(agreement, item)
  const turn = nextTurn(attentionOf(agreement), [...ours, ...theirs], 0, zone, now)
  if (isAgreed && turn && turn <= now) {
    // Counted in another month, and said in this one.
    if (item.postedAt < monthOf(now, zone).from) await store.items.turn(itemId, ['posted'], 'posted', { postedAt: now })
    return undefined
  }
  if (isOpen && isAgreed) return turn ?? monthOf(now, zone).to
  await store.posts.unsayItem(itemId)
  // It stays where it is counted, and is not said again.
  if (isOpen) return 'gone'
  await store.items.turn(itemId, ['posted'], 'waiting', { postedAt: null, dueAt: now })
  return 'gone'
}

/** When a community is silent or paused no more, if it is now. */
function calmFrom(agreement: Agreement, zone: string, now: Date): Date | undefined {
  const { silence, pausedUntil } = attentionOf(agreement)
  const from = pausedUntil && pausedUntil > now ? pausedUntil : now
  const until = notSilentFrom(from, silence, zone)
  return until && until > now ? until : undefined
}

/** Says openly that a promise was not kept by its day, once its community is not silent. */
export async function sayLate(store: Store, id: string, now: Date): Promise<void> {
  const item = await store.items.get(id)
  if (!item) return
  const until = await silentUntil(store, item.communityId, now)
  if (until) return store.queue.putOff(id, until)
  if (!(await store.queue.late(id, now))) return
  const { name } = await store.organization.get()
  const text = say`${name} owed you by ${{ when: item.owedBy ?? now }} what came of “${item.title}”. It is late.`
  await store.posts.sayAfterSilence(item.communityId, { text }, now)
}

/** Says openly that a planned topic was not delivered by its day, once its community is not silent. */
export async function sayTopicLate(store: Store, topicId: string, now: Date): Promise<void> {
  const found = await store.topics.get(topicId, '')
  const until = found && (await silentUntil(store, found.communityId, now))
  if (until) return store.queue.putTopicOff(topicId, now, until)
  const topic = await store.topics.late(topicId, now)
  if (!topic) return
  const text = say`“${topic.title}” was planned for ${{ when: topic.plannedFor }}. It is late.`
  await store.posts.sayAfterSilence(topic.communityId, { text }, now)
}
