import type { Context } from '../command.ts'
import { say } from '../core/say.ts'
import type { Found } from '../option.ts'

/**
 * Tells of topics that have come to enough support, once of each: who proposed it and the organizers, but not whoever has
 * just brought it about, who reads so in the answer.
 */
export async function tellReady({ store, caller, where, now }: Context, found: Found): Promise<void> {
  const topics = await store.topics.nowReady(found.id, now)
  if (topics.length === 0) return
  for (const { title, proposerId } of topics) {
    if (proposerId === null || proposerId === caller.id) continue
    const text = say`Your topic “${title}” in ${{ strong: found.name }} has enough support: it goes on the next ballot.`
    await store.notices.tell([proposerId], 'topic', { text }, now, where, found)
  }
  for (const organizer of await store.memberships.organizers(found.id)) {
    const others = topics.filter(({ proposerId }) => proposerId !== organizer)
    if (organizer === caller.id || others.length === 0) continue
    const titles = others.map(({ title }) => `“${title}”`).join(', ')
    const text = say`Enough members of ${{ strong: found.name }} support ${titles}, for the next ballot.`
    await store.notices.tell([organizer], 'looking-after', { text }, now, where, found)
  }
}
