import { DateTime } from 'luxon'
import { ATTENDANCE_MONTHS } from './meetup.ts'
import type { Organization } from './organization.ts'

/** The times before which things are kept no longer. */
export interface KeptSince {
  /** Of people who were not seen and are in nothing. */
  people: Date
  audit: Date
  /** Of what was sent, or could not be. */
  sent: Date
  /** Of seeds that did not open, and of what was looked for and not found. */
  seeds: Date
}

/** How long an organization may choose to keep each thing: the fewest and the most months, or days. */
export const KEEPING = {
  peopleMonths: [6, 120],
  auditMonths: [6, 120],
  sentDays: [30, 730],
  seedsMonths: [1, 120],
} as const

/** Since when things are kept, as the organization decided. */
export function keptSince(organization: Organization, now: Date): KeptSince {
  const months = (count: number) => DateTime.fromJSDate(now, { zone: 'utc' }).minus({ months: count }).toJSDate()
  const { keepPeopleMonths, keepAuditMonths, keepSentDays, keepSeedsMonths } = organization
  return {
    people: months(keepPeopleMonths),
    audit: months(keepAuditMonths),
    sent: new Date(now.getTime() - keepSentDays * 86_400_000),
    seeds: months(keepSeedsMonths),
  }
}

/** So many months after it was told what came of a question, answers to it are forgotten; and after so many all answers. */
const ANSWER_MONTHS = { told: 6, all: 24 }

/** Since when it is kept what people answered to content: the same for everybody, and longer than two quarters are compared. */
export function answersSince(now: Date): { told: Date; all: Date } {
  const months = (count: number) => DateTime.fromJSDate(now, { zone: 'utc' }).minus({ months: count }).toJSDate()
  return { told: months(ANSWER_MONTHS.told), all: months(ANSWER_MONTHS.all) }
}

/** Since when it is kept who came to meetups: the same for everybody. */
export function attendanceSince(now: Date): Date {
  return DateTime.fromJSDate(now, { zone: 'utc' }).minus({ months: ATTENDANCE_MONTHS }).toJSDate()
}
