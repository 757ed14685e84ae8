import { DateTime } from 'luxon'

/** When a job runs, as data: node-cron's expression and the rehearsal clock's next time are both made from it. */
export type Schedule = { every: 'minute' } | { daily: string; zone: string }

/** The schedule in cron's notation, with the zone it is read in. */
export function cronOf(schedule: Schedule): { expression: string; timezone: string } {
  if ('every' in schedule) return { expression: '* * * * *', timezone: 'UTC' }
  const [hour, minute] = clockOf(schedule.daily)
  return { expression: `${minute} ${hour} * * *`, timezone: schedule.zone }
}

/** The first time of a daily schedule after `after`; a clock time skipped by daylight saving falls on the next hour. */
export function nextDaily(schedule: { daily: string; zone: string }, after: Date): Date {
  const [hour, minute] = clockOf(schedule.daily)
  const local = DateTime.fromJSDate(after, { zone: schedule.zone })
  const today = local.set({ hour, minute, second: 0, millisecond: 0 })
  return (today > local ? today : today.plus({ days: 1 }).set({ hour, minute })).toJSDate()
}

/** When a day began in a zone: today for 0, the one before for 1. */
export function midnight(now: Date, zone: string, daysAgo = 0): Date {
  return DateTime.fromJSDate(now, { zone }).minus({ days: daysAgo }).startOf('day').toJSDate()
}

function clockOf(daily: string): [number, number] {
  const [hour = 0, minute = 0] = daily.split(':').map(Number)
  return [hour, minute]
}

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/** The milliseconds of "3d", "90m", "2w"; undefined when it is none. */
export function durationMs(words: string): number | undefined {
  const match = /^(\d{1,6})([smhdw])$/.exec(words)
  if (!match) return undefined
  // The pattern lets only these letters through.
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS]
}
