import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hear } from '../../bench/tap.ts'
import type { Purpose } from '../../src/core/direction.ts'
import { deskApi } from '../../src/segments/desk-api.ts'
import { communitiesSchema, errorSchema, REFUSALS } from '../../src/web/api-schema.ts'
import { documentOf } from '../open-api.ts'
import type { Browser } from './browser.ts'
import { everything, NEED, signedIn } from './scene.ts'
import { openWebStage, type WebStage } from './stage.ts'

const WATCH = 'whoever-watches-over-it'

let stage: WebStage
let staff: Browser
let founder: Browser
/** What the service desk and the shop hold. */
let desk: string
let shop: string
beforeAll(async () => {
  const api = (name: string, purpose: Purpose, recipient: string) => ({
    ...{ name, connector: 'api', purpose, recipient },
    store: deskApi.open({}, () => stage.now()),
  })
  stage = await openWebStage({
    destinations: [api('desk', 'service', 'the service desk'), api('shop', 'letters', 'the shop')],
    settings: { PROXIES: '1', METRICS_TOKEN: WATCH },
  })
  founder = await stage.person('founder@example.org')
  for (const name of ['Parents United', 'Garden Friends', 'Night Walkers']) await founds(name)
  desk = await made('Front desk', 'desk')
  shop = await made('Till', 'shop')
})
afterAll(async () => {
  await stage.close()
  expect(stage.failures).toEqual([])
})

/** Whatever a key was used for before is forgiven it. */
beforeEach(() => stage.pass('1m'))

async function founds(name: string): Promise<void> {
  await founder.opens('/do/start-community')
  await founder.sends({ name, need: NEED, pledges: '1' })
  await stage.settle()
}

/** Makes a key as staff do, who are shown it once. */
async function made(name: string, destination: string): Promise<string> {
  // Nobody is staff for longer than half a day.
  staff = await stage.person('dora@example.org', { isStaff: true })
  await staff.opens('/do/api-keys')
  const { text } = await staff.sends({ make: name, for: destination })
  return /kindred_[\w-]{43}(?![\w-])/.exec(text)?.[0] ?? text
}

/** Joins communities, and says yes to whomever the words name and to nobody else. */
async function member(address: string, yes: RegExp, slugs = ['parents-united']): Promise<Browser> {
  const browser = await signedIn(stage, address)
  for (const slug of slugs) await joins(browser, yes, slug)
  return browser
}

async function joins(browser: Browser, yes: RegExp, slug: string): Promise<void> {
  await browser.opens(`/c/${slug}`)
  let page = await browser.presses('Join')
  for (let n = 0; n < 2 && page.text.includes('[Yes]'); n++)
    page = await browser.presses(yes.test(/May (.+?) (see|write)/.exec(page.text)?.[1] ?? '') ? 'Yes' : 'Not now')
  await stage.settle()
}

let network = 0

/** Asks as a department's program does: it has a key and no cookie, and no network is slowed down for another. */
async function asks(key: string | undefined, who: string, given: RequestInit = {}) {
  const headers = { ...(key && { authorization: `Bearer ${key}` }), 'x-forwarded-for': `10.1.${network++ >> 7}.1` }
  const path = `/api/people/${encodeURIComponent(who)}/communities`
  const response = await fetch(`${stage.at}${path}`, { headers, ...given })
  const text = await response.text()
  const shown = [...response.headers].filter(([name]) => !['date', 'connection', 'keep-alive'].includes(name))
  return { status: response.status, headers: response.headers, shown, text }
}

/** The communities that somebody is in for whoever asks, by their slugs. */
async function known(key: string, who: string): Promise<string[]> {
  const { status, text } = await asks(key, who)
  if (status === 404) return []
  return communitiesSchema.parse(JSON.parse(text)).communities.map(({ slug }) => slug)
}

const numberOf = (address: string) =>
  stage.read(async (store) => {
    const [found] = await store.records.find(address)
    const record = await store.records.of(found?.id ?? '')
    return { id: found?.id ?? '', number: String((record?.person as { number?: string } | undefined)?.number) }
  })

