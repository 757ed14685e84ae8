import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { say } from '../../src/core/say.ts'
import type { Browser } from './browser.ts'
import { askedFor, everything, isIn, opened, sealOf, signedIn } from './scene.ts'
import { openWebStage, type WebStage } from './stage.ts'

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
    await stage.pass('29d')
    expect(await isIn(staff)).toBe(true)
    await stage.pass('1d')
    expect(await isIn(staff)).toBe(false)
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

describe('a form', () => {
  test('that another site sends, or that was drawn for another browser, does nothing', async () => {
    await opened(stage)
    const ben = await stage.person('ben@example.org')
    const join = (await ben.opens('/c/parents-united')).$('button[name=press]').attr('value') ?? ''
    const seal = sealOf(ben)
    const stranger = stage.browser()
    await stranger.opens('/sign-in')
    const cleo = await stage.person('cleo@example.org')
    await cleo.opens('/do/start-community')
    const before = await everything(stage)
    const tried: [string, Record<string, string>, Record<string, string>][] = [
      ['none', {}, {}],
      ['empty', { 'kindred-form': '' }, {}],
      ['a stranger’s', { 'kindred-form': sealOf(stranger) }, {}],
      ['another member’s', { 'kindred-form': sealOf(cleo) }, {}],
      ['from another site', { 'kindred-form': seal }, { 'sec-fetch-site': 'cross-site' }],
      ['from a neighbour', { 'kindred-form': seal }, { 'sec-fetch-site': 'same-site' }],
      ['of another length', { 'kindred-form': 'é'.repeat(43) }, {}],
    ]
    const paths = ['/press', '/do/join', '/do/my', '/sign-out', '/notices/done', '/sign-in', '/enter/x', '/i/x']
    for (const [which, fields, headers] of tried) {
      for (const path of paths) {
        const sent = { press: join, community: 'Parents United', address: 'ben@example.org', ...fields }
        const page = await ben.posts(path, sent, headers)
        expect([page.status, page.text], `${which} at ${path}`).toEqual([
          403,
          expect.stringContaining('Nothing was done.'),
        ])
      }
    }
    await stage.settle()
    expect(stage.mails).toEqual([])
    expect(await everything(stage)).toBe(before)
    // What was refused for its seal alone is carried out with it.
    expect((await ben.posts('/press', { press: join, 'kindred-form': seal })).text).toContain("You're in")
  })

  test('that was drawn before signing in or out is too old after it', async () => {
    await opened(stage)
    const browser = stage.browser()
    await browser.opens('/sign-in')
    const visitor = sealOf(browser)
    await signedIn(stage, 'ben@example.org', browser)
    expect((await browser.posts('/do/join', { community: 'Parents United', 'kindred-form': visitor })).status).toBe(403)
    await browser.opens('/')
    const own = sealOf(browser)
    await browser.sends({}, 'Sign out')
    expect((await browser.posts('/do/join', { community: 'Parents United', 'kindred-form': own })).status).toBe(403)
  })

  test('that is sent twice is carried out once', async () => {
    await opened(stage)
    const ben = await stage.person('ben@example.org')
    await ben.opens('/c/parents-united')
    const sent = ben.fieldsOf(
      ben.page?.$('main form').first() ??
        (() => {
          throw new Error('no form')
        })(),
    )
    const fields = { ...sent, press: ben.page?.$('button[name=press]').attr('value') ?? '' }
    const [one, other] = await Promise.all([ben.posts('/press', fields), ben.posts('/press', fields)])
    expect(one?.text).toContain("You're in")
    expect(other?.text).toBe(one?.text)
  })
})

test('no link or form leads anywhere but to this site', async () => {
  const ben = await stage.person('ben@example.org')
  await ben.opens('/do/start-community')
  const away = 'https://evil.example/'
  for (const path of [
    `/sign-in?next=${away}`,
    `/sign-in?to=//evil.example`,
    '//evil.example/',
    '/press',
    '/notices?go=//evil.example',
    `/do/my?part=${away}`,
    `/\\evil.example`,
  ]) {
    const { status, headers } = await fetch(`${stage.at}${path}`, {
      redirect: 'manual',
      headers: { cookie: `kindred=${held(ben)}` },
    })
    if (status >= 300 && status < 400) expect(headers.get('location'), path).toMatch(/^\/[^/\\]*$|^\/(do|c)\/[\w-]+$/)
  }
  const go = JSON.stringify({ command: '//evil.example/', raw: {} })
  const browser = stage.browser()
  await browser.opens('/sign-in')
  await browser.posts('/sign-in', { go, address: 'cleo@example.org', 'kindred-form': sealOf(browser) })
  await stage.settle()
  await browser.opens(stage.linkTo('cleo@example.org'))
  expect((await browser.presses('Sign in')).path).toBe('/')
})

describe('a mail that one press ends', () => {
  async function noticed(): Promise<{ ana: Browser; link: string }> {
    await opened(stage)
    const ana = await signedIn(stage, 'ana@example.org')
    await ana.opens('/')
    await ana.presses('Yes, by mail')
    const text = { text: say`Something for you` }
    await stage.read(async (store) => {
      const { id } = await store.people.byWeb('ana@example.org', 'ana', stage.now())
      await store.notices.tell([id], 'asked', text, stage.now(), { platform: 'web', workspace: '' })
    })
    await stage.settle()
    return { ana, link: stage.mails.at(-1)?.unsubscribe ?? '' }
  }

  test('is ended by the mail program alone, with no cookie and no form (RFC 8058)', async () => {
    const { link } = await noticed()
    expect(link).toMatch(/\/unsubscribe\/[\w-]+$/)
    const { pathname } = new URL(link)
    const before = await everything(stage)
    for (const init of [{}, { method: 'HEAD' }, { headers: { 'sec-fetch-site': 'cross-site' } }])
      expect((await fetch(`${stage.at}${pathname}`, init)).status).toBe(200)
    expect(await everything(stage)).toBe(before)
    const pressed = await fetch(`${stage.at}${pathname}`, {
      ...{ method: 'POST', redirect: 'manual', body: 'List-Unsubscribe=One-Click' },
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' },
    })
    expect([pressed.status, pressed.headers.get('location')]).toEqual([200, null])
    expect(await everything(stage)).not.toBe(before)
    // Pressed again it is as well.
    expect((await fetch(`${stage.at}${pathname}`, { method: 'POST' })).status).toBe(200)
  })
})
