import { Info } from 'luxon'

const DAY_MS = 24 * 3_600_000

/** How far the clocks of a zone are ahead of UTC at a moment, in milliseconds. */
export function aheadOfUtc(at: Date, zone: string): number {
  return Info.normalizeZone(zone).offset(at.getTime()) * 60_000
}

/** What the clocks of a zone show at a moment, as a date whose UTC fields are that day and time. */
export function wallClock(at: Date, zone: string): Date {
  return new Date(at.getTime() + aheadOfUtc(at, zone))
}

/**
 * The moment at which the clocks of a zone show a day and time (its UTC fields). One that is skipped when clocks go forward
 * is as much later as they do, and of one that comes twice it is the first: so iCalendar reads them, and luxon does not
 * promise to.
 */
export function whenClocksShow(wall: Date, zone: string): Date {
  const shown = wall.getTime()
  const before = aheadOfUtc(new Date(shown - DAY_MS), zone)
  const after = aheadOfUtc(new Date(shown + DAY_MS), zone)
  const early = new Date(shown - before)
  const late = new Date(shown - after)
  const isOnlyLate = aheadOfUtc(early, zone) !== before && aheadOfUtc(late, zone) === after
  return isOnlyLate ? late : early
}
