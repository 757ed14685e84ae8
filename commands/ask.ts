import { type Context, command } from '../src/command.ts'
import { communitiesOf, previewCard } from '../src/content/pieces.ts'
import { ASKS } from '../src/core/item.ts'
import { Refusal } from '../src/core/refusal.ts'
import { say } from '../src/core/say.ts'
import { topicTitleOf } from '../src/core/topic.ts'
import { timeIn } from '../src/core/when.ts'
import { choice, integer, text } from '../src/option.ts'
import type { Reply } from '../src/reply.ts'

const OWED_DAYS_MAX = 366
const DAY_MS = 86_400_000
const SEATS_MAX = 1_000

interface Typed {
  question: string
  kind: (typeof ASKS)[number]
  communities: string
  owed: string
  seats?: number | undefined
}

export default command({
  name: 'ask',
  description: 'Ask communities',
  permission: 'staff',
  group: 'staff',
  options: {
    question: text('What you ask, in a sentence', { max: 100, hasOwnLimit: true }),
    kind: choice('What for: input, quote, panel or try', ASKS),
    communities: text('Which communities, between commas', { max: 500 }),
    owed: text('By when you tell them what came of it, such as: 6 weeks', { max: 60 }),
    seats: integer('How many at most, for a panel or to try something', 1, SEATS_MAX).optional(),
  },
  form: ['question', 'kind', 'communities', 'owed', 'seats'],
  run: write,
})

/** Writes the question down, and shows what would become of it in each community. */
async function write(context: Context, { question, kind, communities, owed, seats }: Typed): Promise<Reply> {
  const { store, caller, now, organization } = context
  const owedBy = timeIn(owed, now, caller.zone ?? organization.zone)
  if (!owedBy || owedBy <= now || owedBy.getTime() - now.getTime() > OWED_DAYS_MAX * DAY_MS)
    throw new Refusal(say`“${owed}” is no time within a year. It looks like: 6 weeks, or 1 September.`, 'owed')
  const all = await communitiesOf(context, communities)
  const sensitive = all.find((one) => one.sensitive)
  // Whoever answers would be known to staff as one of its members (product.md, law 7).
  if (sensitive)
    throw new Refusal(
      say`${{ strong: sensitive.name }} is sensitive: staff learn of nobody in it, so nobody there is asked.`,
    )
  const pieceId = await store.items.write(
    all.map(({ id }) => id),
    {
      kind: 'ask',
      ask: kind,
      title: topicTitleOf(question),
      goal: 'ask-feedback',
      format: 'questions',
      words: null,
      link: null,
      seats: kind === 'panel' || kind === 'try' ? (seats ?? null) : null,
      owedBy,
      authorId: caller.id,
    },
    now,
  )
  return { card: await previewCard(context, pieceId) }
}
