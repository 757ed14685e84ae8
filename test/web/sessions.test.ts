import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Browser } from './browser.ts'
import { askedFor, isIn, opened, sealOf, signedIn } from './scene.ts'
import { openWebStage, type WebStage } from './stage.ts'

const DAY_MS = 86_400_000

let stage: WebStage
beforeEach(async () => {
  stage = await openWebStage()
})
afterEach(async () => {
  await stage.close()
  expect(stage.failures).toEqual([])
})

const held = (browser: Browser) => browser.cookies.get('kindred') ?? ''
const holding = (token: string) => {
  const browser = stage.browser()
  browser.cookies.set('kindred', token)
  return browser
}

describe('signing in', () => {
  test('makes a cookie that was planted before worth nothing', async () => {
    const planted = 'PLANTEDBYSOMEBODYELSE'
    const ben = await signedIn(stage, 'ben@example.org', holding(planted))
    expect(held(ben)).not.toBe(planted)
    expect(await isIn(ben)).toBe(true)
    expect(await isIn(holding(planted))).toBe(false)
  })

  test('ends what the browser was signed in as before, on the server too', async () => {
    const browser = await signedIn(stage, 'ben@example.org')
    const before = held(browser)
    await askedFor(stage, 'cleo@example.org')
    await browser.opens(stage.linkTo('cleo@example.org'))
    await browser.presses('Sign in')
    expect(held(browser)).not.toBe(before)
    expect(await isIn(browser)).toBe(true)
    expect(await isIn(holding(before))).toBe(false)
  })

  test('a link that is over signs nobody out', async () => {
    const browser = await signedIn(stage, 'ben@example.org')
    const page = await browser.posts('/enter/NOSUCHLINK', { 'kindred-form': sealOf(browser) })
    expect(page.text).toContain('That link is over')
    expect(await isIn(browser)).toBe(true)
  })

  test('signing out ends it on the server, and in other browsers not', async () => {
    const [here, there] = [await signedIn(stage, 'ben@example.org'), await signedIn(stage, 'ben@example.org')]
    const before = held(here)
    await here.opens('/')
    await here.sends({}, 'Sign out')
    expect(await isIn(here)).toBe(false)
    expect(await isIn(holding(before))).toBe(false)
    expect(await isIn(there)).toBe(true)
  })

  test('lasts 30 days, and as staff 12 hours of them', async () => {
    const token = await stage.read((store) => store.webLinks.make({ kind: 'start' }, stage.now()))
    const staff = stage.browser()
    await staff.opens(`/enter/${token}`)
    await staff.presses('Sign in as staff')
    expect((await staff.opens('/do/status')).status).toBe(200)
    await stage.pass('11h')
    expect((await staff.opens('/do/status')).status).toBe(200)
    expect((await staff.opens('/')).$('.staff')).toHaveLength(1)
    await stage.pass('2h')
    const refused = await staff.opens('/do/status')
    expect([refused.status, refused.text]).toEqual([422, expect.stringContaining('Only staff')])
    expect((await staff.opens('/')).$('.staff')).toHaveLength(0)
    await staff.opens('/do/start-community')
    const form = { 'kindred-form': sealOf(staff), 'kindred-once': '1' }
    expect((await staff.posts('/do/audit', form)).status).toBe(422)
    const began = async (days: number) => {
      const { accountId } = await stage.read((store) => store.people.byWeb('ben@example.org', 'ben', stage.now()))
      const then = new Date(stage.now().getTime() - days * DAY_MS)
      return holding(await stage.read((store) => store.webSessions.begin(accountId, true, then)))
    }
    expect(await isIn(await began(29.9))).toBe(true)
    expect(await isIn(await began(30))).toBe(false)
  })

  test('forgetting somebody signs out all their browsers', async () => {
    const [here, there] = [await signedIn(stage, 'ben@example.org'), await signedIn(stage, 'ben@example.org')]
    await here.opens('/do/my')
    await here.presses('Forget me')
    await here.presses('Yes, forget me')
    expect(await isIn(here)).toBe(false)
    expect(await isIn(there)).toBe(false)
  })
})

describe('a link that signs in', () => {
  test('works once: used again, or twice at the same moment, it is over', async () => {
    await askedFor(stage, 'ben@example.org')
    const link = stage.linkTo('ben@example.org')
    const browsers = [stage.browser(), stage.browser(), stage.browser()]
    for (const one of browsers) expect((await one.opens(link)).text).toContain('You come in as b...@example.org')
    const pages = await Promise.all(browsers.map((one) => one.presses('Sign in')))
    expect(pages.filter(({ text }) => text.includes('That link is over'))).toHaveLength(2)
    const known = await Promise.all(browsers.map(isIn))
    expect(known.filter(Boolean)).toHaveLength(1)
    const [again] = [await stage.browser().opens(link)]
    expect([again.status, again.text]).toEqual([404, expect.stringContaining('That link is over')])
  })

  test('is over after 15 minutes', async () => {
    await askedFor(stage, 'ben@example.org')
    const ben = stage.browser()
    await stage.pass('14m')
    expect((await ben.opens(stage.linkTo('ben@example.org'))).status).toBe(200)
    await stage.pass('2m')
    expect((await ben.presses('Sign in')).text).toContain('That link is over')
    expect(await isIn(ben)).toBe(false)
  })

  test('made up, or made for another use, it is none', async () => {
    await opened(stage)
    const { id = '' } =
      (await stage.read((store) => store.communities.find('parents-united', 'parents-united', ''))) ?? {}
    const personal = await stage.read((store) => store.personalLinks.make(id, ['ben@example.org'], stage.now()))
    const [token = ''] = personal.values()
    await askedFor(stage, 'ben@example.org')
    const real = stage.linkTo('ben@example.org').split('/').at(-1) ?? ''
    const session = held(await stage.person('cleo@example.org'))
    const browser = stage.browser()
    for (const one of ['x', token, session, real.toLowerCase(), `${real}x`, `${real}%20`, real.slice(1)])
      expect((await browser.opens(`/enter/${one}`)).status, one).toBe(404)
    for (const one of [real, session, `${token}x`, token.slice(0, -2), token.slice(4)]) {
      expect((await browser.opens(`/i/${one}`)).status, one).toBe(404)
      expect((await browser.posts(`/unsubscribe/${one}`, {})).status, one).toBe(404)
    }
    expect((await browser.posts(`/unsubscribe/${token}`, {})).status).toBe(404)
    expect(await isIn(holding(real))).toBe(false)
    expect(await isIn(holding(token))).toBe(false)
  })
})