describe('a department hears', () => {
  test('of what was directed to it, by our number or the address, and of nothing else', async () => {
    const ana = await member('ana@example.org', /desk/, ['parents-united', 'garden-friends'])
    await joins(ana, /nobody/, 'night-walkers')
    const { number } = await numberOf('ana@example.org')
    const { status, headers, text } = await asks(desk, number)
    expect(status).toBe(200)
    expect(JSON.parse(text)).toEqual({
      person: number,
      communities: [
        {
          ...{ slug: 'garden-friends', name: 'Garden Friends', since: '2026-01-05T12:01:00.000Z' },
          direction: { id: expect.stringMatching(/^[0-9A-Z]{26}$/), at: '2026-01-05T12:01:00.000Z' },
        },
        expect.objectContaining({ slug: 'parents-united', name: 'Parents United' }),
      ],
    })
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-type')).toContain('application/json')
    expect([...headers.keys()].filter((name) => /^access-control|^set-cookie$/.test(name))).toEqual([])
    expect((await asks(desk, 'ana@example.org')).text).toBe(text)
    expect((await asks(desk, 'ANA@Example.org')).text).toBe(text)
    expect(text).not.toContain('ana@')
  })

  test('nothing of what was directed to another, or for another purpose', async () => {
    await member('ben@example.org', /shop/)
    expect(await known(desk, 'ben@example.org')).toEqual([])
    expect(await known(shop, 'ben@example.org')).toEqual(['parents-united'])
    expect(await known(shop, 'ana@example.org')).toEqual([])
    await member('cem@example.org', /nobody/)
    expect([await known(desk, 'cem@example.org'), await known(shop, 'cem@example.org')]).toEqual([[], []])
  })

  test('nothing by an address that two share, as it could not tell of whom; by their numbers it does', async () => {
    await member('eva@example.org', /desk/)
    expect(await known(desk, 'eva@example.org')).toEqual(['parents-united'])
    const { id, number } = await numberOf('eva@example.org')
    await stage.read(async (store) => {
      const other = await store.people.byWeb('other-eva', 'Eva', stage.now())
      await store.people.proveEmail(other.id, 'Eva@example.org', stage.now())
    })
    expect((await asks(desk, 'eva@example.org')).text).toBe((await asks(desk, 'nobody@example.org')).text)
    expect(await known(desk, number)).toEqual(['parents-united'])
    expect(await known(desk, id)).toEqual([])
  })

  test('by what it calls somebody itself, while that is so', async () => {
    await member('gil@example.org', /desk/)
    const { id } = await numberOf('gil@example.org')
    await stage.pass('1m')
    const calls = (wanted: string) =>
      stage.read(async (store) => {
        // As a destination with names of its own answers when it is told of them.
        await store.reports.settle({ personId: id }, stage.now())
        await store.reports.tellAnew(
          'desk',
          (await store.communities.find('parents-united', '', ''))?.id ?? '',
          stage.now(),
        )
        const { lease, rows } = await store.reports.claim('desk', 100, stage.now())
        const met = rows.map(({ personId }) => (personId === id ? { id: wanted } : {}))
        await store.reports.finish(rows, lease, { done: true }, stage.now(), met)
      })
    await calls('customer 17')
    expect(await known(desk, 'customer 17')).toEqual(['parents-united'])
    expect(await known(shop, 'customer 17')).toEqual([])
    await calls('customer 18')
    expect([await known(desk, 'customer 17'), await known(desk, 'customer 18')]).toEqual([[], ['parents-united']])
  })
})

