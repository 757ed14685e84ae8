import ICAL from 'ical.js'

/** A file as another program reads it: with the zones it brings along, and none of this machine. */
export interface ReadCalendar {
  root: ICAL.Component
  events: ICAL.Event[]
}

/** The name of a calendar: ical.js does not know that it is text, and leaves its backslashes to us. */
export function nameOf(root: ICAL.Component): string {
  return String(root.getFirstPropertyValue('name') ?? '').replace(/\\(.)/g, '$1')
}

/** Reads a file with ical.js, which is not what wrote it. */
export function readCalendar(file: string): ReadCalendar {
  ICAL.TimezoneService.reset()
  const root = new ICAL.Component(ICAL.parse(file))
  for (const zone of root.getAllSubcomponents('vtimezone')) ICAL.TimezoneService.register(zone)
  return { root, events: root.getAllSubcomponents('vevent').map((event) => new ICAL.Event(event)) }
}

/** One meetup as a calendar shows it, in UTC and to the minute. */
export interface Shown {
  start: string
  end: string
  title: string
  status: string
}

/** All that a calendar shows of a file, series laid out, by time. */
export function shownBy(file: string): Shown[] {
  const { events } = readCalendar(file)
  const masters = new Map(events.filter((event) => !event.isRecurrenceException()).map((event) => [event.uid, event]))
  const alone: ICAL.Event[] = []
  for (const event of events.filter((one) => one.isRecurrenceException())) {
    const master = masters.get(event.uid)
    if (master) master.relateException(event)
    else alone.push(event)
  }
  return [
    ...[...masters.values()].flatMap(occurrencesOf),
    ...alone.map((event) => shown(event, event.startDate, event.endDate)),
  ].sort((a, b) => a.start.localeCompare(b.start))
}

function occurrencesOf(event: ICAL.Event): Shown[] {
  if (!event.isRecurring()) return [shown(event, event.startDate, event.endDate)]
  const found: Shown[] = []
  const iterator = event.iterator()
  for (let next = iterator.next(); next; next = iterator.next()) {
    const { item, startDate, endDate } = event.getOccurrenceDetails(next)
    found.push(shown(item, startDate, endDate))
  }
  return found
}

function shown(event: ICAL.Event, start: ICAL.Time, end: ICAL.Time): Shown {
  return {
    start: start.toJSDate().toISOString().slice(0, 16),
    end: end.toJSDate().toISOString().slice(0, 16),
    title: event.summary,
    status: String(event.component.getFirstPropertyValue('status')),
  }
}
