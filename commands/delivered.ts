import { z } from 'zod'
import { type Context, command, press } from '../src/command.ts'
import { deliverTopic, owedItem, planTopic, tellOutcome } from '../src/content/delivering.ts'
import { askLabel, type ItemAnswer } from '../src/core/item.ts'
import { lines, say, type Text } from '../src/core/say.ts'
import { planLabel, topicStateLabel } from '../src/core/topic.ts'
import { text } from '../src/option.ts'
import { address, type Card } from '../src/reply.ts'

const PAGE = 8
const WORDS_MAX = 500
const PLAN_MAX = 300
const LINK_MAX = 300

const t = z.ulid()
const i = z.ulid()
const n = z.coerce.number().int().min(0).max(10_000)

export default command({
  name: 'delivered',
  description: 'What we owe communities',
  permission: 'staff',
  group: 'staff',
  options: {},
  shows: [],
  run: async (context) => ({ card: await owedCard(context, 0) }),
  presses: {
    list: press({
      args: { n },
      permission: 'staff',
      run: async (context, args) => ({ update: { card: await owedCard(context, args.n) } }),
    }),
    topic: press({
      args: { t },
      permission: 'staff',
      run: async (context, args) => ({ update: { card: await topicCard(context, args.t) } }),
    }),
    plan: press({
      args: { t },
      permission: 'staff',
      title: 'It is planned',
      fields: {
        plan: text('Who will do it', { max: PLAN_MAX, long: true }),
        by: text('By when, such as: 3 weeks', { max: 60 }).optional(),
      },
      run: async (context, { t: id, plan, by }) => ({
        update: { text: await planTopic(context, id, plan.slice(0, PLAN_MAX), by) },
      }),
    }),
    link: press({
      args: { t },
      permission: 'staff',
      title: 'It is there',
      fields: { link: text('A link to it', { max: LINK_MAX }) },
      run: async (context, { t: id, link }) => ({ update: { text: await deliverTopic(context, id, link) } }),
    }),
    ask: press({
      args: { i, n: n.default(0) },
      permission: 'staff',
      run: async (context, args) => ({ update: { card: await askCard(context, args.i, args.n) } }),
    }),
    outcome: press({
      args: { i },
      permission: 'staff',
      title: 'What came of it',
      fields: { outcome: text('What came of it, for everybody there to read', { max: WORDS_MAX, long: true }) },
      async run(context, { i: id, outcome }) {
        return { update: { text: await tellOutcome(context, id, outcome.slice(0, WORDS_MAX)) } }
      },
    }),
  },
})

/** What communities chose and is not there yet, and of which questions it is owed what came of them; the earliest first. */
async function owedCard({ store, caller }: Context, skip: number): Promise<Card> {
  const asks = (await store.items.owed(caller.id)).map(({ id, title, owedBy, community }) => ({
    title,
    community,
    at: owedBy,
    value: lines(say`${community}: what came of it is owed`, owedBy !== null && say`by ${{ when: owedBy }}`),
    press: address('delivered.ask', { i: id, n: 0 }),
  }))
  const topics = (await store.topics.promised(caller.id)).map(
    ({ id, title, state, plannedFor, isLate, community }) => ({
      title,
      community,
      at: plannedFor,
      value: lines(
        say`${community}: ${topicStateLabel(state)}`,
        plannedFor !== null &&
          (isLate ? say`late, planned for ${{ when: plannedFor }}` : say`planned for ${{ when: plannedFor }}`),
      ),
      press: address('delivered.topic', { t: id }),
    }),
  )
  const far = Number.POSITIVE_INFINITY
  const sorted = [...asks, ...topics].sort((a, b) => (a.at?.getTime() ?? far) - (b.at?.getTime() ?? far) || 0)
  // The same is owed to several communities, or chosen by them.
  const isTwice = (title: string) => sorted.filter((one) => one.title === title).length > 1
  const all = sorted.map(({ title, community, ...one }) => ({
    ...one,
    label: isTwice(title) ? say`${title} (${community})` : say`${title}`,
  }))
  const shown = all.slice(skip, skip + PAGE)
  const to = (label: Text, from: number) => ({ label, press: address('delivered.list', { n: from }) })
  return {
    title: say`What we owe communities`,
    ...(all.length === 0 && { body: say`Nothing.` }),
    fields: shown.map(({ label, value }) => ({ label, value })),
    ...(shown.length > 0 && {
      choice: { label: say`Look at one`, options: shown.map(({ label, press: to }) => ({ label, press: to })) },
    }),
    buttons: [
      ...(skip > 0 ? [to(say`Earlier`, Math.max(0, skip - PAGE))] : []),
      ...(all.length > skip + PAGE ? [to(say`More`, skip + PAGE)] : []),
      { label: say`Offered and asked`, press: address('offer.list', { n: 0 }) },
    ],
  }
}

async function topicCard({ store, caller }: Context, id: string): Promise<Card> {
  const topic = (await store.topics.promised(caller.id)).find((one) => one.id === id)
  if (!topic) return { title: say`That topic is delivered by now, or not there any more.` }
  return {
    title: say`${topic.title}`,
    fields: [
      { label: say`Community`, value: say`${topic.community}` },
      ...(topic.plan === null ? [] : [{ label: say`Planned`, value: say`${topic.plan}` }]),
    ],
    buttons: [
      { label: planLabel(topic.state), press: address('delivered.plan', { t: id }) },
      { label: say`It is there`, press: address('delivered.link', { t: id }) },
      { label: say`Back`, press: address('delivered.list', { n: 0 }) },
    ],
  }
}

/** What staff may do with words that were given to be quoted. */
function mayBeShown(quote: ItemAnswer['quote']): Text {
  if (quote === null) return say`Not to be shown to anybody else.`
  return quote === 'named' ? say`May be shown, with the name.` : say`May be shown, without the name.`
}

/** The answers to an ask: each of them was told beforehand that staff read it with their name. */
async function askCard(context: Context, id: string, skip: number): Promise<Card> {
  const { store } = context
  const item = await owedItem(context, id)
  const community = await store.communities.get(item.communityId)
  const all = await store.itemAnswers.answers(id, { skip, take: PAGE + 1 })
  const to = (label: Text, from: number) => ({ label, press: address('delivered.ask', { i: id, n: from }) })
  return {
    title: say`${item.title}`,
    body: lines(
      item.ask !== null && askLabel(item.ask),
      say`Asked of ${community?.name ?? ''}.`,
      all.length === 0 && say`Nobody has answered yet.`,
      item.outcome !== null && say`Told: ${item.outcome}`,
    ),
    fields: all.slice(0, PAGE).map(({ name, words, quote, at }) => ({
      label: say`${name}`,
      value:
        words === null
          ? say`wants to be counted in, ${{ when: at }}`
          : lines(say`${words}`, item.ask === 'quote' && mayBeShown(quote)),
    })),
    buttons: [
      ...(item.toldAt === null
        ? [{ label: say`Say what came of it`, press: address('delivered.outcome', { i: id }) }]
        : []),
      ...(skip > 0 ? [to(say`Earlier`, Math.max(0, skip - PAGE))] : []),
      ...(all.length > PAGE ? [to(say`More`, skip + PAGE)] : []),
      { label: say`Back`, press: address('delivered.list', { n: 0 }) },
    ],
  }
}
