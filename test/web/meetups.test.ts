import { expect, test } from 'vitest'
import { readCalendar } from '../calendar-reader.ts'
import { joins, meets, personOf } from './meetup-scene.ts'
import { opened } from './scene.ts'
import { openWebStage } from './stage.ts'

test('a meetup is planned, answered, taken along and checked in to on pages with no script', async () => {
  const stage = await openWebStage({ now: '2026-01-16T17:00:00Z' })
  const ana = await opened(stage)
  const ben = await joins(stage, 'ben@example.org')
  await meets(stage, ana, { title: 'Walk', place: 'Secret barn', 'hide-place': 'yes', capacity: '3', guests: '1' })
  await ben.opens('/c/parents-united')
  expect(ben.page?.text).toContain('Where: Place after you say yes')
  const yes = await ben.presses('Yes, I come', 'Walk')
  expect(yes.text).toContain('You come, number 1.')
  expect(yes.text).toContain('Where: Secret barn')
  await stage.settle()
  expect((await ben.opens('/c/parents-united')).text).toContain('Who comes: 1 of 3 taken')
  await ben.presses('More', 'Walk')
  await ben.presses('Bring guests')
  expect((await ben.presses('I bring 1 guest')).text).toContain('You come with 1 guest')

  await ben.presses('Calendar file')
  const link = ben.page?.$('a[download]').attr('href') ?? ''
  const { headers, body } = await ben.follows('Take the file')
  expect(headers.get('content-type')).toBe('text/calendar; charset=utf-8')
  expect(headers.get('content-disposition')).toBe('attachment; filename="meetup-2026-01-16.ics"')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(readCalendar(body).events.map(({ summary, location }) => [summary, location])).toEqual([
    ['Walk', 'Secret barn'],
  ])
  // Nobody else's, though they are in the same community.
  expect((await ana.opens(link)).status).toBe(404)

  await ana.opens('/do/meetups')
  await ana.presses('Walk')
  await ana.presses('Look after it')
  const [code = ''] = /\b\d{6}\b/.exec((await ana.presses('Code to check in')).text) ?? []
  await ben.opens('/do/check-in')
  expect((await ben.sends({ code: '000000' })).status).toBe(422)
  expect((await ben.sends({ code })).text).toContain('You are checked in to Walk.')
  const id = await personOf(stage, 'ben@example.org')
  expect(await stage.read(async (store) => (await store.calendars.ofPerson(id, stage.now()))[0]?.answer)).toBe('going')
  const failures = stage.failures
  await stage.close()
  expect(failures).toEqual([])
})
