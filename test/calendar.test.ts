import { describe, expect, test } from 'vitest'
import { type CalendarMeetup, feed, meetupFile } from '../src/calendar.ts'
import { at, BERLIN, later, meetup, NOW, planned } from './calendar-meetups.ts'
import { nameOf, readCalendar, shownBy } from './calendar-reader.ts'

/** The list with one meetup changed. */
function changed(meetups: CalendarMeetup[], nth: number, changes: Partial<CalendarMeetup>): CalendarMeetup[] {
  return meetups.map((one, i) => (i === nth ? { ...one, ...changes } : one))
}

const starts = (file: string) => shownBy(file).map(({ start }) => start)
const unfolded = (file: string) => file.replace(/\r\n /g, '').split('\r\n')

describe('the file of one meetup', () => {
  test('says all there is to say', () => {
    expect(
      unfolded(meetupFile(meetup(), NOW)).filter((line) => !/TZOFF|RRULE|STANDARD|DAYLIGHT|:2025/.test(line)),
    ).toEqual([
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//Kindred//Meetups//EN',
      'METHOD:PUBLISH',
      'BEGIN:VTIMEZONE',
      'TZID:Europe/Berlin',
      'END:VTIMEZONE',
      'BEGIN:VEVENT',
      'UID:m1@kindred',
      'SEQUENCE:0',
      'DTSTAMP:20261201T080000Z',
      'DTSTART;TZID=Europe/Berlin:20261208T190000',
      'DTEND;TZID=Europe/Berlin:20261208T210000',
      'SUMMARY:Walk',
      'LOCATION:Town hall',
      'DESCRIPTION:Rain or shine.',
      'URL;VALUE=URI:https://kindred.example/meetups/m1',
      'STATUS:CONFIRMED',
      'LAST-MODIFIED:20261201T080000Z',
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ])
  })

  test('shows at the right moment in three zones, on both sides of both changes of the clocks', () => {
    const days = {
      [BERLIN]: [
        '2027-03-27T19:00+01:00',
        '2027-03-28T19:00+02:00',
        '2027-10-30T19:00+02:00',
        '2027-10-31T19:00+01:00',
      ],
      'America/New_York': [
        '2027-03-13T19:00-05:00',
        '2027-03-14T19:00-04:00',
        '2027-11-06T19:00-04:00',
        '2027-11-07T19:00-05:00',
      ],
      'Australia/Sydney': [
        '2027-04-03T19:00+11:00',
        '2027-04-04T19:00+10:00',
        '2027-10-02T19:00+10:00',
        '2027-10-03T19:00+11:00',
      ],
    }
    for (const [zone, moments] of Object.entries(days)) {
      for (const moment of moments) {
        const startsAt = new Date(moment)
        const file = meetupFile(meetup({ startsAt, zone }), NOW)
        expect(file).toContain(`DTSTART;TZID=${zone}:${moment.slice(0, 16).replace(/[-:]/g, '')}00`)
        expect(starts(file)).toEqual([startsAt.toISOString().slice(0, 16)])
      }
    }
  })

  test('shows rightly over the night in which an hour comes twice', () => {
    const startsAt = at('2027-10-30T23:00')
    for (const hours of [3.5, 4.5]) {
      const file = meetupFile(meetup({ startsAt, endsAt: later(startsAt, hours) }), NOW)
      expect(shownBy(file)).toMatchObject([
        { start: '2027-10-30T21:00', end: hours === 3.5 ? '2027-10-31T00:30' : '2027-10-31T01:30' },
      ])
    }
  })

  test('needs no VTIMEZONE in UTC', () => {
    const file = meetupFile(meetup({ zone: 'UTC' }), NOW)
    expect(file).not.toContain('VTIMEZONE')
    expect(file).toContain('DTSTART:20261208T180000Z')
    expect(starts(file)).toEqual(['2026-12-08T18:00'])
  })

  test('says what is to be read of a hidden place, and nothing of none', () => {
    const [hidden] = readCalendar(meetupFile(meetup({ place: 'Place after you say yes' }), NOW)).events
    expect(hidden?.location).toBe('Place after you say yes')
    expect(meetupFile(meetup({ place: null, description: '' }), NOW)).not.toMatch(/LOCATION|DESCRIPTION/)
  })

  test('takes a cancelled one out of the calendar', () => {
    const { root, events } = readCalendar(meetupFile(meetup({ isCancelled: true, sequence: 1 }), NOW))
    expect(root.getFirstPropertyValue('method')).toBe('CANCEL')
    expect(events.map((event) => [event.uid, event.sequence])).toEqual([['m1@kindred', 1]])
    expect(events[0]?.component.getFirstPropertyValue('status')).toBe('CANCELLED')
  })

  test('of one postponed stands in the place of the file before', () => {
    const before = readCalendar(meetupFile(meetup(), NOW)).events[0]
    const postponed = meetup({ startsAt: at('2026-12-15T19:00'), sequence: 1 })
    const after = readCalendar(meetupFile(postponed, NOW)).events[0]
    expect([before?.uid, before?.sequence]).toEqual(['m1@kindred', 0])
    expect([after?.uid, after?.sequence]).toEqual(['m1@kindred', 1])
    expect(starts(meetupFile(postponed, NOW))).toEqual(['2026-12-15T18:00'])
  })

  test('of one of a series names the series, and when it stood there', () => {
    const [, meetups] = planned(at('2027-03-25T19:00'), 'weekly', { times: 3 })
    const [, moved] = changed(meetups, 1, {
      startsAt: at('2027-04-02T20:00'),
      endsAt: at('2027-04-02T22:00'),
      isCancelled: true,
    })
    const file = moved ? meetupFile(moved, NOW) : ''
    expect(file).toContain('\r\nUID:s1@kindred\r\n')
    expect(file).toContain('\r\nRECURRENCE-ID;TZID=Europe/Berlin:20270401T190000\r\n')
    expect(starts(file)).toEqual(['2027-04-02T18:00'])
  })
})

