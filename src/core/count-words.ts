import type { Barred, ColumnName, Result, Round, RoundEvent, Tie } from './ballot.ts'
import { type Sayable, say, type Text } from './say.ts'

/** A result in sentences, one a line: turnout, votes, rounds, ties, outcome. `options` are the ballot's, in its order. */
export function resultWords(result: Result, options: readonly string[]): Text[] {
  const name = (option: number): Sayable => ({ strong: options[option] ?? '' })
  return [
    ...turnoutWords(result),
    ...(result.kind === 'ranked' ? stepWords(result, name) : columnsWords(result, options.length, name)),
    ...reasonsWords(result, name),
    outcomeWords(result, name),
  ]
}

/** Why it came out so, where the figures alone do not say it: ties, and what kept an option from being chosen. */
export function reasonsWords(result: Result, name: Name): Text[] {
  return [...result.ties.map((tie) => tieWords(tie, name)), ...result.barred.map((barred) => barredWords(barred, name))]
}

/** How an option is named in a sentence, by its place. */
export type Name = (option: number) => Sayable

/** How many voted, and whether they were enough. */
export function turnoutWords({ ballots: { electorate, cast, delegated, empty }, quorum }: Result): Text[] {
  const words = [say`${{ count: cast, one: 'ballot was', other: 'ballots were' }} cast; ${electorate} could vote.`]
  if (empty > 0) words.push(say`${{ count: empty, one: 'ballot was', other: 'ballots were' }} empty.`)
  if (delegated > 0)
    words.push(say`${{ count: delegated, one: 'ballot was', other: 'ballots were' }} given by delegates.`)
  if (quorum) {
    const is = quorum.isMet ? say`reached` : say`missed`
    words.push(
      say`The quorum of ${{ count: quorum.needed, one: 'ballot', other: 'ballots' }} was ${is}, with ${quorum.had}.`,
    )
  }
  return words
}

function columnsWords({ kind, columns }: Result, options: number, name: Name): Text[] {
  return Array.from({ length: options }).flatMap((_, option) => {
    if (columns.length === 0) return []
    const told = columns.map((column) => columnWords(column.name, column.votes[option] ?? 0))
    return kind === 'consent' ? [listed(told)] : [say`${name(option)}: ${listed(told)}`]
  })
}

/** A figure with what it counts. */
function columnWords(name: ColumnName, votes: number): Text {
  if (name === 'votes') return say`${{ count: votes, one: 'vote', other: 'votes' }}`
  if (name === 'approvals') return say`${{ count: votes, one: 'approval', other: 'approvals' }}`
  if (name === 'first choices') return say`${{ count: votes, one: 'first choice', other: 'first choices' }}`
  if (name === 'yes') return say`${votes} yes`
  if (name === 'if need be') return say`${votes} if need be`
  if (name === 'no') return say`${votes} no`
  if (name === 'agree') return say`${votes} agree`
  if (name === 'abstain') return say`${votes} abstain`
  if (name === 'disagree') return say`${votes} disagree`
  if (name === 'block') return say`${votes} block`
  return name satisfies never
}

/** A ranked count step by step. */
export function stepWords({ rounds, quota }: Result, name: Name): Text[] {
  const need = quota === null ? [] : [say`Chosen at once with ${{ count: quota, one: 'vote', other: 'votes' }}.`]
  return [...need, ...rounds.flatMap((round, i) => roundWords(round, i + 1, name))]
}

function roundWords({ votes, exhausted, lost, events }: Round, number: number, name: Name): Text[] {
  const held = votes.flatMap((has, option) => (has === null ? [] : [say`${name(option)} ${has}`]))
  const rest = [
    ...(exhausted > 0 ? [say`nobody who is left ${exhausted}`] : []),
    ...(lost > 0 ? [say`lost by rounding ${lost}`] : []),
  ]
  const moves = events.filter(({ did }) => did !== 'elected').map((event) => eventWords(event, name))
  const chosen = events.filter(({ did }) => did === 'elected').map((event) => eventWords(event, name))
  return [
    ...moves.map((move) => say`Round ${number}: ${move}`),
    say`Round ${number}: ${listed([...held, ...rest])}.`,
    ...chosen,
  ]
}

