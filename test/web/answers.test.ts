import { afterAll, beforeAll, expect, test } from 'vitest'
import { address, readAddress } from '../../src/reply.ts'
import type { Delivery } from '../../src/router.ts'
import type { Browser } from './browser.ts'
import { answerLink, answerTo, joins, meets, personOf, wantsMail } from './meetup-scene.ts'
import { everything, isIn, opened } from './scene.ts'
import { openWebStage, type WebStage } from './stage.ts'

const BEN = 'ben@example.org'
const EVE = 'eve@example.org'
const HIDDEN = { place: 'Secret barn', 'hide-place': 'yes' }
const PARENTS = 'parents-united'
const DANA = { platform: 'discord', workspace: '*', externalId: 'd1', name: 'Dana', isStaff: false }

let stage: WebStage
let ana: Browser
let ben: string
let dana: string
beforeAll(async () => {
  stage = await openWebStage()
  ana = await opened(stage)
  await joins(stage, BEN)
  await joins(stage, EVE)
  ben = await personOf(stage, BEN)
  dana = await danaJoins()
  await meets(stage, ana, { title: 'Walk', capacity: '3', guests: '1', ...HIDDEN })
  await meets(stage, ana, { title: 'Talk <i>&amp;', ...HIDDEN })
})
afterAll(async () => {
  await stage.close()
  expect(stage.failures).toEqual([])
})

/** Somebody who is on Discord alone, whose address is proven. */
async function danaJoins(): Promise<string> {
  const delivery: Delivery = {
    ...{ id: 'discord/1', account: DANA, now: stage.now() },
    where: { platform: 'discord', workspace: 'g1' },
  }
  const { id: c } = await stage.read(async (store) => (await store.communities.find(PARENTS, PARENTS, '')) ?? never())
  const joined = await stage.router.press(delivery, address('join.in', { c, r: 'outside' }))
  expect(joined.refused).toBeUndefined()
  const { id } = await stage.read((store) => store.people.meet(DANA, 'Dana', stage.now(), 'g1'))
  await stage.read((store) => store.people.proveEmail(id, 'dana@example.org', stage.now()))
  await wantsMail(stage, id)
  return id
}

const opensLink = async (link: string, browser = stage.browser()) => {
  await browser.opens(link)
  return browser
}

/** The address of a button of the page, by its label. */
const pressOf = (browser: Browser, label: string) =>
  browser.page
    ?.$('button[name=press]')
    .filter((_, one) => browser.page?.$(one).text().trim() === label)
    .attr('value') ?? ''

test('opening a link shows the meetup, and changes nothing however often scanners do it', async () => {
  const link = answerLink(stage, BEN, 'Walk')
  const before = await everything(stage)
  for (const _ of [1, 2, 3]) {
    const { status, text, headers, body } = await stage.browser().opens(link)
    expect(status).toBe(200)
    expect(text).toContain('Walk')
    expect(text).toContain('Fri 16 Jan 2026, 18:30')
    expect(text).toContain('Where: Place after you say yes')
    expect(text).toContain("[Yes, I come] [Maybe] [I can't come]")
    expect(text).toContain('You answer as')
    expect(body).not.toContain('Secret barn')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(body).toContain('noindex')
  }
  expect((await fetch(link.replace(stage.site, stage.at), { method: 'HEAD' })).status).toBe(200)
  expect(await everything(stage)).toBe(before)
})

test('what a title says is words on the page, never a part of it', async () => {
  const { body } = await stage.browser().opens(answerLink(stage, BEN, 'Talk'))
  expect(body).toContain('Talk &lt;i&gt;&amp;amp;')
  expect(body).not.toContain('<i>')
})

test('it answers without signing in, and tells the place to who comes alone', async () => {
  const holder = await opensLink(answerLink(stage, BEN, 'Walk'))
  const maybe = await holder.presses('Maybe')
  expect(maybe.text).toContain('You said: maybe. No seat is kept for you.')
  expect(maybe.body).not.toContain('Secret barn')
  expect((await holder.opens(answerLink(stage, BEN, 'Walk'))).body).not.toContain('Secret barn')
  const yes = await holder.presses('Yes, I come')
  expect(yes.text).toContain('You come, number 1.')
  expect(yes.text).toContain('Where: Secret barn')
  expect(yes.text).not.toContain('Calendar file')
  expect((await holder.presses('Remind me')).text).toContain('You are reminded a day and an hour before.')
  await holder.presses('Bring guests')
  expect((await holder.presses('I bring 1 guest')).text).toContain('You come with 1 guest')
  expect(await answerTo(stage, ben, 'Walk')).toBe('going+1')
  expect(await isIn(holder)).toBe(false)
})

test('the same form sent twice acts once', async () => {
  const link = answerLink(stage, BEN, 'Walk')
  const holder = await opensLink(link)
  const form = {
    ...holder.fieldsOf(holder.page?.$('form.buttons').first() ?? never()),
    press: pressOf(holder, "I can't come"),
  }
  expect((await holder.posts(link, form)).text).toContain("You said that you can't come.")
  await holder.presses('Yes, I come')
  expect(await answerTo(stage, ben, 'Walk')).toBe('going+0')
  expect((await holder.posts(link, form)).text).toContain("You said that you can't come.")
  expect(await answerTo(stage, ben, 'Walk')).toBe('going+0')
})

