import type { Context } from '../command.ts'
import type { BallotKind, Rules } from '../core/ballot.ts'
import {
  addingUntil,
  checkOptions,
  closingOf,
  isAmong,
  labelOf,
  optionWords,
  proposalOf,
  questionOf,
  quorumOf,
  shareOf,
} from '../core/ballot-wish.ts'
import {
  type BallotOption,
  type Electorate,
  type HeldBallot,
  OPTIONS_MAX,
  type Reasons,
  type WrittenBallot,
} from '../core/held-ballot.ts'
import { Refusal } from '../core/refusal.ts'
import { say } from '../core/say.ts'
import { folded } from '../core/words.ts'

/** What an organizer typed; what was left out stays as it was, or is as usual. */
export interface BallotWords {
  question?: string | undefined
  options?: string | undefined
  kind?: BallotKind | undefined
  closes?: string | undefined
  seats?: number | undefined
  quorum?: string | undefined
  pass?: string | undefined
  tie?: Rules['tie'] | undefined
  extend?: boolean | undefined
  voters?: Electorate | undefined
  tenure?: number | undefined
  address?: boolean | undefined
  secret?: boolean | undefined
  reasons?: Reasons | undefined
  results?: 'close' | 'vote' | undefined
  'add-until'?: string | undefined
}

const USUAL_CLOSE = '7 days'
/** Stands for the word that is drawn when the ballot opens. */
const NOT_DRAWN = 'not drawn yet'
/** Instead of options: what members support enough. */
const TOPICS = 'topics'

/** What will be kept of a ballot, from what was typed and what stood there before. */
export async function writtenOf(
  context: Context,
  communityId: string,
  typed: BallotWords,
  before?: HeldBallot,
): Promise<WrittenBallot> {
  const { now, caller, organization } = context
  const zone = caller.zone ?? organization.zone
  const kind = typed.kind ?? before?.kind ?? 'single'
  const question = typed.question === undefined ? (before?.question ?? '') : questionOf(typed.question)
  const closesAt =
    typed.closes === undefined && before ? before.closesAt : closingOf(typed.closes ?? USUAL_CLOSE, now, zone)
  const until = typed['add-until']
  const secret = typed.secret ?? before?.secret ?? false
  const tie = typed.tie ?? before?.rules.tie ?? 'earliest'
  const written: WrittenBallot = {
    kind,
    question,
    options: kind === 'consent' ? proposalOf(question) : await optionsOf(context, communityId, kind, typed, before),
    rules: {
      seats: kind === 'consent' ? 1 : (typed.seats ?? before?.rules.seats ?? 1),
      quorum: typed.quorum === undefined ? (before?.rules.quorum ?? null) : quorumOf(typed.quorum),
      passShare: typed.pass === undefined ? (before?.rules.passShare ?? null) : shareOf(typed.pass, 'pass'),
      tie,
      seed: tie === 'drawn' ? NOT_DRAWN : null,
    },
    secret,
    // Of a secret vote nothing is kept but the choice.
    reasons: secret ? 'none' : (typed.reasons ?? before?.reasons ?? (kind === 'consent' ? 'optional' : 'none')),
    voters: typed.voters ?? before?.voters ?? 'members',
    tenureDays: typed.tenure ?? before?.tenureDays ?? 0,
    needsAddress: typed.address ?? before?.needsAddress ?? false,
    showsEarly: !secret && (typed.results === undefined ? (before?.showsEarly ?? false) : typed.results === 'vote'),
    optionsUntil: until === undefined ? (before?.optionsUntil ?? null) : addingUntil(until, closesAt, now, zone),
    extends: typed.extend ?? before?.extends ?? false,
    closesAt,
  }
  check(written, typed)
  return written
}

function check(written: WrittenBallot, typed: BallotWords): void {
  const { kind, rules, optionsUntil, secret, extends: isExtended, closesAt } = written
  checkOptions(written)
  if (kind === 'ranked' && rules.seats > 1 && rules.passShare)
    throw new Refusal(
      say`Several places by ranking have a quota of their own, so no share can be asked besides.`,
      'pass',
    )
  if (kind === 'consent' && optionsUntil)
    throw new Refusal(say`Consent is about one proposal, so no options can be added.`, 'add-until')
  if (optionsUntil && optionsUntil >= closesAt)
    throw new Refusal(say`Options can be added until a time before the close.`, 'add-until')
  if (secret && typed.reasons !== undefined && typed.reasons !== 'none')
    throw new Refusal(say`A secret vote keeps nothing but the choice, so it takes no reason.`, 'reasons')
  if (secret && typed.results === 'vote')
    throw new Refusal(say`Results of a secret ballot are shown only when it closes.`, 'results')
  if (isExtended && !rules.quorum) throw new Refusal(say`Only a ballot with a quorum can be extended for it.`, 'extend')
}

async function optionsOf(
  { store, now, caller, organization }: Context,
  communityId: string,
  kind: BallotKind,
  typed: BallotWords,
  before: HeldBallot | undefined,
): Promise<BallotOption[]> {
  const zone = caller.zone ?? organization.zone
  if (typed.options === undefined) {
    // Words are no times, nor the other way round.
    const isSame = before && (before.kind === 'time') === (kind === 'time') && before.kind !== 'consent'
    if (isSame) return before.options
    // What enough members support goes on a ballot by itself.
    const ready = kind === 'time' ? [] : await readyOptions(store, communityId)
    if (ready.length > 0) return ready
    throw new Refusal(say`What can be chosen? Give options, on lines of their own or between semicolons.`, 'options')
  }
  const options: BallotOption[] = []
  for (const words of optionWords(typed.options)) {
    if (folded(words) === TOPICS && kind !== 'time') {
      const ready = await readyOptions(store, communityId)
      if (ready.length === 0)
        throw new Refusal(
          say`No topic has enough support for a ballot yet. See what is proposed: ${{ typed: '/topics' }}.`,
          'options',
        )
      options.push(...ready)
    } else {
      const label = labelOf(words, kind, now, zone)
      // What stood there before and is typed again stays the topic it was.
      const same = before?.options.find((one) => one.label === label)
      options.push({ label, topicId: same?.topicId ?? null })
    }
  }
  return options
}

/** What enough members support, most of them first: as many as fit on a ballot, and of two with one title the first. */
async function readyOptions(store: Context['store'], communityId: string): Promise<BallotOption[]> {
  const ready = (await store.topics.ready(communityId)).map(({ id, title }) => ({ label: title, topicId: id }))
  const each = ready.filter(({ label }, i) => !isAmong({ kind: 'single', options: ready.slice(0, i) }, label))
  return each.slice(0, OPTIONS_MAX)
}
