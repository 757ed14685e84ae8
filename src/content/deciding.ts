import type { Context } from '../command.ts'
import { type Item, isForOrganizers } from '../core/item.ts'
import { Refusal } from '../core/refusal.ts'
import { say } from '../core/say.ts'
import { timeIn } from '../core/when.ts'
import type { Found } from '../option.ts'
import type { Reply } from '../reply.ts'
import { insideItem } from './answers.ts'
import { enqueue, leave, tellAuthor, turnWords } from './queue.ts'

/** Something offered, for the organizers of its community, held so that it is answered once. */
async function offered(context: Context, i: string): Promise<{ item: Item; found: Found }> {
  const { store } = context
  const asked = await store.items.get(i)
  if (asked) await store.communities.lock(asked.communityId, 'lightly')
  await store.items.held(i)
  const inside = await insideItem(context, i)
  const { item, found } = inside
  if (!found.standing.organizer) throw new Refusal(say`Only organizers of ${found.name} can do that.`)
  if (item.state !== 'asked' && item.state !== 'postponed')
    throw new Refusal(say`“${item.title}” was answered before, or withdrawn.`)
  if (!isForOrganizers(item))
    throw new Refusal(say`All members of ${found.name} decide on “${item.title}”, in a ballot.`)
  return inside
}

/** Organizers accept it: it is posted in its turn. */
export async function accept(context: Context, i: string): Promise<Reply> {
  const { store, caller, now } = context
  const { item, found } = await offered(context, i)
  await enqueue(store, item, now, true)
  await store.audit.note(caller, 'organizer', 'offer accepted', now, { community: found })
  const words = await turnWords(store, item, now)
  await tellAuthor(store, item, found, say`accepted. ${words}`, now)
  return { update: { text: say`“${item.title}” is accepted. ${words}` } }
}

/** Organizers decline it, with a reason that staff read. */
export async function decline(context: Context, i: string, reason: string): Promise<Reply> {
  const { store, caller, now, organization } = context
  const { item, found } = await offered(context, i)
  await leave(store, item, 'declined', now, { reason })
  await store.audit.note(caller, 'organizer', 'offer declined', now, { community: found })
  await tellAuthor(store, item, found, say`declined: ${reason}`, now)
  return { update: { text: say`“${item.title}” is declined, and staff of ${organization.name} read your reason.` } }
}

const LATER_DAYS_MAX = 366
const DAY_MS = 86_400_000

/** Organizers put it off: they are asked again then. */
export async function postpone(context: Context, i: string, until: string): Promise<Reply> {
  const { store, caller, now, organization } = context
  const { item, found } = await offered(context, i)
  const at = timeIn(until, now, caller.zone ?? organization.zone)
  if (!at || at <= now || at.getTime() - now.getTime() > LATER_DAYS_MAX * DAY_MS)
    throw new Refusal(say`“${until}” is no time within a year. It looks like: 2 weeks, or 1 September.`, 'until')
  await store.items.turn(i, ['asked', 'postponed'], 'postponed', { dueAt: at })
  await tellAuthor(store, item, found, say`put off until ${{ when: at }}.`, now)
  return { update: { text: say`“${item.title}” is put off. You are asked again ${{ when: at }}.` } }
}
