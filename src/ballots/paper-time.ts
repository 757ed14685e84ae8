import { z } from 'zod'
import { optionName } from '../core/ballot-words.ts'
import { listed } from '../core/count-words.ts'
import { say } from '../core/say.ts'
import type { Paper } from './paper.ts'

const ANSWERS = [
  { sign: 'y', answer: 'yes', label: say`Yes` },
  { sign: 'i', answer: 'if need be', label: say`If need be` },
  { sign: 'n', answer: 'no', label: say`No` },
] as const
const voteSchema = z.object({ answers: z.array(z.enum(['yes', 'if need be', 'no'])) })
const NONE = '-'

const answerOf = (sign: string) => ANSWERS.find((one) => one.sign === sign)

/** One time after the other. */
export const timePaper: Paper = {
  ask(ballot, mark, { mark: onward, cast }) {
    const given = [...mark].filter((sign) => sign !== NONE)
    const told = listed(given.map((sign, place) => say`${optionName(ballot, place)} ${answerOf(sign)?.label ?? ''}`))
    const back = { label: say`Undo the last one`, press: onward(given.slice(0, -1).join('') || NONE) }
    if (given.length >= ballot.options.length)
      return {
        body: say`Your answers: ${told}.`,
        buttons: [{ label: say`Vote with these answers`, press: cast(given.join('')) }, back],
      }
    const asked = say`Does ${optionName(ballot, given.length)} suit you? (${given.length + 1} of ${ballot.options.length})`
    return {
      body: given.length > 0 ? say`${told}. ${asked}` : asked,
      buttons: [
        ...ANSWERS.map(({ sign, label }) => ({ label, press: onward([...given, sign].join('')) })),
        ...(given.length > 0 ? [back] : []),
      ],
    }
  },
  read: (mark) => ({ answers: [...mark].filter((sign) => sign !== NONE).map((sign) => answerOf(sign)?.answer) }),
  words(vote, ballot) {
    const { answers } = voteSchema.parse(vote)
    return listed(
      answers.map((answer, place) => {
        const label = ANSWERS.find((one) => one.answer === answer)?.label ?? ''
        return say`${optionName(ballot, place)}: ${label}`
      }),
    )
  },
}
