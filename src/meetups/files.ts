import { type CalendarMeetup, type CalendarSeries, meetupFile } from '../calendar.ts'
import { endOf, type TimedMeetup } from '../core/meetup.ts'
import { placeWords } from '../core/meetup-words.ts'
import { ruleOf } from '../core/recurrence.ts'
import type { TextFile } from '../reply.ts'
import type { WithStanding } from '../store/communities.ts'
import type { Series } from '../store/meetups.ts'
import type { Here } from './seats.ts'

/** A meetup as calendars show it, with its place only for whoever may know it. */
export function inCalendar(
  { site }: Pick<Here, 'site'>,
  meetup: TimedMeetup,
  { slug, visibility, sensitive }: Pick<WithStanding, 'slug' | 'visibility' | 'sensitive'>,
  mayKnow: boolean,
): CalendarMeetup {
  const { id, title, description, access, startsAt, zone, sequence, changedAt, seriesId, occurrenceAt } = meetup
  return {
    ...{ id, title, startsAt, zone, sequence, changedAt },
    series: seriesId !== null && occurrenceAt !== null ? { id: seriesId, occurrenceAt } : null,
    description: [description, access && `Accessibility: ${access}`].filter(Boolean).join('\n'),
    place: placeWords(meetup, mayKnow),
    endsAt: endOf(meetup),
    isCancelled: meetup.state === 'cancelled',
    // A file goes to others; it names no community that not everybody may find.
    url: slug && visibility === 'open' && !sensitive ? `${site}/c/${slug}` : site,
  }
}

/** A series as calendars show it, in the words of one of its meetups. */
export function seriesInCalendar(series: Series, like: CalendarMeetup): CalendarSeries {
  const { id, startsAt, minutes, zone, repeats, times } = series
  const { title, description, place, url, changedAt } = like
  const endsAt = endOf({ startsAt, minutes })
  return {
    id,
    startsAt,
    endsAt,
    zone,
    title,
    description,
    place,
    url,
    changedAt,
    sequence: 0,
    rule: ruleOf(startsAt, zone, repeats, { times }),
  }
}

/** A meetup as a file for a calendar; its place is in it for whoever comes. */
export function invitation(here: Here, meetup: TimedMeetup, community: WithStanding, mayKnow = false): TextFile {
  const day = meetup.startsAt.toISOString().slice(0, 10)
  const text = meetupFile(inCalendar(here, meetup, community, mayKnow), here.now)
  return { name: `meetup-${day}.ics`, type: 'text/calendar', text }
}
