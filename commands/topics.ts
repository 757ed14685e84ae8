import { z } from 'zod'
import { type Context, command, press } from '../src/command.ts'
import { Refusal } from '../src/core/refusal.ts'
import { say } from '../src/core/say.ts'
import { TOPIC_STATES, type Topic, type TopicState } from '../src/core/topic.ts'
import { choice, community, type Found, text } from '../src/option.ts'
import { address, type Button, type Card, type Reply } from '../src/reply.ts'
import { topicCard, topicLine } from '../src/topic-card.ts'

const PAGE = 5
const REASON_MAX = 500

const topic = z.ulid()

export default command({
  name: 'topics',
  description: 'What members propose',
  permission: 'member',
  options: {
    community: community('The community'),
    state: choice('Proposed, declined or withdrawn', TOPIC_STATES).default('proposed'),
  },
  shows: ['community', 'state'],
  run: async (context, { community: found, state }) => ({ card: await list(context, found, state, 0) }),
  presses: {
    page: press({
      args: { c: community('Community'), k: z.enum(TOPIC_STATES), n: z.coerce.number().int().min(0).max(10_000) },
      permission: 'member',
      run: async (context, { c, k, n }) => ({ update: { card: await list(context, c, k, n) } }),
    }),
    one: press({ args: { t: topic }, run: async (context, { t }) => ({ update: { card: await shown(context, t) } }) }),
    support: press({ args: { t: topic }, run: (context, { t }) => support(context, t, true) }),
    back: press({ args: { t: topic }, run: (context, { t }) => support(context, t, false) }),
    withdraw: press({ args: { t: topic }, run: withdraw }),
    decline: press({
      args: { t: topic },
      title: 'Decline a topic',
      fields: { reason: text('Reason, which everybody there will see', { max: REASON_MAX, long: true }) },
      run: decline,
    }),
  },
})

/** A topic and its community, for its members alone. */
async function inside({ store, caller }: Context, t: string): Promise<{ found: Found; topic: Topic }> {
  const topic = await store.topics.get(t, caller.id)
  const found = topic && (await store.communities.get(topic.communityId, caller.id))
  if (!topic || found?.standing.state !== 'member')
    throw new Refusal(say`That topic is not there, or is in a community you are not in.`)
  return { found, topic }
}

async function shown(context: Context, t: string): Promise<Card> {
  const { found, topic } = await inside(context, t)
  return topicCard(topic, found)
}

async function list({ store, caller }: Context, found: Found, state: TopicState, skip: number): Promise<Card> {
  const { id: c, name, slug } = found
  const all = await store.topics.list(c, state, caller.id, { skip, take: PAGE + 1 })
  const topics = all.slice(0, PAGE)
  const page = (label: ReturnType<typeof say>, n: number): Button => ({
    label,
    press: address('topics.page', { c, k: state, n }),
  })
  const none = state === 'proposed' ? say`Nothing yet. Propose something: ${{ typed: '/propose' }}.` : say`None.`
  return {
    title: {
      proposed: say`Topics of ${name}`,
      declined: say`Declined in ${name}`,
      withdrawn: say`Withdrawn in ${name}`,
    }[state],
    ...(topics.length === 0 && { body: none }),
    fields: topics.map((one) => ({ label: say`${one.title}`, value: topicLine(one, found) })),
    ...(topics.length > 0 && {
      choice: {
        label: say`Look at one`,
        options: topics.map((one) => ({ label: say`${one.title}`, press: address('topics.one', { t: one.id }) })),
      },
    }),
    buttons: [
      ...(state === 'proposed' ? topics.filter((one) => !one.isSupported) : []).map((one) => ({
        label: say`Support “${one.title}”`,
        press: address('topics.support', { t: one.id }),
      })),
      ...(skip > 0 ? [page(say`Back`, Math.max(0, skip - PAGE))] : []),
      ...(all.length > PAGE ? [page(say`More`, skip + PAGE)] : []),
      ...(skip === 0 && state === 'proposed'
        ? [{ label: say`Propose one`, press: address('propose', { community: slug ?? c }) }]
        : []),
    ],
  }
}

async function support(context: Context, t: string, isWanted: boolean): Promise<Reply> {
  const { store, caller, now } = context
  const { found, topic } = await inside(context, t)
  if (topic.state !== 'proposed')
    throw new Refusal(say`“${topic.title}” is no longer proposed, so it can't be supported.`)
  await store.topics.support(t, caller.id, isWanted, now)
  const again = (await store.topics.get(t, caller.id)) ?? topic
  const counted = found.sensitive
    ? say``
    : say` ${{ count: again.supports, one: 'member supports it', other: 'members support it' }} now.`
  return {
    text: isWanted
      ? say`You support “${topic.title}”.${counted}`
      : say`You no longer support “${topic.title}”.${counted}`,
  }
}

async function withdraw(context: Context, { t }: { t: string }): Promise<Reply> {
  const { topic } = await inside(context, t)
  if (!topic.isOwn) throw new Refusal(say`Only who proposed it can withdraw it.`)
  if (!(await context.store.topics.end(t, 'withdrawn', null, context.now)))
    throw new Refusal(say`“${topic.title}” is no longer proposed.`)
  return { update: { text: say`“${topic.title}” is withdrawn.` } }
}

/** Always with a reason, which the proposer is told. */
async function decline(context: Context, { t, reason }: { t: string; reason: string }): Promise<Reply> {
  const { store, caller, where, now } = context
  const { found, topic } = await inside(context, t)
  if (!found.standing.organizer) throw new Refusal(say`Only organizers of ${found.name} can do that.`)
  const words = reason.slice(0, REASON_MAX)
  if (!(await store.topics.end(t, 'declined', words, now)))
    return { update: { text: say`“${topic.title}” is no longer proposed.` } }
  await store.audit.note(caller, 'organizer', 'topic declined', now, { community: found })
  const told = say`Your topic “${topic.title}” in ${{ strong: found.name }} was declined: ${words}`
  if (topic.proposerId !== null && !topic.isOwn)
    await store.notices.tell([topic.proposerId], 'topic', { text: told }, now, where, found)
  return { update: { text: say`“${topic.title}” is declined, and who proposed it reads your reason.` } }
}
