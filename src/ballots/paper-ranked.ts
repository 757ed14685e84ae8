import { z } from 'zod'
import { optionLabel, optionName } from '../core/ballot-words.ts'
import { listed } from '../core/count-words.ts'
import type { HeldBallot } from '../core/held-ballot.ts'
import { say } from '../core/say.ts'
import { type Paper, pick, placeOf, signOf } from './paper.ts'

const NONE = '-'
const voteSchema = z.object({ order: z.array(z.number()) })

/** Each press picks the next favourite; whatever is left out is equally last. */
export const rankedPaper: Paper = {
  ask(ballot, mark, { mark: onward, cast }) {
    const picked = [...mark].filter((sign) => sign !== NONE)
    const left = ballot.options.map((_, place) => place).filter((place) => !picked.includes(signOf(place)))
    const { choice, buttons } = pick(
      picked.length === 0 ? say`Your favourite` : say`Your next favourite`,
      left.map((place) => ({ label: optionLabel(ballot, place), press: onward([...picked, signOf(place)].join('')) })),
    )
    const sofar = say`Your order: ${inOrder(picked.map(placeOf), ballot)}.`
    const next =
      picked.length === 0
        ? say`Which is your favourite?`
        : left.length === 0
          ? sofar
          : say`${sofar} Which comes next? You can also vote now; what you leave out is equally last.`
    return {
      body: next,
      ...(choice && { choice }),
      buttons: [
        ...buttons,
        ...(picked.length > 0
          ? [
              { label: say`Vote in this order`, press: cast(picked.join('')) },
              { label: say`Undo the last one`, press: onward(picked.slice(0, -1).join('') || NONE) },
            ]
          : [{ label: say`Vote for none of these`, press: cast(NONE) }]),
      ],
    }
  },
  read: (mark) => ({ order: [...mark].filter((sign) => sign !== NONE).map(placeOf) }),
  words(vote, ballot) {
    const { order } = voteSchema.parse(vote)
    return order.length === 0 ? say`none of these` : inOrder(order, ballot)
  },
}

const inOrder = (places: number[], ballot: HeldBallot) =>
  listed(places.map((place, i) => say`${i + 1}. ${optionName(ballot, place)}`))
