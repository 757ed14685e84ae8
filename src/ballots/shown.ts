import type { Context } from '../command.ts'
import { Refusal } from '../core/refusal.ts'
import { say } from '../core/say.ts'
import { address, type Card } from '../reply.ts'
import type { InsideBallot } from './access.ts'
import { PAPERS } from './papers.ts'

const PAGE = 10

/** Who voted for what, with their reasons: where that was said beforehand, and once results may be seen. */
export async function shownVotes({ store }: Context, { ballot, own, found }: InsideBallot, n: number): Promise<Card> {
  const { id, state, secret, showsEarly, kind, question } = ballot
  const isShown = state === 'closed' || (state === 'open' && showsEarly && own.hasVoted)
  if (secret || found.sensitive) throw new Refusal(say`Nobody is shown who voted for what on “${question}”.`)
  if (!isShown) throw new Refusal(say`Results of “${question}” are not shown yet.`)
  const all = await store.votes.shown(ballot, { skip: n * PAGE, take: PAGE + 1 })
  const page = (label: ReturnType<typeof say>, to: number) => ({ label, press: address('vote.who', { b: id, n: to }) })
  return {
    title: say`Who voted for what: ${question}`,
    ...(all.length === 0 && { body: say`Nobody voted.` }),
    fields: all.slice(0, PAGE).map(({ personId, vote, reason, isDelegated }) => ({
      label: personId === null ? say`A former member` : say`${{ person: personId }}`,
      value: say`${PAPERS[kind].words(vote, ballot)}${isDelegated ? say` (by their delegate)` : say``}${reason ? say`. ${reason}` : say``}`,
    })),
    buttons: [...(n > 0 ? [page(say`Back`, n - 1)] : []), ...(all.length > PAGE ? [page(say`More`, n + 1)] : [])],
  }
}
