import { DateTime } from 'luxon'
import type { CalendarMeetup, CalendarSeries } from '../src/calendar.ts'
import { occurrences, type Repeats, ruleOf, type SeriesEnd } from '../src/core/recurrence.ts'

/** Where meetups of tests take place. */
export const BERLIN = 'Europe/Berlin'
/** When their files are written. */
export const NOW = new Date('2026-12-01T08:00:00Z')
const HOUR_MS = 3_600_000
const TWO_HOURS = 2

/** A moment by the clocks of a zone. */
export const at = (words: string, zone = BERLIN) => DateTime.fromISO(words, { zone }).toJSDate()
/** So many hours after a moment. */
export const later = (time: Date, hours = TWO_HOURS) => new Date(time.getTime() + hours * HOUR_MS)

const WORDS = { title: 'Walk', description: 'Rain or shine.', place: 'Town hall', changedAt: NOW, sequence: 0 }

/** A meetup in Berlin, but for what is said. */
export function meetup(changes: Partial<CalendarMeetup> = {}): CalendarMeetup {
  const startsAt = changes.startsAt ?? at('2026-12-08T19:00')
  const fixed = { id: 'm1', series: null, zone: BERLIN, isCancelled: false, url: 'https://kindred.example/meetups/m1' }
  return { ...WORDS, ...fixed, startsAt, endsAt: later(startsAt), ...changes }
}

/** A series, and all its meetups as they are planned. */
export function planned(
  first: Date,
  repeats: Repeats,
  end: SeriesEnd,
  zone = BERLIN,
): [CalendarSeries, CalendarMeetup[]] {
  const rule = ruleOf(first, zone, repeats, end)
  const url = 'https://kindred.example/series/s1'
  const series = { ...WORDS, id: 's1', rule, startsAt: first, endsAt: later(first), zone, url }
  const times = occurrences(first, zone, repeats, end)
  return [
    series,
    times.map((one, i) => meetup({ id: `m${i}`, series: { id: 's1', occurrenceAt: one }, startsAt: one, zone })),
  ]
}
