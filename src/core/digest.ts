import { DateTime } from 'luxon'
import type { Rhythm } from './agreement.ts'
import { notSilentFrom, type Silence } from './attention.ts'

/** Digests come on a Monday at this hour, or once silence is over. */
const HOUR = 10
const MONDAY = 1

/**
 * When a community's next digest is due after a time, by the clocks of a zone. Where it wants none, a time at which that is
 * looked at again; another agreement asks at once.
 */
export function nextDigest(rhythm: Rhythm, after: Date, silence: Silence, zone: string): Date {
  const here = DateTime.fromJSDate(after, { zone })
  if (rhythm === 'never') return here.plus({ years: 1 }).toJSDate()
  const at = rhythm === 'monthly' ? firstMonday(here) : monday(here, rhythm === 'fortnightly')
  return notSilentFrom(at.toJSDate(), silence, zone) ?? at.toJSDate()
}

const onTheHour = (day: DateTime): DateTime => day.set({ hour: HOUR, minute: 0, second: 0, millisecond: 0 })

/** Fortnights are counted from this Monday: years have 52 weeks, or 53. */
const FIRST = DateTime.utc(2026, 1, 5)

/** The next Monday, or the next of every second. */
function monday(after: DateTime, isEverySecond: boolean): DateTime {
  const thisWeek = onTheHour(after.set({ weekday: MONDAY }))
  const next = thisWeek > after ? thisWeek : thisWeek.plus({ weeks: 1 })
  const day = DateTime.utc(next.year, next.month, next.day)
  return isEverySecond && Math.round(day.diff(FIRST, 'weeks').weeks) % 2 !== 0 ? next.plus({ weeks: 1 }) : next
}

function firstMonday(after: DateTime): DateTime {
  const of = (month: DateTime) => {
    const first = onTheHour(month.startOf('month'))
    return first.plus({ days: (7 + MONDAY - first.weekday) % 7 })
  }
  const thisMonth = of(after)
  return thisMonth > after ? thisMonth : of(after.plus({ months: 1 }))
}
