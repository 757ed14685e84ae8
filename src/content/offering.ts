import { type Agreement, attentionOf } from '../core/agreement.ts'
import { notSilentFrom } from '../core/attention.ts'
import type { Item } from '../core/item.ts'
import { say, type Text } from '../core/say.ts'
import type { WithStanding } from '../store/communities.ts'
import type { Store } from '../store/store.ts'
import { askForItem, itemQuestion } from './asking.ts'
import { enqueue, leave, mayCome, turnWords } from './queue.ts'

/**
 * Offers a piece to one community, whose row is held. What is agreed waits for its turn; everything else becomes a question to
 * its organizers or to all, as they set. Gives what becomes of it, in words.
 */
export async function offer(store: Store, item: Item, community: WithStanding, now: Date): Promise<Text> {
  const agreement = await store.agreements.current(community.id)
  if (agreement.perMonth < 1) {
    await leave(store, item, 'declined', now, { reason: 'By its agreement nothing is sent there.' })
    return say`Declined: by its agreement nothing is sent there.`
  }
  if (mayCome(agreement, item)) {
    await enqueue(store, item, now, item.isWanted)
    return turnWords(store, item, now)
  }
  if (agreement.answeredBy === 'ballot') return askAllAbout(store, item, community, agreement, now)
  const organizers = await store.memberships.organizers(community.id)
  if (organizers.length === 0)
    return say`It has no organizer. ${await askAllAbout(store, item, community, agreement, now)}`
  if (!(await leave(store, item, 'asked', now))) return say`It was offered before.`
  const card = await itemQuestion(store, item, community)
  const { platform, workspace } = community
  await store.notices.tell(organizers, 'offered', { card }, now, { platform, workspace }, community)
  return say`Its organizers are asked.`
}

/** Whoever is asked in a ballot is shown what is offered, so it opens when something could be sent there, one at a time. */
async function askAllAbout(
  store: Store,
  item: Item,
  community: WithStanding,
  agreement: Agreement,
  now: Date,
): Promise<Text> {
  if ((await store.memberships.list(community.id, 'member', 1)).length === 0) {
    await leave(store, item, 'declined', now, { reason: 'Nobody is in it.' })
    return say`Declined: nobody is in it.`
  }
  const opensAt = await ballotTurn(store, agreement, community, now)
  const isLater = opensAt > now
  if (!(await leave(store, item, 'asked', now, isLater ? { dueAt: opensAt } : {}))) return say`It was offered before.`
  if (isLater) return say`All members are asked in a ballot, which opens ${{ when: opensAt }}.`
  const ballotId = await askForItem(store, item, community, now)
  await store.items.turn(item.id, ['asked'], 'asked', { ballotId })
  return say`All members are asked in a ballot.`
}

const MINUTE_MS = 60_000

/** When a ballot about an offer may open: not in silence or while they pause, and once no other is open. */
async function ballotTurn(store: Store, agreement: Agreement, community: WithStanding, now: Date): Promise<Date> {
  const { zone } = await store.organization.get()
  const { silence, pausedUntil } = attentionOf(agreement)
  const other = await store.queue.ballotUntil(community.id)
  // One that is to close right now is looked for again when it has.
  const after = other && new Date(Math.max(other.getTime(), now.getTime() + MINUTE_MS))
  const from = [now, pausedUntil, after].reduce<Date>((latest, time) => (time && time > latest ? time : latest), now)
  return notSilentFrom(from, silence, zone) ?? from
}
