import { attentionOf } from '../core/agreement.ts'
import { nextTurn, notSilentFrom } from '../core/attention.ts'
import type { Item } from '../core/item.ts'
import { say } from '../core/say.ts'
import { monthOf } from '../core/when.ts'
import type { Store } from '../store/store.ts'
import { postOf } from './item-card.ts'
import { budgetOf, offer, turnOf } from './queue.ts'

/** Posts an item whose turn has come, or asks again about one that was put off. The community's row is held meanwhile. */
export async function handleItem(store: Store, id: string, now: Date): Promise<void> {
  const found = await store.items.get(id)
  if (!found) return
  await store.communities.lock(found.communityId, 'lightly')
  const item = await store.items.get(id)
  const community = await store.communities.get(found.communityId)
  if (!item?.dueAt || item.dueAt > now || !community) return
  if (community.state !== 'open') {
    await store.items.turn(id, [item.state], 'withdrawn', { dueAt: null })
    return
  }
  if (item.state === 'postponed') {
    await offer(store, item, community, now)
    return
  }
  const turn = await turnOf(store, item, now)
  if (!turn || turn > now) {
    await store.items.turn(id, ['waiting'], 'waiting', { dueAt: turn ?? null })
    return
  }
  if (!(await store.items.turn(id, ['waiting'], 'posted', { postedAt: now, dueAt: null }))) return
  const { name } = await store.organization.get()
  await store.posts.sayItem(item, postOf(item, name), now)
}

/**
 * Whether an item's post may be said at this moment: it may have waited for a platform that did not answer. In silence it is
 * held; in another month than the one it was counted in it counts anew. Gives the time until which it is held, or `gone`.
 */
export async function heldUntil(store: Store, itemId: string, now: Date): Promise<Date | 'gone' | undefined> {
  const found = await store.items.get(itemId)
  if (!found?.postedAt) return 'gone'
  await store.communities.lock(found.communityId, 'lightly')
  const { agreement, zone, ours, theirs } = await budgetOf(store, found.communityId, now, itemId)
  // Said in one room already: in another it is only not said in silence.
  if (found.saidAt || found.postedAt >= monthOf(now, zone).from) return silentUntil(store, itemId, now)
  const turn = nextTurn(attentionOf(agreement), [...ours, ...theirs], 0, zone, now)
  if (turn && turn <= now) {
    await store.items.turn(itemId, ['posted'], 'posted', { postedAt: now })
    return undefined
  }
  await store.posts.unsayItem(itemId)
  await store.items.turn(itemId, ['posted'], 'waiting', { postedAt: null, dueAt: turn ?? null })
  return 'gone'
}

/** Until when a community wants silence, if it does now. */
export async function silentUntil(store: Store, itemId: string, now: Date): Promise<Date | undefined> {
  const item = await store.items.get(itemId)
  if (!item) return undefined
  const { agreement, zone } = await budgetOf(store, item.communityId, now)
  const until = notSilentFrom(now, attentionOf(agreement).silence, zone)
  return until && until > now ? until : undefined
}

/** Says openly that a promise was not kept by its day. */
export async function sayLate(store: Store, item: Item, now: Date): Promise<void> {
  if (!(await store.items.late(item.id, now))) return
  const { name } = await store.organization.get()
  const text = say`${name} owed you by ${{ when: item.owedBy ?? now }} what came of “${item.title}”. It is late.`
  await store.posts.sayInRooms(item.communityId, { text }, now)
}

/** Says openly that a planned topic was not delivered by its day. */
export async function sayTopicLate(store: Store, topicId: string, now: Date): Promise<void> {
  const topic = await store.topics.late(topicId, now)
  if (!topic) return
  const text = say`“${topic.title}” was planned for ${{ when: topic.plannedFor }}. It is late.`
  await store.posts.sayInRooms(topic.communityId, { text }, now)
}
