import { z } from 'zod'
import { type Context, command, press } from '../src/command.ts'
import {
  communitiesOf,
  draftOf,
  pieceCard,
  piecesCard,
  previewCard,
  send,
  setAbout,
  withdraw,
} from '../src/content/pieces.ts'
import { goalOf } from '../src/core/goal.ts'
import { say } from '../src/core/say.ts'
import { linkIn, TOPIC_KINDS, topicTitleOf } from '../src/core/topic.ts'
import { oneLine } from '../src/core/words.ts'
import { choice, text } from '../src/option.ts'
import type { Reply } from '../src/reply.ts'

const WORDS_MAX = 1_000
/** Typed in the place of a title: shows what was offered and asked. */
const LIST = 'list'

const p = z.ulid()

export default command({
  name: 'offer',
  description: 'Offer content',
  permission: 'staff',
  group: 'staff',
  options: {
    title: text('Title; or “list” for what was offered', { max: 100, hasOwnLimit: true }),
    goal: text('What for, one goal: inform, renew, upsell, useful-content or another', { max: 100 }).optional(),
    communities: text('For which communities, between commas', { max: 500 }).optional(),
    text: text('The text, with a link if there is one', { max: WORDS_MAX, long: true }).optional(),
    format: choice('Format: article, event, offer, questions or other', TOPIC_KINDS).optional(),
    topic: text('The agreed topic it is about', { max: 100, keyOnly: true }).optional(),
  },
  form: ['title', 'goal', 'communities', 'text', 'format'],
  run: (context, typed) => (typed.title.trim().toLowerCase() === LIST ? list(context) : write(context, typed)),
  presses: {
    about: press({
      args: { p, t: z.coerce.number().int().min(0).max(99) },
      permission: 'staff',
      run: (context, args) => setAbout(context, args.p, args.t),
    }),
    send: press({ args: { p }, permission: 'staff', run: (context, args) => send(context, args.p) }),
    discard: press({
      args: { p },
      permission: 'staff',
      async run(context, args) {
        const [{ title }] = await draftOf(context, args.p)
        await context.store.items.discard(args.p)
        return { update: { text: say`Thrown away: “${title}”.` } }
      },
    }),
    list: press({
      args: { n: z.coerce.number().int().min(0).max(10_000) },
      permission: 'staff',
      run: async (context, { n }) => ({ update: { card: await piecesCard(context, n) } }),
    }),
    piece: press({
      args: { p },
      permission: 'staff',
      run: async (context, args) => ({ update: { card: await pieceCard(context, args.p) } }),
    }),
    withdraw: press({ args: { p }, permission: 'staff', run: (context, args) => withdraw(context, args.p) }),
  },
})

interface Typed {
  title: string
  goal?: string | undefined
  communities?: string | undefined
  text?: string | undefined
  format?: (typeof TOPIC_KINDS)[number] | undefined
  topic?: string | undefined
}

const list = async (context: Context): Promise<Reply> => ({ card: await piecesCard(context, 0) })

/** Writes it down, and shows what would become of it in each community. */
async function write(context: Context, typed: Typed): Promise<Reply> {
  const { store, caller, now } = context
  const link = linkIn(typed.text ?? '')
  const words = (typed.text ?? '')
    .replace(link ?? '', '')
    .trim()
    .replace(/[:,;–-]$/, '')
    .trim()
  const piece = {
    kind: 'offer' as const,
    title: topicTitleOf(typed.title),
    goal: goalOf(typed.goal ?? ''),
    format: typed.format ?? ('article' as const),
    words: words === '' ? null : words,
    link,
    about: typed.topic ? oneLine(typed.topic) : null,
    authorId: caller.id,
  }
  const communities = await communitiesOf(context, typed.communities ?? '')
  const pieceId = await store.items.write(
    communities.map(({ id }) => id),
    piece,
    now,
  )
  return { card: await previewCard(context, pieceId) }
}
