import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Browser } from './browser.ts'
import { openWebStage, type WebStage } from './stage.ts'

const NEED = 'people with small children, so that we can enjoy culture with them'

let stage: WebStage
beforeEach(async () => {
  stage = await openWebStage()
})
afterEach(async () => {
  await stage.close()
  expect(stage.failures).toEqual([])
})

async function parents(): Promise<Browser> {
  const ana = await stage.person('ana@example.org')
  await ana.opens('/do/start-community')
  await ana.sends({ name: 'Parents United', need: NEED, pledges: '2' })
  const ben = await stage.person('ben@example.org')
  await ben.opens('/c/parents-united')
  await ben.presses('Pledge')
  await stage.settle()
  return ana
}

test('whoever has nothing but an address joins from a mail, and says yes there', async () => {
  await parents()
  const cleo = stage.browser()
  const page = await cleo.opens('/c/parents-united')
  expect(page.text).toContain(NEED)
  await cleo.presses('Join')
  expect((await cleo.sends({ address: 'Cleo@example.org' })).text).toContain('C...@example.org')
  await stage.settle()
  const offer = await cleo.opens(stage.linkTo('Cleo@example.org'))
  expect(offer.text).toContain('Join Parents United')
  const joined = await cleo.presses('Join')
  expect(joined.text).toContain("You're in: Parents United.")
  expect(joined.text).toContain('May the Museum write to you about Parents United?')
  expect(joined.text, 'or they would not hear of what they were let into').toContain('Shall we mail you')
  await cleo.presses('Yes', 'May the Museum')
  await stage.settle()
  expect((await stage.files())['parents-united.csv']).toContain('Cleo@example.org')
  expect((await cleo.opens('/')).text).toContain('Shall we mail you')
})

test('a personal link lets one address in, and nothing is passed on before its mailbox said yes', async () => {
  await parents()
  const staff = await stage.person('dora@example.org', { isStaff: true })
  await staff.opens('/do/invite-list')
  await staff.sends({ community: 'Parents United', file: 'email\neve@example.org\n' })
  await staff.follows('Take the file')
  const [link = ''] = /https?:\S+\/i\/\S+/.exec(staff.page?.body ?? '') ?? []
  const anybody = stage.browser()
  expect((await anybody.opens(link)).text).toContain('e...@example.org')
  const joined = await anybody.presses('Join')
  expect(joined.text).toContain('e...@example.org is in, if it was not before.')
  expect(joined.text).toContain('May the Museum write to you about Parents United?')
  expect((await anybody.presses('Yes')).text).toContain('A mail is on its way')
  await stage.settle()
  expect((await stage.files())['parents-united.csv'] ?? '').not.toContain('eve@example.org')
  expect((await anybody.opens('/notices')).text).toContain('Who are you?')
  const eve = stage.browser()
  expect((await eve.opens(stage.linkTo('eve@example.org'))).text).toContain('May the Museum write to you about')
  expect((await eve.presses('Yes')).text).toContain('Thank you')
  await stage.settle()
  expect((await stage.files())['parents-united.csv']).toContain('eve@example.org')
})
