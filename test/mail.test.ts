import { afterEach, beforeEach, expect, test } from 'vitest'
import { NOTICE_KINDS } from '../src/core/notice.ts'
import { smtpMailer } from '../src/mail.ts'
import { readCalendar } from './calendar-reader.ts'
import { NEED, personCalled } from './lookup.ts'
import { type MailSink, openMailSink } from './mail-sink.ts'
import { expectAgreement, received } from './received.ts'
import { openStage, SITE, type Stage } from './stage.ts'

let sink: MailSink
let stage: Stage
beforeEach(async () => {
  sink = await openMailSink()
  stage = await openStage({ mailer: smtpMailer(sink.url, 'City Museum <museum@example.org>') })
})
afterEach(async () => {
  for (const mail of sink.taken) {
    const { text, html } = await received(mail)
    if (html) expectAgreement(text, html)
  }
  expect(stage.failures).toEqual([])
  await stage.close()
  await sink.close()
})

test('a code arrives by SMTP, from the organization, as plain text and as HTML, which mail programs choose from', async () => {
  await stage.actor('dia').types('/email dia@example.org')
  expect(sink.taken).toHaveLength(1)
  expect(sink.taken[0]).toMatch(/^From: City Museum <museum@example.org>/m)
  expect(sink.taken[0]).toMatch(/^To: dia@example.org/m)
  // The last part is the one a program shows that can show both.
  expect(sink.taken[0]).toMatch(
    /^Content-Type: multipart\/alternative.*Content-Type: text\/plain.*Content-Type: text\/html/ms,
  )
  const { text, html, subject, files } = await received(sink.taken[0])
  expect([subject, files]).toEqual(['Your code for City Museum', []])
  const [, code] = /Your code is (\d{6})/.exec(text) ?? []
  expect(html).toContain(`Your code is <strong>${code}</strong>`)
  expect(await stage.actor('dia').types(`/email ${code}`)).toContain('is yours')
})

test('a mail refused for now is tried again later, under the same Message-ID', async () => {
  sink.answers.push(451)
  await stage.actor('dia').types('/email dia@example.org')
  expect(sink.taken).toHaveLength(0)
  await stage.pass('1m')
  expect(sink.taken).toHaveLength(1)
  expect(sink.taken[0]).toMatch(/^Message-ID: <[a-z0-9]{26}@example.org>/m)
})

test('a mail refused for good is not tried again, and staff are told without the address', async () => {
  sink.answers.push(550)
  await stage.actor('dia').types('/email dia@example.org')
  await stage.pass('3d')
  expect(sink.taken).toHaveLength(0)
  const status = await stage.actor('sam!').types('/status')
  expect(status).toContain("Some mails can't be delivered")
  expect(status).not.toContain('dia@')
})

test('words people typed cannot add headers or recipients', async () => {
  await stage.actor('sam!').types('/setup name:"Zoo\\nBcc: all@example.org"')
  expect(await stage.actor('dia').types('/email "dia@example.org\\r\\nBcc: eve@example.org"')).toContain(
    'is not an e-mail address',
  )
  await stage.actor('dia').types('/email dia@example.org')
  expect(sink.taken[0]).not.toMatch(/^Bcc:/m)
})

/** Proves an address, and chooses mail for what can come by it. */
async function wantsMail(name: string) {
  await stage.actor(name).types(`/email ${name}@example.org`)
  await stage.actor(name).types(`/email ${/Your code is (\d{6})/.exec(sink.taken.at(-1) ?? '')?.[1]}`)
  const { id } = await personCalled(stage, name)
  await stage.read(async (store) => {
    for (const kind of NOTICE_KINDS) await store.notices.choose(id, kind, 'mail')
  })
  return id
}

const openTo = async (founder: string) => {
  await stage.actor(founder).types(`/start-community Parents ${NEED} pledges:2`)
  await stage.actor('ben').types('/join parents')
  return received(sink.taken.at(-1))
}

test('a notice offers one press that ends it, to mail programs and to people alike', async () => {
  const id = await wantsMail('ana')
  const { header, text } = await openTo('ana')
  expect(text).toContain('Parents has opened')
  const [url = ''] = header('List-Unsubscribe')
  expect(url).toMatch(/^<https:\/\/kindred\.example\/unsubscribe\/[\w-]+>$/)
  expect(header('List-Unsubscribe')).toHaveLength(1)
  expect(header('List-Unsubscribe-Post')).toEqual(['List-Unsubscribe=One-Click'])
  expect(text).toContain(`To get no more of these by mail: ${url.slice(1, -1)}`)
  expect(text).toContain(`Change it in the chat with /my notices, or at ${SITE}/notices`)

  const token = url.slice(1, -1).split('/').at(-1) ?? ''
  const ways = () => stage.read(async (store) => (await store.notices.choices(id)).ways)
  for (const _ of [1, 2]) {
    expect(await stage.read((store) => store.notices.unsubscribe(token))).toBe(true)
    expect(await ways()).toEqual({
      address: 'mail',
      answered: 'mail',
      asked: 'mail',
      ballot: 'mail',
      changed: 'mail',
      closing: 'mail',
      delegate: 'mail',
      digest: 'mail',
      ended: 'mail',
      opened: 'chat',
      topic: 'mail',
      'looking-after': 'mail',
      meetup: 'mail',
      offered: 'mail',
      seat: 'mail',
      soon: 'mail',
    })
  }
  await stage.read((store) => store.notices.choose(id, 'opened', 'room'))
  expect(await stage.read((store) => store.notices.unsubscribe(token))).toBe(true)
  expect(await ways()).toMatchObject({ opened: 'room' })
})

