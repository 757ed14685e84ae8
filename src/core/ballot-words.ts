import type { BallotKind, Share } from './ballot.ts'
import type { HeldBallot, WrittenBallot } from './held-ballot.ts'
import { takesVotes } from './held-ballot.ts'
import { type Sayable, say, type Text } from './say.ts'

/** What people call a kind. */
function kindLabel(kind: BallotKind): Text {
  switch (kind) {
    case 'single':
      return say`Choose one`
    case 'approval':
      return say`Choose all you are content with`
    case 'ranked':
      return say`Put them in your order`
    case 'consent':
      return say`Agree, abstain or object`
    case 'time':
      return say`Say which times suit you`
    default:
      return kind satisfies never
  }
}

/** An option in a sentence; of a time ballot each reader has it by their own clock. */
export function optionName({ kind, options }: Pick<WrittenBallot, 'kind' | 'options'>, place: number): Sayable {
  const label = options[place]?.label ?? ''
  return kind === 'time' ? { when: new Date(label) } : { strong: label }
}

/** The same where nothing is marked up. */
export function optionText(ballot: Pick<WrittenBallot, 'kind' | 'options'>, place: number): Text {
  return ballot.kind === 'time' ? say`${optionName(ballot, place)}` : say`${ballot.options[place]?.label ?? ''}`
}

/** A label longer than this may be cut off on a button, so that two of them could look the same (Slack shows 75 characters). */
const BUTTON_MAX = 60

/** An option on a button. */
export function optionLabel(ballot: Pick<WrittenBallot, 'kind' | 'options'>, place: number): Text {
  const isLong = ballot.options.some(({ label }) => label.length > BUTTON_MAX)
  return isLong ? say`${place + 1}. ${optionText(ballot, place)}` : optionText(ballot, place)
}

/** What secret means, in full, before anybody votes. */
const SECRET_WORDS = say`Secret once it closes; until then whoever runs this bot could look. A receipt proves your vote to anyone you show it to.`

/** Until when, and what is to be done. */
export function headWords({ kind, closesAt, extendedAt }: HeldBallot): Text {
  const extended = extendedAt ? say`, extended by a day` : say``
  return say`Closes ${{ when: closesAt }}${extended}. ${kindLabel(kind)}.`
}

/** What else holds for a ballot, one sentence a line, for everybody to read before they vote. */
export function rulesWords(ballot: HeldBallot, { sensitive }: { sensitive: boolean }): Text[] {
  const { rules, kind, secret, reasons, showsEarly, optionsUntil, extends: isExtended, extendedAt } = ballot
  return [
    ...(kind === 'consent' ? [say`It passes if nobody blocks it and more agree than disagree.`] : []),
    ...(kind === 'consent' ? [] : [rules.seats > 1 ? say`${rules.seats} are chosen.` : say`One is chosen.`]),
    ...quorumWords(ballot),
    ...(rules.passShare ? [passWords(kind, rules.passShare)] : []),
    ...(isExtended && rules.quorum && !extendedAt
      ? [say`If the quorum is missed by little, it stays open a day longer, once.`]
      : []),
    ...(kind === 'consent' ? [] : [tieWords(ballot)]),
    ...(optionsUntil ? [say`Voters may add options until ${{ when: optionsUntil }}.`] : []),
    votersWords(ballot),
    ...(secret ? [SECRET_WORDS] : [openWords(sensitive)]),
    ...(showsEarly && !sensitive
      ? [say`You see how it stands once you have voted.`]
      : [say`Results are shown when it closes.`]),
    ...(reasons === 'asked' ? [say`Each vote is asked for a reason.`] : []),
    ...(reasons === 'optional' ? [say`You may give a reason.`] : []),
    ...(ballot.needsAddress ? [] : [say`Accounts are not people: somebody may have several.`]),
  ]
}

function quorumWords({ rules: { quorum } }: HeldBallot): Text[] {
  if (!quorum) return []
  if ('ballots' in quorum)
    return [
      say`It counts only if at least ${{ count: quorum.ballots, one: 'member votes', other: 'members vote' }} themselves.`,
    ]
  return [say`It counts only if at least ${shareWords(quorum)} of those who may vote do so themselves.`]
}

function passWords(kind: BallotKind, share: Share): Text {
  const of = shareWords(share)
  switch (kind) {
    case 'consent':
      return say`At least ${of} of those who agree, disagree or block must agree.`
    case 'time':
      return say`A time is chosen only if it suits at least ${of} of those who answer.`
    case 'single':
    case 'approval':
    case 'ranked':
      return say`An option is chosen only with at least ${of} of the votes.`
    default:
      return kind satisfies never
  }
}

/** A share as people say it: a percentage where it was given as one. */
function shareWords({ parts, of }: Share): string {
  return of === 100 ? `${parts} %` : `${parts}/${of}`
}

function tieWords({ rules: { tie, seed }, state }: HeldBallot): Text {
  if (tie === 'earliest') return say`In a tie what was proposed earlier is favoured.`
  if (tie === 'none') return say`A tie stays one: nothing is decided between the two.`
  return state === 'draft'
    ? say`A tie is drawn from a word that is published when it opens.`
    : say`A tie is drawn from this word: ${seed ?? ''}.`
}

function votersWords({ voters, tenureDays, needsAddress }: HeldBallot): Text {
  const who = voters === 'organizers' ? say`Organizers` : say`Whoever is a member`
  const since = tenureDays > 0 ? say` for at least ${{ count: tenureDays, one: 'day', other: 'days' }}` : say``
  const proven = needsAddress ? say`, with a proven address,` : say``
  return say`${who}${since}${proven} when it opens may vote.`
}

function openWords(sensitive: boolean): Text {
  return sensitive ? say`Nobody is shown who voted for what.` : say`Not secret: members can see who voted for what.`
}

/** What a ballot is at present. */
export function stateWords(ballot: HeldBallot, now: Date): Text {
  const { state, closedAt, closesAt } = ballot
  if (state === 'draft') return say`Not open yet.`
  if (state === 'withdrawn') return say`Withdrawn.`
  if (state === 'closed')
    return closedAt && closedAt < closesAt
      ? say`Closed early, ${{ when: closedAt }}.`
      : say`Closed ${{ when: closedAt ?? closesAt }}.`
  return takesVotes(ballot, now) ? say`Open.` : say`Closed; it is being counted.`
}
