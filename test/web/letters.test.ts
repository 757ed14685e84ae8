import { afterEach, beforeEach, expect, test } from 'vitest'
import { smtpMailer } from '../../src/mail.ts'
import { type MailSink, openMailSink } from '../mail-sink.ts'
import { expectAgreement, type Received, received } from '../received.ts'
import { joins, meets, personOf } from './meetup-scene.ts'
import { everything, opened } from './scene.ts'
import { openWebStage, type WebStage } from './stage.ts'

const EVE = 'eve@example.org'
/** What a mail program posts when its button is pressed (RFC 8058, 3.1), and nothing else: no cookie, no page before it. */
const ONE_CLICK = {
  method: 'POST',
  redirect: 'manual',
  body: 'List-Unsubscribe=One-Click',
  headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' },
} satisfies RequestInit

let sink: MailSink
let stage: WebStage
beforeEach(async () => {
  sink = await openMailSink()
  const mailer = smtpMailer(sink.url, 'City Museum <museum@example.org>')
  stage = await openWebStage({ mailer, settings: { PUBLIC_URL: 'https://kindred.example', PROXIES: '1' } })
})
afterEach(async () => {
  await stage.close()
  await sink.close()
  expect(stage.failures).toEqual([])
})

/** The newest mail to an address, as its mail program has it. */
async function newest(address: string): Promise<Received> {
  const all = await Promise.all(sink.taken.map(received))
  return all.findLast((one) => one.header('to').includes(address)) ?? expect.fail(`no mail reached ${address}`)
}

/** Where the server of an address really listens. */
const reached = (url: string) => url.replace(stage.site, stage.at)

test('one press in a mail program, posted to the address the mail came with, ends such mails and no others', async () => {
  const ana = await opened(stage)
  await joins(stage, EVE)
  await meets(stage, ana, { title: 'First walk' })
  const mail = await newest(EVE)
  expect(mail.text).toContain('First walk')
  expect(mail.header('List-Unsubscribe-Post')).toEqual(['List-Unsubscribe=One-Click'])
  const [, url = ''] = /^<(https:[^>]+)>$/.exec(mail.header('List-Unsubscribe').join()) ?? []
  // The same address stands in both parts.
  expect(mail.text).toContain(url)
  expect(mail.html).toContain(`href="${url}"`)

  // Scanners open every address, and end nothing.
  const before = await everything(stage)
  for (const method of ['GET', 'HEAD']) expect((await fetch(reached(url), { method })).status).toBe(200)
  expect(await everything(stage)).toBe(before)

  const pressed = await fetch(reached(url), ONE_CLICK)
  expect([pressed.status, pressed.headers.get('location')]).toEqual([200, null])
  const id = await personOf(stage, EVE)
  const { ways } = await stage.read((store) => store.notices.choices(id))
  expect(ways).toMatchObject({ seat: 'mail', changed: 'mail', soon: 'mail' })
  expect(ways.meetup).not.toBe('mail')
  const sent = sink.taken.length
  await meets(stage, ana, { title: 'Second walk' })
  expect(sink.taken).toHaveLength(sent)
  expect((await fetch(reached(url), ONE_CLICK)).status, 'a program may post again').toBe(200)
})

test('an address that a mail did not come with ends nothing', async () => {
  const ana = await opened(stage)
  await joins(stage, EVE)
  await meets(stage, ana, { title: 'Walk' })
  const [, url = ''] = /<([^>]+)>/.exec((await newest(EVE)).header('List-Unsubscribe').join()) ?? []
  const before = await everything(stage)
  for (const forged of [`${url}A`, url.slice(0, -1), url.toLowerCase()])
    expect((await fetch(reached(forged), ONE_CLICK)).status, forged).toBe(404)
  expect(await everything(stage)).toBe(before)
})

test('every mail that comes says the same in both parts, whatever the names are', async () => {
  const ana = await opened(stage, `Friends & "Family" <b>x</b>`)
  const browser = stage.browser()
  await browser.opens('/sign-in')
  await browser.sends({ address: 'ben@example.org' })
  await stage.settle()
  const community = await stage.read(async (store) => (await store.communities.newest(1))[0]?.slug ?? '')
  await joins(stage, EVE, community)
  await meets(stage, ana, { title: `<script>alert('1')</script> & "walk"`, place: 'Hall <2>' }, community)
  const mails = await Promise.all(sink.taken.map(received))
  expect(mails.map(({ header }) => header('to').join())).toEqual(['ben@example.org', EVE])
  for (const { text, html } of mails) {
    expect(html).not.toMatch(/<(script|b)\b/)
    expectAgreement(text, html)
  }
  expect((await newest(EVE)).text).toContain(`<script>alert('1')</script> & "walk"`)
  // What is to be pressed to come in is one link, with a label.
  const link = stage.linkTo('ben@example.org')
  expect((await newest('ben@example.org')).html).toMatch(new RegExp(`<a href="${link}"[^>]*>Open the page</a>`))
})
