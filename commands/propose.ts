import { z } from 'zod'
import { tellReady } from '../src/ballots/ready.ts'
import { supportButton } from '../src/ballots/topic-card.ts'
import { type Context, command, press } from '../src/command.ts'
import { Refusal } from '../src/core/refusal.ts'
import { say } from '../src/core/say.ts'
import { alike, linkOf, TOPIC_KINDS, topicFrom, topicKindLabel, topicTitleOf } from '../src/core/topic.ts'
import { choice, community, text } from '../src/option.ts'
import { address, type Reply } from '../src/reply.ts'

/** Whoever has so many that wait lets others have a turn. */
const PROPOSED_MAX = 10
const WHY_MAX = 500
/** As many as fit under a message beside the last button. */
const SHOWN = 4

const options = {
  title: text('What it is about', { max: 100, hasOwnLimit: true }),
  why: text('Why others would like it', { max: WHY_MAX, long: true, keyOnly: true }).optional(),
  link: text('A link to it', { max: 300, keyOnly: true }).optional(),
  kind: choice('Article, event, offer, questions or other', TOPIC_KINDS, { keyOnly: true }).default('other'),
  community: community('The community', 'mine', { keyOnly: true }),
}

export default command({
  name: 'propose',
  description: 'Propose a topic',
  permission: 'member',
  options,
  form: ['title', 'why', 'link', 'kind'],
  fromMessage: { label: 'Propose a topic', fill: topicFrom },
  run: (context, topic) => propose(context, topic, false),
  presses: {
    anyway: press({
      args: { c: community('Community'), d: z.string() },
      permission: 'member',
      async run(context, { c, d }) {
        const { store, caller, now } = context
        const kept = await store.drafts.take(d, caller.id, 'propose', now)
        if (!kept) throw new Refusal(say`That was too long ago. Type ${{ typed: '/propose' }} again.`)
        return { update: await propose(context, { ...words.parse(kept), community: c }, true) }
      },
    }),
  },
})

const { community: _, ...typed } = options
const words = z.object(typed)
type Wish = z.output<typeof words> & { community: z.output<typeof options.community> }

/** Checks the words, and shows what is much like it before it is proposed. */
async function propose(context: Context, wish: Wish, anyway: boolean): Promise<Reply> {
  const { store, caller, now } = context
  const { community: found, kind, why } = wish
  if (found.state !== 'open')
    throw new Refusal(say`${{ strong: found.name }} is not open, so nothing can be proposed there.`)
  const title = topicTitleOf(wish.title)
  const link = wish.link === undefined ? undefined : linkOf(wish.link)
  if ((await store.topics.proposedBy(found.id, caller.id)) >= PROPOSED_MAX)
    throw new Refusal(
      say`You have ${PROPOSED_MAX} topics in ${{ strong: found.name }} that wait. Withdraw one first: ${{ typed: `/topics ${found.slug ?? ''}` }}.`,
    )
  const close = anyway ? [] : alike(title, await store.topics.titles(found.id)).slice(0, SHOWN)
  if (close.length > 0) {
    const kept = { title, kind, ...(why && { why }), ...(link && { link }) }
    const d = await store.drafts.keep(caller.id, 'propose', kept, now)
    return {
      card: {
        title: say`There is something like it already`,
        body: say`Would one of these do? Support it, or propose yours beside it.`,
        // A button may be too short for a whole title.
        fields: close.map((one, i) => ({ label: say`${i + 1}. ${one.title}`, value: topicKindLabel(one.kind) })),
        buttons: [
          ...close.map((one, i) => ({
            label: say`Support ${i + 1}: ${one.title}`,
            press: address('topics.support', { t: one.id }),
          })),
          { label: say`Propose mine anyway`, press: address('propose.anyway', { c: found.id, d }) },
        ],
      },
    }
  }
  const topic = {
    communityId: found.id,
    proposerId: caller.id,
    title,
    kind,
    ...(why && { why }),
    ...(link && { link }),
  }
  const id = await store.topics.propose(topic, now)
  const card = {
    title: say`A new topic: ${title}`,
    body: say`${topicKindLabel(kind)}${why ? say`. ${why}` : say``}`,
    buttons: [supportButton(id)],
  }
  await store.posts.sayInRooms(found.id, { card }, now)
  await tellReady(context, found)
  // Its proposer supports it; that alone may be enough.
  const ready = (await store.topics.threshold(found.id)) <= 1 ? say` It goes on the next ballot.` : say``
  return {
    text: say`Proposed in ${{ strong: found.name }}: “${title}”.${ready} You hear what becomes of it; who supports it stands under ${{ typed: `/topics ${found.slug ?? ''}` }}.`,
  }
}
