import { MEETUP_LIMITS } from './meetup.ts'
import { Refusal } from './refusal.ts'
import { say } from './say.ts'
import { minutesIn, timeIn } from './when.ts'
import { lengthOf, oneLine } from './words.ts'

/** More could not stand in the list of events of a platform (Discord shows 100 characters). */
const TITLE_MAX = 100
const TITLE_MIN = 3
const NO_WORDS = ['none', 'no', 'off', '-']

/** A title as it will be kept. */
export function meetupTitle(typed: string): string {
  const title = oneLine(typed)
  const length = lengthOf(title)
  if (length < TITLE_MIN) throw new Refusal(say`Say in a few words what it is.`, 'title')
  if (length > TITLE_MAX)
    throw new Refusal(say`A title can have ${TITLE_MAX} characters at most; yours has ${length}.`, 'title')
  return title
}

/** When it is, from how somebody says it: one time to come, by the clocks of a zone. */
export function meetupTime(typed: string, now: Date, zone: string, field = 'when'): Date {
  const at = timeIn(typed, now, zone)
  if (!at) throw new Refusal(say`“${oneLine(typed)}” is no time. It looks like: Friday 18:30, or 1 March 15:00.`, field)
  if (at <= now) throw new Refusal(say`That was ${{ when: at }}. Give a time to come.`, field)
  if (at.getTime() - now.getTime() > MEETUP_LIMITS.aheadMs)
    throw new Refusal(say`${{ when: at }} is more than two years away. Give an earlier time.`, field)
  return at
}

/** The single times somebody typed: between semicolons, or on lines of their own. */
export function timesWords(typed: string): string[] {
  return typed
    .split(/[\n;]/)
    .map(oneLine)
    .filter((words) => words !== '')
}

/** How long it takes, in minutes. */
export function meetupLength(typed: string): number {
  const { min, max } = MEETUP_LIMITS.minutes
  const minutes = minutesIn(typed)
  if (minutes === undefined || minutes < min || minutes > max)
    throw new Refusal(say`“${oneLine(typed)}” is no length. It looks like: 2 hours, or 90 minutes.`, 'length')
  return minutes
}

/** For how long a free seat is offered to one before the next, in minutes. */
export function offerLength(typed: string): number {
  const { min, max } = MEETUP_LIMITS.offerMinutes
  const minutes = minutesIn(typed)
  if (minutes === undefined || minutes < min || minutes > max)
    throw new Refusal(
      say`“${oneLine(typed)}” is no time to answer in. It looks like: 12 hours; it takes ${min} minutes at least.`,
      'offer',
    )
  return minutes
}

/** How many may come: a number, or any. */
export function capacityOf(typed: string): number | null {
  const words = oneLine(typed).toLowerCase()
  if (NO_WORDS.includes(words) || words === 'any') return null
  const { min, max } = MEETUP_LIMITS.capacity
  const seats = /^\d{1,6}$/.test(words) ? Number(words) : 0
  if (seats < min || seats > max)
    throw new Refusal(say`“${oneLine(typed)}” is no number of seats. It looks like: 20, or any.`, 'capacity')
  return seats
}

/** Words that may be taken away again by “none”. */
export function orNone(typed: string): string | null {
  const words = oneLine(typed)
  return NO_WORDS.includes(words.toLowerCase()) ? null : words
}
