import { z } from 'zod'
import type { Kind } from './ballot.ts'

const ANSWERS = ['agree', 'abstain', 'disagree', 'block'] as const

/** A vote of a consent ballot. */
export interface ConsentVote {
  answer: (typeof ANSWERS)[number]
}

/**
 * Consent: the proposal passes when nobody blocks it, more agree than disagree, and those who agree are the pass share of
 * all who agree, disagree or block; who abstains takes part, but weighs on neither side. The rule is ours.
 */
export const consent: Kind<ConsentVote> = {
  vote: () => z.strictObject({ answer: z.enum(ANSWERS) }),
  isEmpty: () => false,
  tally({ casts }) {
    const counted = { agree: 0, abstain: 0, disagree: 0, block: 0 }
    for (const { vote, times = 1 } of casts) counted[vote.answer] += times
    const { agree, disagree, block } = counted
    const because = block > 0 ? 'blocked' : agree > disagree ? undefined : 'not more agree than disagree'
    return {
      columns: ANSWERS.map((name) => ({ name, votes: [counted[name]] })),
      quota: null,
      rounds: [{ votes: [agree], exhausted: 0, lost: 0, events: [] }],
      winners: because ? [] : [0],
      undecided: null,
      ties: [],
      support: { votes: [agree], of: agree + disagree + block },
      barred: because ? [{ option: 0, because }] : [],
    }
  },
}
