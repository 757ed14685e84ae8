import { DateTime } from 'luxon'
import { monthOf } from './when.ts'

/** When a community wants nothing sent: whole days of the week (1 is Monday), and hours of each day ("21:00" to "08:00"). */
export interface Silence {
  days: number[]
  hours: { from: string; to: string } | null
}

/** What one community agreed to get of the organization in a month, and when. */
export interface Attention {
  /** At most so many messages a month. */
  perMonth: number
  silence: Silence
  /** Nothing is sent before then. */
  pausedUntil: Date | null
}

/** Whoever plans further than this plans for nobody. */
const MONTHS_MAX = 36
const DAYS_IN_A_WEEK = 7

/** The first moment from `now` on that is not silent, by the clocks of a zone; undefined where every day is. */
export function notSilentFrom(now: Date, { days, hours }: Silence, zone: string): Date | undefined {
  let at: DateTime = DateTime.fromJSDate(now, { zone })
  // A night's silence may end on a silent day, so both are asked about until neither moves it.
  for (let i = 0; i <= 2 * DAYS_IN_A_WEEK; i++) {
    if (days.includes(at.weekday)) at = at.plus({ days: 1 }).startOf('day')
    else if (hours && isWithin(at, hours)) at = endOf(at, hours.to)
    else return at.toJSDate()
  }
  return undefined
}

function isWithin(at: DateTime, { from, to }: { from: string; to: string }): boolean {
  const clock = at.toFormat('HH:mm')
  return from <= to ? from <= clock && clock < to : from <= clock || clock < to
}

/** The next time the wall shows a time of day. Where clocks skip it, luxon gives the moment just after. */
function endOf(at: DateTime, to: string): DateTime {
  const [hour = 0, minute = 0] = to.split(':').map(Number)
  const today = at.set({ hour, minute, second: 0, millisecond: 0 })
  if (today > at) return today
  // The hour that comes twice in autumn: the wall shows an earlier time again.
  return at.plus({ days: 1 }).set({ hour, minute, second: 0, millisecond: 0 })
}

/**
 * When the next message may be posted: not in silence, and not in a month in which as many were sent as agreed. `sent` are the
 * times of those that count; `ahead` is how many wait before it. Undefined where it never may, as things stand.
 */
export function nextTurn(
  { perMonth, silence, pausedUntil }: Attention,
  sent: readonly Date[],
  ahead: number,
  zone: string,
  now: Date,
): Date | undefined {
  if (perMonth < 1) return undefined
  let before = ahead
  let at = pausedUntil && pausedUntil > now ? pausedUntil : now
  for (let i = 0; i < MONTHS_MAX; i++) {
    const turn = notSilentFrom(at, silence, zone)
    if (!turn) return undefined
    const { from, to } = monthOf(turn, zone)
    const left = Math.max(0, perMonth - countIn(sent, from, to))
    if (before < left) return turn
    before -= left
    at = to
  }
  return undefined
}

/** How many times lie in a span; its end is not in it. */
export function countIn(times: readonly Date[], from: Date, to: Date): number {
  return times.filter((time) => from <= time && time < to).length
}
