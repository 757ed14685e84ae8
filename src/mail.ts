import { createTransport } from 'nodemailer'

/** A mail as it goes out. */
export interface Mail {
  to: string
  subject: string
  text: string
  /** The same words for mail programs that draw them. */
  html?: string
  messageId: string
  /** The name to send under, if another than the configured one. */
  sender?: string
  /** Where one press gets the reader no more such mails. */
  unsubscribe?: string
  /** A text file that goes along. */
  attachment?: { name: string; type: string; text: string }
}

/** Sends mails. A mail sent twice carries the same Message-ID. */
export interface Mailer {
  send(mail: Mail): Promise<void>
  close(): void
}

/** The receiving server refused it for good (SMTP 5xx): trying again cannot help. */
export class Undeliverable extends Error {}

const TIMEOUT_MS = 10_000
const MAILS_A_SECOND = 10
/** A 5xx to these is about this mail; to others (the password, say) it is about the server, and may pass. */
const ABOUT_THE_MAIL = ['RCPT TO', 'DATA']

/** Mails by SMTP. `from` is an address, or a name and an address in angle brackets. */
export function smtpMailer(url: string, from: string): Mailer {
  const timeouts = { connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS }
  // Paced, because a server that is sent too much at once begins to refuse.
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: 1,
    rateDelta: 1_000,
    rateLimit: MAILS_A_SECOND,
    ...timeouts,
  })
  const domain = addressOf(from).split('@').at(-1)
  return {
    async send({ messageId, sender, unsubscribe, attachment, ...mail }) {
      const named = sender ? { name: sender, address: addressOf(from) } : from
      try {
        await transport.sendMail({
          ...mail,
          from: named,
          messageId: `<${messageId}@${domain}>`,
          ...(unsubscribe && oneClick(unsubscribe)),
          ...(attachment && { attachments: [attached(attachment)] }),
          disableFileAccess: true,
          disableUrlAccess: true,
        })
      } catch (error) {
        const code = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0
        // The server's words may hold the address, so only its number is kept.
        const command = error instanceof Error && 'command' in error ? String(error.command) : ''
        if (code >= 500 && ABOUT_THE_MAIL.includes(command))
          throw new Undeliverable(`refused by the receiving server (${code})`)
        throw new Error(code > 0 ? `the mail server answered ${code}` : 'the mail server could not be reached')
      }
    },
    close: () => transport.close(),
  }
}

/** The headers by which a mail program offers a button for it (RFC 8058); it may post only to an HTTPS address. */
function oneClick(url: string) {
  const isSafe = url.startsWith('https:')
  return {
    list: { unsubscribe: url },
    ...(isSafe && { headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' } }),
  }
}

/** The address of `Name <address>`, or of an address alone. */
function addressOf(from: string): string {
  return /<([^>]+)>/.exec(from)?.[1] ?? from.trim()
}

function attached({ name, type, text }: { name: string; type: string; text: string }) {
  // A calendar says twice what is to be done with it (RFC 6047, 2.4): mail programs look at the type alone.
  const [, method] = (type === 'text/calendar' && /^METHOD:([A-Z]+)\r?$/m.exec(text)) || []
  return { filename: name, contentType: `${type}; charset=utf-8${method ? `; method=${method}` : ''}`, content: text }
}
