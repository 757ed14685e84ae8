import fc from 'fast-check'
import { DateTime } from 'luxon'
import { expect, test } from 'vitest'
import { feed } from '../src/calendar.ts'
import {
  OCCURRENCES_MAX,
  occurrences,
  type Repeats,
  repeatsWords,
  ruleOf,
  type SeriesEnd,
} from '../src/core/recurrence.ts'
import { plainPen, write } from '../src/core/say.ts'
import { whenClocksShow } from '../src/core/wall-clock.ts'
import { shownBy } from './calendar-reader.ts'

const BERLIN = 'Europe/Berlin'
const ZONES = [
  BERLIN,
  'America/New_York',
  'Australia/Sydney',
  'Asia/Jerusalem',
  'America/Nuuk',
  'Asia/Kathmandu',
  'UTC',
]
/** The days before clocks are changed in the night; in Nuuk it is the last hour of the day that is skipped. */
const NIGHTS = {
  [BERLIN]: ['2027-03-27', '2027-10-30'],
  'America/New_York': ['2027-03-13', '2027-11-06'],
  'Australia/Sydney': ['2027-04-03', '2027-10-02'],
  'Asia/Jerusalem': ['2027-03-25', '2027-10-30'],
  'America/Nuuk': ['2027-03-27', '2027-10-30'],
}
const HOUR_MS = 3_600_000

/** A moment by the clocks of a zone. */
const at = (words: string, zone = BERLIN) => DateTime.fromISO(words, { zone }).toJSDate()

/** The times of a series by the clocks of its zone. */
function days(first: string, repeats: Repeats, end: SeriesEnd, zone = BERLIN): string[] {
  const found = occurrences(at(first, zone), zone, repeats, end)
  return found.map((one) => DateTime.fromJSDate(one, { zone }).toFormat('yyyy-MM-dd HH:mm'))
}

/** When a calendar shows the meetups of a series, by its rule and the VTIMEZONE beside it. */
function shownByRule(first: Date, zone: string, repeats: Repeats, end: SeriesEnd): string[] {
  const [startsAt = first] = occurrences(first, zone, repeats, end)
  const rule = ruleOf(first, zone, repeats, end)
  const endsAt = new Date(startsAt.getTime() + HOUR_MS)
  const words = { title: 'Walk', description: '', place: null, url: 'https://kindred.example/s/1' }
  const series = { id: 's1', rule, startsAt, endsAt, zone, sequence: 0, changedAt: first, ...words }
  const hour = (at: Date) => ({ startsAt: at, endsAt: new Date(at.getTime() + HOUR_MS) })
  const meetups = occurrences(first, zone, repeats, end).map((at) => ({
    ...{ ...words, ...hour(at), id: 'm1', series: { id: 's1', occurrenceAt: at }, zone },
    ...{ sequence: 0, isCancelled: false, changedAt: first },
  }))
  return shownBy(feed('Walks', meetups, [series], first)).map(({ start }) => `${start}:00.000Z`)
}

test('a weekly meetup keeps its time of day when clocks are changed, both ways', () => {
  const spring = occurrences(at('2027-03-25T19:00'), BERLIN, 'weekly', { times: 2 })
  expect(spring.map((one) => one.toISOString())).toEqual(['2027-03-25T18:00:00.000Z', '2027-04-01T17:00:00.000Z'])
  const autumn = occurrences(at('2027-10-28T19:00'), BERLIN, 'weekly', { times: 2 })
  expect(autumn.map((one) => one.toISOString())).toEqual(['2027-10-28T17:00:00.000Z', '2027-11-04T18:00:00.000Z'])
})

test('a fortnightly meetup ends with the day it ends on, that day included', () => {
  const until = { until: at('2027-01-19T00:00') }
  expect(days('2026-12-22T19:00', 'fortnightly', until)).toEqual([
    '2026-12-22 19:00',
    '2027-01-05 19:00',
    '2027-01-19 19:00',
  ])
  expect(days('2026-12-22T19:00', 'fortnightly', { until: at('2027-01-18T23:59') })).toHaveLength(2)
  expect(ruleOf(at('2026-12-22T19:00'), BERLIN, 'fortnightly', until)).toBe(
    'FREQ=WEEKLY;INTERVAL=2;UNTIL=20270119T225959Z',
  )
})

test('a monthly meetup is on the same weekday of the month', () => {
  expect(days('2026-12-08T19:00', 'monthly', { times: 3 })).toEqual([
    '2026-12-08 19:00',
    '2027-01-12 19:00',
    '2027-02-09 19:00',
  ])
  expect(ruleOf(at('2026-12-08T19:00'), BERLIN, 'monthly', { times: 3 })).toBe('FREQ=MONTHLY;BYDAY=+2TU;COUNT=3')
})

test('one on the fifth such weekday is on the last of each month', () => {
  expect(days('2027-01-29T19:00', 'monthly', { times: 3 })).toEqual([
    '2027-01-29 19:00',
    '2027-02-26 19:00',
    '2027-03-26 19:00',
  ])
  expect(ruleOf(at('2027-01-29T19:00'), BERLIN, 'monthly', { times: 3 })).toBe('FREQ=MONTHLY;BYDAY=-1FR;COUNT=3')
})

