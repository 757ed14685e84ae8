import type { Draws } from '../core/ids.ts'
import { letterPen, wholeText } from '../core/letter.ts'
import { letterHtml } from '../core/letter-html.ts'
import { say, write } from '../core/say.ts'
import { type Mailer, Undeliverable } from '../mail.ts'
import { Stuck } from '../platform.ts'
import type { Database } from '../store/database.ts'
import { attempt, BATCH, isHeld, type Job } from './job.ts'

/** Sends the mails that wait. Without a mailer they wait on, and staff are told. `site`: where links to our pages go. */
export function mailsJob(database: Database, mailer: Mailer | undefined, draws: Draws, site: string): Job {
  const absolute = (url: string) => (url.startsWith('/') ? `${site}${url}` : url)
  return {
    name: 'mails',
    schedule: { every: 'minute' },
    async run(clock) {
      if (!mailer) return waitForMailer(database, clock())
      await database.transaction((store) => store.staffNotes.resolve('no-mail', clock()))
      for (;;) {
        const now = clock()
        const { lease, rows, organization } = await database.transaction(async (store) => ({
          ...(await store.mails.claim(BATCH, now)),
          organization: await store.organization.get(),
        }))
        const { sender, isSetUp, name } = organization
        const from = isSetUp ? name : 'Kindred'
        for (const { id, messageId, letter, attempts, zone } of rows) {
          if (!isHeld(now, clock)) return
          const outcome = await attempt(attempts, now, draws.fraction(), async () => {
            if (!letter) throw new Stuck('sealed with a key that is no longer in KINDRED_KEY')
            // Times are by the reader's own clocks.
            const pen = letterPen(zone, site)
            const unsubscribe = letter.unsubscribe && absolute(letter.unsubscribe)
            const mail = {
              to: letter.to,
              subject: write(letter.subject, pen),
              text: write(wholeText(letter), pen),
              html: letterHtml(letter, { from, subject: letter.subject, zone, site }),
              messageId,
              ...(sender && { sender }),
              ...(unsubscribe && { unsubscribe }),
              ...(letter.attachment && { attachment: letter.attachment }),
            }
            await mailer.send(mail).catch(giveUpIfRefused)
          })
          await database.transaction(async (store) => {
            await store.mails.finish(id, lease, outcome, now)
            if ('stuck' in outcome)
              await store.staffNotes.tell('stuck/mails', say`Some mails can't be delivered: ${outcome.stuck}`, now)
          })
        }
        if (rows.length < BATCH) return
      }
    },
    next: async (_, store) => (await store.agenda()).mails,
  }
}

/** Mails wait on, hour by hour, and staff are told what is missing. */
async function waitForMailer(database: Database, now: Date): Promise<void> {
  await database.transaction(async (store) => {
    await store.mails.waitAnHour(now)
    await store.staffNotes.tell(
      'no-mail',
      say`Mails wait because no mail server is configured: set SMTP_URL and MAIL_FROM.`,
      now,
    )
  })
}

function giveUpIfRefused(error: unknown): never {
  if (error instanceof Undeliverable) throw new Stuck(error.message)
  throw error
}
