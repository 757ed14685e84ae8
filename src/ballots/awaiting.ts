import type { Context } from '../command.ts'
import { say } from '../core/say.ts'
import { address, type Button, type Card } from '../reply.ts'
import type { Awaiting } from '../store/ballots.ts'
import { pick } from './paper.ts'

/** A list folds at most so many. */
const LISTED_MAX = 25

/** What awaits the caller's vote, what can still be changed, and what they look after. */
export async function awaitingCard({ store, caller }: Context, open: Awaiting[]): Promise<Card> {
  const waiting = open.filter((one) => !one.hasVoted)
  const voted = open.filter((one) => one.hasVoted)
  const mine = await store.ballots.lookedAfter(caller.id)
  const drafts = mine.filter((one) => one.state === 'draft')
  const buttonOf = ({ id, question }: { id: string; question: string }): Button => ({
    label: say`${question}`,
    press: address('vote.open', { b: id }),
  })
  const rest: Button[] = [
    ...voted.map((one) => ({ label: say`Voted: ${one.question}`, press: address('vote.open', { b: one.id }) })),
    ...drafts.map((one) => ({
      label: say`Not open yet: ${one.question}`,
      press: address('ballot.manage', { b: one.id }),
    })),
  ]
  const all = [...waiting.map(buttonOf), ...rest].slice(0, LISTED_MAX)
  return {
    title: waiting.length > 0 ? say`These await your vote` : say`Nothing awaits your vote`,
    ...(waiting.length === 0 && { body: say`What was decided: ${{ typed: '/decisions' }}` }),
    fields: waiting.slice(0, LISTED_MAX).map((one) => ({
      label: say`${one.question}`,
      value: say`${one.communityName}, closes ${{ when: one.closesAt }}`,
    })),
    ...pick(say`Ballots`, all),
  }
}
