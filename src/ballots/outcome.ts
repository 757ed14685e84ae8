import type { Cast, ColumnName, Result } from '../core/ballot.ts'
import { optionName, optionText } from '../core/ballot-words.ts'
import { count, readVote, type Vote } from '../core/count.ts'
import {
  allOf,
  type Name,
  outcomeWords,
  reasonsWords,
  stepWords,
  turnoutWords,
  verdictWords,
} from '../core/count-words.ts'
import { type HeldBallot, tellsNumbers } from '../core/held-ballot.ts'
import { lines, say, type Text } from '../core/say.ts'
import type { Card, Chart, Table } from '../reply.ts'
import type { Store } from '../store/store.ts'

/** The votes of a ballot, as the count takes them. */
export async function castsOf(store: Store, ballot: HeldBallot): Promise<(Cast<Vote> & { key: string })[]> {
  return (await store.votes.all(ballot.id)).map(({ key, vote: raw, delegated }) => {
    const vote = readVote(labelled(ballot), raw)
    if (!vote) throw new Error(`ballot ${ballot.id} holds a vote that is none`)
    return { key, vote, ...(delegated && { delegated }) }
  })
}

/** A ballot as the count knows it: its options are words. */
export const labelled = <B extends HeldBallot>(ballot: B) => ({
  ...ballot,
  options: ballot.options.map(({ label }) => label),
})

/** How it stands before it is closed. */
export async function standingOf(store: Store, ballot: HeldBallot): Promise<HeldBallot> {
  return { ...ballot, result: count(labelled(ballot), await castsOf(store, ballot)) }
}

/** What came of a ballot, or how it stands: figures, their picture, and what follows. Buttons are the caller's. */
export function outcomeCard(ballot: HeldBallot, { sensitive, name }: { sensitive: boolean; name: string }): Card {
  const { result, question, seal, statement, reviewAt, linked, state } = ballot
  if (!result) return { title: say`${question}`, body: say`It has not been counted.` }
  const nameOf = (place: number) => optionName(ballot, place)
  const tells = tellsNumbers(ballot, { sensitive })
  const isOver = state === 'closed'
  return {
    title: isOver ? say`${headline(result)}: ${question}` : say`So far: ${question}`,
    body: lines(
      ...(isOver ? overWords(result, nameOf, tells) : sofarWords(result, nameOf)),
      !sensitive &&
        linked > 0 &&
        say`${{ count: linked, one: 'person was', other: 'people were' }} found to have several accounts while it was open; all of their votes count.`,
      isOver && followsWords(ballot, result),
    ),
    fields: [
      { label: say`Community`, value: say`${name}` },
      ...(ballot.about ? [{ label: say`What it is about`, value: say`${ballot.about}` }] : []),
      ...(statement ? [{ label: say`What organizers say`, value: say`${statement}` }] : []),
      ...(reviewAt ? [{ label: say`Looked at again`, value: say`${{ when: reviewAt }}` }] : []),
      ...(seal && tells ? [{ label: say`Seal of the export`, value: say`${seal}` }] : []),
    ],
    ...(tells && figures(ballot, result)),
  }
}

function overWords(result: Result, nameOf: Name, tells: boolean): Text[] {
  if (!tells) return [verdictWords(result, nameOf)]
  return [...turnoutWords(result), outcomeWords(result, nameOf), ...reasonsWords(result, nameOf)]
}

/** While votes still come in nothing is reached, missed or decided. */
function sofarWords({ ballots, quorum, leading }: Result, nameOf: Name): Text[] {
  return [
    say`${ballots.cast} of ${ballots.electorate} have voted so far.`,
    ...(quorum ? [say`It takes ${{ count: quorum.needed, one: 'vote', other: 'votes' }} to count.`] : []),
    ...(leading.length > 0 ? [say`Ahead: ${allOf(leading.map((place) => say`${nameOf(place)}`))}.`] : []),
  ]
}

function headline({ outcome, kind }: Result): Text {
  if (outcome === 'decided') return kind === 'consent' ? say`Passed` : say`Decided`
  if (outcome === 'not passed') return say`Not passed`
  return say`Not decided`
}

/** What happens now. */
function followsWords({ statement, options, about }: HeldBallot, { winners }: Result): Text | false {
  if (winners.length === 0) return say`Nothing changes by it. It can be asked again.`
  if (winners.some((place) => options[place]?.topicId))
    return say`Organizers plan what was chosen; who proposed it hears of each step.`
  if (about) return say`It takes effect by itself.`
  return statement ? false : say`Organizers say here what follows from it.`
}

/** What stands above a column. */
const HEADS: Record<ColumnName, Text> = {
  votes: say`Votes`,
  approvals: say`Approvals`,
  'first choices': say`First choices`,
  yes: say`Yes`,
  'if need be': say`If need be`,
  no: say`No`,
  agree: say`Agree`,
  abstain: say`Abstain`,
  disagree: say`Disagree`,
  block: say`Block`,
}

/** Figures as a table and as bars: a row for each option, of consent one for each answer. */
function figures(ballot: HeldBallot, { columns, kind }: Result): { table: Table; chart: Chart } | undefined {
  if (columns.length === 0) return undefined
  const names = columns.map(({ name }) => HEADS[name])
  const title = say`Votes: ${ballot.question}`
  if (kind === 'consent')
    return {
      table: {
        columns: [say`Answer`, say`Votes`],
        rows: columns.map(({ votes }, i) => [names[i] ?? say``, say`${votes[0] ?? 0}`]),
      },
      chart: {
        title,
        series: [say`Votes`],
        bars: columns.map(({ votes }, i) => ({ label: names[i] ?? say``, lengths: [votes[0] ?? 0] })),
      },
    }
  return {
    table: {
      columns: [say`Option`, ...names],
      rows: ballot.options.map((_, place) => [
        optionText(ballot, place),
        ...columns.map(({ votes }) => say`${votes[place] ?? 0}`),
      ]),
    },
    chart: {
      title,
      series: names,
      bars: ballot.options.map((_, place) => ({
        label: optionText(ballot, place),
        lengths: columns.map(({ votes }) => votes[place] ?? 0),
      })),
    },
  }
}

/** A ranked count step by step. */
export function stepsText(ballot: HeldBallot, result: Result): Text {
  return lines(...stepWords(result, (place) => optionName(ballot, place)))
}

/** In one line, for a list of decisions. */
export function outcomeLine(ballot: HeldBallot, community: { sensitive: boolean }): Text {
  const { result } = ballot
  const words = tellsNumbers(ballot, community) ? outcomeWords : verdictWords
  return result ? words(result, (place) => optionName(ballot, place)) : say``
}
