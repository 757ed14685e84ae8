import { afterEach, beforeEach, expect, test } from 'vitest'
import { say } from '../../src/core/say.ts'
import type { Browser } from './browser.ts'
import { everything, NEED } from './scene.ts'
import { openWebStage, type WebStage } from './stage.ts'

const REASON = 'I have told nobody else of it'

let stage: WebStage
let ana: Browser
beforeEach(async () => {
  stage = await openWebStage()
  ana = await stage.person('ana@example.org')
  await ana.opens('/do/start-community')
  await ana.sends({ name: 'Book Club', need: NEED, pledges: '1', visibility: 'request' })
  await stage.settle()
})
afterEach(async () => {
  await stage.close()
  expect(stage.failures).toEqual([])
})

async function asksToJoin(name: string): Promise<Browser> {
  const browser = await stage.person(name)
  await browser.opens('/c/book-club')
  await browser.presses('Join')
  await browser.presses('Say why')
  await browser.sends({ reason: `${REASON}, ${name}` })
  await stage.settle()
  return browser
}

async function forget(browser: Browser): Promise<void> {
  await browser.opens('/do/my')
  await browser.presses('Forget me')
  await browser.presses('Yes, forget me')
  await stage.settle()
}

const idOf = async (name: string) => (await stage.read((store) => store.people.byWeb(name, name, stage.now()))).id

test('what somebody wrote who is forgotten is in nobody’s notices, and what others wrote stays', async () => {
  const eve = await asksToJoin('eve@example.org')
  await asksToJoin('fay@example.org')
  expect((await ana.opens('/notices')).text).toContain(`${REASON}, eve@example.org`)
  const id = await idOf('eve@example.org')
  await forget(eve)
  const { text } = await ana.opens('/notices')
  expect(text).not.toContain(`${REASON}, eve@example.org`)
  expect(text).toContain(`${REASON}, fay@example.org`)
  expect((await everything(stage)).split('\n').filter((row) => row.includes(id))).toEqual([])
})

test('what was said of them in a room stays without them', async () => {
  const eve = await asksToJoin('eve@example.org')
  await ana.opens('/notices')
  await ana.presses('Accept')
  await stage.settle()
  const found = await stage.read((store) => store.communities.find('book-club', 'book-club', ''))
  const said = () => stage.read((store) => store.webMessages.inRoomOf(found?.id ?? ''))
  const id = await idOf('eve@example.org')
  const words = { text: say`${{ person: id }} looks after this community from now on.` }
  await stage.read((store) => store.posts.sayInRooms(found?.id ?? '', words, stage.now()))
  await stage.settle()
  const before = await said()
  expect(JSON.stringify(before)).toContain(id)
  await forget(eve)
  const after = await said()
  expect(JSON.stringify(after)).not.toContain(id)
  expect(after).toHaveLength(before.length)
  // What somebody pressed about them is known for an hour, so that it is done once.
  await stage.pass('24h')
  expect((await everything(stage)).split('\n').filter((row) => row.includes(id))).toEqual([])
})
