import type { DrawCard } from '../command.ts'
import { headWords, optionName, rulesWords, stateWords } from '../core/ballot-words.ts'
import { type Ballotee, type HeldBallot, takesOptions, takesVotes, tellsNumbers } from '../core/held-ballot.ts'
import { lines, say, type Text } from '../core/say.ts'
import type { Found } from '../option.ts'
import { address, type Button, type Card } from '../reply.ts'
import type { Ways } from './paper.ts'
import { PAPERS } from './papers.ts'

/** More would make a wall of the message everybody sees; then a paper is opened to vote. */
const AT_ONCE_MAX = 5

/** The ballot as everybody in a room sees it. */
export const drawBallot: DrawCard = async (store, id, now) => {
  const ballot = await store.ballots.get(id)
  const community = ballot && (await store.communities.get(ballot.communityId))
  if (!ballot || !community) return undefined
  const isOpen = takesVotes(ballot, now)
  // Of a secret one it would tell at which moment somebody voted.
  const tellsTurnout = ballot.secret && ballot.state !== 'closed' ? false : tellsNumbers(ballot, community)
  const turnout = tellsTurnout ? await store.ballots.turnout(id) : undefined
  return {
    card: {
      title: say`${ballot.question}`,
      body: isOpen ? headWords(ballot) : stateWords(ballot, now),
      fields: [
        ...aboutField(ballot),
        ...optionsField(ballot),
        ...(turnout !== undefined && ballot.state !== 'withdrawn'
          ? [{ label: say`Have voted`, value: say`${turnout} of ${ballot.electorate}` }]
          : []),
        ...(isOpen ? [rulesField(ballot, community)] : []),
      ],
      buttons: isOpen
        ? publicButtons(ballot, now)
        : ballot.state === 'closed'
          ? [{ label: say`Outcome`, press: address('vote.outcome', { b: id }) }]
          : [],
    },
  }
}

/** What it is about, where the question does not say all of it. */
export function aboutField({ about }: HeldBallot): { label: Text; value: Text }[] {
  return about ? [{ label: say`What it is about`, value: say`${about}` }] : []
}

/** All that holds. */
export function rulesField(ballot: HeldBallot, community: { sensitive: boolean }): { label: Text; value: Text } {
  return { label: say`Rules`, value: lines(...rulesWords(ballot, community)) }
}

/** What can be chosen, where the buttons do not say it. */
export function optionsField(ballot: HeldBallot): { label: Text; value: Text }[] {
  if (ballot.kind === 'consent') return []
  return [
    {
      label: say`Options`,
      value: lines(...ballot.options.map((_, place) => say`${place + 1}. ${optionName(ballot, place)}`)),
    },
  ]
}

/** What one press decides can be pressed at once; for everything else a paper is opened. */
function publicButtons(ballot: HeldBallot, now: Date): Button[] {
  const isAtOnce = ballot.kind === 'consent' || (ballot.kind === 'single' && ballot.options.length < AT_ONCE_MAX)
  return [
    ...(isAtOnce
      ? PAPERS[ballot.kind].ask(ballot, '', waysOf(ballot)).buttons
      : [{ label: say`Vote`, press: address('vote.open', { b: ballot.id }) }]),
    ...(takesOptions(ballot, now) ? [{ label: say`Add an option`, press: address('vote.add', { b: ballot.id }) }] : []),
  ]
}

/** Where the buttons of a paper lead; with a receipt an earlier secret vote is changed. */
function waysOf({ id, reasons, edition }: HeldBallot, receipt?: string): Ways {
  const to = (press: string) => (mark: string) =>
    address(press, { b: id, m: mark, ...(receipt && { x: receipt }), ...(edition > 0 && { e: edition }) })
  return { mark: to('vote.mark'), cast: to(reasons === 'asked' ? 'vote.because' : 'vote.cast') }
}

/** A ballot paper: what one voter chose so far, and what can be pressed next. */
export function paperCard(
  ballot: HeldBallot,
  own: Ballotee,
  found: Found,
  now: Date,
  { mark = '', receipt }: { mark?: string; receipt?: string | undefined } = {},
): Card {
  const { id, kind, secret } = ballot
  const isLocked = secret && own.hasVoted && receipt === undefined
  const mayVote = own.mayVote && takesVotes(ballot, now)
  const asked = mayVote && !isLocked ? PAPERS[kind].ask(ballot, mark, waysOf(ballot, receipt)) : undefined
  return {
    title: say`${ballot.question}`,
    body: lines(
      mark === '' && asked && headWords(ballot),
      mark === '' && standingWords(ballot, own, now),
      receipt !== undefined && say`With your receipt, this changes your vote.`,
      asked?.body,
    ),
    // Who is in the middle of it has read them.
    ...(mark === '' && {
      fields: [...aboutField(ballot), ...(asked ? [] : optionsField(ballot)), rulesField(ballot, found)],
    }),
    ...(asked?.choice && { choice: asked.choice }),
    buttons: [
      ...(asked?.buttons ?? []),
      ...(mayVote && isLocked ? [{ label: say`Change my vote`, press: address('vote.change', { b: id }) }] : []),
      ...(own.mayVote && takesOptions(ballot, now)
        ? [{ label: say`Add an option`, press: address('vote.add', { b: id }) }]
        : []),
      ...lookingButtons(ballot, own, found),
    ],
  }
}

/** Whether it may be seen how it stands: once it is closed, and before by whoever voted, where that was said beforehand. */
export function showsStanding({ state, showsEarly, secret }: HeldBallot, own: Ballotee, found: Found): boolean {
  return state === 'closed' || (state === 'open' && showsEarly && !secret && !found.sensitive && own.hasVoted)
}

/** What can be looked at besides, by whom. */
function lookingButtons(ballot: HeldBallot, own: Ballotee, found: Found): Button[] {
  const { id: b, state } = ballot
  return [
    ...(showsStanding(ballot, own, found)
      ? [{ label: say`How it stands`, press: address('vote.outcome', { b }) }]
      : []),
    ...(found.standing.organizer && (state === 'draft' || state === 'open')
      ? [{ label: say`Look after it`, press: address('ballot.manage', { b }) }]
      : []),
  ]
}

/** What the reader has done so far, or may not do. */
function standingWords(ballot: HeldBallot, own: Ballotee, now: Date): Text {
  if (!takesVotes(ballot, now)) return stateWords(ballot, now)
  if (!own.mayVote)
    return say`You are not among those who may vote on this one: who may was settled when it opened, ${{ when: ballot.openedAt ?? ballot.createdAt }}.`
  if (!own.hasVoted || (!ballot.secret && own.vote === null)) return say`You have not voted yet.`
  if (ballot.secret) return say`You have voted, in secret. With your receipt you can change it.`
  return say`You voted: ${PAPERS[ballot.kind].words(own.vote, ballot)}. You can change it until ${{ when: ballot.closesAt }}.`
}
