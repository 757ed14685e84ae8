import { afterEach, beforeEach, expect, test } from 'vitest'
import { opened } from './scene.ts'
import { openWebStage, type WebStage } from './stage.ts'

/** As long as the options of the command allow. */
const [TITLE, PLACE, WORDS, ACCESS] = ['<'.repeat(100), '&'.repeat(100), '"'.repeat(1_000), 'x'.repeat(500)]

let stage: WebStage
beforeEach(async () => {
  stage = await openWebStage()
})
afterEach(async () => {
  await stage.close()
  expect(stage.failures).toEqual([])
})

test('a meetup with the longest words stands whole on the page of its community, and is answered there', async () => {
  const ana = await opened(stage)
  await ana.opens('/do/meetup')
  await ana.sends({
    ...{ title: TITLE, when: 'next Friday 18:30', place: PLACE, description: WORDS, access: ACCESS },
    ...{ host: '*'.repeat(100), length: '90 min', capacity: '100000', guests: '20', offer: '2 days' },
    ...{ repeat: 'weekly', times: '20' },
  })
  await ana.presses('Announce it')
  await stage.settle()
  const page = await ana.opens('/c/parents-united')
  for (const words of [TITLE, PLACE, WORDS, ACCESS]) expect(page.$('main').text()).toContain(words)
  expect((await ana.presses('Yes, I come', TITLE)).text).toContain('You come, number 1.')
  await stage.settle()
  expect((await ana.opens('/c/parents-united')).$('main').text()).toContain('1 of 100000 taken')
  await ana.presses('More', TITLE)
  const guests = await ana.presses('Bring guests')
  expect(guests.$('.choice option').toArray()).toHaveLength(21)
  expect((await ana.opens('/do/meetups')).$('.choice option').toArray()).toHaveLength(8)
})
