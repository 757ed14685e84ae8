import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { invited, opened, sealOf } from './scene.ts'
import { openWebStage, type WebStage } from './stage.ts'

const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
const SEALED = { settings: { PUBLIC_URL: 'https://kindred.example', PROXIES: '1' } }

/** What every answer carries; over https the eighth as well. */
const SEVEN = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
}
const EIGHT = { ...SEVEN, 'strict-transport-security': 'max-age=31536000; includeSubDomains' }

describe.each([
  ['https', SEALED, EIGHT, undefined],
  ['http', {}, SEVEN, 'strict-transport-security'],
])('over %s', (scheme, options, expected, absent) => {
  let stage: WebStage
  beforeAll(async () => {
    stage = await openWebStage(options)
    await opened(stage)
  })
  afterAll(async () => {
    expect(stage.failures).toEqual([])
    await stage.close()
  })

  test('every answer says what browsers are to allow, whatever was asked for', async () => {
    const asked: [string, RequestInit?][] = [
      ...['/', '/communities', '/c/parents-united', '/communities.atom', '/do/join', '/sign-in', '/nowhere'].map(
        (path): [string] => [path],
      ),
      ...['/notices', '/press', '/healthz', '/readyz', '/robots.txt', '/i/x', '/c/%00'].map((path): [string] => [path]),
      ['/press', { method: 'POST' }],
      ['/sign-in', { method: 'POST', body: 'x'.repeat(100_000) }],
    ]
    for (const [path, init] of asked) {
      const { headers } = await fetch(`${stage.at}${path}`, { redirect: 'manual', ...init })
      const shown = Object.fromEntries(Object.keys(EIGHT).map((name) => [name, headers.get(name)]))
      expect(shown, path).toEqual({ ...(absent && { [absent]: null }), ...expected })
      expect(headers.get('cache-control'), path).toBe('no-store')
      expect(headers.get('x-powered-by'), path).toBeNull()
    }
  })

  test('the stylesheet may be kept for good, and no page has a style or a script of its own', async () => {
    const dora = await stage.person('dora@example.org', { isStaff: true })
    const forms = stage.commands.map(({ name }) => `/do/${name}`)
    const sheets = new Set<string>()
    for (const path of ['/', '/communities', '/c/parents-united', '/notices', ...forms]) {
      const { $ } = await dora.opens(path)
      expect($('script, style, [style], iframe, object, embed, base').length, path).toBe(0)
      for (const one of $('*').toArray())
        for (const name of Object.keys('attribs' in one ? one.attribs : {})) expect(name, path).not.toMatch(/^on/)
      for (const one of $('link[rel=stylesheet]').toArray()) sheets.add($(one).attr('href') ?? '')
    }
    expect([...sheets]).toEqual([expect.stringMatching(/^\/style-[0-9a-f]{12}\.css$/)])
    const style = await fetch(`${stage.at}${[...sheets][0]}`)
    expect(style.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(style.headers.get('content-type')).toBe('text/css; charset=utf-8')
    expect(style.headers.getSetCookie()).toEqual([])
    expect(await style.text()).not.toMatch(/@import|url\(/)
  })

  test('the cookie is for this site alone, and no script sees it', async () => {
    const { headers } = await fetch(`${stage.at}/sign-in`)
    const [cookie = '', ...more] = headers.getSetCookie()
    expect(more).toEqual([])
    const [pair = '', ...rest] = cookie.split('; ')
    const name = scheme === 'https' ? '__Host-kindred' : 'kindred'
    expect(pair).toMatch(new RegExp(`^${name}=[0-9A-Z]{20,}$`))
    const secure = scheme === 'https' ? ['Secure'] : []
    expect(rest.sort()).toEqual(['HttpOnly', 'Max-Age=2592000', 'Path=/', 'SameSite=Lax', ...secure].sort())
    // One of a neighbour's making, which lacks the prefix, is none.
    const dora = await stage.person('dora@example.org')
    const [token = ''] = dora.cookies.values()
    const other = await fetch(`${stage.at}/`, {
      headers: { cookie: `${scheme === 'https' ? 'kindred' : '__Host-kindred'}=${token}` },
    })
    expect(await other.text()).not.toContain('Sign out')
  })
})

test('a body is no longer than its form needs: what is too long is refused with a sentence before it is read', async () => {
  const stage = await openWebStage()
  await opened(stage)
  const [link = ''] = await invited(stage, ['eve@example.org'])
  const dora = await stage.person('dora@example.org', { isStaff: true })
  const before = await stage.read((store) => store.effects.waiting())
  for (const path of [
    '/press',
    '/sign-in',
    '/do/join',
    '/enter/x',
    '/unsubscribe/x',
    '/notices/done',
    new URL(link).pathname,
  ]) {
    const page = await dora.posts(path, { address: 'x'.repeat(70_000) })
    expect([page.status, page.body], path).toEqual([413, 'That is too much to be sent at once.'])
  }
  await dora.opens('/do/invite-list')
  const long = { 'kindred-form': sealOf(dora), community: 'Parents United', file: `email\n${'x'.repeat(12_000_000)}` }
  expect((await dora.posts('/do/invite-list', long)).status).toBe(413)
  const file = `email\n${'x@example.org\n'.repeat(20_000)}`
  const page = await dora.posts('/do/invite-list', { ...long, file })
  expect([page.status, page.text]).toEqual([200, expect.stringContaining('Take the file')])
  // Nor is a length believed that is not said.
  const stream = new ReadableStream({
    pull(controller) {
      controller.enqueue(new TextEncoder().encode('x'.repeat(10_000)))
      if (++sent > 20) controller.close()
    },
  })
  let sent = 0
  const streamed = { method: 'POST', body: stream, duplex: 'half' as const }
  expect((await fetch(`${stage.at}/press`, streamed)).status).toBe(413)
  expect(await stage.read((store) => store.effects.waiting())).toEqual(before)
  expect(stage.failures).toEqual([])
  await stage.close()
})
