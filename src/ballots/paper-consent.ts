import { z } from 'zod'
import { say } from '../core/say.ts'
import type { Paper } from './paper.ts'

const ANSWERS = [
  { answer: 'agree', label: say`Agree` },
  { answer: 'abstain', label: say`Abstain` },
  { answer: 'disagree', label: say`Disagree` },
  { answer: 'block', label: say`Block` },
] as const
const voteSchema = z.object({ answer: z.enum(['agree', 'abstain', 'disagree', 'block']) })

/** One press is the vote. */
export const consentPaper: Paper = {
  ask: (_, __, { cast }) => ({
    body: say`Agree if you can live with it. Block only what would harm the community: one block stops it.`,
    buttons: ANSWERS.map(({ answer, label }) => ({ label, press: cast(answer) })),
  }),
  read: (mark) => ({ answer: mark }),
  words(vote) {
    const { answer } = voteSchema.parse(vote)
    return ANSWERS.find((one) => one.answer === answer)?.label ?? say``
  },
}
