/** From a first idea to what is over. `finding`: a ballot looks for a time. */
export type MeetupState = 'draft' | 'proposed' | 'finding' | 'planned' | 'over' | 'cancelled' | 'declined'

/** Whose turn it is on a waitlist: who said yes first, or first of all who has not been there before. */
export const MEETUP_TURNS = ['arrival', 'new'] as const
export type MeetupTurns = (typeof MEETUP_TURNS)[number]

/** What its author writes. */
export interface WrittenMeetup {
  title: string
  /** Empty while a time is looked for. */
  startsAt: Date | null
  minutes: number
  zone: string
  place: string | null
  /** Only who says yes is shown the place. */
  placeHidden: boolean
  /** Seats; empty where any number may come. */
  capacity: number | null
  /** So many more each may bring. */
  guests: number
  description: string | null
  access: string | null
  /** Who receives people, in words; left out, the author does. */
  host: string | null
  /** The longest time for which a seat is offered. */
  offerMinutes: number
}

/** A meetup as a community holds it. */
export interface Meetup extends WrittenMeetup {
  id: string
  communityId: string
  partnerId: string | null
  /** Since when the partner meets with it. */
  joinedAt: Date | null
  state: MeetupState
  authorId: string | null
  byStaff: boolean
  turns: MeetupTurns
  seriesId: string | null
  occurrenceAt: Date | null
  ballotId: string | null
  sequence: number
  lastNumber: number
  code: string | null
  notes: string | null
  photos: string | null
  came: number | null
  createdAt: Date
  changedAt: Date
  announcedAt: Date | null
  /** When it was shown in rooms; of a series only the next one is. */
  shownAt: Date | null
}

/** A meetup that has a time. */
export type TimedMeetup = Meetup & { startsAt: Date }

/** What somebody answered, and what became of it. `lapsed`: an offer ran out; `came`: they were there without an answer. */
export type RsvpState = 'going' | 'offered' | 'waiting' | 'maybe' | 'no' | 'lapsed' | 'came'

/** What one person answered to one meetup. */
export interface Rsvp {
  personId: string
  state: RsvpState
  guests: number
  /** In which order the database took those who said yes. */
  number: number | null
  been: boolean
  offeredUntil: Date | null
  passedOver: boolean
  askedFewer: boolean
  remind: boolean | null
  checkedInAt: Date | null
  worth: boolean | null
  hostsNext: boolean
}

const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** What a meetup can be: its longest, and how far ahead it is planned. */
export const MEETUP_LIMITS = {
  minutes: { min: 5, max: 14 * 24 * 60 },
  aheadMs: 2 * 366 * DAY_MS,
  capacity: { min: 1, max: 100_000 },
  guests: { max: 20 },
  offerMinutes: { min: 10, max: 14 * 24 * 60 },
} as const

/** A seat is offered for so long where nothing else was said. */
export const OFFER_MINUTES = 12 * 60

/** Places where a platform lists events that everybody there sees, and where a message can have a thread under it. */
export const MIRRORED_ON: readonly string[] = ['discord']
export const THREADS_ON: readonly string[] = ['discord', 'slack']

/** When those who asked for it are reminded. */
export const REMINDERS_MS = { dayBefore: DAY_MS, hourBefore: HOUR_MS } as const

/** Whoever is there can check in from so long before it starts until so long after it ends. */
const CHECK_IN_MS = { before: 2 * HOUR_MS, after: 12 * HOUR_MS }

/** Names of who came are kept for so many months. */
export const ATTENDANCE_MONTHS = 6

export function isTimed(meetup: Meetup): meetup is TimedMeetup {
  return meetup.startsAt !== null
}

/** When it ends. */
export function endOf({ startsAt, minutes }: Pick<TimedMeetup, 'startsAt' | 'minutes'>): Date {
  return new Date(startsAt.getTime() + minutes * MINUTE_MS)
}

/** Answers are taken until it ends; seats are offered until it starts. */
export function takesAnswers(meetup: Meetup, now: Date): meetup is TimedMeetup {
  return meetup.state === 'planned' && isTimed(meetup) && now < endOf(meetup)
}

/** Whether whoever is there can check in. */
export function takesCheckIns(meetup: Meetup, now: Date): boolean {
  if (!isTimed(meetup) || (meetup.state !== 'planned' && meetup.state !== 'over')) return false
  const { before, after } = CHECK_IN_MS
  return meetup.startsAt.getTime() - before <= now.getTime() && now.getTime() < endOf(meetup).getTime() + after
}

/** The communities that meet: one, or two once the second has joined in. */
export function communitiesOf({ communityId, partnerId, joinedAt }: Meetup): string[] {
  return partnerId !== null && joinedAt !== null ? [communityId, partnerId] : [communityId]
}

/** Short of this nobody could answer an offer. */
const OFFER_MIN_MS = 10 * MINUTE_MS

/**
 * Until when a seat is offered: for as long as was set, near the start for a quarter of the time that is left, and never past
 * the start.
 */
export function offerUntil(
  { startsAt, offerMinutes }: Pick<TimedMeetup, 'startsAt' | 'offerMinutes'>,
  now: Date,
): Date {
  const left = startsAt.getTime() - now.getTime()
  const ms = Math.min(offerMinutes * MINUTE_MS, Math.max(left / 4, OFFER_MIN_MS), left)
  return new Date(now.getTime() + Math.floor(ms))
}
