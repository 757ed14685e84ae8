import { afterEach, beforeEach, expect, test } from 'vitest'
import { smtpMailer } from '../src/mail.ts'
import { type MailSink, openMailSink } from './mail-sink.ts'
import { openStage, type Stage } from './stage.ts'

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
