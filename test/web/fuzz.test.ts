import { load } from 'cheerio'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Browser } from './browser.ts'
import { MARK, nasty } from './nasty.ts'
import { invited, opened, sealOf } from './scene.ts'
import { openWebStage, type WebStage } from './stage.ts'

const RUNS = Number(process.env.RUNS ?? (process.env.SLOW ? 2_000 : 25))
let stage: WebStage
let people: Browser[]
let links: string[]
beforeAll(async () => {
  stage = await openWebStage({ settings: { PROXIES: '1' } })
  const ana = await opened(stage)
  links = (await invited(stage, ['eve@example.org'])).map((link) => new URL(link).pathname)
  people = [stage.browser(), ana, await stage.person('dora@example.org', { isStaff: true })]
})
afterAll(() => stage.close())
beforeEach(async () => {
  // Nobody is to be stopped for being fast, which is not what is tried here.
  await stage.pass('1h')
})

/** Nothing of it may stand anywhere as more than words, and nothing may have failed. */
function sound(at: string, status: number, body: string, type: string): void {
  const about = `${at}: ${status} ${body.slice(0, 300)}`
  expect(stage.failures.splice(0), about).toEqual([])
  expect(status, about).toBeLessThan(500)
  const $ = load(body, { xml: /xml/.test(type) })
  expect($('x-mark, script, style, iframe, object, base').length, about).toBe(0)
  const attributes = $('*')
    .toArray()
    .flatMap((one) => ('attribs' in one ? Object.entries(one.attribs) : []))
  for (const [name, value] of attributes) {
    expect(name, about).not.toMatch(/^on|^style$|[<>"'&]/)
    if (['href', 'src', 'action', 'formaction'].includes(name))
      expect(value, about).not.toMatch(/^(javascript|data):|^\/\//i)
  }
}

let asked = 0
async function tries(path: string, init: RequestInit & { cookie?: string }): Promise<void> {
  const headers = new Headers(init.headers)
  // Somebody else each time, since nobody is to be stopped for being fast.
  if (!headers.has('x-forwarded-for')) headers.set('x-forwarded-for', `10.0.${asked >> 8}.${asked++ & 255}`)
  if (init.cookie !== undefined) headers.set('cookie', init.cookie)
  const response = await fetch(`${stage.at}${path}`, { ...init, headers, redirect: 'manual' })
  const to = response.headers.get('location')
  if (to !== null) expect(new URL(to, stage.site).origin).toBe(stage.site)
  sound(
    `${init.method ?? 'GET'} ${path}`,
    response.status,
    await response.text(),
    response.headers.get('content-type') ?? '',
  )
}

const cookieOf = (browser: Browser | undefined) =>
  [...(browser?.cookies ?? [])].map(([name, value]) => `${name}=${value}`).join('; ')
/** Half a character has no bytes. */
const wellFormed = (words: string) => Buffer.from(words).toString()
const who = fc.nat(2)
/** As it goes into an address: escaped as browsers do it, or as it is as far as HTTP takes it. */
const inAddress = fc.oneof(
  nasty.map((words) => encodeURIComponent(wellFormed(words)).slice(0, 8_000)),
  nasty.map((words) => words.replace(/[^!-~]|[?#]/g, '%zz').slice(0, 8_000)),
)
/** As many as go within the time of a test, on a machine however busy. */
const once = { numRuns: RUNS, endOnFailure: true, interruptAfterTimeLimit: 45_000, markInterruptAsFailure: false }

test('whatever an address is made of, it is answered, and nothing of it stands on a page as more than words', async () => {
  const places = ['/', '/c/', '/do/', '/i/', '/enter/', '/unsubscribe/', '/communities/', '/style-']
  const names = ['search', 'tag', 'community', 'part', 'page', 'press', 'show', 'need', '__proto__']
  const routes = [
    '/communities',
    '/do/communities',
    '/do/my',
    '/do/about',
    '/do/start-community',
    '/do/join',
    '/do/audit',
    '/sign-in',
    '/notices',
  ]
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.tuple(fc.constantFrom(...places), inAddress).map(([place, words]) => place + words),
        fc
          .tuple(fc.constantFrom(...routes), fc.constantFrom(...names), inAddress)
          .map(([route, name, words]) => `${route}?${name}=${words}`),
      ),
      who,
      async (path, n) => tries(path, { cookie: cookieOf(people[n]) }),
    ),
    {
      ...once,
      examples: [
        ['/c/%00', 0],
        ['/communities?search=%00', 1],
        ['/do/about?community=%00', 2],
        ['/do/%', 0],
      ],
    },
  )
})

test('whatever is typed into a form, it is answered, and comes back as words', async () => {
  const fieldsOf = Object.fromEntries(
    stage.commands.map(({ name, shapes }) => [`/do/${name}`, shapes.map((shape) => shape.name)]),
  )
  const forms: Record<string, string[]> = {
    ...fieldsOf,
    '/press': ['press', 'reason', 'community', 'c', 'd', '__proto__'],
    '/sign-in': ['address', 'go', 'join'],
    '/notices/done': ['kindred-message'],
    '/enter/x': ['x'],
    '/unsubscribe/x': ['x'],
    [links[0] ?? '/i/x']: ['reason', 'yes'],
  }
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(forms)),
      fc.array(nasty, { minLength: 6, maxLength: 6 }),
      fc.boolean(),
      who,
      async (path, words, isMultipart, n) => {
        const browser = people[n]
        if (!browser) return
        await browser.opens('/do/start-community')
        const fields = Object.fromEntries((forms[path] ?? []).map((name, at) => [name, words[at % 6] ?? '']))
        const sent = { 'kindred-once': words[5] ?? '', ...fields, 'kindred-form': sealOf(browser) }
        const body = isMultipart ? new FormData() : new URLSearchParams()
        for (const [name, value] of Object.entries(sent)) body.set(name, wellFormed(value))
        await tries(path, { method: 'POST', body, cookie: cookieOf(browser) })
        // What was kept of it is drawn on the pages that others open.
        if (path === '/do/start-community') for (const one of ['/', '/communities.atom']) await tries(one, {})
        await stage.pass('1m')
      },
    ),
    {
      ...once,
      examples: [
        ['/do/join', Array(6).fill('\0'), false, 1],
        ['/press', Array(6).fill('join?community=%00'), false, 1],
        ['/press', Array(6).fill('join.in?c=%00&r=x'), false, 0],
        ['/do/invite-list', Array(6).fill('a\0b@example.org'), true, 2],
        ['/do/start-community', [MARK, '2', MARK, MARK, MARK, MARK], false, 1],
      ],
    },
  )
})

