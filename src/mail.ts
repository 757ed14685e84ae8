import { createTransport } from 'nodemailer'

/** A mail as it goes out. */
export interface Mail {
  to: string
  subject: string
  text: string
  messageId: string
}

/** Sends mails. A mail sent twice carries the same Message-ID. */
export interface Mailer {
  send(mail: Mail): Promise<void>
  close(): void
}

/** The receiving server refused it for good (SMTP 5xx): trying again cannot help. */
export class Undeliverable extends Error {}

const TIMEOUT_MS = 15_000

/** Mails by SMTP. `from` is an address, or a name and an address in angle brackets. */
export function smtpMailer(url: string, from: string): Mailer {
  const timeouts = { connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS }
  const transport = createTransport({ url, ...timeouts })
  const domain = from.slice(from.lastIndexOf('@') + 1).replace(/>\s*$/, '')
  return {
    async send({ messageId, ...mail }) {
      try {
        await transport.sendMail({
          ...mail,
          from,
          messageId: `<${messageId}@${domain}>`,
          disableFileAccess: true,
          disableUrlAccess: true,
        })
      } catch (error) {
        const code = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0
        // The server's words may hold the address, so only its number is kept.
        if (code >= 500) throw new Undeliverable(`refused by the receiving server (${code})`)
        throw new Error(code > 0 ? `the mail server answered ${code}` : 'the mail server could not be reached')
      }
    },
    close: () => transport.close(),
  }
}
