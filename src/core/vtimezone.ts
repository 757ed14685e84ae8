import { aheadOfUtc } from './wall-clock.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** Nowhere are clocks changed twice within so long; the shortest time between two is Morocco's Ramadan. */
const STEP_MS = 14 * DAY_MS
/** With one year before there is a change before the first event; in so many after each rule shows which one it is. */
const YEARS_BEFORE = 1
const YEARS_AFTER = 8
const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']

/** One change of the clocks: what they show until then, and how far they are ahead of UTC before and after. */
interface Change {
  wall: Date
  from: number
  to: number
}

/**
 * The VTIMEZONE of a zone, right for everything from one moment to another. It is made from the clocks this house goes by,
 * so that a file never says another time than the house: tables of their own are of another year than these, and give zones
 * such as Asia/Jerusalem, whose changes no yearly weekday describes, a wrong one.
 */
export function vtimezone(zone: string, from: Date, to: Date): string {
  const years = [from.getUTCFullYear() - YEARS_BEFORE, to.getUTCFullYear() + YEARS_AFTER] as const
  const start = new Date(Date.UTC(years[0], 0, 1))
  const changes = changesBetween(zone, start, new Date(Date.UTC(years[1], 0, 1)))
  const names = [...new Set(changes.map(kindOf))]
  const observances = names.flatMap((name) => {
    const kind = changes.filter((change) => kindOf(change) === name)
    const rule = kind.length === years[1] - years[0] ? yearlyRule(kind) : undefined
    return rule ? kind.slice(0, 1).map((change) => observance(change, rule)) : kind.map((change) => observance(change))
  })
  const offset = aheadOfUtc(start, zone)
  const isKnown = changes.some((change) => change.wall.getTime() - change.from <= from.getTime())
  const before = isKnown ? [] : [observance({ wall: start, from: offset, to: offset })]
  return ['BEGIN:VTIMEZONE', `TZID:${zone}`, ...before, ...observances, 'END:VTIMEZONE'].join('\r\n')
}

function kindOf(change: Change): string {
  return `${change.from} ${change.to}`
}

function changesBetween(zone: string, start: Date, end: Date): Change[] {
  const changes: Change[] = []
  let from = aheadOfUtc(start, zone)
  for (let at = start.getTime(); at < end.getTime(); at += STEP_MS) {
    const to = aheadOfUtc(new Date(at + STEP_MS), zone)
    if (from !== to) changes.push({ wall: new Date(endOf(from, zone, at, at + STEP_MS) + from), from, to })
    from = to
  }
  return changes
}

/** The minute between two moments at which clocks stop being so far ahead of UTC. */
function endOf(ahead: number, zone: string, start: number, end: number): number {
  let [early, late] = [start, end]
  while (late - early > MINUTE_MS) {
    const middle = Math.floor((early + late) / 2 / MINUTE_MS) * MINUTE_MS
    if (aheadOfUtc(new Date(middle), zone) === ahead) early = middle
    else late = middle
  }
  return late
}

/** The rule that gives changes of one kind, where it is the same weekday of the same month at the same time every year. */
function yearlyRule(kind: Change[]): string | undefined {
  const places = kind.map(({ wall }) => {
    const day = wall.getUTCDate()
    const days = new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + 1, 0)).getUTCDate()
    const at = `${wall.getUTCMonth() + 1} ${wall.toISOString().slice(11)} ${WEEKDAYS[wall.getUTCDay()]}`
    return {
      at,
      month: wall.getUTCMonth() + 1,
      weekday: WEEKDAYS[wall.getUTCDay()],
      nth: Math.ceil(day / 7),
      isLast: day + 7 > days,
    }
  })
  const [one] = places
  if (!one || places.some(({ at }) => at !== one.at)) return undefined
  const rule = (nth: number) => `FREQ=YEARLY;BYMONTH=${one.month};BYDAY=${nth}${one.weekday}`
  if (places.every(({ isLast }) => isLast)) return rule(-1)
  return places.every(({ nth }) => nth === one.nth) ? rule(one.nth) : undefined
}

function observance({ wall, from, to }: Change, rule?: string): string {
  const kind = to > from ? 'DAYLIGHT' : 'STANDARD'
  const lines = [
    `BEGIN:${kind}`,
    `DTSTART:${wall.toISOString().slice(0, 19).replace(/[-:]/g, '')}`,
    `TZOFFSETFROM:${offsetWords(from)}`,
    `TZOFFSETTO:${offsetWords(to)}`,
    ...(rule ? [`RRULE:${rule}`] : []),
    `END:${kind}`,
  ]
  return lines.join('\r\n')
}

function offsetWords(ms: number): string {
  const minutes = Math.abs(ms) / MINUTE_MS
  const two = (n: number) => String(n).padStart(2, '0')
  return `${ms < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`
}
