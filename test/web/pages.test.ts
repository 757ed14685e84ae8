import { load } from 'cheerio'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
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

async function starts(browser: Browser, name: string, more: Record<string, string> = {}) {
  await browser.opens('/do/start-community')
  const page = await browser.sends({ name, need: NEED, pledges: '1', ...more })
  const started = page.text.includes('[Start it anyway]') ? await browser.presses('Start it anyway') : page
  await stage.settle()
  return started
}

/** Somebody with nothing but an address, who has shown that it is theirs. */
async function signsIn(address: string): Promise<Browser> {
  const browser = stage.browser()
  await browser.opens('/sign-in')
  await browser.sends({ address })
  await stage.settle()
  await browser.opens(stage.linkTo(address))
  await browser.presses('Sign in')
  return browser
}

describe('whoever comes by', () => {
  test('finds what is open and what is wanted, and reads of it without being known', async () => {
    const ana = await stage.person('ana@example.org')
    await starts(ana, 'Parents United')
    await starts(ana, 'Night Sketchers', { pledges: '5' })
    const visitor = stage.browser()
    expect((await visitor.opens('/')).text).toContain('Night Sketchers')
    expect((await visitor.presses('Join Parents United')).text).toContain('To join Parents United')
    const found = await visitor.opens('/communities?search=sketchers')
    expect(found.text).toContain('Wanted: opens at 5 pledges')
    expect(found.text).not.toContain('Parents United')
    await visitor.follows('Night Sketchers')
    expect(visitor.page?.path).toBe('/c/night-sketchers')
    expect(visitor.page?.text).not.toContain('What you can do here')
  })

  test('finds no trace of what is hidden, not even that it is there', async () => {
    const ana = await stage.person('ana@example.org')
    await starts(ana, 'Surprise for Mo', { visibility: 'secret' })
    const [secret = ''] = /surprise-for-mo-\w+/.exec((await ana.opens('/do/my?part=communities')).body) ?? []
    await starts(ana, 'Quiet Recovery', { sensitive: 'yes' })
    const [quiet = ''] = /quiet-recovery-\w+/.exec((await ana.opens('/do/my?part=communities')).body) ?? []
    const inside = await ana.opens(`/c/${quiet}`)
    expect(inside.text).toContain('What was said here')
    expect(inside.text, 'the page says whose it is').toContain('Quiet Recovery')
    const visitor = stage.browser()
    const nothing = (await visitor.opens('/c/there-is-none')).text
    for (const path of [secret, quiet, 'surprise-for-mo', 'Quiet Recovery', 'surprise-for-m'])
      expect((await visitor.opens(`/c/${encodeURIComponent(path)}`)).text).toBe(nothing)
    const pages = ['/', '/communities', '/communities?search=mo', '/communities?search=recovery', '/communities.atom']
    for (const path of pages) expect((await visitor.opens(path)).body, path).not.toMatch(/for Mo|Recovery/)
    const eve = await stage.person('eve@example.org')
    for (const path of [...pages, '/do/join', `/do/join?community=surprise`, '/do/my'])
      expect((await eve.opens(path)).body, path).not.toMatch(/for Mo|Recovery/)
    for (const community of ['Surprise for Moo', 'Quiet Recover']) {
      await eve.opens('/do/join')
      expect((await eve.sends({ community })).text).not.toMatch(/for Mo\b|Recovery/)
    }
    expect((await eve.opens(`/c/${secret}`)).text).not.toContain('for Mo')
  })

  test('can subscribe to what is new', async () => {
    await starts(await stage.person('ana@example.org'), 'Parents & Co')
    const { headers, body } = await stage.browser().opens('/communities.atom')
    expect(headers.get('content-type')).toBe('application/atom+xml; charset=utf-8')
    const $ = load(body, { xml: true })
    expect($('feed').attr('xmlns')).toBe('http://www.w3.org/2005/Atom')
    expect($('feed > link[rel=self]').attr('href')).toBe(`${stage.site}/communities.atom`)
    for (const where of ['feed', 'entry'])
      for (const part of ['id', 'title', 'updated']) expect($(`${where} > ${part}`).first().text(), part).not.toBe('')
    // Titles are read as HTML.
    expect(load($('entry > title').text()).text()).toBe('Parents & Co')
    expect($('entry > link').attr('href')).toBe(`${stage.site}/c/parents-and-co`)
    expect(Number.isNaN(Date.parse($('entry > updated').text()))).toBe(false)
  })

  test('reads in the feed of the newest 50, whichever are the largest', async () => {
    const from = stage.now().getTime()
    for (let n = 0; n < 60; n++) {
      const made = new Date(from - (n % 2 ? n : 60 - n) * 60_000)
      await stage.read(async (store) => {
        const { id } = await store.people.byWeb('ana@example.org', 'ana', made)
        const words = { slug: `club-${n}`, name: `Club ${n}`, need: NEED, tags: [], platform: 'web', workspace: 'web' }
        const seed = { ...words, id: store.communities.newId(made), place: null, pledgesNeeded: 5, founderId: id }
        const deadline = new Date(from + 86_400_000)
        await store.communities.start({ ...seed, visibility: 'open', sensitive: false, state: 'seed', deadline }, made)
        // The older ones opened early, or just now, and are the larger ones.
        if (n >= 50) await store.communities.open(seed.id, n === 50 ? stage.now() : made)
      })
    }
    const $ = load((await stage.browser().opens('/communities.atom')).body, { xml: true })
    const shown = $('entry')
      .toArray()
      .map((one) => $(one).find('updated').text())
    expect(shown).toHaveLength(50)
    expect(shown).toEqual([...shown].sort().reverse())
    const ages = Array.from({ length: 60 }, (_, n) => (n === 50 ? 0 : n % 2 ? n : 60 - n)).sort((a, b) => a - b)
    const oldest = new Date(from - (ages[49] ?? 0) * 60_000).toISOString()
    expect(shown.at(-1)).toBe(oldest)
  })

  test('passes an address on that shows what it is about, and only where everybody may see it', async () => {
    const ana = await stage.person('ana@example.org')
    await starts(ana, 'Parents United')
    const { $ } = await stage.browser().opens('/c/parents-united')
    const tag = (name: string) => $(`meta[property="og:${name}"]`).attr('content')
    expect([tag('title'), tag('description'), tag('url')]).toEqual([
      'Parents United',
      NEED,
      `${stage.site}/c/parents-united`,
    ])
    expect($('meta[name=robots]').length).toBe(0)
    for (const path of ['/notices', '/do/my', '/sign-in'])
      expect((await ana.opens(path)).$('meta[property^=og], meta[name=robots][content=noindex]').length, path).toBe(
        path === '/sign-in' ? 0 : 1,
      )
  })

  test('turns the pages of what was looked for, whatever letters it has', async () => {
    const ana = await stage.person('ana@example.org')
    for (let n = 1; n <= 6; n++) await starts(ana, `חברי המוזיאון של העיר העתיקה ${n}`, { tags: 'museum' })
    await starts(ana, 'Parents United')
    const search = 'חברי המוזיאון של העיר העתיקה'
    for (const browser of [stage.browser(), await stage.person('eve@example.org')]) {
      await browser.opens(`/communities?${new URLSearchParams({ search, tag: 'museum' })}`)
      const next = await browser.presses('More')
      expect(next.text).toContain(search)
      expect(next.text).not.toContain('Parents United')
    }
  })
})

