import { z } from 'zod'
import { outcomeLine } from '../src/ballots/outcome.ts'
import { type Context, command, press } from '../src/command.ts'
import { say } from '../src/core/say.ts'
import { community, text } from '../src/option.ts'
import { address, type Button, type Card } from '../src/reply.ts'

const PAGE = 5
/** What was looked for goes along in buttons, so it is short there. */
const WORDS_MAX = 40

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
      args: {
        s: z.string().max(WORDS_MAX).default(''),
        i: z.ulid().optional(),
        n: z.coerce.number().int().min(0).max(10_000),
      },
      run: async (context, { s, i, n }) => ({ update: { card: await list(context, s, i, n) } }),
    }),
  },
})

/** Decisions of the caller's communities, the latest first. */
async function list(
  { store, caller }: Context,
  words: string,
  communityId: string | undefined,
  n: number,
): Promise<Card> {
  const page = { skip: n * PAGE, take: PAGE + 1 }
  const found = await store.ballots.decided(caller.id, { communityId, words }, page)
  const shown = found.slice(0, PAGE)
  const to = (label: Button['label'], other: number): Button => ({
    label,
    press: address('decisions.page', { n: other, ...(words && { s: words }), ...(communityId && { i: communityId }) }),
  })
  return {
    title: words ? say`Decisions with “${words}”` : say`Decisions`,
    ...(shown.length === 0 && {
      body: words ? say`None in your communities.` : say`Nothing was decided in your communities yet.`,
    }),
    fields: shown.map((ballot) => ({
      label: say`${ballot.question}`,
      value: say`${ballot.communityName}, ${{ when: ballot.closedAt ?? ballot.closesAt }}. ${outcomeLine(ballot)}${ballot.statement ? say` ${ballot.statement}` : say``}`,
    })),
    ...(shown.length > 0 && {
      choice: {
        label: say`Look at one`,
        options: shown.map((one) => ({ label: say`${one.question}`, press: address('vote.outcome', { b: one.id }) })),
      },
    }),
    buttons: [...(n > 0 ? [to(say`Back`, n - 1)] : []), ...(found.length > PAGE ? [to(say`More`, n + 1)] : [])],
  }
}
