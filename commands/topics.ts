import { z } from 'zod'
import { tellReady } from '../src/ballots/ready.ts'
import { nextBallot, topicCard, topicsCard } from '../src/ballots/topic-card.ts'
import { type Context, command, press } from '../src/command.ts'
import { bring, deliverTopic, planTopic } from '../src/content/delivering.ts'
import { Refusal } from '../src/core/refusal.ts'
import { say } from '../src/core/say.ts'
import { TOPIC_STATES, type Topic, type TopicState, TURNS, thresholdOf } from '../src/core/topic.ts'
import { choice, community, type Found, text } from '../src/option.ts'
import type { Card, Reply } from '../src/reply.ts'

const PAGE = 5
const REASON_MAX = 500
const PLAN_MAX = 300
const LINK_MAX = 300

const topic = z.ulid()

export default command({
  name: 'topics',
  description: 'What members propose',
  permission: 'member',
  options: {
    community: community('The community'),
    state: choice('What became of them', TOPIC_STATES).default('proposed'),
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
    plan: press({
      args: { t: topic },
      title: 'It is planned',
      fields: {
        plan: text('Who will do it', { max: PLAN_MAX, long: true }),
        by: text('By when, such as: 3 weeks', { max: 60 }).optional(),
      },
      run: async (context, { t, plan, by }) => ({
        update: { text: await planTopic(context, t, plan.slice(0, PLAN_MAX), by) },
      }),
    }),
    deliver: press({
      args: { t: topic },
      title: 'It was delivered',
      fields: { link: text('A link to it', { max: LINK_MAX }) },
      run: async (context, { t, link }) => ({ update: { text: await deliverTopic(context, t, link) } }),
    }),
    needed: press({
      args: { c: community('Community') },
      permission: 'organizer',
      title: 'Support needed',
      fields: { support: text('Members who must support a topic, a number or “usual”', { max: 10 }) },
      run: changeThreshold,
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
  const all = await store.topics.list(found.id, state, caller.id, { skip, take: PAGE + 1 })
  const page = {
    state,
    topics: all.slice(0, PAGE),
    back: skip > 0 ? Math.max(0, skip - PAGE) : undefined,
    more: all.length > PAGE ? skip + PAGE : undefined,
    states: await store.topics.states(found.id),
    threshold: await store.topics.threshold(found.id),
  }
  return topicsCard(page, found)
}

async function support(context: Context, t: string, isWanted: boolean): Promise<Reply> {
  const { store, caller, now } = context
  const { found, topic } = await inside(context, t)
  if (topic.state !== 'proposed')
    throw new Refusal(say`“${topic.title}” is no longer proposed, so it can't be supported.`)
  await store.topics.support(t, caller.id, isWanted, now)
  if (isWanted) await tellReady(context, found)
  const again = (await store.topics.get(t, caller.id)) ?? topic
  const counted = found.sensitive
    ? say``
    : say` ${{ count: again.supports, one: 'member supports it', other: 'members support it' }} now.`
  return {
    text: isWanted
      ? say`You support “${topic.title}”.${counted}${nextBallot(again, found)}`
      : say`You no longer support “${topic.title}”.${counted}`,
  }
}

async function withdraw(context: Context, { t }: { t: string }): Promise<Reply> {
  const { store, now } = context
  const { topic } = await inside(context, t)
  if (!topic.isOwn) throw new Refusal(say`Only who proposed it can withdraw it.`)
  const [done] = await store.topics.turn([t], TURNS.withdrawn, 'withdrawn', now)
  if (!done) throw new Refusal(say`“${topic.title}” is no longer proposed.`)
  return { update: { text: say`“${topic.title}” is withdrawn.` } }
}

/** Always with a reason, which the proposer is told. */
async function decline(context: Context, { t, reason }: { t: string; reason: string }): Promise<Reply> {
  const words = reason.slice(0, REASON_MAX)
  const { topic } = await bring(context, t, 'declined', { reason: words }, say`was declined: ${words}`)
  return { update: { text: say`“${topic.title}” is declined, and who proposed it reads your reason.` } }
}

/** How much support a topic needs is the community's own to say; everybody there hears of it. */
async function changeThreshold(context: Context, { c: found, support }: { c: Found; support: string }): Promise<Reply> {
  const { store, caller, now } = context
  const wanted = thresholdOf(support)
  const before = await store.topics.threshold(found.id)
  await store.topics.setThreshold(found.id, wanted)
  const threshold = await store.topics.threshold(found.id)
  const members = { count: threshold, one: 'member supports it', other: 'members support it' }
  if (threshold !== before) {
    await store.audit.note(caller, 'organizer', 'support needed changed', now, {
      community: found,
      detail: String(threshold),
    })
    const text = say`From now on a topic of ${{ strong: found.name }} goes on the next ballot once ${members}.`
    await store.posts.sayInRooms(found.id, { text }, now)
    await tellReady(context, found)
  }
  return {
    update: {
      text: say`A topic goes on the next ballot once ${members}.`,
      card: await list(context, found, 'proposed', 0),
    },
  }
}
