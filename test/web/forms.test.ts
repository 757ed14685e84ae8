import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { say } from '../../src/core/say.ts'
import type { Browser } from './browser.ts'
import { everything, opened, sealOf, signedIn } from './scene.ts'
import { openWebStage, type WebStage } from './stage.ts'

let stage: WebStage
beforeEach(async () => {
  stage = await openWebStage()
})
afterEach(async () => {
  await stage.close()
  expect(stage.failures).toEqual([])
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

test('a button that is refused says why, whatever came along with it', async () => {
  await opened(stage)
  const ben = await stage.person('ben@example.org')
  await ben.opens('/c/parents-united')
  const press = ben.page?.$('button[name=press]').attr('value') ?? ''
  const page = await ben.posts('/press', { press, another: 'field', 'kindred-form': sealOf(ben) })
  expect([page.status, page.text]).toEqual([422, expect.stringContaining('/join <community>')])
})

test('a visitor who sends more than anybody types is asked who they are, and gets none of it back', async () => {
  const browser = stage.browser()
  await browser.opens('/do/start-community')
  const need = 'x'.repeat(9_000)
  const page = await browser.posts('/do/start-community', { name: 'Parents', need, 'kindred-form': sealOf(browser) })
  expect([page.status, page.text]).toEqual([200, expect.stringContaining('Who are you?')])
  expect(page.body).not.toContain('xxxxx')
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
      headers: { cookie: `kindred=${ben.cookies.get('kindred')}` },
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