describe('it ends at once', () => {
  const ends: Record<string, (who: Browser, address: string) => Promise<unknown>> = {
    async 'when somebody leaves'(who) {
      await who.opens('/do/leave?community=parents-united')
      await who.sends({ community: 'parents-united' })
    },
    async 'when they take their yes back'(who) {
      await who.opens('/do/sharing')
      await who.sends({ community: 'parents-united', answer: 'off' })
    },
    async 'when they pause'(who) {
      await who.opens('/do/my')
      await who.presses('Pause everything')
    },
    async 'when they are forgotten'(who) {
      await who.opens('/do/my')
      await who.presses('Forget me')
      await who.presses('Yes, forget me')
    },
    async 'when the department says that they want it no more'(_, address) {
      const { id } = await numberOf(address)
      await stage.read((store) => store.suppressions.suppress('desk', [id], undefined, 'unsubscribed', stage.now()))
    },
  }

  test.each(Object.entries(ends))('%s', async (name, act) => {
    const address = `${name.replaceAll(' ', '-')}@example.org`
    const who = await member(address, /desk/)
    const { number } = await numberOf(address)
    expect(await known(desk, number)).toEqual(['parents-united'])
    await act(who, address)
    // Before any work that waits is done.
    expect(await known(desk, number)).toEqual([])
    expect(await known(desk, address)).toEqual([])
    await stage.settle()
    expect(await known(desk, number)).toEqual([])
  })

  test('and begins again with whoever goes on after a pause', async () => {
    const who = await member('hal@example.org', /desk/)
    await who.opens('/do/my')
    await who.presses('Pause everything')
    expect(await known(desk, 'hal@example.org')).toEqual([])
    await who.presses('Go on')
    expect(await known(desk, 'hal@example.org')).toEqual(['parents-united'])
  })

  test('when a community turns sensitive, for everybody in it', async () => {
    await founds('Quiet Circle')
    await member('ida@example.org', /desk/, ['parents-united', 'quiet-circle'])
    expect(await known(desk, 'ida@example.org')).toEqual(['parents-united', 'quiet-circle'])
    await staff.opens('/do/sensitive')
    await staff.sends({ community: 'Quiet Circle' })
    await staff.presses('Make it sensitive')
    expect(await known(desk, 'ida@example.org')).toEqual(['parents-united'])
  })

  test('while staff have paused the destination, or have not started it, or only release audiences to it', async () => {
    await member('jan@example.org', /desk/)
    const hears = () => known(desk, 'jan@example.org')
    expect(await hears()).toEqual(['parents-united'])
    await stage.read((store) => store.destinations.pause('desk', 'by staff', stage.now()))
    expect(await hears()).toEqual([])
    await stage.read((store) => store.destinations.resume('desk'))
    expect(await hears()).toEqual(['parents-united'])
    // What no command turns while the house runs.
    for (const state of ['started = false', "mode = 'release'", 'connected = false', "recipient = 'the till'"]) {
      await stage.sql(`update destinations set ${state} where name = 'desk'`)
      expect(await hears(), state).toEqual([])
      await stage.sql(`update destinations set started = true, mode = 'standing', connected = true,
        recipient = 'the service desk' where name = 'desk'`)
      expect(await hears(), state).toEqual(['parents-united'])
    }
  })
})

describe('a key', () => {
  test('that is missing, made up, misspelt or removed is refused in the same words', async () => {
    const key = await made('For a while', 'desk')
    expect(await known(key, 'ana@example.org')).toHaveLength(2)
    await staff.opens('/do/api-keys')
    await staff.presses('Remove For a while')
    expect((await staff.presses('Keep it')).text).toContain('For a while')
    expect(await known(key, 'ana@example.org')).toHaveLength(2)
    await staff.presses('Remove For a while')
    expect((await staff.presses('Remove it')).text).toContain('The key For a while is worth nothing any more.')
    const before = await everything(stage)
    const answers = []
    for (const one of [undefined, key, `${desk}x`, 'kindred_', 'a b', '\u00e9'])
      answers.push(await asks(one, 'ana@example.org'))
    answers.push(await asks(undefined, 'ana@example.org', { headers: { authorization: `Basic ${desk}` } }))
    expect(new Set(answers.map(({ status, shown, text }) => JSON.stringify([status, shown, text]))).size).toBe(1)
    expect(answers[0]?.status).toBe(401)
    expect(answers[0]?.headers.get('www-authenticate')).toBe('Bearer')
    expect(await everything(stage)).toBe(before)
  })

  test('is kept nowhere, is in no list, and is made and removed on the record', async () => {
    const all = await everything(stage)
    expect(all).toContain('"api_tokens"')
    expect(all).not.toContain(desk)
    expect(all).not.toContain(desk.slice('kindred_'.length))
    const { text } = await staff.opens('/do/api-keys')
    expect(text).toMatch(/Front desk: For the service desk \(desk\); may do: communities:read\. Made .+, last used/)
    expect(text).toContain('Till: For the shop (shop)')
    expect(text).not.toContain('For a while')
    expect(text).not.toContain('kindred_')
    const audit = (await staff.opens('/do/audit')).text
    expect(audit).toContain('API key made')
    expect(audit).toContain('API key removed')
    expect(audit).not.toContain('kindred_')
  })

  test('is made by staff alone, for a destination there is', async () => {
    await staff.opens('/do/api-keys')
    expect((await staff.sends({ make: 'X', for: 'deks' })).text).toContain('There are: desk, shop.')
    await staff.opens('/do/api-keys')
    expect((await staff.sends({ make: 'X' })).text).toContain('Name one of these with for: desk, shop.')
    expect((await founder.opens('/do/api-keys')).text).not.toContain('Front desk')
  })

  test('that may not read communities hears that, and nothing of anybody', async () => {
    const bare = await stage.read((store) =>
      store.apiKeys.make({ name: 'Bare', destination: 'desk', scopes: [] }, '', stage.now()),
    )
    const { status, headers, text } = await asks(bare, 'ana@example.org')
    expect([status, errorSchema.parse(JSON.parse(text)).error]).toEqual([403, 'forbidden'])
    expect(headers.get('www-authenticate')).toContain('scope="communities:read"')
    expect((await asks(bare, 'nobody@example.org')).text).toBe(text)
  })

  test('is good for sixty reads at once and one a second after that, whatever others do', async () => {
    const busy = await made('Busy', 'desk')
    const statuses = []
    for (let n = 0; n < 62; n++) statuses.push((await asks(busy, 'nobody@example.org')).status)
    expect(statuses.filter((status) => status === 404)).toHaveLength(60)
    const { status, headers, text } = await asks(busy, 'ana@example.org')
    expect([status, errorSchema.parse(JSON.parse(text)).error, headers.get('retry-after')]).toEqual([
      ...[429, 'too-many-requests', '1'],
    ])
    expect(await known(desk, 'ana@example.org')).toHaveLength(2)
    await stage.pass('1s')
    expect(await known(busy, 'ana@example.org')).toHaveLength(2)
  })
})

