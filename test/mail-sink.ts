import { SMTPServer } from 'smtp-server'

/** A real SMTP server that keeps what it took, and can be told what to answer. */
export interface MailSink {
  url: string
  taken: string[]
  /** What the next deliveries are answered with: an SMTP code, or nothing for taking them. */
  answers: number[]
  close(): Promise<void>
}

/** Hears of every mail as soon as it is taken; where it says `silence`, the sender is never told that it was. */
export type Listener = (mail: string) => 'silence' | undefined

export async function openMailSink(listen: Listener = () => undefined): Promise<MailSink> {
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
        const mail = Buffer.concat(chunks).toString('utf8')
        taken.push(mail)
        if (listen(mail) !== 'silence') done()
      })
    },
  })
  // A client that is killed hangs up in the middle; that is no failure of the sink's.
  server.on('error', () => undefined)
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
