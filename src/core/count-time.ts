import { z } from 'zod'
import type { Kind } from './ballot.ts'
import { mostVotes, noughts } from './most-votes.ts'
import { reaches } from './share.ts'

const ANSWERS = ['yes', 'if need be', 'no'] as const

/** A vote of a time ballot: one answer for each option by its place; what is missing, as for options added later, is no. */
export interface TimeVote {
  answers: (typeof ANSWERS)[number][]
}

/**
 * Time: chosen is what most people answer with yes; among equals, what most answer with yes or if need be. A pass share is
 * one of all who answered, and yes and if need be fulfil it; only what has it can be chosen. The rule is ours.
 */
export const time: Kind<TimeVote> = {
  vote: (options) => z.strictObject({ answers: z.array(z.enum(ANSWERS)).max(options) }),
  isEmpty: ({ answers }) => answers.length === 0,
  tally({ casts, options, rules }) {
    const [yes, needed, no] = [noughts(options), noughts(options), noughts(options)]
    let of = 0
    for (const { vote, times = 1 } of casts) {
      if (vote.answers.length === 0) continue
      of += times
      for (let option = 0; option < options; option++) {
        const answer = vote.answers[option]
        const column = answer === 'yes' ? yes : answer === 'if need be' ? needed : no
        column[option] = (column[option] ?? 0) + times
      }
    }
    const able = yes.map((votes, option) => votes + (needed[option] ?? 0))
    const columns = [
      { name: 'yes' as const, votes: yes },
      { name: 'if need be' as const, votes: needed },
      { name: 'no' as const, votes: no },
    ]
    // With yes being equal, if need be alone makes the same order as the two together.
    const choose = (may: (option: number) => boolean) =>
      mostVotes(columns.slice(0, 2), (option) => (able[option] ?? 0) > 0 && may(option), options, rules)
    const passes = (option: number) => reaches(able[option] ?? 0, rules.passShare, of)
    const { winners, undecided } = choose(() => true)
    const failed = [...winners, ...(undecided?.between ?? [])].filter((option) => !passes(option))
    const barred = failed.map((option) => ({ option, because: 'pass share' as const }))
    return { ...choose(passes), columns, support: { votes: able, of }, barred }
  },
}
