import type { Context } from '../command.ts'
import { isFoundByName } from '../core/community.ts'
import type { Item } from '../core/item.ts'
import { Refusal } from '../core/refusal.ts'
import { say, type Text } from '../core/say.ts'
import { linkOf, type Topic, TURNS, topicStateLabel } from '../core/topic.ts'
import { timeIn } from '../core/when.ts'
import type { Found } from '../option.ts'
import type { TopicWords } from '../store/topics.ts'
import { silentUntil, turnWords } from './queue.ts'

/** A topic and its community, for its organizers, and for staff where the organization may know of it. */
async function inside(
  { store, caller }: Context,
  t: string,
): Promise<{ found: Found; topic: Topic; isOrganizer: boolean }> {
  const topic = await store.topics.get(t, caller.id)
  const found = topic && (await store.communities.get(topic.communityId, caller.id))
  const isOrganizer = found?.standing.state === 'member' && found.standing.organizer
  if (topic && found && (isOrganizer || (caller.isStaff && !found.sensitive && isFoundByName(found, found.standing))))
    return { found, topic, isOrganizer }
  if (found?.standing.state === 'member') throw new Refusal(say`Only organizers of ${found.name} can do that.`)
  throw new Refusal(say`That topic is not there, or is in a community you are not in.`)
}

/** An organizer or staff bring a topic into another state. Who proposed it hears what became of it. */
export async function bring(
  context: Context,
  t: string,
  to: 'declined' | 'planned' | 'delivered',
  words: TopicWords,
  became: Text,
): Promise<{ found: Found; topic: Topic }> {
  const { store, caller, where, now } = context
  const { found, topic, isOrganizer } = await inside(context, t)
  const [done] = await store.topics.turn([t], TURNS[to], to, now, words)
  if (!done) throw new Refusal(say`Nothing was changed: ${await goneOn(context, topic)}`)
  await store.audit.note(caller, isOrganizer ? 'organizer' : 'staff', `topic ${to}`, now, { community: found })
  const beginning = to === 'delivered' ? say`You asked, we did: your topic` : say`Your topic`
  const told = say`${beginning} “${topic.title}” in ${{ strong: found.name }} ${became}`
  if (done.proposerId !== null && done.proposerId !== caller.id)
    await store.notices.tell([done.proposerId], 'topic', { text: told }, now, where, found)
  return { found, topic }
}

/** Where a topic stands by now, for who pressed what it has left behind. */
async function goneOn({ store, caller }: Context, topic: Topic): Promise<Text> {
  const { state } = (await store.topics.get(topic.id, caller.id)) ?? topic
  return say`“${topic.title}” stands under “${topicStateLabel(state)}” by now.`
}

/** Who will deliver a topic, and by which day: once that is over it is said openly that it is late. */
export async function planTopic(context: Context, t: string, plan: string, by: string | undefined): Promise<Text> {
  const { store, now, caller, organization } = context
  const plannedFor = by ? timeIn(by, now, caller.zone ?? organization.zone) : undefined
  if (by && (!plannedFor || plannedFor <= now))
    throw new Refusal(say`“${by}” is no time to come. It looks like: 3 weeks, or 1 September.`, 'by')
  const day = plannedFor ? say`, by ${{ when: plannedFor }}` : say``
  const before = await store.topics.get(t, caller.id)
  const wasLate =
    before && (await store.topics.planned(before.communityId)).some(({ id, isLate }) => id === t && isLate)
  const { topic, found } = await bring(
    context,
    t,
    'planned',
    { plan, ...(plannedFor && { plannedFor }) },
    say`is planned: ${plan}${day}`,
  )
  // What was said openly to be late is planned anew as openly.
  if (wasLate && plannedFor)
    await store.posts.sayAfterSilence(found.id, { text: say`“${topic.title}” is planned anew: ${plan}${day}.` }, now)
  return say`“${topic.title}” is planned${day}. Everybody there can read by whom, and when.`
}

/** A chosen topic is there: it is posted in its turn, and counts in what was agreed. */
export async function deliverTopic(context: Context, t: string, link: string): Promise<Text> {
  const { store, caller, now } = context
  const delivered = linkOf(link)
  const { found, topic } = await bring(
    context,
    t,
    'delivered',
    { delivered },
    say`is there: ${{ link: delivered, label: delivered }}`,
  )
  const pieceId = await store.items.write(
    [found.id],
    {
      kind: 'topic',
      title: topic.title,
      goal: 'useful-content',
      format: topic.kind,
      words: null,
      link: delivered,
      topicId: topic.id,
      authorId: caller.id,
    },
    now,
    'waiting',
  )
  const [item] = await store.items.piece(pieceId)
  return say`“${topic.title}” is delivered. ${item ? await turnWords(store, item, now) : say``}`
}

/**
 * What came of an ask, told to the community, once that is not silent, and to each who answered it. Gives when the room hears,
 * in words.
 */
export async function tellOutcome(context: Context, i: string, outcome: string): Promise<Text> {
  const { store, caller, now, organization } = context
  const item = await owedItem(context, i)
  if (!(await store.items.tell(i, outcome, now))) throw new Refusal(say`What came of “${item.title}” was told before.`)
  const text = say`You told ${organization.name}, and this came of it. “${item.title}”: ${outcome}`
  await store.posts.sayAfterSilence(item.communityId, { text }, now)
  const community = await store.communities.get(item.communityId)
  if (community) {
    const { platform, workspace } = community
    const answered = await store.itemAnswers.answeredBy(i)
    await store.notices.tell(answered, 'topic', { text }, now, { platform, workspace }, community)
  }
  await store.audit.note(caller, 'staff', 'outcome told', now, { detail: item.title })
  const until = await silentUntil(store, item.communityId, now)
  return until
    ? say`What came of “${item.title}” is told ${{ when: until }}: it is silent until then.`
    : say`What came of “${item.title}” is told.`
}

/** An ask that was posted, for staff; of a sensitive community they read no answer, of a secret one only from within. */
export async function owedItem({ store, caller }: Context, i: string): Promise<Item> {
  const item = await store.items.get(i)
  const found = item && (await store.communities.get(item.communityId, caller.id))
  const mayRead = found && !found.sensitive && isFoundByName(found, found.standing)
  if (!mayRead || item.ask === null || item.state !== 'posted')
    throw new Refusal(say`That question is not there any more.`)
  return item
}