function eventWords(event: RoundEvent, name: Name): Text {
  const option = name(event.option)
  if (event.did === 'elected') {
    if (event.by === 'quota') return say`${option} has enough votes and is chosen.`
    if (event.by === 'last left') return say`${option} is chosen, because no more are left than there are places.`
    return say`${option} is chosen.`
  }
  const to = listed([
    ...event.to.map(({ option: other, votes }) => say`${votes} to ${name(other)}`),
    ...(event.exhausted > 0 ? [say`${event.exhausted} to nobody who is left`] : []),
  ])
  const moved = event.to.length + event.exhausted > 0 ? say` The votes go on: ${to}.` : say``
  return event.did === 'surplus'
    ? say`${option} has ${event.votes} more than needed.${moved}`
    : say`${option} has the fewest, ${event.votes}, and is out.${moved}`
}

function tieWords({ about, between, by, option, round }: Tie, name: Name): Text {
  const level = allOf(between.map((one) => say`${name(one)}`))
  if (option === null) return say`${level} have as many votes, and no rule was agreed for that.`
  const who = name(option)
  const then =
    about === 'seat'
      ? say`${who} is chosen`
      : about === 'excluded'
        ? say`${who} was out first`
        : say`what ${who} had too much was passed on first`
  if (by === 'earlier round') return say`${level} had as many votes: ${then}, by the votes in round ${round ?? 0}.`
  if (by === 'earliest') return say`${level} had as many votes: ${then}; what was proposed earlier is favoured.`
  if (by === 'drawn') return say`${level} had as many votes: ${then}, by the draw from the published word.`
  return say`${level} had as many votes: ${then}, and the other way the same would have been chosen.`
}

function barredWords({ option, because }: Barred, name: Name): Text {
  if (because === 'pass share') return say`${name(option)} has not the share of the votes that was agreed.`
  if (because === 'blocked') return say`Somebody blocks it.`
  return say`Not more agree than disagree.`
}

/** What came of it without a word on how near it was, where no numbers may be told. */
export function verdictWords(result: Result, name: Name): Text {
  return result.outcome === 'decided' ? outcomeWords(result, name) : say`Not decided.`
}

/** What came of it, in one sentence. */
export function outcomeWords({ outcome, winners, leading, undecided, kind }: Result, name: Name): Text {
  const names = (places: readonly number[]) => allOf(places.map((option) => say`${name(option)}`))
  if (outcome === 'no votes') return say`Nothing is decided: nobody chose anything.`
  if (outcome === 'not passed') return kind === 'consent' ? say`It does not pass.` : say`Nothing is chosen.`
  if (outcome === 'no quorum') {
    return leading.length > 0
      ? say`Nothing is decided, for want of a quorum. Ahead: ${names(leading)}.`
      : say`Nothing is decided, for want of a quorum.`
  }
  if (outcome === 'undecided') {
    // Of a single one it is the pass share that is open.
    if (undecided?.between.length === 1) return say`Undecided whether ${names(undecided.between)} is chosen, or nobody.`
    const open = say`Undecided between ${names(undecided?.between ?? [])}, for ${{ count: undecided?.seats ?? 0, one: 'place', other: 'places' }}.`
    return winners.length > 0 ? say`Chosen: ${names(winners)}. ${open}` : open
  }
  return kind === 'consent' ? say`It passes.` : say`Chosen: ${names(winners)}.`
}

/** Texts with commas between them, on one line. */
export function listed(texts: readonly Text[]): Text {
  return texts.reduce<Text>((sofar, text, i) => (i === 0 ? text : say`${sofar}, ${text}`), say``)
}

/** Names in a sentence: with commas, and an "and" before the last. */
export function allOf(texts: readonly Text[]): Text {
  const last = texts.at(-1)
  if (!last || texts.length === 1) return last ?? say``
  return say`${listed(texts.slice(0, -1))} and ${last}`
}
