import { z } from 'zod'

/** The kinds of ballot. A new one is a file beside `count-single.ts`, its word here and its line in `count.ts`. */
export const BALLOT_KINDS = ['single', 'approval', 'ranked', 'consent', 'time'] as const
export type BallotKind = (typeof BALLOT_KINDS)[number]

const OPTIONS_MAX = 100
const VOTES_MAX = 1_000_000_000

/** A share as a fraction, `{ parts: 2, of: 3 }`, because 66.67 % of three people is more than two. */
export const shareSchema = z
  .strictObject({ parts: z.int().min(1).max(10_000), of: z.int().min(1).max(10_000) })
  .refine(({ parts, of }) => parts <= of, 'a share is at most the whole')
export type Share = z.infer<typeof shareSchema>

/** What is agreed before anybody votes: seats, quorum, pass share, and how a tie is broken. */
export const rulesSchema = z
  .strictObject({
    /** How many options are chosen. */
    seats: z.int().min(1).max(OPTIONS_MAX),
    /** Ballots that must have been cast, empty ones too, delegated ones not: a number, or a share of the electorate. */
    quorum: z.union([z.strictObject({ ballots: z.int().min(1).max(VOTES_MAX) }), shareSchema]).nullable(),
    /** The share of the valid ballots an option needs at least (each kind says of which), or none. */
    passShare: shareSchema.nullable(),
    /** Who is favoured: the option proposed earliest, the first of a draw (`drawOrder`), or nobody. */
    tie: z.enum(['earliest', 'drawn', 'none']),
    /** Published when the ballot opens; only for `drawn`. */
    seed: z.string().min(8).max(200).nullable(),
  })
  .refine(({ tie, seed }) => (tie === 'drawn') === (seed !== null), 'a seed belongs to drawn ties, and only to them')
export type Rules = z.infer<typeof rulesSchema>

/** The parts of a ballot that its count depends on. */
const countedFields = {
  kind: z.enum(BALLOT_KINDS),
  /** In the order they were proposed; votes and results name them by their place, from 0. Consent has one: what is proposed. */
  options: z.array(z.string().min(1).max(300)).min(1).max(OPTIONS_MAX),
  rules: rulesSchema,
  /** How many people may vote. */
  electorate: z.int().min(0).max(VOTES_MAX),
}

/** A ballot as it is exported, without its votes. Times are ISO strings in UTC. */
export const ballotSchema = z
  .strictObject({
    ...countedFields,
    question: z.string().min(1).max(1000),
    opened: z.iso.datetime(),
    closed: z.iso.datetime(),
  })
  .superRefine(checkKind)
export type Ballot = z.infer<typeof ballotSchema>

/** What `count` has to know of a ballot. */
export type CountedBallot = Pick<Ballot, 'kind' | 'options' | 'rules' | 'electorate'>

/** Rules that one kind cannot keep; adds a sentence for each. */
function checkKind({ kind, options, rules }: CountedBallot, context: { addIssue(issue: string): void }): void {
  if (kind === 'consent' && (options.length !== 1 || rules.seats !== 1)) {
    context.addIssue('consent is asked about one proposal')
  }
  // Beside the quota there is no share that could be asked of each.
  if (kind === 'ranked' && rules.seats > 1 && rules.passShare) {
    context.addIssue('a ranked ballot for several seats has a quota and no pass share')
  }
}

/** One ballot cast, or the same one several times. Delegated ones do not count towards the quorum. */
export interface Cast<V> {
  vote: V
  times?: number
  delegated?: boolean
}

/** What a counting method is given; votes are parsed, options are places from 0. */
export interface Task<V> {
  casts: readonly Cast<V>[]
  options: number
  rules: Rules
}

/** A kind of ballot: what a vote is, and how votes are counted. */
export interface Kind<V> {
  /** The votes that are possible among so many options. */
  vote(options: number): z.ZodType<V>
  /** Whether somebody took part without choosing anything. */
  isEmpty(vote: V): boolean
  /** Counts the votes that are not empty; there is at least one. */
  tally(task: Task<V>): Tally
}

/** What counting gives. Votes are numbers of ballots, or hundred-thousandths exactly where a ranked count has fractions. */
export interface Tally {
  /** One column for each thing counted, `votes` by option; the first decides, the next ones break its ties. */
  columns: { name: ColumnName; votes: number[] }[]
  /** Votes one option needs to be chosen before all others are out: only where a method has one. */
  quota: number | null
  rounds: Round[]
  winners: number[]
  undecided: Undecided | null
  ties: Tie[]
  /** What a pass share is a share of: votes for each option, and of how many. */
  support: { votes: number[]; of: number }
  /** What a kind itself refuses to let pass. */
  barred: Barred[]
}

/** What a column counts. */
export type ColumnName =
  | 'votes'
  | 'approvals'
  | 'first choices'
  | 'yes'
  | 'if need be'
  | 'no'
  | 'agree'
  | 'abstain'
  | 'disagree'
  | 'block'

/** Options among which no rule decides, and the seats that stay open between them. */
export interface Undecided {
  between: number[]
  seats: number
}

/** A tie and how it was broken: by the votes of an earlier round, the tie rule, or not at all; or because either way it is the same. */
export interface Tie {
  about: 'seat' | 'excluded' | 'surplus'
  between: number[]
  by: 'earlier round' | 'earliest' | 'drawn' | 'none' | 'same either way'
  /** Who got the seat, was excluded, or whose surplus went first; null where nothing decides. */
  option: number | null
  /** The earlier round, from 1. */
  round?: number
}

/** One step of the count, told in full: what stood at its end, and what happened in it. */
export interface Round {
  /** By option; null for those that are out. */
  votes: (number | null)[]
  /** Votes that name nobody who is left. */
  exhausted: number
  /** What was lost by rounding down, so that all adds up. */
  lost: number
  events: RoundEvent[]
}

/** What happened in a round. `to` has only those that received something. */
export type RoundEvent =
  | { did: 'excluded'; option: number; votes: number; to: { option: number; votes: number }[]; exhausted: number }
  | { did: 'surplus'; option: number; votes: number; to: { option: number; votes: number }[]; exhausted: number }
  | { did: 'elected'; option: number; votes: number; by: 'quota' | 'last left' | 'most votes' }

/** Why an option with enough votes is not chosen all the same. */
export interface Barred {
  option: number
  because: 'pass share' | 'blocked' | 'not more agree than disagree'
}

/** The outcome of a ballot with everything that led to it; plain data, the same for the same ballots in any order. */
export interface Result extends Omit<Tally, 'support'> {
  kind: BallotKind
  ballots: { electorate: number; cast: number; delegated: number; empty: number; valid: number }
  quorum: { needed: number; had: number; isMet: boolean } | null
  /** `undecided`: winners are those that won anyway. Winners are empty with `no votes`, `no quorum` and `not passed`. */
  outcome: 'decided' | 'undecided' | 'not passed' | 'no quorum' | 'no votes'
  /** Options that got enough votes, whatever the quorum says; `undecided` and `barred` do not look at it either. */
  leading: number[]
}
