import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser } from './browser.ts'
import { askedFor, everything, invited, opened, signedIn } from './scene.ts'
import { openWebStage, type WebStage } from './stage.ts'

let stage: WebStage
let people: Record<string, Browser>
let links: string[]
beforeAll(async () => {
  stage = await openWebStage({ settings: { PROXIES: '1' } })
  const organizer = await opened(stage)
  const member = await signedIn(stage, 'ben@example.org')
  await member.opens('/c/parents-united')
  await member.presses('Join')
  await organizer.opens('/do/start-community')
  await organizer.sends({ name: 'Quiet Circle', need: 'people who meet in silence, so that we rest', sensitive: 'yes' })
  const staff = await stage.person('dora@example.org', { isStaff: true })
  people = { visitor: stage.browser(), member, organizer, staff }
  const [personal = ''] = await invited(stage, ['eve@example.org', 'ben@example.org'])
  await askedFor(stage, 'eve@example.org')
  const chat = await stage.read(async (store) => {
    const { id } = await store.people.byWeb('ben@example.org', 'ben', stage.now())
    return store.webLinks.make({ kind: 'chat', personId: id, name: 'ben', isStaff: true }, stage.now())
  })
  const joining = stage.browser()
  await joining.opens('/c/parents-united')
  await joining.presses('Join')
  await joining.sends({ address: 'flo@example.org' })
  await stage.settle()
  links = [personal, stage.linkTo('eve@example.org'), stage.linkTo('flo@example.org'), `${stage.site}/enter/${chat}`]
  for (const browser of Object.values(people)) await browser.opens('/')
})
afterAll(async () => {
  await stage.close()
  expect(stage.failures).toEqual([])
})

test('opening any page, with anything in its address, changes nothing', async () => {
  const { id = '' } = (await stage.read((store) => store.communities.find('parents-united', '', ''))) ?? {}
  const still = ['/', '/communities', '/communities?search=parents&tag=x', '/communities.atom', '/c/parents-united']
  const more = ['/c/quiet-circle', '/c/nowhere', '/notices', '/sign-in', '/sign-out', '/press', '/notices/done']
  const outside = [
    '/healthz',
    '/readyz',
    '/metrics',
    '/robots.txt',
    `/press?press=join%3Fcommunity%3D${id}`,
    '/unsubscribe/x',
    '/api/openapi.json',
    // Without a key. With one, that somebody was looked up is written down for them, on purpose: test/web/api.test.ts.
    '/api/people/ben@example.org/communities',
  ]
  const values: Record<string, string> = {
    community: 'parents-united',
    address: 'x@example.org',
    answer: 'yes',
    part: 'export',
  }
  const acts = stage.commands.flatMap(({ name, shapes, presses }) => [
    `/do/${name}`,
    `/do/${name}?${new URLSearchParams(shapes.map((shape): [string, string] => [shape.name, values[shape.name] ?? 'yes']))}`,
    ...(process.env.SLOW ? shapes : []).map((shape) => `/do/${name}?${shape.name}=${values[shape.name] ?? 'yes'}`),
    `/do/${name}?press=${Object.keys(presses)[0] ?? ''}&c=${id}&kindred-form=x`,
  ])
  const before = await everything(stage)
  expect(before).toContain('"web_links"')
  expect(before).toContain('"web_sessions"')
  const paths = [...still, ...more, ...outside, ...acts, ...links.map((link) => new URL(link).pathname)]
  // Whoever is between a visitor and staff takes as long as both.
  const all = Object.entries(people).filter(([who]) => process.env.SLOW || who === 'visitor' || who === 'staff')
  let asked = 0
  for (const [who, browser] of all) {
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    for (const path of paths) {
      for (const method of process.env.SLOW ? ['GET', 'HEAD'] : ['GET']) {
        // From so many networks that none of them is asked to wait.
        const headers = { cookie, 'x-forwarded-for': `10.0.${asked >> 8}.${asked++ & 255}` }
        const response = await fetch(`${stage.at}${path}`, { method, redirect: 'manual', headers })
        await response.arrayBuffer()
        expect(response.status, `${who} at ${path}`).toBeLessThan(500)
        expect(response.status, `${who} at ${path}`).not.toBe(429)
      }
    }
    await stage.settle()
    expect(await everything(stage), who).toBe(before)
  }
  // The links are all still good.
  for (const link of links) expect((await stage.browser().opens(link)).status).toBe(200)
})

test('what is handed out as a file is for nobody else to keep, and no spreadsheet runs it', async () => {
  const { staff, member } = people
  await staff?.opens('/do/invite-list')
  const file =
    'name,email\n=1+1,a@example.org\n+1,b@example.org\n-1,c@example.org\n@x,d@example.org\n"\t=1",e@example.org\n'
  await staff?.sends({ community: 'Parents United', file })
  const page = await staff?.follows('Take the file')
  expect((await member?.opens(page?.path ?? ''))?.status).toBe(404)
  const rows: Record<string, string>[] = parse(page?.body ?? '', { columns: true })
  expect(rows).toHaveLength(5)
  for (const cell of rows.flatMap((row) => Object.values(row))) expect(cell).not.toMatch(/^\s*[=+@-]/)
  await member?.opens('/do/my')
  await member?.presses('Everything as a file')
  for (const handed of [page, await member?.follows('Take the file')]) {
    expect(handed?.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w.-]+"$/)
    expect(handed?.headers.get('x-content-type-options')).toBe('nosniff')
    expect(handed?.headers.get('cache-control')).toBe('no-store')
  }
})