test('whatever a browser holds, seals or sends as a form, it is answered', async () => {
  const types = [
    'text/plain',
    'application/json',
    'multipart/form-data',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded; charset=utf-16',
    'x',
  ]
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('/sign-in', '/press', '/do/join', '/do/invite-list', '/enter/x', links[0] ?? ''),
      fc.oneof(fc.constantFrom(...types), fc.constant('application/x-www-form-urlencoded')),
      fc.oneof(
        fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
        nasty.map((words) => Buffer.from(`kindred-form=${encodeURIComponent(wellFormed(words))}`)),
        nasty.map((words) =>
          Buffer.from(
            `--x\r\ncontent-disposition: form-data; name="kindred-form"; filename="${words}"\r\n\r\n${words}\r\n--x--`,
          ),
        ),
      ),
      nasty.map((words) => words.replace(/[^\x20-\x7e\x80-\xff]/g, '')),
      async (path, type, body, held) =>
        tries(path, {
          ...{ method: 'POST', body, cookie: `kindred=${held}` },
          headers: { 'content-type': type, 'x-forwarded-for': held, authorization: `Bearer ${held}` },
        }),
    ),
    {
      ...once,
      examples: [
        ['/press', 'application/x-www-form-urlencoded', Buffer.from(`kindred-form=${'%C3%A9'.repeat(43)}`), ''],
        ['/sign-in', 'multipart/form-data; boundary=x', Buffer.from('--x'), ''],
      ],
    },
  )
})

test('what somebody typed is shown as words wherever it is kept', async () => {
  const [, ana, staff] = people
  await ana?.opens('/do/start-community')
  const wanted = {
    name: `<b>Mark</b> ${MARK}`,
    need: `people ${MARK}, so that we can <b>meet</b> "often"`,
    pledges: '1',
  }
  expect((await ana?.sends(wanted))?.status).toBe(200)
  await stage.settle()
  const slug = /\/c\/([a-z-]*mark[a-z0-9-]*)/.exec((await ana?.opens('/communities'))?.body ?? '')?.[1] ?? 'none'
  const [link = ''] = await invited(stage, [`"${MARK.replace(/\s/g, '')}"@example.org`, 'x@example.org'], slug)
  const pages = [
    '/',
    '/communities',
    '/communities.atom',
    `/c/${slug}`,
    '/notices',
    '/do/audit',
    '/do/status',
    '/do/my',
    link.replace(stage.site, ''),
  ]
  let shown = 0
  for (const browser of [ana, staff, stage.browser()]) {
    for (const path of pages) {
      const page = await browser?.opens(path)
      sound(path, page?.status ?? 0, page?.body ?? '', page?.headers.get('content-type') ?? '')
      if (page?.body.includes('&lt;b&gt;Mark')) shown++
    }
  }
  expect(shown).toBeGreaterThan(6)
  const feed = load((await stage.browser().opens('/communities.atom')).body, { xml: true })
  const entry = feed('entry').filter((_, one) => feed(one).text().includes('Mark'))
  expect(load(entry.find('title').text())('body').text()).toBe(wanted.name)
  expect(load(entry.find('summary').text())('x-mark, b')).toHaveLength(0)
})
