import type { Draws } from '../core/ids.ts'
import { plainPen, say, write } from '../core/say.ts'
import { type Mailer, Undeliverable } from '../mail.ts'
import { Stuck } from '../platform.ts'
import type { Database } from '../store/database.ts'
import { attempt, BATCH, type Job } from './job.ts'

/** Sends the mails that wait. Without a mailer they wait on, and staff are told. */
export function mailsJob(database: Database, mailer: Mailer | undefined, draws: Draws): Job {
  return {
    name: 'mails',
    schedule: { every: 'minute' },
    async run(now) {
      if (!mailer) return tellStaff(database, now)
      for (;;) {
        const { lease, rows } = await database.transaction((store) => store.mails.claim(BATCH, now))
        for (const { id, messageId, letter, attempts } of rows) {
          const outcome = await attempt(attempts, now, draws.fraction(), async () => {
            if (!letter) throw new Stuck('sealed with a key that is no longer in KINDRED_KEY')
            const [subject, text] = [write(letter.subject, plainPen), write(letter.text, plainPen)]
            await mailer.send({ to: letter.to, subject, text, messageId }).catch(giveUpIfRefused)
          })
          await database.transaction(async (store) => {
            await store.mails.finish(id, lease, outcome, now)
            if ('stuck' in outcome)
              await store.staffNotes.tell('undeliverable', say`Some mails can't be delivered: ${outcome.stuck}`, now)
          })
        }
        if (rows.length < BATCH) return
      }
    },
    async next() {
      const next = await database.transaction((store) => store.mails.next())
      return mailer ? next : undefined
    },
  }
}

async function tellStaff(database: Database, now: Date): Promise<void> {
  await database.transaction(async (store) => {
    const next = await store.mails.next()
    if (next && next <= now) {
      await store.staffNotes.tell(
        'no-mail',
        say`Mails wait because no mail server is configured: set SMTP_URL and MAIL_FROM.`,
        now,
      )
    } else await store.staffNotes.resolve('no-mail', now)
  })
}

function giveUpIfRefused(error: unknown): never {
  if (error instanceof Undeliverable) throw new Stuck(error.message)
  throw error
}
