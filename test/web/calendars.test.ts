import { afterAll, beforeAll, expect, test } from 'vitest'
import { nameOf, readCalendar, shownBy } from '../calendar-reader.ts'
import type { Browser } from './browser.ts'
import { joins, meets, ownCalendar, personOf } from './meetup-scene.ts'
import { everything, NEED, opened } from './scene.ts'
import { openWebStage, type WebStage } from './stage.ts'

const HIDDEN = { place: 'Secret barn', 'hide-place': 'yes' }
const PUBLIC = '/c/parents-united/calendar.ics'

let stage: WebStage
let ana: Browser
let ben: Browser
let eve: Browser
beforeAll(async () => {
  stage = await openWebStage({ now: '2026-03-02T12:00:00Z' })
  ana = await opened(stage)
  ben = await joins(stage, 'ben@example.org')
  eve = await joins(stage, 'eve@example.org')
})
afterAll(async () => {
  await stage.close()
  expect(stage.failures).toEqual([])
})

/** Plans a meetup of March. */
const plans = (words: Record<string, string>, community?: string) =>
  meets(stage, ana, { when: '6 March 2026 18:30', ...words }, community)

/** Opens the newest meetup of this title on the page that lists them. */
async function opensMeetup(browser: Browser, title: string) {
  await browser.opens('/do/meetups')
  return browser.presses(title)
}

/** What a calendar program gets from an address: it has no cookie. */
async function fetched(address: string, headers: Record<string, string> = {}) {
  const response = await fetch(new URL(new URL(address, stage.site).pathname, stage.at), { headers })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

const places = (text: string) => readCalendar(text).events.map((event) => event.location)

test('a community has a calendar for everybody, to which its page links, and which tells no place that is hidden', async () => {
  await plans({ title: 'Walk', place: 'Town hall' })
  await plans({ title: 'Den; \\n,<b>"&\u2028BEGIN:VEVENT', description: 'More,\nof; it\r\nEND:VCALENDAR', ...HIDDEN })
  await opensMeetup(ben, 'Walk')
  await ben.presses('Yes, I come')
  const page = await stage.browser().opens('/c/parents-united')
  expect(page.text).toContain('Calendar of this community')
  expect(page.$('link[type="text/calendar"]').attr('href')).toBe(PUBLIC)
  expect(page.$('link[type="text/calendar"]').attr('title')).toBe('Calendar of Parents United')
  const { status, headers, text } = await fetched(PUBLIC)
  expect(status).toBe(200)
  expect(headers.get('content-type')).toBe('text/calendar; charset=utf-8')
  expect(headers.get('cache-control')).toBe('public, max-age=300')
  expect(headers.get('set-cookie')).toBeNull()
  expect(text).not.toContain('barn')
  expect(text).not.toMatch(/ben@|eve@|ana@/)
  const { root, events } = readCalendar(text)
  expect(nameOf(root)).toBe('Parents United')
  expect(places(text)).toEqual(['Town hall', 'Place after you say yes'])
  expect(events.map(({ summary }) => summary)).toEqual(['Walk', expect.stringContaining('Den; \\n,<b>"&')])
  expect(root.getAllSubcomponents('vevent')).toHaveLength(2)
})

test('it is the same until something changes, and then only once another', async () => {
  const first = await fetched(PUBLIC)
  await stage.pass('1h')
  const second = await fetched(PUBLIC)
  expect(second.text).toBe(first.text)
  const etag = first.headers.get('etag') ?? ''
  expect(etag).not.toBe('')
  const same = await fetched(PUBLIC, { 'if-none-match': etag })
  expect([same.status, same.text, same.headers.get('etag')]).toEqual([304, '', etag])
  // Answers are nobody else's business.
  await opensMeetup(eve, 'Walk')
  await eve.presses('Maybe')
  expect((await fetched(PUBLIC, { 'if-none-match': etag })).status).toBe(304)
  await opensMeetup(ana, 'Walk')
  await ana.presses('Look after it')
  await ana.presses('Cancel it')
  await ana.presses('Cancel it now')
  const changed = await fetched(PUBLIC, { 'if-none-match': etag })
  expect(changed.status).toBe(200)
  expect(changed.headers.get('etag')).not.toBe(etag)
  expect(shownBy(changed.text).map(({ title, status }) => `${title.slice(0, 4)} ${status}`)).toEqual([
    'Walk CANCELLED',
    'Den; CONFIRMED',
  ])
})

test('what not everybody may find has the very answer of what is not there', async () => {
  const ways = {
    'On Request': { visibility: 'request' },
    'Secret Ones': { visibility: 'secret' },
    'Sick Ones': { sensitive: 'yes' },
  }
  for (const [name, words] of Object.entries(ways)) {
    await ana.opens('/do/start-community')
    await ana.sends({ name, need: NEED, pledges: '1', ...words })
  }
  await ana.opens('/do/start-community')
  await ana.sends({ name: 'Wanted Ones', need: NEED, pledges: '5' })
  await stage.settle()
  for (const slug of ['on-request', 'secret-ones', 'sick-ones'])
    await meets(stage, ana, { title: 'Hush', when: '6 March 2026 18:30' }, slug)
  const answers = []
  for (const slug of [
    'no-such',
    'on-request',
    'secret-ones',
    'sick-ones',
    'wanted-ones',
    'no%00such',
    'a'.repeat(3000),
  ]) {
    const { status, headers, text } = await fetched(`/c/${slug}/calendar.ics`)
    if (slug.includes('%00')) continue
    answers.push({ status, text, headers: [...headers].filter(([name]) => !['date', 'set-cookie'].includes(name)) })
  }
  expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1)
  expect(answers[0]?.status).toBe(404)
  // Nor do members of theirs get it that way.
  expect((await ana.opens('/c/secret-ones/calendar.ics')).status).toBe(404)
  expect((await ana.opens('/c/secret-ones')).text).not.toContain('Calendar of this community')
})