test('nobody learns who is known: unknown and undirected take the same work and get the same words', async () => {
  await member('kim@example.org', /nobody/)
  const { number } = await numberOf('kim@example.org')
  await known(desk, 'x')
  const rows = async () => (await everything(stage)).split('\n').sort()
  const seen = []
  for (const who of ['unheard@example.org', 'kim@example.org', number, 'x', 'a/b?c', 'x\0y', 'x'.repeat(3_000)]) {
    const before = await rows()
    let answer: Awaited<ReturnType<typeof asks>> | undefined
    const { sent } = await hear(async () => {
      answer = await asks(desk, who)
    })
    seen.push({ status: answer?.status, shown: answer?.shown, text: answer?.text, sent: sent.map(({ text }) => text) })
    // Not even when the key was used tells them apart, and nothing is written of anybody.
    expect(await rows(), who).toEqual(before)
  }
  expect(seen[0]?.status).toBe(404)
  expect(seen[0]?.sent.length).toBeGreaterThan(1)
  for (const one of seen) expect(one).toEqual(seen[0])
})

describe('everybody sees', () => {
  test('who looked them up, by which key and how often, and takes it along', async () => {
    const lea = await member('lea@example.org', /desk|shop/)
    expect((await lea.opens('/do/my?part=data')).text).not.toContain('Read over the API')
    for (let n = 0; n < 3; n++) await known(desk, 'lea@example.org')
    await known(shop, 'lea@example.org')
    const { text } = await lea.opens('/do/my?part=data')
    expect(text).toContain(
      'the service desk (key “Front desk”) looked up what you let them know: 3 times that day, last',
    )
    expect(text).toContain('the shop (key “Till”) looked up what you let them know: 1 time that day')
    await stage.pass('24h')
    await known(desk, 'lea@example.org')
    expect((await lea.opens('/do/my?part=data')).text.match(/Front desk/g)).toHaveLength(2)
    await lea.presses('Everything as a file')
    const { body } = await lea.follows('Take the file')
    expect(JSON.parse(body).reads).toMatchObject([
      { recipient: 'the service desk', key: 'Front desk', day: '2026-01-05', times: 3 },
      { recipient: 'the shop', key: 'Till', times: 1 },
      { recipient: 'the service desk', key: 'Front desk', day: '2026-01-06', times: 1 },
    ])
  })

  test('that nothing was passed on but what was asked for, and nobody is told to forget what they only asked for', async () => {
    const ned = await member('ned@example.org', /desk/)
    const { text } = await ned.opens('/do/my?part=data')
    expect(text).toContain('Nothing was passed on')
    expect(text).toContain('May the service desk see that you are in Parents United?')
    await known(desk, 'ned@example.org')
    await ned.opens('/do/my')
    expect((await ned.presses('Forget me')).text).toContain('Nobody outside was ever told of you.')
  })

  test('no more than a page of it, and after forgetting there is none', async () => {
    const mia = await member('mia@example.org', /desk/)
    for (let day = 0; day < 6; day++) {
      await known(desk, 'mia@example.org')
      await stage.pass('24h')
    }
    const { text } = await mia.opens('/do/my?part=data')
    expect(text.match(/Front desk/g)).toHaveLength(5)
    expect(text).toContain('Older ones are in the file.')
    const { id } = await numberOf('mia@example.org')
    const rows = async () => (await everything(stage)).split('\n').filter((line) => line.includes(id)).length
    expect(await rows()).toBeGreaterThan(6)
    await mia.opens('/do/my')
    await mia.presses('Forget me')
    await mia.presses('Yes, forget me')
    await stage.settle()
    expect(await rows()).toBe(0)
  })
})

