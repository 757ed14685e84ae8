import { afterEach, describe, expect, test } from 'vitest'
import type { Browser } from './browser.ts'
import { invited, opened, sealOf } from './scene.ts'
import { openWebStage, type WebStage } from './stage.ts'

const TOKEN = 'a token of two dozen letters'

let stage: WebStage
afterEach(async () => {
  expect(stage.failures).toEqual([])
  await stage.close()
})

/** How many of so many forms were taken before one was refused; and the words of the refusal. */
async function taken(browser: Browser, most: number, forwarded?: (n: number) => string) {
  await browser.opens('/do/start-community')
  const body = new URLSearchParams({ 'kindred-form': sealOf(browser), press: 'x' })
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  for (let n = 0; n < most; n++) {
    const headers = { cookie, ...(forwarded && { 'x-forwarded-for': forwarded(n) }) }
    const response = await fetch(`${stage.at}/press`, { method: 'POST', body, headers })
    const text = await response.text()
    if (response.status === 429) return { count: n, text }
    expect(response.status).toBe(404)
  }
  return { count: most, text: '' }
}

describe('a flood', () => {
  test('from one network address is refused after 120 forms, with a sentence, whatever it says of itself', async () => {
    stage = await openWebStage()
    const flood = await taken(stage.browser(), 130, (n) => `10.0.0.${n}`)
    expect(flood.count).toBe(120)
    expect(flood.text).toContain('Nothing of this one was done. Wait a second and try again.')
    expect((await taken(stage.browser(), 5)).count).toBe(0)
    // Whoever is signed in has an allowance of their own.
    const ben = await stage.person('ben@example.org')
    expect((await taken(ben, 5)).count).toBe(5)
    await stage.pass('2s')
    expect((await taken(stage.browser(), 5)).count).toBe(2)
  })

  test('behind a proxy is known by what that proxy adds, and by nothing that was there before', async () => {
    stage = await openWebStage({ settings: { PROXIES: '1' } })
    expect((await taken(stage.browser(), 130, (n) => `10.0.0.${n}, 192.0.2.7`)).count).toBe(120)
    expect((await taken(stage.browser(), 5, () => '192.0.2.8')).count).toBe(5)
    expect((await taken(stage.browser(), 5, (n) => `198.51.100.${n},192.0.2.7`)).count).toBe(0)
  })

  test('is not told apart behind a proxy that nobody named, and whoever starts it is told so', async () => {
    stage = await openWebStage({ settings: { PUBLIC_URL: 'https://kindred.example' } })
    expect(stage.failures.splice(0)).toEqual([expect.stringMatching(/^Everybody will look alike .* set PROXIES/)])
    await stage.close()
    stage = await openWebStage({ settings: { PUBLIC_URL: 'https://kindred.example', PROXIES: '1' } })
  })

  test('is known by its network, whatever of its addresses of version 6 it uses', async () => {
    stage = await openWebStage({ settings: { PROXIES: '1' } })
    expect((await taken(stage.browser(), 130, (n) => `2001:db8:0:7:${n}::1`)).count).toBe(120)
    expect((await taken(stage.browser(), 5, (n) => `2001:DB8::7:0:0:${n}:1`)).count).toBe(0)
    expect((await taken(stage.browser(), 5, () => '2001:db8:0:8::1')).count).toBe(5)
    // A server that listens on both kinds writes version 4 so.
    expect((await taken(stage.browser(), 130, () => '::ffff:192.0.2.7')).count).toBe(120)
    expect((await taken(stage.browser(), 5, () => '192.0.2.7')).count).toBe(0)
    expect((await taken(stage.browser(), 5, () => '::ffff:192.0.2.8')).count).toBe(5)
  })

  test('of pages is refused after 600 from one network address, and keeps nobody who looks from acting', async () => {
    stage = await openWebStage({ settings: { PROXIES: '1' } })
    const ana = await opened(stage)
    const cookie = [...ana.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const opens = async (from: string, path = '/do/my') => {
      const response = await fetch(`${stage.at}${path}`, { headers: { cookie, 'x-forwarded-for': from } })
      return { status: response.status, text: await response.text() }
    }
    for (let n = 0; n < 600; n++)
      expect((await opens('192.0.2.7', n > 310 ? '/unsubscribe/x' : '/do/my')).status, `${n}`).toBe(200)
    const refused = await opens('192.0.2.7')
    expect(refused).toEqual({ status: 429, text: 'That was a lot at once. Wait a second and try again.' })
    expect((await opens('192.0.2.8')).text).toContain('Parents United')
    await ana.opens('/do/my')
    expect((await ana.presses('Pause everything')).text).not.toContain('a lot at once')
    await stage.pass('2s')
    expect((await opens('192.0.2.7')).status).toBe(200)
  }, 120_000)

  test('of bytes is taken from whoever is signed in alone', async () => {
    stage = await openWebStage()
    await opened(stage)
    const staff = await stage.person('dora@example.org', { isStaff: true })
    for (const [browser, status] of [
      [stage.browser(), 413],
      [staff, 200],
    ] as const) {
      await browser.opens('/do/start-community')
      const file = `email\n${'p@example.org\n'.repeat(10_000)}`
      const form = { 'kindred-form': sealOf(browser), community: 'Parents United', file }
      expect((await browser.posts('/do/invite-list', form)).status).toBe(status)
    }
  })

  test('of mails from many network addresses ends at 600 an hour', async () => {
    stage = await openWebStage({ settings: { PROXIES: '1' } })
    const browser = stage.browser()
    await browser.opens('/sign-in')
    const seal = sealOf(browser)
    const asks = (n: number) =>
      browser.posts(
        '/sign-in',
        { 'kindred-form': seal, address: `p${n}@example.org` },
        { 'x-forwarded-for': `192.0.2.${n % 200}` },
      )
    for (let n = 0; n < 600; n++) expect((await asks(n)).status, `${n}`).toBe(200)
    for (let n = 600; n < 640; n++) expect((await asks(n)).status).toBe(429)
    expect(browser.page?.text).toContain('Wait 6 seconds and send it again.')
    await stage.pass('6s')
    expect((await asks(640)).status).toBe(200)
    expect((await asks(641)).status).toBe(429)
  }, 120_000)

  test('of mails to one mailbox keeps its owner out from nowhere but where it came from, up to 20 an hour', async () => {
    stage = await openWebStage({ settings: { PROXIES: '1' } })
    const browser = stage.browser()
    await browser.opens('/sign-in')
    const seal = sealOf(browser)
    const asks = async (from: string, address = 'ben@example.org') => {
      const page = await browser.posts('/sign-in', { 'kindred-form': seal, address }, { 'x-forwarded-for': from })
      await stage.settle()
      return page
    }
    const sent = () => stage.mails.filter(({ to }) => to === 'ben@example.org').length
    for (let n = 0; n < 7; n++) await asks('192.0.2.66')
    expect(sent()).toBe(5)
    const own = await asks('192.0.2.7')
    expect(sent()).toBe(6)
    expect(own.text).toContain('No more than 5 mails an hour are sent to one address')
    for (let n = 0; n < 30; n++) await asks(`198.51.100.${n}`)
    expect(sent()).toBe(20)
    expect((await asks('192.0.2.8', 'bob@example.org')).text).toBe(own.text)
    await stage.pass('61m')
    await asks('192.0.2.66')
    expect(sent()).toBe(21)
  })

  test('of mails is refused after 60 from one network address, and after five to one mailbox without a word', async () => {
    stage = await openWebStage()
    await opened(stage)
    const [link = ''] = await invited(stage, ['eve@example.org'])
    const browser = stage.browser()
    await browser.opens('/sign-in')
    const seal = sealOf(browser)
    const asks = (address: string) => browser.posts('/sign-in', { 'kindred-form': seal, address })
    for (let n = 0; n < 7; n++) expect((await asks('ben@example.org')).text).toContain('A mail is on its way')
    for (let n = 0; n < 53; n++) expect((await asks(`p${n}@example.org`)).status).toBe(200)
    const refused = await asks('cleo@example.org')
    expect([refused.status, refused.text]).toEqual([429, expect.stringContaining('Wait 60 seconds and send it again.')])
    expect(refused.$('#address').val(), 'what was typed').toBe('cleo@example.org')
    await browser.opens(link)
    await browser.presses('Join')
    expect((await browser.presses('Yes')).status).toBe(429)
    await stage.settle()
    expect(stage.mails.filter(({ to }) => to === 'ben@example.org')).toHaveLength(5)
    expect(stage.mails).toHaveLength(58)
  })
})

describe('for whoever watches over it', () => {
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${stage.at}${path}`, { headers })
    return { status: response.status, body: await response.text() }
  }

  test('it says that it runs, that it can work, and how it goes, without a word of who asked for what', async () => {
    stage = await openWebStage({ settings: { PUBLIC_URL: '' } })
    const [link = ''] = await opened(stage).then(() => invited(stage, ['eve@example.org']))
    await stage.browser().opens(new URL(link).pathname)
    expect(await get('/healthz')).toEqual({ status: 200, body: 'ok' })
    expect(await get('/readyz')).toEqual({ status: 200, body: 'ready' })
    const { status, body } = await get('/metrics')
    expect(status).toBe(200)
    expect(body).toMatch(/kindred_http_requests_total\{[^}]*route="\/i\/:token"[^}]*status="200"[^}]*\} 1/)
    expect(body).toContain('kindred_waiting')
    expect(body).not.toContain(link.split('/').at(-1))
    expect(body).not.toContain('parents-united')
  })

  test('figures are for this machine alone, and for nobody a proxy passes on, whatever that adds', async () => {
    stage = await openWebStage()
    expect((await get('/metrics')).status).toBe(403)
    await stage.close()
    stage = await openWebStage({ settings: { PUBLIC_URL: '' } })
    for (const name of ['x-forwarded-for', 'forwarded']) {
      const { status, body } = await get('/metrics', { [name]: '127.0.0.1' })
      expect([status, body]).toEqual([
        403,
        'Only whoever has METRICS_TOKEN may read them, or this machine where there is no PUBLIC_URL.',
      ])
    }
    expect((await get('/metrics', { authorization: `Bearer ${TOKEN}` })).status).toBe(200)
  })

  test('with METRICS_TOKEN they are for whoever has it, wherever they are, and for nobody else', async () => {
    stage = await openWebStage({ settings: { METRICS_TOKEN: TOKEN } })
    const wrong = ['', 'Bearer', `bearer ${TOKEN}`, `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, `Basic ${TOKEN}`]
    for (const authorization of [...wrong, `Bearer ${'é'.repeat(TOKEN.length)}`])
      expect((await get('/metrics', { authorization })).status, authorization).toBe(403)
    expect((await get('/metrics')).status).toBe(403)
    const right = { authorization: `Bearer ${TOKEN}` }
    expect((await get('/metrics', right)).status).toBe(200)
    expect((await get('/metrics', { ...right, 'x-forwarded-for': '192.0.2.1' })).status).toBe(200)
  })

  test('it says so where the database does not answer', async () => {
    stage = await openWebStage()
    const { transaction, glance } = stage.database
    const gone = () => Promise.reject(new Error('gone'))
    Object.assign(stage.database, { transaction: gone, glance: gone })
    expect(await get('/readyz')).toEqual({ status: 503, body: 'the database does not answer' })
    expect((await get('/healthz')).status).toBe(200)
    const broken = await get('/')
    expect([broken.status, broken.body]).toEqual([500, expect.stringContaining('Nothing was changed. Try again')])
    expect(broken.body).not.toContain('gone')
    Object.assign(stage.database, { transaction, glance })
    expect(stage.failures.splice(0)).toHaveLength(2)
  })
})
