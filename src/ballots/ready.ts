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
  for (const proposer of new Set(topics.map(({ proposerId }) => proposerId))) {
    if (proposer === null || proposer === caller.id) continue
    const own = topics.filter(({ proposerId }) => proposerId === proposer)
    const text = say`In ${{ strong: found.name }} ${titlesOf(own)} ${own.length === 1 ? say`has` : say`have`} enough support for the next ballot.`
    await store.notices.tell([proposer], 'topic', { text }, now, where, found)
  }
  for (const organizer of await store.memberships.organizers(found.id)) {
    const others = topics.filter(({ proposerId }) => proposerId !== organizer)
    if (organizer === caller.id || others.length === 0) continue
    const text = say`Enough members of ${{ strong: found.name }} support ${titlesOf(others)}, for the next ballot.`
    await store.notices.tell([organizer], 'looking-after', { text }, now, where, found)
  }
}

/** So many are named at once. */
const NAMED_MAX = 5

function titlesOf(topics: { title: string }[]): string {
  const named = topics.slice(0, NAMED_MAX).map(({ title }) => `“${title}”`)
  const more = topics.length - named.length
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ')
}