describe('the description for programs', () => {
  test('is one that OpenAPI allows, and everybody may read it', async () => {
    const response = await fetch(`${stage.at}/api/openapi.json`)
    expect([response.status, response.headers.get('set-cookie')]).toEqual([200, null])
    const { servers, paths, security, components } = documentOf(await response.text())
    expect(servers).toEqual([{ url: stage.site }])
    expect(Object.keys(paths)).toEqual(['/api/people/{id}/communities'])
    expect(security).toEqual([{ key: [] }])
    expect(components.securitySchemes.key).toMatchObject({ type: 'http', scheme: 'bearer' })
  })

  test('is true of each answer and of each error', async () => {
    const bare = await stage.read((store) =>
      store.apiKeys.make({ name: 'None', destination: 'desk', scopes: [] }, '', stage.now()),
    )
    const full = await made('Full', 'desk')
    for (let n = 0; n < 60; n++) await asks(full, 'nobody@example.org')
    await member('ove@example.org', /desk/)
    const broken = await made('Broken', 'desk')
    await stage.sql('alter table api_reads rename to api_reads_away')
    const failing = await asks(broken, 'ove@example.org')
    await stage.sql('alter table api_reads_away rename to api_reads')
    expect(stage.failures.splice(0)).toHaveLength(1)
    const answers = {
      200: await asks(desk, 'ove@example.org'),
      401: await asks(undefined, 'ove@example.org'),
      403: await asks(bare, 'ove@example.org'),
      404: await asks(desk, 'nobody@example.org'),
      429: await asks(full, 'ove@example.org'),
      500: failing,
    }
    const document = documentOf(await (await fetch(`${stage.at}/api/openapi.json`)).text())
    const { responses } = document.paths['/api/people/{id}/communities']?.get ?? {}
    expect(Object.keys(responses ?? {})).toEqual(Object.keys(answers))
    for (const [status, { status: given, text, headers }] of Object.entries(answers)) {
      const said = responses?.[status]
      expect(String(given)).toBe(status)
      expect(headers.get('content-type')).toContain('application/json')
      for (const name of Object.keys(said?.headers ?? {}))
        expect(headers.get(name), `${name} of ${status}`).not.toBeNull()
      expect(document.complaintsOf(said?.content['application/json'].schema ?? {}, JSON.parse(text))).toEqual([])
      if (given === 200) communitiesSchema.strict().parse(JSON.parse(text))
      else {
        const { error, message } = errorSchema.strict().parse(JSON.parse(text))
        expect(REFUSALS[error]).toEqual({ status: given, says: message })
      }
    }
    // The document would notice.
    const [answer] = Object.values(responses ?? {})
    expect(document.complaintsOf(answer?.content['application/json'].schema ?? {}, { person: 7 })).not.toEqual([])
  })

  test('is all there is: nothing else is answered, and nothing is taken', async () => {
    const paths = [
      '/api',
      '/api/',
      '/api/people',
      '/api/people/x',
      '/api/people//communities',
      '/api/%00',
      '/api/people/%ff/communities',
    ]
    for (const path of paths) {
      const response = await fetch(`${stage.at}${path}`, { headers: { authorization: `Bearer ${desk}` } })
      expect(response.status, path).toBe(404)
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const { status, headers } = await asks(desk, 'ana@example.org', {
        method,
        headers: { origin: 'https://x.example' },
      })
      expect([status, headers.get('access-control-allow-origin')]).toEqual([404, null])
    }
  })

  test('has no address of anybody in it, nor have the metrics', async () => {
    const metrics = await (await fetch(`${stage.at}/metrics`, { headers: { authorization: `Bearer ${WATCH}` } })).text()
    expect(metrics).toContain('route="/api/people/:id/communities"')
    expect(metrics).not.toContain('@')
  })
})
