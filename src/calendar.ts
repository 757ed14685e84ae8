import ical, {
  ICalCalendarMethod,
  type ICalEventData,
  ICalEventStatus,
  type ICalLuxonDateTimeStub,
} from 'ical-generator'
import { DateTime } from 'luxon'
import { vtimezone } from './core/vtimezone.ts'
import { wallClock, whenClocksShow } from './core/wall-clock.ts'

/** What calendars show of a meetup and of a series alike. */
interface CalendarEntry {
  id: string
  title: string
  description: string
  /** Already as it may be read: a place, a link, or "Place after you say yes". */
  place: string | null
  startsAt: Date
  endsAt: Date
  zone: string
  /** Counts changes (SEQUENCE). */
  sequence: number
  changedAt: Date
  url: string
}

/** One meetup as a calendar shows it. */
export interface CalendarMeetup extends CalendarEntry {
  /** The series it is one of, and when it stood there at first. */
  series: { id: string; occurrenceAt: Date } | null
  isCancelled: boolean
}

/** A series as a calendar shows it: its first meetup, and the rule from `ruleOf`. */
export interface CalendarSeries extends CalendarEntry {
  rule: string
}

const DAY_MS = 24 * 3_600_000
const REFRESH_SECONDS = 3600
/** The library writes the hyphen before it. */
const PRODUCT = '//Kindred//Meetups//EN'

/** One meetup as a file for a mail or a card: one that is cancelled takes itself out of the calendar it is opened in. */
export function meetupFile(meetup: CalendarMeetup, now: Date): string {
  const method = meetup.isCancelled ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.PUBLISH
  return written({ method }, [meetupEvent(meetup, undefined, now)], timesOf(meetup))
}

/**
 * Everything of one feed, named as calendars show it: each series once with its rule, its meetups only where they differ
 * from what the rule gives. Meetups of other series stand alone. What is cancelled stays, and says so.
 */
export function feed(name: string, meetups: CalendarMeetup[], series: CalendarSeries[], now: Date): string {
  const seriesOf = new Map(series.map((one) => [one.id, one]))
  const events = [
    ...series.map((one) => seriesEvent(one, now)),
    ...meetups.flatMap((meetup) => {
      const of = meetup.series ? seriesOf.get(meetup.series.id) : undefined
      return of && isAsPlanned(meetup, of) ? [] : [meetupEvent(meetup, of, now)]
    }),
  ]
  // The library escapes a name as little as an address.
  const asText = clean(name)
    .replace(/[\\;,]/g, '\\$&')
    .replaceAll('\n', ' ')
  const head = { method: ICalCalendarMethod.PUBLISH, name: asText, ttl: REFRESH_SECONDS }
  return written(head, events, [...series, ...meetups].flatMap(timesOf))
}

function written(head: Parameters<typeof ical>[0], events: ICalEventData[], times: Date[]): string {
  const inOrder = times.map((at) => at.getTime()).sort((a, b) => a - b)
  const [from = 0, to = from] = [inOrder[0], inOrder.at(-1)]
  const generator = (zone: string) => vtimezone(zone, new Date(from), new Date(to))
  const calendar = ical({ ...head, prodId: PRODUCT, timezone: { name: null, generator } })
  for (const event of events) calendar.createEvent(event)
  return `${calendar.toString()}\r\n`
}

function seriesEvent(series: CalendarSeries, now: Date): ICalEventData {
  return {
    ...shown(series, now),
    id: `${series.id}@kindred`,
    timezone: series.zone,
    sequence: series.sequence,
    status: ICalEventStatus.CONFIRMED,
    repeating: series.rule,
  }
}

