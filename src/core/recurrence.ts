import rrule, { type Options } from 'rrule'
import { say, type Text } from './say.ts'
import { wallClock, whenClocksShow } from './wall-clock.ts'

// The package is CommonJS: Node finds none of its names but through the default.
const { RRule } = rrule

/** How often a meetup repeats; monthly is on the same weekday of the month. */
export type Repeats = 'weekly' | 'fortnightly' | 'monthly'

/** When a series ends: with the local day of a moment, that day included, or after so many meetups. */
export type SeriesEnd = { until: Date } | { times: number }

/** So many meetups a series has at most, so that nobody plans for people they will never know. */
export const OCCURRENCES_MAX = 60

const DAY_MS = 24 * 3_600_000
const DAYS_A_WEEK = 7
/** No month has a fifth of every weekday, so the fifth means the last. */
const LAST = 5

const ORDINALS = [say`first`, say`second`, say`third`, say`fourth`, say`last`]
const WEEKDAYS = [say`Monday`, say`Tuesday`, say`Wednesday`, say`Thursday`, say`Friday`, say`Saturday`, say`Sunday`]

/** When the meetups of a series start, the first included: at the same time by the clocks of the zone, in seconds. */
export function occurrences(first: Date, zone: string, repeats: Repeats, end: SeriesEnd): Date[] {
  return wallTimes(first, zone, repeats, end).map((wall) => whenClocksShow(wall, zone))
}

/** The value of an iCalendar RRULE that stands beside a DTSTART with TZID and gives exactly `occurrences`. */
export function ruleOf(first: Date, zone: string, repeats: Repeats, end: SeriesEnd): string {
  const count = wallTimes(first, zone, repeats, end).length
  const isEndedByDay = 'until' in end && count > 1 && count < OCCURRENCES_MAX
  // Beside a TZID iCalendar wants UNTIL in UTC (RFC 5545, 3.3.10).
  const ending = isEndedByDay ? { until: whenClocksShow(endOfDay(end.until, zone), zone) } : { count }
  return RRule.optionsToString({ ...rhythm(wallClock(first, zone), repeats), ...ending }).replace(/^RRULE:/, '')
}

/** How often a series takes place, in words. */
export function repeatsWords(first: Date, zone: string, repeats: Repeats): Text {
  if (repeats === 'weekly') return say`every week`
  if (repeats === 'fortnightly') return say`every two weeks`
  const { weekday, nth } = placeInMonth(wallClock(first, zone))
  return say`every month on the ${ORDINALS[nth - 1] ?? ''} ${WEEKDAYS[weekday] ?? ''}`
}

/** Worked out on the face of the clock, which knows no daylight saving; a series has its first meetup in any case. */
function wallTimes(first: Date, zone: string, repeats: Repeats, end: SeriesEnd): Date[] {
  const dtstart = wallClock(first, zone)
  const ending = 'times' in end ? { count: Math.max(end.times, 1) } : { until: endOfDay(end.until, zone) }
  const rule = new RRule({ ...rhythm(dtstart, repeats), ...ending, dtstart })
  const found: Date[] = []
  rule.all((wall) => found.push(wall) < OCCURRENCES_MAX)
  return found.length > 0 ? found : [dtstart]
}

function rhythm(wall: Date, repeats: Repeats): Partial<Options> {
  if (repeats === 'weekly') return { freq: RRule.WEEKLY }
  if (repeats === 'fortnightly') return { freq: RRule.WEEKLY, interval: 2 }
  const { weekday, nth } = placeInMonth(wall)
  return { freq: RRule.MONTHLY, byweekday: [new rrule.Weekday(weekday, nth === LAST ? -1 : nth)] }
}

/** The weekday (Monday is 0), and the how manieth of its month it is. */
function placeInMonth(wall: Date): { weekday: number; nth: number } {
  return { weekday: (wall.getUTCDay() + 6) % DAYS_A_WEEK, nth: Math.ceil(wall.getUTCDate() / DAYS_A_WEEK) }
}

/** The last second of the local day of a moment, on the face of the clock. */
function endOfDay(at: Date, zone: string): Date {
  const wall = wallClock(at, zone)
  return new Date(Math.floor(wall.getTime() / DAY_MS) * DAY_MS + DAY_MS - 1000)
}