test('a series is shown once, with what differs in the place of what was planned, over a change of the clocks', async () => {
  const id = await personOf(stage, 'ana@example.org')
  await stage.read((store) => store.people.setZone(id, 'Europe/Berlin'))
  await ana.opens('/do/start-community')
  await ana.sends({ name: 'Choir', need: NEED, pledges: '1' })
  await stage.settle()
  await meets(
    stage,
    ana,
    { title: 'Sing', when: '15 March 2026 19:00', repeat: 'weekly', times: '5', place: 'Hall' },
    'choir',
  )
  const shown = async () =>
    shownBy((await fetched('/c/choir/calendar.ics')).text).map(
      ({ start, title, status }) => `${start} ${title} ${status}`,
    )
  const planned = ['15T18', '22T18', '29T17'].map((day) => `2026-03-${day}:00 Sing CONFIRMED`)
  const april = ['05T17', '12T17'].map((day) => `2026-04-${day}:00 Sing CONFIRMED`)
  expect(await shown()).toEqual([...planned, ...april])
  const ids = await stage.read(async (store) => {
    const found = await store.communities.find('choir', 'choir', '')
    return (await store.calendars.ofCommunity(found?.id ?? '', stage.now())).map(({ id }) => id)
  })
  const pressAt = async (press: string, fields: Record<string, string>) => {
    await ana.opens('/do/meetups')
    const form = ana.fieldsOf(ana.page?.$('main form[action="/press"]').first() ?? (ana.page?.$('form') as never))
    const page = await ana.posts('/press', { ...form, ...fields, press })
    expect(page.status, page.text).toBe(200)
  }
  // The first is called otherwise, the second is an hour later, the third does not take place.
  await pressAt(`meetup.what?m=${ids[0]}&a=one`, { title: 'First' })
  await pressAt(`meetup.what?m=${ids[1]}&a=one`, { when: '22 March 2026 20:00' })
  await pressAt(`meetup.cancel-now?m=${ids[2]}&a=one`, {})
  const edited = [
    '2026-03-15T18:00 First CONFIRMED',
    '2026-03-22T19:00 Sing CONFIRMED',
    '2026-03-29T17:00 Sing CANCELLED',
  ]
  expect(await shown()).toEqual([...edited, ...april])
  // All that follow: the rule has no meetup any more that is as it was.
  await pressAt(`meetup.what?m=${ids[0]}&a=all`, { title: 'Hum' })
  const all = [...edited.slice(0, 2), ...april].map((one) => one.replace(/First|Sing/, 'Hum'))
  expect((await shown()).filter((one) => !one.includes('CANCELLED'))).toEqual(all)
  expect(await shown()).toHaveLength(5)
  // Long after the first ones they are as they were, as long as one of them is shown.
  const later = new Date('2026-07-01T12:00:00Z')
  const kept = await stage.read(async (store) => {
    const found = await store.communities.find('choir', 'choir', '')
    return store.calendars.ofCommunity(found?.id ?? '', later)
  })
  expect(kept.map(({ id }) => id).sort()).toEqual([...ids].sort())
})

