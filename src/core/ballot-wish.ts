import type { BallotKind, Rules, Share } from './ballot.ts'
import { optionName } from './ballot-words.ts'
import { type BallotOption, OPENS_FOR_MS, OPTIONS_MAX, type WrittenBallot } from './held-ballot.ts'
import { Refusal } from './refusal.ts'
import { say } from './say.ts'
import { timeIn } from './when.ts'
import { folded, lengthOf, oneLine } from './words.ts'

const QUESTION_MAX = 300
export const LABEL_MAX = 100
const QUESTION_MIN = 4
const COUNT_MAX = 1_000_000

/** A question as it will be kept. */
export function questionOf(typed: string): string {
  const question = oneLine(typed)
  const length = lengthOf(question)
  if (length < QUESTION_MIN) throw new Refusal(say`Ask something in a few words.`, 'question')
  if (length > QUESTION_MAX)
    throw new Refusal(say`A question can have ${QUESTION_MAX} characters at most; yours has ${length}.`, 'question')
  return question
}

/** The single options somebody typed: on lines of their own, or between semicolons. */
export function optionWords(typed: string): string[] {
  return typed
    .split(/[\n;]/)
    .map(oneLine)
    .filter((words) => words !== '')
}

/** One option as it will be kept; of a time ballot a time, by the clocks of a zone. */
export function labelOf(words: string, kind: BallotKind, now: Date, zone: string): string {
  if (kind === 'time') {
    const at = timeIn(words, now, zone)
    if (!at) throw new Refusal(say`“${words}” is no time. It looks like: Friday 18:30, or 2026-03-01 9:00.`, 'options')
    return at.toISOString()
  }
  const length = lengthOf(words)
  if (length > LABEL_MAX)
    throw new Refusal(say`An option can have ${LABEL_MAX} characters at most; “${words}” has ${length}.`, 'options')
  return words
}

/** Whether an option is there already, however it is written. */
export function isAmong({ kind, options }: Pick<WrittenBallot, 'kind' | 'options'>, label: string): boolean {
  const same = (words: string) => (kind === 'time' ? words : folded(words) || words)
  return options.some((one) => same(one.label) === same(label))
}

/** Refuses the same option twice, a time before the close, or another number of them than a ballot can have. */
export function checkOptions({ kind, options, optionsUntil, rules, closesAt }: WrittenBallot): void {
  if (kind === 'consent') return
  options.forEach(({ label }, place) => {
    if (isAmong({ kind, options: options.slice(0, place) }, label))
      throw new Refusal(say`There is ${optionName({ kind, options }, place)} among the options twice.`, 'options')
    if (kind === 'time' && new Date(label) <= closesAt)
      throw new Refusal(
        say`${optionName({ kind, options }, place)} comes before the ballot closes, ${{ when: closesAt }}.`,
        'options',
      )
  })
  const least = optionsUntil === null ? 2 : 1
  if (options.length < least)
    throw new Refusal(
      say`There must be at least ${least} options, on lines of their own or between semicolons.`,
      'options',
    )
  if (options.length > OPTIONS_MAX)
    throw new Refusal(say`There can be ${OPTIONS_MAX} options at most; these are ${options.length}.`, 'options')
  if (rules.seats > options.length && optionsUntil === null)
    throw new Refusal(say`There are fewer options than places to fill.`, 'seats')
}

/** When a ballot closes, from how somebody says it. */
export function closingOf(typed: string, now: Date, zone: string): Date {
  const at = timeIn(typed, now, zone)
  if (!at) throw new Refusal(say`“${typed}” is no time. It looks like: 3 days, or Friday 18:00.`, 'closes')
  const ms = at.getTime() - now.getTime()
  if (ms < OPENS_FOR_MS.min) throw new Refusal(say`A ballot must be open for an hour at least.`, 'closes')
  if (ms > OPENS_FOR_MS.max) throw new Refusal(say`A ballot can be open for a year at most.`, 'closes')
  return at
}

const NO_WORDS = ['none', 'no', 'off', '0', '-']

/** Until when options may be added: before the close. */
export function addingUntil(typed: string, closesAt: Date, now: Date, zone: string): Date | null {
  if (NO_WORDS.includes(oneLine(typed).toLowerCase())) return null
  const at = timeIn(typed, now, zone)
  if (!at || at <= now || at >= closesAt)
    throw new Refusal(say`Options can be added until a time before the close, such as: 2 days.`, 'add-until')
  return at
}

/** A share: “60 %”, “2/3”, or none. */
export function shareOf(typed: string, field: string): Share | null {
  const words = oneLine(typed).toLowerCase()
  if (NO_WORDS.includes(words)) return null
  const [, percent] = /^(\d{1,3}) ?%$/.exec(words) ?? []
  const [, parts, of] = /^(\d{1,4}) ?\/ ?(\d{1,4})$/.exec(words) ?? []
  const share = percent === undefined ? { parts: Number(parts), of: Number(of) } : { parts: Number(percent), of: 100 }
  if (!(share.parts >= 1 && share.parts <= share.of))
    throw new Refusal(say`“${typed}” is no share. It looks like 50%, 2/3, or none.`, field)
  return share
}

/** A quorum: so many ballots, a share of those who may vote, or none. */
export function quorumOf(typed: string): Rules['quorum'] {
  const words = oneLine(typed)
  if (/^\d{1,7}$/.test(words)) {
    const ballots = Number(words)
    if (ballots > COUNT_MAX) throw new Refusal(say`That is more than anybody has members.`, 'quorum')
    return ballots === 0 ? null : { ballots }
  }
  return shareOf(words, 'quorum')
}

/** What a ballot of consent decides on: its question itself. */
export function proposalOf(question: string): BallotOption[] {
  return [{ label: question, topicId: null }]
}