describe('a feed', () => {
  test('gives a weekly series over a change of the clocks, one moved and one cancelled', () => {
    const [series, meetups] = planned(at('2027-03-18T19:00'), 'weekly', { times: 4 })
    const moved = changed(meetups, 2, { startsAt: at('2027-04-02T20:00'), endsAt: at('2027-04-02T22:00'), sequence: 1 })
    const file = feed('Walks', changed(moved, 1, { isCancelled: true, sequence: 1 }), [series], NOW)
    expect(shownBy(file).map(({ start, end, status }) => `${start} ${end} ${status}`)).toEqual([
      '2027-03-18T18:00 2027-03-18T20:00 CONFIRMED',
      '2027-03-25T18:00 2027-03-25T20:00 CANCELLED',
      '2027-04-02T18:00 2027-04-02T20:00 CONFIRMED',
      '2027-04-08T17:00 2027-04-08T19:00 CONFIRMED',
    ])
    const ids = readCalendar(file).events.map((event) => `${event.uid} ${event.recurrenceId ?? ''}`)
    expect(ids).toEqual(['s1@kindred ', 's1@kindred 2027-03-25T19:00:00', 's1@kindred 2027-04-01T19:00:00'])
    expect(file.match(/BEGIN:VTIMEZONE/g)).toHaveLength(1)
  })

  test('gives a monthly series on the last Friday, in three zones over both changes of the clocks', () => {
    for (const zone of [BERLIN, 'America/New_York', 'Australia/Sydney']) {
      const [series, meetups] = planned(at('2027-01-29T18:30', zone), 'monthly', { times: 12 }, zone)
      const file = feed('Fridays', meetups, [series], NOW)
      expect(readCalendar(file).events).toHaveLength(1)
      expect(starts(file)).toEqual(meetups.map(({ startsAt }) => startsAt.toISOString().slice(0, 16)))
      expect(new Set(starts(file).map((start) => start.slice(11))).size).toBe(2)
    }
  })

  test('gives a fortnightly series until a day', () => {
    const [series, meetups] = planned(at('2027-10-05T19:00'), 'fortnightly', { until: at('2027-11-16T12:00') })
    const file = feed('Walks', meetups, [series], NOW)
    expect(file).toContain('RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20271116T225959Z')
    expect(starts(file)).toEqual(['2027-10-05T17:00', '2027-10-19T17:00', '2027-11-02T18:00', '2027-11-16T18:00'])
  })

  test('says of any change which one it is', () => {
    const [series, meetups] = planned(at('2027-01-05T19:00'), 'weekly', { times: 5 })
    const endsAt = at('2027-01-26T22:00')
    const changes = [{ title: 'Long walk' }, { description: '' }, { place: null }, { endsAt }]
    const all = changes.reduce((list, change, i) => changed(list, i, change), meetups)
    expect(readCalendar(feed('Walks', all, [series], NOW)).events).toHaveLength(5)
  })

  test('never lets a change of one be older than its series', () => {
    const [series, meetups] = planned(at('2027-01-05T19:00'), 'weekly', { times: 3 })
    const all = changed(changed(meetups, 1, { title: 'Long walk', sequence: 1 }), 2, { isCancelled: true, sequence: 7 })
    const { events } = readCalendar(feed('Walks', all, [{ ...series, sequence: 4 }], NOW))
    expect(events.map((event) => event.sequence)).toEqual([4, 4, 7])
  })

  test('of a person has only the meetups they come to', () => {
    const [, meetups] = planned(at('2027-03-18T19:00'), 'weekly', { times: 4 })
    const file = feed('My meetups', [...meetups.slice(1, 3), meetup({ id: 'm9', zone: 'America/New_York' })], [], NOW)
    const ids = readCalendar(file).events.map((event) => `${event.uid} ${event.recurrenceId ?? ''}`)
    expect(ids).toEqual(['s1@kindred 2027-03-25T19:00:00', 's1@kindred 2027-04-01T19:00:00', 'm9@kindred '])
    expect(starts(file)).toEqual(['2026-12-08T18:00', '2027-03-25T18:00', '2027-04-01T17:00'])
    expect(file.match(/TZID:.*/g)).toEqual(['TZID:Europe/Berlin', 'TZID:America/New_York'])
  })

  test('shows one whose time of day is skipped that night once, and when it takes place', () => {
    const [series, meetups] = planned(at('2027-03-21T02:30'), 'weekly', { times: 3 })
    const file = feed('Stars', meetups, [series], NOW)
    expect(starts(file)).toEqual(['2027-03-21T01:30', '2027-03-28T01:30', '2027-04-04T00:30'])
    expect(file).toContain('RECURRENCE-ID;TZID=Europe/Berlin:20270328T023000')
    expect(file).toContain('DTSTART;TZID=Europe/Berlin:20270328T033000')
  })

  test('tells its name, and that it is to be read again in an hour', () => {
    const { root } = readCalendar(feed('Walks, talks; more\\\r\nMETHOD:CANCEL', [], [], NOW))
    expect(nameOf(root)).toBe('Walks, talks; more\\ METHOD:CANCEL')
    const properties = root.getAllProperties().map((property) => `${property.name} ${property.getFirstValue()}`)
    expect(properties.filter((property) => !property.includes('Walks'))).toEqual([
      'version 2.0',
      'prodid -//Kindred//Meetups//EN',
      'method PUBLISH',
      'refresh-interval PT1H',
      'x-published-ttl PT1H',
    ])
    expect(properties).toHaveLength(7)
  })
})