function meetupEvent(meetup: CalendarMeetup, of: CalendarSeries | undefined, now: Date): ICalEventData {
  const zone = of?.zone ?? meetup.zone
  const isPlain = ![meetup.startsAt, meetup.endsAt].some((at) => comesTwice(at, zone))
  return {
    ...shown(meetup, now),
    id: `${meetup.series?.id ?? meetup.id}@kindred`,
    timezone: isPlain ? zone : 'UTC',
    // A newer series would undo what is older (RFC 5545, 3.8.7.4).
    sequence: Math.max(meetup.sequence, of?.sequence ?? 0),
    status: meetup.isCancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    ...(meetup.series && { recurrenceId: placeInSeries(meetup.series.occurrenceAt, isPlain ? of : undefined) }),
  }
}

/** When an occurrence stood in its series, as the rule says it: under another time readers would show it twice. */
function placeInSeries(at: Date, of: CalendarSeries | undefined): ICalLuxonDateTimeStub {
  if (!of || !isSkipped(at, of)) return DateTime.fromJSDate(at)
  const wall = DateTime.fromJSDate(asRuled(at, of), { zone: 'utc' })
  const { zone, isValid } = wall
  const toFormat = (format: string) => wall.toFormat(format)
  // No date has a time that is skipped, so this one stays what it is when the library asks for it in the zone.
  return { zone, isValid, setZone: () => wall, toFormat, toJSDate: () => wall.toJSDate(), toJSON: () => wall.toJSON() }
}

/** Whether clocks skip the time of day of an occurrence, so that it takes place later. Readers differ in how much later. */
function isSkipped(at: Date, of: CalendarSeries): boolean {
  const ruled = asRuled(at, of)
  const isLater = ruled.getTime() !== wallClock(at, of.zone).getTime()
  return isLater && whenClocksShow(ruled, of.zone).getTime() === at.getTime()
}

/** What clocks would show at an occurrence if none were skipped: the last time before it at the usual time of day. */
function asRuled(at: Date, of: CalendarSeries): Date {
  const usual = wallClock(of.startsAt, of.zone).getTime()
  const since = wallClock(at, of.zone).getTime() - usual
  return new Date(usual + Math.floor(since / DAY_MS) * DAY_MS)
}

/** What a meetup and a series have in common. A plain `Date` the library would write by the clocks of this machine. */
function shown(event: CalendarMeetup | CalendarSeries, now: Date): ICalEventData {
  return {
    start: DateTime.fromJSDate(event.startsAt),
    end: DateTime.fromJSDate(event.endsAt),
    stamp: now,
    lastModified: event.changedAt,
    summary: clean(event.title),
    ...(event.description && { description: clean(event.description) }),
    ...(event.place && { location: clean(event.place) }),
    // The library takes an address for words: what it would put a backslash before is written in another way.
    url: new URL(event.url).href.replace(/[,;\\]/g, encodeURIComponent),
  }
}

function timesOf(event: CalendarMeetup | CalendarSeries): Date[] {
  const stoodAt = 'series' in event && event.series ? [event.series.occurrenceAt] : []
  return [event.startsAt, event.endsAt, ...stoodAt]
}

/** Whether a calendar shows a meetup rightly by the rule of its series alone. */
function isAsPlanned(meetup: CalendarMeetup, of: CalendarSeries): boolean {
  const took = (one: { startsAt: Date; endsAt: Date }) => one.endsAt.getTime() - one.startsAt.getTime()
  return (
    !meetup.isCancelled &&
    meetup.startsAt.getTime() === meetup.series?.occurrenceAt.getTime() &&
    took(meetup) === took(of) &&
    !isSkipped(meetup.startsAt, of) &&
    meetup.title === of.title &&
    meetup.description === of.description &&
    meetup.place === of.place
  )
}

/** Clocks that go back show an hour twice: the second cannot be said by them, and readers differ in which one it is. */
function comesTwice(at: Date, zone: string): boolean {
  return DateTime.fromJSDate(at, { zone }).getPossibleOffsets().length > 1
}

/** Words without what could end their line in some reader's eyes: line breaks are all of one kind, and nothing is unseen. */
function clean(words: string): string {
  return words.replace(/\r\n|[\r\v\f\u0085\u2028\u2029]/g, '\n').replace(/[\p{Cs}]|(?![\n\t])\p{Cc}/gu, '')
}
