import { DateTime } from 'luxon'
import { z } from 'zod'
import { ON_THE_WEB } from './person.ts'
import { Refusal } from './refusal.ts'
import { say, type Text } from './say.ts'

/** How somebody hears of something: what the community's room says anyway is enough, in private, by mail, or not at all. */
export type Way = 'room' | 'chat' | 'mail' | 'none'

/** One kind of notice. Of its ways the first holds until a person chooses another. */
interface Kind {
  label: Text
  ways: readonly [Way, ...Way[]]
  /** Somebody else waits for it, or they themselves: it comes while they have paused everything, too. */
  evenPaused?: true
}

/** What people are told of, and the ways each can take. What somebody else waits for can be turned to mail, never off. */
export const NOTICES = {
  answered: { label: say`Your request was answered`, ways: ['chat', 'mail'], evenPaused: true },
  opened: { label: say`A community of yours has opened`, ways: ['chat', 'mail', 'room'] },
  asked: { label: say`Someone asks to join`, ways: ['chat', 'mail'], evenPaused: true },
  offered: { label: say`Something is offered to a community I look after`, ways: ['chat', 'mail'], evenPaused: true },
  topic: { label: say`What becomes of a topic or an answer of yours`, ways: ['chat', 'mail', 'none'] },
  ballot: { label: say`A ballot opens, or is decided`, ways: ['room', 'chat', 'mail', 'none'] },
  closing: { label: say`A ballot I have not voted on closes soon`, ways: ['chat', 'mail', 'none'] },
  meetup: { label: say`A meetup is announced`, ways: ['room', 'chat', 'mail', 'none'] },
  soon: { label: say`A meetup I want to be reminded of is soon`, ways: ['chat', 'mail', 'none'] },
  seat: { label: say`A seat at a meetup is free for me`, ways: ['chat', 'mail'], evenPaused: true },
  changed: { label: say`A meetup I answered is changed or cancelled`, ways: ['chat', 'mail'], evenPaused: true },
  delegate: { label: say`Somebody wants me to vote for them, or answers me`, ways: ['chat', 'mail'] },
  address: { label: say`My address does not work somewhere`, ways: ['chat', 'mail'] },
  ended: { label: say`A tool I said yes to is told of me no more`, ways: ['chat', 'mail'], evenPaused: true },
  digest: { label: say`The digest of a community`, ways: ['room', 'chat', 'mail', 'none'] },
  'looking-after': { label: say`News for who looks after a community`, ways: ['chat', 'mail', 'none'] },
} as const satisfies Record<string, Kind>

/** A kind of notice, by its short name. */
export type NoticeKind = keyof typeof NOTICES

/** All kinds, in the order in which people see them. */
// Object.keys of a constant table gives its own keys and no others.
export const NOTICE_KINDS = Object.keys(NOTICES) as NoticeKind[]

/** What holds for a kind. */
export function kindOf(name: NoticeKind): Kind {
  return NOTICES[name]
}

/** What people call a way; what is told in private stands on a page of its own on the web. */
export function wayLabel(way: Way, platform = ''): Text {
  switch (way) {
    case 'room':
      return say`only in its room`
    case 'chat':
      return platform === ON_THE_WEB.platform ? say`under Notices` : say`here, in private`
    case 'mail':
      return say`by mail`
    case 'none':
      return say`not at all`
    default:
      return way satisfies never
  }
}

/** The way a person is told: the one they chose where the kind can take it, else the kind's first. */
export function wayOf(kind: NoticeKind, chosen: string | null | undefined): Way {
  const { ways } = kindOf(kind)
  return ways.find((way) => way === chosen) ?? ways[0]
}

/** Refuses a way that a kind cannot take. */
export function checkWay(kind: NoticeKind, way: Way): void {
  const { label, ways } = kindOf(kind)
  if (!ways.includes(way)) throw new Refusal(say`“${label}” can't be told ${wayLabel(way)}.`)
}

/** Between these times of a person's day notices wait, "22:00" to "08:00". */
export interface Quiet {
  from: string
  to: string
}

/** A time of day as people type it, kept as "08:00". */
export const timeOfDay = z
  .string()
  .trim()
  .regex(/^([01]?\d|2[0-3])[:.][0-5]\d$/, { error: 'must be a time such as 22:00' })
  .transform((typed) => typed.replace('.', ':').padStart(5, '0'))

const DAY_MINUTES = 24 * 60

/** The first moment from `now` on that is not in somebody's quiet hours, by the clock on their wall. */
export function notBefore(now: Date, quiet: Quiet | null, zone: string): Date {
  if (!quiet || !isQuiet(now, quiet, zone)) return now
  const minute = DateTime.fromJSDate(now, { zone }).startOf('minute')
  const left = (minutesOf(quiet.to) - minutesAt(minute) + DAY_MINUTES) % DAY_MINUTES
  const end = minute.plus({ minutes: left })
  if (end.offset === minute.offset) return end.toJSDate()
  // The clocks are changed on the way. That may itself end the quiet; else what is left is counted from there.
  return notBefore(changeBetween(minute, end).toJSDate(), quiet, zone)
}

/** The minute at which the clocks are changed between two times. */
function changeBetween(before: DateTime, after: DateTime): DateTime {
  const minutes = Math.round(after.diff(before, 'minutes').minutes)
  if (minutes <= 1) return after
  const middle = before.plus({ minutes: Math.floor(minutes / 2) })
  return middle.offset === before.offset ? changeBetween(middle, after) : changeBetween(before, middle)
}

function isQuiet(at: Date, quiet: Quiet, zone: string): boolean {
  const [from, to, clock] = [minutesOf(quiet.from), minutesOf(quiet.to), minutesAt(DateTime.fromJSDate(at, { zone }))]
  return from <= to ? from <= clock && clock < to : from <= clock || clock < to
}

function minutesAt({ hour, minute }: DateTime): number {
  return hour * 60 + minute
}

function minutesOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  return hour * 60 + minute
}
