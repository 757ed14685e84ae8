import type { BallotKind, Result, Rules } from './ballot.ts'

/** What becomes of a ballot: written, voted on, counted; or taken back before. */
export type BallotState = 'draft' | 'open' | 'closed' | 'withdrawn'

/** Whether a vote takes a reason. */
export const REASONS = ['none', 'optional', 'asked'] as const
export type Reasons = (typeof REASONS)[number]

/** Who may vote. */
export const ELECTORATES = ['members', 'organizers'] as const
export type Electorate = (typeof ELECTORATES)[number]

/** One option; votes name it by its place, from 0. Of a time ballot the label is an ISO time. */
export interface BallotOption {
  label: string
  topicId: string | null
}

/** Who may vote, and how: all that its author decides besides what the count depends on. */
export interface Voting {
  secret: boolean
  reasons: Reasons
  voters: Electorate
  /** In the community for so many days when it opens. */
  tenureDays: number
  needsAddress: boolean
  /** Results are shown after one's own vote; else at the close. */
  showsEarly: boolean
  /** Until then voters may add options. */
  optionsUntil: Date | null
  /** Once, by a day, where the quorum is missed by little. */
  extends: boolean
  closesAt: Date
}

/** What an author writes. */
export interface WrittenBallot extends Voting {
  kind: BallotKind
  question: string
  /** What it is about, word for word, where what is decided takes effect by itself. */
  about?: string | null
  options: BallotOption[]
  rules: Rules
}

/** A ballot as a community holds it. */
export interface HeldBallot extends WrittenBallot {
  id: string
  communityId: string
  authorId: string | null
  state: BallotState
  createdAt: Date
  openedAt: Date | null
  closedAt: Date | null
  extendedAt: Date | null
  /** Counts the changes while it was open. */
  edition: number
  electorate: number
  /** How many have voted themselves. */
  cast: number
  linked: number
  result: Result | null
  seal: string | null
  statement: string | null
  reviewAt: Date | null
}

/** What one person is to a ballot. */
export interface Ballotee {
  /** They were among those who may vote when it opened. */
  mayVote: boolean
  hasVoted: boolean
  /** Theirs, as it is kept; of a secret ballot nobody knows which it is. */
  vote: unknown
  key: string | null
  reason: string | null
  /** Who votes for them where they do not vote themselves. */
  delegateId: string | null
}

const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** More cannot be told apart at a glance, nor do they fit into a button's address. */
export const OPTIONS_MAX = 20
export const OPENS_FOR_MS = { min: HOUR_MS, max: 366 * DAY_MS }

/** When those who have not voted are reminded: a day before the close, of a short ballot when a quarter of it is left. */
export function remindAt(opensAt: Date, closesAt: Date): Date {
  const left = Math.min(DAY_MS, (closesAt.getTime() - opensAt.getTime()) / 4)
  return new Date(closesAt.getTime() - left)
}

/** Votes are taken before it closes, and not at that moment any more. */
export function takesVotes({ state, closesAt }: Pick<HeldBallot, 'state' | 'closesAt'>, now: Date): boolean {
  return state === 'open' && now < closesAt
}

/** Voters may add an option now. */
export function takesOptions(ballot: HeldBallot, now: Date): boolean {
  const { optionsUntil, options } = ballot
  return takesVotes(ballot, now) && optionsUntil !== null && now < optionsUntil && options.length < OPTIONS_MAX
}

/** A quorum is missed by little where three quarters of it were there. */
export function isMissedByLittle(quorum: Result['quorum']): boolean {
  return quorum !== null && !quorum.isMet && quorum.had * 4 >= quorum.needed * 3
}

/** Fewer secret votes than this are not told in numbers: whoever knows some of them would know the others. */
const SECRET_MIN = 5

/** Among fewer who may vote than this nothing is secret: whoever knows their own vote knows the other. */
export const SECRET_ELECTORATE_MIN = 3

/** Whether numbers may be told of it: never of a sensitive community (product.md, law 7), nor of few secret votes. */
export function tellsNumbers({ secret, result }: HeldBallot, { sensitive }: { sensitive: boolean }): boolean {
  return !sensitive && !(secret && (result?.ballots.cast ?? 0) < SECRET_MIN)
}
