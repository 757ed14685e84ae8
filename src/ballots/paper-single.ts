import { z } from 'zod'
import { optionLabel, optionName } from '../core/ballot-words.ts'
import { say } from '../core/say.ts'
import { type Paper, pick, placeOf, signOf } from './paper.ts'

const NONE = '-'
const voteSchema = z.object({ option: z.number().nullable() })

/** One press is the vote. */
export const singlePaper: Paper = {
  ask(ballot, _, { cast }) {
    const { choice, buttons } = pick(
      say`Your choice`,
      ballot.options.map((_, place) => ({ label: optionLabel(ballot, place), press: cast(signOf(place)) })),
    )
    return {
      ...(choice && { choice }),
      buttons: [...buttons, { label: say`None of these`, press: cast(NONE) }],
    }
  },
  read: (mark) => (mark === NONE ? { option: null } : mark.length === 1 ? { option: placeOf(mark) } : undefined),
  words(vote, ballot) {
    const { option } = voteSchema.parse(vote)
    return option === null ? say`none of these` : say`${optionName(ballot, option)}`
  },
}
