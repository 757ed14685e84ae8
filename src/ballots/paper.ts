import type { HeldBallot } from '../core/held-ballot.ts'
import type { Text } from '../core/say.ts'
import type { Button, Choice } from '../reply.ts'

/** What a ballot paper asks next, and what can be pressed on it. */
export interface Asked {
  body?: Text
  choice?: Choice
  buttons: Button[]
}

/** Where the buttons of a paper lead: on with a mark that is not finished, or to the vote. */
export interface Ways {
  mark(mark: string): string
  cast(mark: string): string
}

/**
 * How one kind of ballot is voted on in steps. A mark is what was chosen so far, a character for each option: it lives in the
 * addresses of buttons and nowhere else, so that nobody's unfinished choice is kept.
 */
export interface Paper {
  ask(ballot: HeldBallot, mark: string, ways: Ways): Asked
  /** The vote a mark stands for, for the count to read; undefined for no mark of this kind. */
  read(mark: string): unknown
  /** A vote in words; it was read by the count. */
  words(vote: unknown, ballot: HeldBallot): Text
}

/** Marks, and buttons, are read by others: an option is one character. */
export const signOf = (place: number): string => place.toString(36)
export const placeOf = (sign: string): number => Number.parseInt(sign, 36)

/** So many stand as buttons; more fold into a list. */
const BUTTONS_MAX = 5

/** Several things to press: a few as buttons, more as a list. */
export function pick(label: Text, options: Button[]): Pick<Asked, 'choice' | 'buttons'> {
  return options.length > BUTTONS_MAX ? { choice: { label, options }, buttons: [] } : { buttons: options }
}
