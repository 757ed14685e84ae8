import ICAL from 'ical.js'
import { DateTime } from 'luxon'
import { expect, test } from 'vitest'
import { vtimezone } from '../src/core/vtimezone.ts'

const HOUR_MS = 3_600_000

test('the VTIMEZONE of every zone says the same as the clocks of this house, for years', () => {
  const [from, to] = [new Date('2026-12-01T00:00Z'), new Date('2031-12-01T00:00Z')]
  const wrong = Intl.supportedValuesOf('timeZone').filter((zone) => {
    const read = new ICAL.Timezone({ component: new ICAL.Component(ICAL.parse(vtimezone(zone, from, to))), tzid: zone })
    for (let time = from.getTime(); time < to.getTime(); time += 61.3 * 24 * HOUR_MS) {
      const { year, month, day, hour, offset } = DateTime.fromMillis(time, { zone })
      const wall = ICAL.Time.fromData({ year, month, day, hour })
      if (read.utcOffset(wall) !== offset * 60) return true
    }
    return false
  })
  expect(wrong).toEqual([])
})