test('the fourth stays the fourth, even when it is the last of its month', () => {
  expect(days('2027-02-26T19:00', 'monthly', { times: 3 })).toEqual([
    '2027-02-26 19:00',
    '2027-03-26 19:00',
    '2027-04-23 19:00',
  ])
})

test('the weekday is that of the zone, not that of UTC', () => {
  const sydney = 'Australia/Sydney'
  expect(days('2027-03-02T08:00', 'monthly', { times: 2 }, sydney)).toEqual(['2027-03-02 08:00', '2027-04-06 08:00'])
  expect(ruleOf(at('2027-03-02T08:00', sydney), sydney, 'monthly', { times: 2 })).toContain('BYDAY=+1TU')
})

test('a time that is skipped is as much later, and of one that comes twice it is the first', () => {
  const skipped = occurrences(at('2027-03-21T02:30'), BERLIN, 'weekly', { times: 3 })
  expect(skipped.map((one) => one.toISOString().slice(5, 16))).toEqual(['03-21T01:30', '03-28T01:30', '04-04T00:30'])
  const twice = occurrences(at('2027-10-24T02:30'), BERLIN, 'weekly', { times: 3 })
  expect(twice.map((one) => one.toISOString().slice(5, 16))).toEqual(['10-24T00:30', '10-31T00:30', '11-07T01:30'])
})

test(`a series has one meetup at least, and at most ${OCCURRENCES_MAX}`, () => {
  const first = at('2026-12-08T19:00')
  expect(occurrences(first, BERLIN, 'weekly', { until: at('2026-01-01T00:00') })).toEqual([first])
  expect(occurrences(first, BERLIN, 'weekly', { times: 0 })).toEqual([first])
  expect(occurrences(first, BERLIN, 'weekly', { times: 1000 })).toHaveLength(OCCURRENCES_MAX)
  expect(occurrences(first, BERLIN, 'weekly', { until: at('2036-12-08T19:00') })).toHaveLength(OCCURRENCES_MAX)
  expect(ruleOf(first, BERLIN, 'weekly', { until: at('2036-12-08T19:00') })).toBe(
    `FREQ=WEEKLY;COUNT=${OCCURRENCES_MAX}`,
  )
  expect(ruleOf(first, BERLIN, 'weekly', { until: at('2026-01-01T00:00') })).toBe('FREQ=WEEKLY;COUNT=1')
})

test('people are told in words how often it is', () => {
  const words = (first: string, repeats: Repeats) => write(repeatsWords(at(first), BERLIN, repeats), plainPen)
  expect(words('2026-12-08T19:00', 'weekly')).toBe('every week')
  expect(words('2026-12-08T19:00', 'fortnightly')).toBe('every two weeks')
  expect(words('2026-12-08T19:00', 'monthly')).toBe('every month on the second Tuesday')
  expect(words('2027-01-31T00:30', 'monthly')).toBe('every month on the last Sunday')
})

test('a calendar that reads the rule and the VTIMEZONE shows the very same meetups', () => {
  const minute = fc.integer({ min: Date.UTC(2026, 10) / 60_000, max: Date.UTC(2029, 0) / 60_000 })
  const repeats = fc.constantFrom<Repeats>('weekly', 'fortnightly', 'monthly')
  const length = fc.integer({ min: 1, max: 30 })
  const weeks = fc.integer({ min: 0, max: 150 })
  const ends = fc.oneof(
    length.map((times) => ({ times })),
    weeks.map((later) => ({ later })),
  )
  const history = fc.tuple(minute, fc.constantFrom(...ZONES), repeats, ends)
  fc.assert(
    fc.property(history, ([minutes, zone, how, ending]) => {
      const first = new Date(minutes * 60_000)
      const end = 'times' in ending ? ending : { until: new Date(first.getTime() + ending.later * 7 * 24 * HOUR_MS) }
      const listed = occurrences(first, zone, how, end).map((one) => one.toISOString())
      expect(shownByRule(first, zone, how, end)).toEqual(listed)
    }),
    { numRuns: 40, seed: 1 },
  )
})

// Of an hour that comes twice ical.js takes the second one, where RFC 5545 (3.3.5) says the first.
const comesTwice = (at: Date, zone: string) => DateTime.fromJSDate(at, { zone }).getPossibleOffsets().length > 1

test('that is so at every hour of the nights in which clocks are changed', () => {
  for (const [zone, nights] of Object.entries(NIGHTS)) {
    for (const night of nights) {
      for (let hour = 21; hour < 28; hour++) {
        const last = Date.parse(night) + (hour + 0.5) * HOUR_MS
        const first = whenClocksShow(new Date(last - 7 * 24 * HOUR_MS), zone)
        const end = { until: whenClocksShow(new Date(last), zone) }
        const times = occurrences(first, zone, 'weekly', end)
        if (times.some((at) => comesTwice(at, zone))) continue
        const listed = times.map((one) => one.toISOString())
        expect([zone, night, hour, ...shownByRule(first, zone, 'weekly', end)]).toEqual([zone, night, hour, ...listed])
      }
    }
  }
})
