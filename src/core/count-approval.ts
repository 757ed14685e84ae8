import { z } from 'zod'
import type { Kind } from './ballot.ts'
import { mostVotes, noughts } from './most-votes.ts'

/** A vote of an approval ballot: the places of all options somebody is content with, in any order. */
export interface ApprovalVote {
  options: number[]
}

/**
 * Approval: the options most ballots approve of are chosen (Brams and Fishburn, Approval Voting, 1978). A pass share is
 * one of the ballots that approve of anything.
 */
export const approval: Kind<ApprovalVote> = {
  vote: (options) => z.strictObject({ options: placesSchema(options) }),
  isEmpty: (vote) => vote.options.length === 0,
  tally({ casts, options, rules }) {
    const votes = noughts(options)
    let of = 0
    for (const { vote, times = 1 } of casts) {
      if (vote.options.length === 0) continue
      for (const option of vote.options) votes[option] = (votes[option] ?? 0) + times
      of += times
    }
    const named = (option: number) => (votes[option] ?? 0) > 0
    return { ...mostVotes([{ name: 'approvals', votes }], named, options, rules), support: { votes, of } }
  },
}

/** Places of options, none of them twice. */
export function placesSchema(options: number): z.ZodType<number[]> {
  return z
    .array(
      z
        .int()
        .min(0)
        .max(options - 1),
    )
    .max(options)
    .refine((places) => new Set(places).size === places.length, 'no option twice')
}