test('a press that ends notices cannot be forged, and does nothing for who is gone', async () => {
  const id = await wantsMail('ana')
  const [url = ''] = (await openTo('ana')).header('List-Unsubscribe')
  const token = url.slice(1, -1).split('/').at(-1) ?? ''
  const { ways } = await stage.read((store) => store.notices.choices(id))
  for (const forged of ['', 'x', `${token}A`, token.slice(1), token.toLowerCase()])
    expect(await stage.read((store) => store.notices.unsubscribe(forged))).toBe(false)
  expect(await stage.read(async (store) => (await store.notices.choices(id)).ways)).toEqual(ways)
  await stage.actor('ana').types('/my')
  await stage.actor('ana').presses('Forget me')
  expect(await stage.actor('ana').presses('Yes, forget me')).toContain('forgotten')
  expect(await stage.read((store) => store.notices.unsubscribe(token))).toBe(true)
})

test('a code is no notice: nothing ends it', async () => {
  await stage.actor('dia').types('/email dia@example.org')
  expect((await received(sink.taken[0])).header('List-Unsubscribe')).toEqual([])
  expect(sink.taken[0]).not.toContain('unsubscribe')
})

test('where the pages have no HTTPS address, mail programs are not told to post to it', async () => {
  const mailer = smtpMailer(sink.url, 'museum@example.org')
  const mail = { to: 'dia@example.org', subject: 'x', text: 'x', messageId: 'x' }
  await mailer.send({ ...mail, unsubscribe: 'http://localhost:3000/unsubscribe/abc' })
  mailer.close()
  const { header } = await received(sink.taken[0])
  expect(header('List-Unsubscribe')).toEqual(['<http://localhost:3000/unsubscribe/abc>'])
  expect(header('List-Unsubscribe-Post')).toEqual([])
})

/** The calendar that goes along with a mail: the method its type says, and its text. */
async function calendarIn(mail = '') {
  const { files } = await received(mail)
  return files.find(({ type }) => type === 'text/calendar') ?? expect.fail('no calendar goes along')
}

/** A community with two members of whom one hears of meetups by mail. */
async function meeting(words = ''): Promise<void> {
  await stage.actor('ana').types(`/start-community Parents ${NEED} pledges:1 ${words}`)
  await wantsMail('ben')
  await stage.actor('ben').types('/join parents')
  if (words) await stage.actor('ben').presses('Yes, join')
  const { id } = await personCalled(stage, 'ben')
  await stage.read((store) => store.people.setZone(id, 'Europe/Berlin'))
  sink.taken.length = 0
  await stage.actor('ana').types('/meetup title:"Wälk, now" when:"in 10 days 18:30" place:"Hall; 2" community:parents')
  await stage.actor('ana').presses('Announce it')
}

test('a mail about a meetup has a link to answer, and a file that calendars take in and take out again', async () => {
  await meeting()
  const [announced = ''] = sink.taken
  expect(sink.taken).toHaveLength(1)
  const { text, html } = await received(announced)
  expect(text).toMatch(/To answer from here: https:\/\/kindred\.example\/answer\/[\w-]+/)
  // By the clocks of whoever reads it.
  expect(text).toContain('Thu 15 Jan 2026, 19:30 (GMT+1), for 2 hours.')
  expect(html).toContain('Thu 15 Jan 2026, 19:30 (GMT+1), for 2 hours.')
  const file = await calendarIn(announced)
  expect(file.method).toBe('PUBLISH')
  expect(file.name).toMatch(/^meetup-\d{4}-\d\d-\d\d\.ics$/)
  const { root, events } = readCalendar(file.text)
  expect(root.getFirstPropertyValue('method')).toBe('PUBLISH')
  expect(events.map(({ summary, location, sequence }) => [summary, location, sequence])).toEqual([
    ['Wälk, now', 'Hall; 2', 0],
  ])
  await stage.actor('ben').types('/meetups')
  await stage.actor('ben').presses('Wälk, now')
  await stage.actor('ben').presses('Maybe')
  await stage.actor('ana').types('/meetups')
  await stage.actor('ana').presses('Wälk, now')
  await stage.actor('ana').presses('Look after it')
  await stage.actor('ana').presses('Cancel it')
  await stage.actor('ana').presses('Cancel it now')
  const cancelled = await calendarIn(sink.taken.at(-1))
  expect(cancelled.method).toBe('CANCEL')
  const after = readCalendar(cancelled.text)
  expect(after.root.getFirstPropertyValue('method')).toBe('CANCEL')
  expect(after.events.map(({ uid, sequence }) => [uid, sequence])).toEqual([[events[0]?.uid, 1]])
  expect(sink.taken.at(-1)).not.toContain('/answer/')
})

test('nothing about a meetup of a sensitive community goes by mail', async () => {
  await meeting('sensitive:yes')
  await stage.actor('ben').types('/meetups')
  await stage.actor('ben').presses('Wälk, now')
  await stage.actor('ben').presses('Yes, I come')
  expect(await stage.actor('ben').presses('Remind me')).toContain('You are reminded')
  await stage.pass('11d')
  expect(sink.taken).toEqual([])
})
