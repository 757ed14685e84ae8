import { type CalendarMeetup, type CalendarSeries, feed } from '../calendar.ts'
import type { RsvpState } from '../core/meetup.ts'
import type { WithStanding } from '../store/communities.ts'
import type { Store } from '../store/store.ts'
import { inCalendar, seriesInCalendar } from './files.ts'
import type { Here } from './seats.ts'

/** What stands before a title in somebody's own calendar: they do not come for certain. */
const BEFORE_TITLE: Partial<Record<RsvpState, string>> = {
  maybe: 'Maybe: ',
  waiting: 'Waitlist: ',
  offered: 'A seat is kept for you: ',
}

/** Whether everybody may read when a community meets. */
export function hasCalendar({ state, visibility, sensitive }: WithStanding): boolean {
  return state === 'open' && visibility === 'open' && !sensitive
}

/** When a community meets, for everybody's calendar; undefined where not everybody may find it. */
export async function communityFeed(here: Here, words: string): Promise<string | undefined> {
  const { store, now } = here
  const found = await store.communities.find(words, words, '')
  if (!found || !hasCalendar(found)) return undefined
  const meetups = await store.calendars.ofCommunity(found.id, now)
  const shown = meetups.map((meetup) => inCalendar(here, meetup, found, false))
  return feed(found.name, shown, await seriesOf(store, shown), lastChange(shown))
}

/** What somebody comes to, or might, for their own calendar; undefined for an address that leads to nobody. */
export async function ownFeed(here: Here, token: string): Promise<string | undefined> {
  const { store, now } = here
  const personId = await store.calendars.personOf(token)
  if (personId === undefined) return undefined
  const { name } = await store.organization.get()
  const shown = (await store.calendars.ofPerson(personId, now)).map((meetup) => {
    const { answer } = meetup
    const one = inCalendar(here, meetup, meetup, answer === 'going' || answer === 'came')
    return { ...one, title: `${BEFORE_TITLE[answer] ?? ''}${one.title}` }
  })
  return feed(`Your meetups: ${name}`, shown, [], lastChange(shown))
}

/** The series these belong to, each in the words of its first meetup that nobody has changed since it was planned. */
async function seriesOf(store: Store, meetups: CalendarMeetup[]): Promise<CalendarSeries[]> {
  const like = new Map<string, CalendarMeetup>()
  const first = meetups.filter(({ isCancelled, sequence }) => !isCancelled && sequence === 0)
  for (const meetup of [...first, ...meetups])
    if (meetup.series && !like.has(meetup.series.id)) like.set(meetup.series.id, meetup)
  const all = await store.calendars.series([...like.keys()])
  return all.flatMap((one) => {
    const words = like.get(one.id)
    return words ? [seriesInCalendar(one, words)] : []
  })
}

/** A feed is written as of its last change, so that it is the same, letter by letter, until the next. */
function lastChange(meetups: CalendarMeetup[]): Date {
  return new Date(Math.max(0, ...meetups.map(({ changedAt }) => changedAt.getTime())))
}
