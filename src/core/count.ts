import type { Ballot, BallotKind, Cast, CountedBallot, Kind, Result, Share, Tally } from './ballot.ts'
import { type ApprovalVote, approval } from './count-approval.ts'
import { type ConsentVote, consent } from './count-consent.ts'
import { type RankedVote, ranked } from './count-ranked.ts'
import { type SingleVote, single } from './count-single.ts'
import { type TimeVote, time } from './count-time.ts'
import { atLeast, reaches } from './share.ts'

/** A vote of any kind, as it is stored and exported. */
export type Vote = SingleVote | ApprovalVote | RankedVote | ConsentVote | TimeVote

// Each is only ever given votes its own schema let through, which is why they may stand side by side as one type.
const KINDS: Record<BallotKind, Kind<Vote>> = { single, approval, ranked, consent, time } as Record<
  BallotKind,
  Kind<Vote>
>

/** A vote as this ballot allows it, from what was stored or sent; undefined when it is none. */
export function readVote({ kind, options }: Pick<Ballot, 'kind' | 'options'>, raw: unknown): Vote | undefined {
  return voteReader({ kind, options })(raw)
}

/** The same for many votes of one ballot. */
export function voteReader({ kind, options }: Pick<Ballot, 'kind' | 'options'>): (raw: unknown) => Vote | undefined {
  const schema = KINDS[kind].vote(options.length)
  return (raw) => schema.safeParse(raw).data
}

/** Counts a ballot. Votes must have been read with `readVote`; their order makes no difference. */
export function count(ballot: CountedBallot, casts: readonly Cast<Vote>[]): Result {
  const { kind, rules, electorate } = ballot
  const { isEmpty, tally } = KINDS[kind]
  const ballots = { electorate, cast: 0, delegated: 0, empty: 0, valid: 0 }
  for (const { vote, times = 1, delegated } of casts) {
    ballots.cast += times
    if (delegated) ballots.delegated += times
    if (isEmpty(vote)) ballots.empty += times
  }
  ballots.valid = ballots.cast - ballots.empty
  const quorum = quorumMet(ballot, ballots.cast - ballots.delegated)
  const head = { kind, ballots, quorum }
  if (ballots.valid === 0) return { ...head, ...NOTHING, outcome: 'no votes' }

  const { support, ...counted } = passing(tally({ casts, options: ballot.options.length, rules }), rules.passShare)
  const { winners, undecided } = counted
  const isValid = quorum === null || quorum.isMet
  const outcome = !isValid ? 'no quorum' : undecided ? 'undecided' : winners.length > 0 ? 'decided' : 'not passed'
  return { ...head, ...counted, outcome, leading: winners, winners: isValid ? winners : [] }
}

const NOTHING = {
  columns: [],
  quota: null,
  rounds: [],
  winners: [],
  leading: [],
  undecided: null,
  ties: [],
  barred: [],
}

/** Whether enough voted themselves; null where no quorum was agreed. */
export function quorumMet({ rules, electorate }: CountedBallot, had: number): Result['quorum'] {
  if (!rules.quorum) return null
  const needed = 'ballots' in rules.quorum ? rules.quorum.ballots : atLeast(rules.quorum, electorate)
  return { needed, had, isMet: had >= needed }
}

/** Takes out of the winners, and of those that are level, whoever has not the share. */
function passing(tally: Tally, share: Share | null): Tally {
  if (!share) return tally
  const { votes, of } = tally.support
  const passes = (option: number) => reaches(votes[option] ?? 0, share, of)
  const between = tally.undecided?.between.filter(passes) ?? []
  const failed = [...tally.winners, ...(tally.undecided?.between ?? [])].filter((option) => !passes(option))
  return {
    ...tally,
    winners: tally.winners.filter(passes),
    undecided: tally.undecided && between.length > 0 ? { ...tally.undecided, between } : null,
    barred: [...tally.barred, ...failed.map((option) => ({ option, because: 'pass share' as const }))],
  }
}
