import { z } from 'zod'
import { outcomeLine } from '../src/ballots/outcome.ts'
import { type Context, command, press } from '../src/command.ts'
import { say } from '../src/core/say.ts'
import { oneLine } from '../src/core/words.ts'
import { lookedFor, pageAddress } from '../src/looking.ts'
import { community, text } from '../src/option.ts'
import { address, type Button, type Card } from '../src/reply.ts'

const PAGE = 5
const WORDS_MAX = 100
const MORE = 'decisions.page'

export default command({
  name: 'decisions',
  description: 'What was decided',
  permission: 'guest',
  options: {
    words: text('Words to look for', { max: WORDS_MAX }).optional(),
    community: community('Only in this community', 'named', { keyOnly: true }).optional(),
  },
  shows: ['words', 'community'],
  run: async (context, { words = '', community: found }) => ({ card: await list(context, words, found?.id, 0) }),
  presses: {
    page: press({
      args: { d: z.string().optional(), n: z.coerce.number().int().min(0).max(10_000), s: z.string().optional() },
      async run(context, { n, ...looked }) {
        const { words = '', id } = await lookedFor(context, MORE, looked)
        return { update: { card: await list(context, words, id, n) } }
      },
    }),
  },
})

/** Decisions of the caller's communities, the latest first. */
async function list(context: Context, typed: string, communityId: string | undefined, n: number): Promise<Card> {
  const { store, caller } = context
  const words = oneLine(typed).slice(0, WORDS_MAX)
  const page = { skip: n * PAGE, take: PAGE + 1 }
  const found = await store.ballots.decided(caller.id, { communityId, words }, page)
  const shown = found.slice(0, PAGE)
  const to = async (label: Button['label'], other: number): Promise<Button> => ({
    label,
    press: await pageAddress(context, MORE, other, { words, id: communityId }),
  })
  return {
    title: words ? say`Decisions with “${words}”` : say`Decisions`,
    ...(shown.length === 0 && {
      body: words ? say`None in your communities.` : say`Nothing was decided in your communities yet.`,
    }),
    fields: shown.map((ballot) => ({
      label: say`${ballot.question}`,
      value: say`${ballot.communityName}, ${{ when: ballot.closedAt ?? ballot.closesAt }}. ${outcomeLine(ballot, ballot)}${ballot.statement ? say` ${ballot.statement}` : say``}`,
    })),
    buttons: [
      ...shown.map((one) => ({ label: say`${one.question}`, press: address('vote.outcome', { b: one.id }) })),
      ...(n > 0 ? [await to(say`Back`, n - 1)] : []),
      ...(found.length > PAGE ? [await to(say`More`, n + 1)] : []),
    ],
  }
}
