import { afterEach, beforeEach, expect, test } from 'vitest'
import { NOTICE_KINDS } from '../src/core/notice.ts'
import { smtpMailer } from '../src/mail.ts'
import { readCalendar } from './calendar-reader.ts'
import { NEED, personCalled } from './lookup.ts'
import { type MailSink, openMailSink } from './mail-sink.ts'
import { openStage, SITE, type Stage } from './stage.ts'

let sink: MailSink
let stage: Stage
beforeEach(async () => {
  sink = await openMailSink()
  stage = await openStage({ mailer: smtpMailer(sink.url, 'City Museum <museum@example.org>') })
})
afterEach(async () => {
  expect(stage.failures).toEqual([])
  await stage.close()
  await sink.close()
})

test('a code arrives by SMTP, from the organization, as plain text', async () => {
  await stage.actor('dia').types('/email dia@example.org')
  expect(sink.taken).toHaveLength(1)
  expect(sink.taken[0]).toMatch(/^From: City Museum <museum@example.org>/m)
  expect(sink.taken[0]).toMatch(/^To: dia@example.org/m)
  const code = /Your code is (\d{6})/.exec(sink.taken[0] ?? '')?.[1]
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

/** A mail as a mail program reads it: its headers unfolded, and its words without soft line breaks. */
function opened(mail = '') {
  const [head = '', body = ''] = mail.split(/\r\n\r\n(.*)/s)
  const text = body
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)))
  const headers = head.replaceAll(/\r\n\s+/g, ' ').split('\r\n')
  const header = (name: string) =>
    headers.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2))
  return { header, text }
}

const openTo = async (founder: string) => {
  await stage.actor(founder).types(`/start-community Parents ${NEED} pledges:2`)
  await stage.actor('ben').types('/join parents')
  return opened(sink.taken.at(-1))
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
  expect(opened(sink.taken[0]).header('List-Unsubscribe')).toEqual([])
  expect(sink.taken[0]).not.toContain('unsubscribe')
})

test('where the pages have no HTTPS address, mail programs are not told to post to it', async () => {
  const mailer = smtpMailer(sink.url, 'museum@example.org')
  const mail = { to: 'dia@example.org', subject: 'x', text: 'x', messageId: 'x' }
  await mailer.send({ ...mail, unsubscribe: 'http://localhost:3000/unsubscribe/abc' })
  mailer.close()
  const { header } = opened(sink.taken[0])
  expect(header('List-Unsubscribe')).toEqual(['<http://localhost:3000/unsubscribe/abc>'])
  expect(header('List-Unsubscribe-Post')).toEqual([])
})

/** The calendar that goes along with a mail: the method its type says, and its text. */
function calendarIn(mail = ''): { method: string | undefined; name: string | undefined; text: string } {
  const [, boundary = ''] = /^Content-Type: multipart\/mixed;\s+boundary="([^"]+)"/m.exec(mail) ?? []
  const part = mail.split(`--${boundary}`).find((one) => /^Content-Type: text\/calendar/m.test(one)) ?? ''
  const [head = '', body = ''] = part.split(/\r\n\r\n(.*)/s)
  const type = /Content-Type: ((?:.|\r\n\s)+)/.exec(head)?.[1] ?? ''
  const text = /base64/.test(head) ? Buffer.from(body, 'base64').toString('utf8') : opened(part.trimStart()).text
  const [, name] = /Content-Disposition: attachment; filename=(\S+)/.exec(head) ?? []
  return { method: /method=(\w+)/.exec(type)?.[1], name, text }
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
  expect(opened(announced).text).toMatch(/To answer from here: https:\/\/kindred\.example\/answer\/[\w-]+/)
  // By the clocks of whoever reads it.
  expect(opened(announced).text).toContain('Thu 15 Jan 2026, 19:30 (GMT+1), for 2 hours.')
  const file = calendarIn(announced)
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
  const cancelled = calendarIn(sink.taken.at(-1))
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
