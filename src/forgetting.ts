import type { Context } from './command.ts'
import { lookForOrganizer } from './opening.ts'
import type { Receipt } from './store/erasures.ts'

/**
 * Forgets a person, and sees to what they leave to others: seeds are shown with a pledge less, and communities only they
 * looked after look for somebody else. With a receipt each destination's word that it is done is passed on to them.
 */
export async function forget(
  context: Pick<Context, 'store' | 'now'>,
  personId: string,
  receipt?: Receipt,
): Promise<void> {
  const { store, now } = context
  const { unlookedAfter, seeds } = await store.erasures.erase(personId, now, receipt)
  for (const id of seeds) await store.cards.redraw('seed', id, now)
  for (const id of unlookedAfter) {
    const community = await store.communities.get(id)
    if (community) await lookForOrganizer(context, community)
  }
}