test('each has a calendar of their own, with what they come to or might, and where', async () => {
  await plans({ title: 'Den', when: '7 March 2026 18:30', ...HIDDEN, capacity: '1' })
  for (const [browser, label] of [
    [ana, 'Yes, I come'],
    [ben, 'Yes, I come'],
    [eve, 'Maybe'],
  ] as const) {
    await opensMeetup(browser, 'Den')
    await browser.presses(label)
  }
  const [anas, bens, eves] = [await ownCalendar(ana), await ownCalendar(ben), await ownCalendar(eve)]
  expect(new Set([anas, bens, eves]).size).toBe(3)
  const read = async (address: string) =>
    readCalendar((await fetched(address)).text).events.map(({ summary, location }) => [summary, location])
  expect(await read(anas)).toEqual([['Den', 'Secret barn']])
  expect(await read(bens)).toEqual([
    ['Walk', 'Town hall'],
    ['Waitlist: Den', 'Place after you say yes'],
  ])
  expect(await read(eves)).toEqual([
    ['Maybe: Walk', 'Town hall'],
    ['Maybe: Den', 'Place after you say yes'],
  ])
  const { status, headers, text } = await fetched(bens)
  expect(status).toBe(200)
  expect(shownBy(text)[0]?.status).toBe('CANCELLED')
  expect(nameOf(readCalendar(text).root)).toBe('Your meetups: City Museum')
  expect(headers.get('content-type')).toBe('text/calendar; charset=utf-8')
  expect(headers.get('cache-control')).toBe('private, no-store')
  expect(headers.get('referrer-policy')).toBe('no-referrer')
  expect(headers.get('set-cookie')).toBeNull()
  await opensMeetup(ana, 'Den')
  await ana.presses("I can't come")
  await stage.settle()
  expect((await read(bens))[1]).toEqual(['A seat is kept for you: Den', 'Place after you say yes'])
  // One of a series stands alone, without what others of it are.
  await opensMeetup(eve, 'Den')
  await eve.presses("I can't come")
  await ben.opens('/c/choir')
  await ben.presses('Join')
  await opensMeetup(ben, 'Sun 15 Mar 2026, 18:00 (UTC): Hum')
  await ben.presses('Yes, I come')
  const series = readCalendar((await fetched(bens)).text)
  expect(series.events.at(-1)?.summary).toBe('Hum')
  expect(series.events.at(-1)?.isRecurrenceException()).toBe(true)
  expect(series.events.some((event) => event.isRecurring())).toBe(false)
})

test('nothing of a sensitive community is in anybody’s calendar', async () => {
  for (const slug of ['secret-ones', 'sick-ones']) {
    await ana.opens(`/c/${slug}`)
    expect((await ana.presses('Yes, I come', 'Hush')).text).toContain('You come')
  }
  const { events } = readCalendar((await fetched(await ownCalendar(ana))).text)
  expect(events.filter(({ summary }) => summary === 'Hush')).toHaveLength(1)
})

test('another address ends the one before, and looking at one changes nothing', async () => {
  const before = await ownCalendar(ben)
  await ben.presses('Another address, and end this one')
  const after = ben.page?.$('a[href$=".ics"]').attr('href') ?? ''
  expect(after).not.toBe(before)
  const rows = await everything(stage)
  const missing = await fetched('/calendar/nobody.ics')
  for (const ended of [before, after.replace('.ics', ''), after.replace('.ics', 'A.ics'), after.toUpperCase()])
    expect(await fetched(ended).then(({ status, text }) => [status, text]), ended).toEqual([404, missing.text])
  expect((await fetched(after)).status).toBe(200)
  expect(await everything(stage)).toBe(rows)
})

test('whoever was united has one calendar under both addresses, and another address ends both', async () => {
  const fay = await joins(stage, 'fay@example.org')
  await opensMeetup(fay, 'Den')
  await fay.presses('Maybe')
  const [first, second] = [await ownCalendar(ben), await ownCalendar(fay)]
  const [bens, fays] = [await personOf(stage, 'ben@example.org'), await personOf(stage, 'fay@example.org')]
  await stage.read(async (store) => {
    await store.people.proveEmail(fays, 'ben@example.org', stage.now())
    const [asked] = await store.unions.ask(bens, 'ben@example.org', stage.now())
    for (const one of [bens, fays]) await store.unions.answer(asked?.id ?? '', one, 'yes', stage.now())
  })
  const both = await fetched(first)
  // Of two answers the one that counts most.
  expect(readCalendar(both.text).events.map(({ summary }) => summary)).toContain('A seat is kept for you: Den')
  expect(both.text).not.toContain('Maybe: Den')
  expect((await fetched(second)).text).toBe(both.text)
  await ownCalendar(ben)
  await ben.presses('Another address, and end this one')
  expect([(await fetched(first)).status, (await fetched(second)).status]).toEqual([404, 404])
})

test('it stays theirs while they pause everything, and nobody’s once they are forgotten', async () => {
  const address = await ownCalendar(eve)
  const id = await personOf(stage, 'eve@example.org')
  await stage.read((store) => store.people.pause(id, stage.now()))
  expect((await fetched(address)).text).toContain('Maybe: Walk')
  await eve.opens('/do/my')
  await eve.presses('Forget me')
  await eve.presses('Yes, forget me')
  await stage.settle()
  expect((await fetched(address)).status).toBe(404)
})
