import type { Context } from '../command.ts'
import { isTimed, type Meetup, OFFER_MINUTES, type WrittenMeetup } from '../core/meetup.ts'
import {
  capacityOf,
  meetupLength,
  meetupTime,
  meetupTitle,
  offerLength,
  orNone,
  timesWords,
} from '../core/meetup-wish.ts'
import { OCCURRENCES_MAX, occurrences, type Repeats } from '../core/recurrence.ts'
import { Refusal } from '../core/refusal.ts'
import { say } from '../core/say.ts'
import { linkOf } from '../core/topic.ts'
import type { Series } from '../store/meetups.ts'

/** What somebody typed; what was left out stays as it was, or is as usual. */
export interface MeetupWords {
  title?: string | undefined
  when?: string | undefined
  place?: string | undefined
  capacity?: string | undefined
  description?: string | undefined
  length?: string | undefined
  'hide-place'?: boolean | undefined
  guests?: number | undefined
  access?: string | undefined
  host?: string | undefined
  offer?: string | undefined
  repeat?: Repeats | 'no' | undefined
  until?: string | undefined
  times?: number | undefined
  /** Another community that meets with theirs. */
  with?: string | undefined
}

/** A meetup as it will be kept, how it repeats, and between which times members choose where none was settled. */
export interface Wish {
  written: WrittenMeetup
  series: Omit<Series, 'id'> | undefined
  times: Date[]
}

const USUAL_MINUTES = 120

/** What will be kept of a meetup, from what was typed and what stood there before. */
export function writtenOf(context: Context, typed: MeetupWords, before?: Meetup, series?: Series): Wish {
  const { now, caller, organization } = context
  const zone = before?.zone ?? caller.zone ?? organization.zone
  const words = typed.when === undefined ? [] : timesWords(typed.when)
  const times = words.map((one) => meetupTime(one, now, zone))
  if (times.length > 1 && before?.announcedAt) throw new Refusal(say`Give one time; it is announced already.`, 'when')
  const [first] = times
  const startsAt = times.length > 1 ? null : (first ?? before?.startsAt ?? null)
  const place = typed.place === undefined ? (before?.place ?? null) : orNone(typed.place)
  const written: WrittenMeetup = {
    title: typed.title === undefined ? (before?.title ?? '') : meetupTitle(typed.title),
    startsAt,
    minutes: typed.length === undefined ? (before?.minutes ?? USUAL_MINUTES) : meetupLength(typed.length),
    zone,
    place,
    placeHidden: place !== null && (typed['hide-place'] ?? before?.placeHidden ?? false),
    capacity: typed.capacity === undefined ? (before?.capacity ?? null) : capacityOf(typed.capacity),
    guests: typed.guests ?? before?.guests ?? 0,
    description: typed.description === undefined ? (before?.description ?? null) : orNone(typed.description),
    access: typed.access === undefined ? (before?.access ?? null) : orNone(typed.access),
    host: typed.host === undefined ? (before?.host ?? null) : orNone(typed.host),
    offerMinutes: typed.offer === undefined ? (before?.offerMinutes ?? OFFER_MINUTES) : offerLength(typed.offer),
  }
  if (written.capacity !== null && written.guests >= written.capacity)
    throw new Refusal(
      say`Who comes with ${{ count: written.guests, one: 'guest', other: 'guests' }} would need more seats than there are.`,
      'guests',
    )
  return { written, series: repeated(written, typed, series, now), times: times.length > 1 ? times : [] }
}

/** How it repeats: `times` in all. */
function repeated(
  { startsAt, minutes, zone }: WrittenMeetup,
  { repeat, until, times }: MeetupWords,
  before: Series | undefined,
  now: Date,
): Omit<Series, 'id'> | undefined {
  const repeats = repeat ?? before?.repeats ?? 'no'
  if (repeats === 'no') {
    if (until !== undefined || times !== undefined)
      throw new Refusal(say`How does it repeat? Say weekly, fortnightly or monthly.`, 'repeat')
    return undefined
  }
  if (startsAt === null) throw new Refusal(say`What repeats needs one time to begin with.`, 'when')
  const end = until === undefined ? undefined : meetupTime(until, now, zone, 'until')
  const count = end ? occurrences(startsAt, zone, repeats, { until: end }).length : (times ?? before?.times)
  if (count === undefined) throw new Refusal(say`Until when does it repeat? Give a day, or how many times.`, 'until')
  if (count < 2) throw new Refusal(say`By then it would take place once only. Give a later day.`, 'until')
  if (count > OCCURRENCES_MAX)
    throw new Refusal(say`It can be planned ${OCCURRENCES_MAX} times at most; that would be ${count}.`, 'until')
  return { repeats, times: count, startsAt, minutes, zone }
}

/** Where pictures of it are. */
export const photosOf = (typed: string): string => linkOf(typed)

/** What people who answered are told of: another time or place. */
export function isMoved(before: Meetup, after: WrittenMeetup): boolean {
  const isLater = isTimed(before) && after.startsAt !== null && before.startsAt.getTime() !== after.startsAt.getTime()
  return isLater || before.minutes !== after.minutes || before.place !== after.place
}
