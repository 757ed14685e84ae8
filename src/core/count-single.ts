import { z } from 'zod'
import type { Kind } from './ballot.ts'
import { mostVotes, noughts } from './most-votes.ts'

/** A vote of a single-choice ballot: the place of one option, or null for none of them. */
export interface SingleVote {
  option: number | null
}

/** Single choice: the options with the most votes are chosen. A pass share is one of the ballots that chose something. */
export const single: Kind<SingleVote> = {
  vote: (options) =>
    z.strictObject({
      option: z
        .int()
        .min(0)
        .max(options - 1)
        .nullable(),
    }),
  isEmpty: ({ option }) => option === null,
  tally({ casts, options, rules }) {
    const votes = noughts(options)
    let of = 0
    for (const { vote, times = 1 } of casts) {
      if (vote.option === null) continue
      votes[vote.option] = (votes[vote.option] ?? 0) + times
      of += times
    }
    const named = (option: number) => (votes[option] ?? 0) > 0
    return { ...mostVotes([{ name: 'votes', votes }], named, options, rules), support: { votes, of } }
  },
}
