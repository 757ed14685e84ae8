import { SMTPServer } from 'smtp-server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { smtpMailer } from '../src/mail.ts'
import { openStage, type Stage } from './stage.ts'

/** A real SMTP server that keeps what it took, and can be told what to answer. */
interface Sink {
  url: string
  taken: string[]
  /** What the next deliveries are answered with: an SMTP code, or nothing for taking them. */
  answers: number[]
  close(): Promise<void>
}

let sink: Sink
let stage: Stage
beforeEach(async () => {
  sink = await openSink()
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

async function openSink(): Promise<Sink> {
  const taken: string[] = []
  const answers: number[] = []
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, _, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const code = answers.shift()
        if (code !== undefined)
          return done(Object.assign(new Error('not now, dia@example.org'), { responseCode: code }))
        taken.push(Buffer.concat(chunks).toString('utf8'))
        done()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `smtp://127.0.0.1:${port}`,
    taken,
    answers,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
