import { z } from 'zod'
import { optionLabel, optionName } from '../core/ballot-words.ts'
import { listed } from '../core/count-words.ts'
import { say } from '../core/say.ts'
import { type Paper, pick, placeOf, signOf } from './paper.ts'

const NONE = '-'
const voteSchema = z.object({ options: z.array(z.number()) })

/** Each press marks an option or takes the mark back; the last one votes. */
export const approvalPaper: Paper = {
  ask(ballot, mark, { mark: onward, cast }) {
    const marked = [...mark].filter((sign) => sign !== NONE)
    const { choice, buttons } = pick(
      say`Mark, or take a mark back`,
      ballot.options.map((_, place) => {
        const sign = signOf(place)
        const isMarked = marked.includes(sign)
        const next = isMarked ? marked.filter((one) => one !== sign) : [...marked, sign]
        return {
          label: isMarked ? say`Not ${optionLabel(ballot, place)}` : say`${optionLabel(ballot, place)}`,
          press: onward(next.sort().join('') || NONE),
        }
      }),
    )
    const names = listed(marked.map((sign) => say`${optionName(ballot, placeOf(sign))}`))
    const done =
      marked.length === 0
        ? { label: say`Vote for none of these`, press: cast(NONE) }
        : { label: say`Vote with what I marked`, press: cast(marked.join('')) }
    return {
      body: marked.length === 0 ? say`Mark all you are content with.` : say`Marked: ${names}.`,
      ...(choice && { choice }),
      buttons: [...buttons, done],
    }
  },
  read: (mark) => ({ options: [...mark].filter((sign) => sign !== NONE).map(placeOf) }),
  words(vote, ballot) {
    const { options } = voteSchema.parse(vote)
    if (options.length === 0) return say`none of these`
    return listed(options.map((option) => say`${optionName(ballot, option)}`))
  },
}