test('whoever says not now on the start page is not asked the same again', async () => {
  const ana = await stage.person('ana@example.org')
  const organization = await stage.read((store) => store.organization.get())
  const { privacyNotice, ...without } = organization
  await stage.read((store) => store.organization.save(without))
  await starts(ana, 'Parents United')
  await stage.read((store) => store.organization.save({ ...without, ...(privacyNotice && { privacyNotice }) }))
  expect((await ana.opens('/')).text).toContain('May the Museum write to you about Parents United?')
  const answered = await ana.presses('Not now')
  expect(answered.text).toContain('All right, that is not passed on')
  expect(answered.text).not.toContain('May the Museum')
  expect((await ana.opens('/')).text).not.toContain('May the Museum')
})

describe('whoever has nothing but an address', () => {
  test('is mailed of what happens only once they wanted it, and ends it by one press', async () => {
    const ana = await stage.person('ana@example.org')
    await starts(ana, 'Late Hours', { pledges: '3' })
    await starts(ana, 'Night Sketchers', { pledges: '3' })
    const [eve, fay] = [await signsIn('eve@example.org'), await signsIn('fay@example.org')]
    expect((await eve.opens('/')).text).toContain('Shall we mail you')
    expect((await eve.presses('Yes, by mail')).text).toContain('You are mailed')
    expect((await eve.opens('/')).text).not.toContain('Shall we mail you')
    const sent = () => stage.mails.map(({ to, text }) => `${to}: ${text.split('\n')[0]}`).slice(2)
    const pledges = async (browser: Browser, slug: string) => {
      await browser.opens(`/c/${slug}`)
      await browser.presses('Pledge')
      await stage.settle()
    }
    await pledges(eve, 'late-hours')
    await pledges(fay, 'night-sketchers')
    expect(sent()).toEqual([])
    const gus = await stage.person('gus@example.org')
    await pledges(gus, 'late-hours')
    await pledges(gus, 'night-sketchers')
    expect(sent()).toEqual(['eve@example.org: Late Hours has opened, and you are in.'])
    const mail = stage.mails.at(-1)
    expect(mail?.text).toContain(`To answer, open ${stage.site}/notices`)
    expect(mail?.text).not.toMatch(/chat/)
    expect((await eve.opens('/notices')).text).toContain('May the Museum write to you about Late Hours?')
    expect((await fay.opens('/notices')).text).toContain('Night Sketchers has opened, and you are in.')
    const anybody = stage.browser()
    await anybody.opens(mail?.unsubscribe ?? '')
    expect((await anybody.presses('No more by mail')).text).toContain('Done')
    expect((await eve.opens('/do/my?part=notices')).text).toContain('A community of yours has opened: under Notices')
  })

  test('is told by mail who has forgotten them, with no word of what they were in', async () => {
    await starts(await stage.person('ana@example.org'), 'Parents United')
    const eve = await signsIn('eve@example.org')
    await eve.opens('/c/parents-united')
    await eve.presses('Join')
    await eve.presses('Yes', 'May the Museum')
    await stage.settle()
    expect((await stage.files())['parents-united.csv']).toContain('eve@example.org')
    await eve.opens('/do/my')
    expect((await eve.presses('Forget me')).text).toContain('You hear by mail when each says that it is done')
    const gone = await eve.presses('Yes, forget me')
    expect(gone.text).toContain('You are forgotten here.')
    expect(gone.text).not.toMatch(/hear here/)
    expect(gone.$('header').text()).toContain('Sign in')
    await stage.settle()
    expect(stage.mails.at(-1)).toMatchObject({ to: 'eve@example.org', subject: 'City Museum: you are forgotten' })
    expect(stage.mails.at(-1)?.text).toContain('has been told to forget you, and says that it is done.')
    expect(stage.mails.at(-1)?.text).not.toContain('Parents')
    expect((await eve.opens('/do/my')).text).toContain('Who are you?')
    expect(JSON.stringify(await stage.files())).not.toContain('eve@example.org')
  })

  test('says what they are called, in which zone they read, and takes along all that is stored', async () => {
    const eve = await signsIn('eve@example.org')
    expect((await eve.opens('/do/my?part=name')).text).toMatch(/You are called Guest \w{4} here/)
    await eve.sends({ part: 'name', value: 'Eve' })
    await eve.opens('/do/my?part=zone')
    await eve.presses('Another time zone')
    expect((await eve.sends({ zone: 'Atlantis' })).text).toContain('“Atlantis” is not a time zone.')
    expect((await eve.sends({ zone: 'Asia/Tokyo' })).text).toContain('Asia/Tokyo')
    await eve.opens('/do/my?part=notices')
    await eve.presses('Set quiet hours')
    expect((await eve.sends({ hours: '22:00-08:00' })).text).toContain('from 22:00 to 08:00')
    expect((await eve.opens('/do/my?part=data')).text).toMatch(/Name: Eve, .*GMT\+9/)
    await eve.presses('Everything as a file')
    const { headers, body } = await eve.follows('Take the file kindred-2026-01-05.json')
    expect(headers.get('content-disposition')).toBe('attachment; filename="kindred-2026-01-05.json"')
    expect(JSON.parse(body)).toMatchObject({ person: { name: 'Eve', zone: 'Asia/Tokyo' } })
    expect(body).not.toMatch(/web\/eve@/)
  })
})
