import * as chrono from 'chrono-node'
import { DateTime } from 'luxon'
import { oneLine } from './words.ts'

const SPAN = /^(?:in )?(\d{1,4}) ?(m|min|minutes?|h|hours?|d|days?|w|weeks?)$/i

/** Where only a day is named. */
const USUAL_HOUR = 18

/**
 * A time in people's words ("3 days", "next Friday 18:30", "2026-03-01 9:00"), by the clocks of a zone; undefined when there
 * is none in them. Days and weeks keep the time of day when clocks are changed on the way.
 */
export function timeIn(typed: string, now: Date, zone: string): Date | undefined {
  const words = oneLine(typed)
  const here = DateTime.fromJSDate(now, { zone })
  const [, amount, unit = ''] = SPAN.exec(words) ?? []
  if (amount !== undefined) return here.plus({ [unitOf(unit)]: Number(amount) }).toJSDate()
  const [found] = chrono.en.GB.parse(words, { instant: now, timezone: here.offset }, { forwardDate: true })
  if (!found) return undefined
  const { start } = found
  if (start.isCertain('timezoneOffset')) return start.date()
  // Read as fields on the wall: chrono knows one offset only, and theirs may be another on that day.
  const [year, month, day] = [start.get('year'), start.get('month'), start.get('day')]
  if (year === null || month === null || day === null) return undefined
  const [hour, minute] = start.isCertain('hour') ? [start.get('hour') ?? 0, start.get('minute') ?? 0] : [USUAL_HOUR, 0]
  const at = DateTime.fromObject({ year, month, day, hour, minute }, { zone })
  return at.isValid ? at.toJSDate() : undefined
}

/** When the month of a time begins, and when the next one does, by the clocks of a zone. */
export function monthOf(now: Date, zone: string): { from: Date; to: Date } {
  const start = DateTime.fromJSDate(now, { zone }).startOf('month')
  return { from: start.toJSDate(), to: start.plus({ months: 1 }).toJSDate() }
}

/** The month of a time by its name, in a zone. */
export function monthNamed(now: Date, zone: string): string {
  return DateTime.fromJSDate(now, { zone }).setLocale('en').toFormat('LLLL')
}

/** The month of a time as it is kept: 2026-07. */
export function monthKey(now: Date, zone: string): string {
  return DateTime.fromJSDate(now, { zone }).toFormat('yyyy-MM')
}

/** The two quarters before the one of a time, the later first, by the clocks of a zone. */
export function quartersBefore(now: Date, zone: string): [{ from: Date; to: Date }, { from: Date; to: Date }] {
  const start = DateTime.fromJSDate(now, { zone }).startOf('quarter')
  const [last, before] = [start.minus({ quarters: 1 }), start.minus({ quarters: 2 })]
  return [
    { from: last.toJSDate(), to: start.toJSDate() },
    { from: before.toJSDate(), to: last.toJSDate() },
  ]
}

function unitOf(unit: string): 'minutes' | 'hours' | 'days' | 'weeks' {
  const first = unit.toLowerCase()[0]
  return first === 'm' ? 'minutes' : first === 'h' ? 'hours' : first === 'd' ? 'days' : 'weeks'
}

/** How long something takes, in minutes ("2 hours", "90 min", "1 h 30"); undefined where it says nothing of the kind. */
export function minutesIn(typed: string): number | undefined {
  const words = oneLine(typed).toLowerCase().replace(',', '.')
  const [, only, unit = 'm'] = /^(\d{1,5}(?:\.\d)?) ?(m|min|minutes?|h|hours?|d|days?)?$/.exec(words) ?? []
  if (only !== undefined)
    return Math.round(Number(only) * MINUTES_OF[unit[0] === 'h' ? 'h' : unit[0] === 'd' ? 'd' : 'm'])
  const [, hours, minutes] = /^(\d{1,3}) ?h(?:ours?)?(?: and)? ?(\d{1,2}) ?(?:m|min|minutes?)?$/.exec(words) ?? []
  return hours === undefined ? undefined : Number(hours) * MINUTES_OF.h + Number(minutes)
}

const MINUTES_OF = { m: 1, h: 60, d: 1_440 }

/** Another occurrence of a series moved as one of them was: by so many days, to that time of day, on the clocks of its zone. */
export function movedAlike(other: Date, from: Date, to: Date, zone: string): Date {
  const [before, after] = [from, to].map((at) => DateTime.fromJSDate(at, { zone }))
  if (!before || !after) return other
  const days = Math.round(after.startOf('day').diff(before.startOf('day'), 'days').days)
  const { hour, minute } = after
  return DateTime.fromJSDate(other, { zone }).plus({ days }).set({ hour, minute }).toJSDate()
}