test('it answers to no other meetup, for nobody else, and does nothing else', async () => {
  const link = answerLink(stage, BEN, 'Walk')
  const other = await opensLink(answerLink(stage, BEN, 'Talk'))
  const talk = readAddress(pressOf(other, 'Yes, I come'))?.args.m ?? ''
  const walk = readAddress(pressOf(await opensLink(link), "I can't come"))?.args.m ?? ''
  const holder = stage.browser()
  const before = await everything(stage)
  for (const press of [
    address('meetups.yes', { m: talk }),
    address('meetups.file', { m: walk }),
    address('meetups.open', { m: walk }),
    address('meetups.worth', { m: walk, y: 1 }),
    address('meetups.renew'),
    address('meetup.cancel', { m: walk }),
    address('meetup.manage', { m: walk }),
    'leave?community=parents-united',
    'my.forget',
    `meetups.yes?m=${talk}&m=${walk}&m=${talk}`,
    'meetups.toString',
    '',
  ])
    expect((await holder.posts(link, { press })).status, press).toBe(404)
  // What else is sent along is not heard.
  expect((await holder.posts(link, { press: 'meetups.open', m: walk, command: 'leave' })).status).toBe(404)
  for (const path of [`${link}A`, link.slice(0, -1), '/answer/x', `/answer/${link.split('/').at(-1)?.toLowerCase()}`])
    expect((await holder.posts(path, { press: address('meetups.no', { m: walk }) })).status, path).toBe(404)
  expect(await everything(stage)).toBe(before)
  // In Ana's browser, too, it is Ben who answers.
  await opensLink(link, ana)
  expect(ana.page?.text).toContain('You answer as')
  await ana.presses("I can't come")
  expect(await answerTo(stage, ben, 'Walk')).toBe('no+0')
  expect(await answerTo(stage, await personOf(stage, 'ana@example.org'), 'Walk')).toBe('none')
})

test('a party that is too large is told so, and shown where they stand', async () => {
  const link = answerLink(stage, BEN, 'Walk')
  const holder = await opensLink(link)
  const walk = readAddress(pressOf(holder, 'Yes, I come'))?.args.m ?? ''
  const { status, text } = await holder.posts(link, { press: address('meetups.yes', { m: walk, g: 5 }) })
  expect(status).toBe(422)
  expect(text).toContain('Each may bring 1 guest')
  expect(text).toContain("You said that you can't come.")
  expect(text).toContain('[Yes, I come]')
})

test('who is on Discord alone answers as who they are there, and nobody is met or renamed', async () => {
  const own = () =>
    stage.read(async (store) => [await store.people.ownOf(dana), await store.people.names([dana], 'discord', 'g1')])
  const people = async () => (await everything(stage)).match(/"(external_id|workspace)"[^}]*/g)
  const [before, rows] = [await own(), await people()]
  const holder = await opensLink(answerLink(stage, 'dana@example.org', 'Walk'))
  expect((await holder.presses('Yes, I come')).text).toContain('You come')
  expect(holder.page?.text).toContain('You answer as Dana')
  expect(await answerTo(stage, dana, 'Walk')).toBe('going+0')
  expect(await own()).toEqual(before)
  expect(await people()).toEqual(rows)
})

test('a seat that is offered is taken or passed by the link of its mail', async () => {
  await meets(stage, ana, { title: 'Boat', capacity: '1' })
  const [first, second] = [answerLink(stage, 'dana@example.org', 'Boat'), answerLink(stage, BEN, 'Boat')]
  const [has, waits] = [await opensLink(first), await opensLink(second)]
  await has.presses('Yes, I come')
  expect((await waits.presses('Yes, I come')).text).toContain('You are the first in line')
  await has.presses("I can't come")
  await stage.settle()
  const offered = await opensLink(answerLink(stage, BEN, 'A seat is free for you: Boat'))
  expect(offered.page?.text).toContain('[Take it] [Pass]')
  expect((await offered.presses('Take it')).text).toContain('You come')
  await has.opens(first)
  await has.presses('Yes, I come')
  await offered.opens(second)
  await offered.presses("I can't come")
  await stage.settle()
  await has.opens(first)
  await has.presses('Pass')
  expect(await answerTo(stage, dana, 'Boat')).toBe('no+0')
})

test('whoever was united since answers as who they are now', async () => {
  const link = answerLink(stage, 'dana@example.org', 'Talk')
  await stage.read(async (store) => {
    const [asked] = await store.unions.ask(ben, 'dana@example.org', stage.now())
    for (const one of [ben, dana]) await store.unions.answer(asked?.id ?? '', one, 'yes', stage.now())
  })
  const holder = await opensLink(link)
  expect((await holder.presses('Yes, I come')).text).toContain('Secret barn')
  expect((await opensLink(answerLink(stage, BEN, 'Talk'))).page?.text).toContain('You come')
})

test('it is over for who left, who was forgotten, and once the meetup is', async () => {
  const link = answerLink(stage, EVE, 'Walk')
  await meets(stage, ana, { title: 'Soon', when: '5 January 2026 14:00' })
  const ended = answerLink(stage, BEN, 'Soon')
  expect((await stage.browser().opens(ended)).status).toBe(200)
  const eve = await stage.person(EVE)
  await eve.opens('/do/leave?community=parents-united')
  await eve.sends({})
  const left = await opensLink(link)
  expect([left.page?.status, left.page?.text]).toEqual([
    404,
    expect.stringContaining('That meetup is not there, or is in a community you are not in.'),
  ])
  await eve.opens('/do/my')
  await eve.presses('Forget me')
  await eve.presses('Yes, forget me')
  await stage.settle()
  const before = await everything(stage)
  const forgotten = await stage.browser().opens(link)
  expect([forgotten.status, forgotten.text]).toEqual([404, expect.stringContaining('That link is over')])
  expect((await stage.browser().posts(link, { press: 'meetups.yes' })).text).toBe(forgotten.text)
  expect(await everything(stage)).toBe(before)
  await stage.pass('4h')
  expect((await stage.browser().opens(ended)).text).toBe(forgotten.text)
})

function never(): never {
  throw new Error('it is there')
}
