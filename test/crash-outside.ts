import { writeFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { type BackupFolder, backupFolder } from '../src/backup-folder.ts'
import type { SegmentStore } from '../src/segments/segment-store.ts'
import { webhook } from '../src/segments/webhook.ts'
import type { Outlook } from './crash-people.ts'
import { type MailSink, openMailSink } from './mail-sink.ts'
import { openWebhookSink, type WebhookSink } from './webhook-sink.ts'

/** For so long a mail that was repeated is left to be heard of: each kill in that moment would repeat it once more. */
const REST_MS = 400

/** Hears of what the world outside has taken, before it answers; on `silence` the house is never told. */
export interface Ear {
  mail(messageId: string): 'silence' | undefined
  event(id: string, type: string): 'silence' | undefined
}

/** The world around a house that is killed, which outlives it: whom it writes to, where it reports and posts, the clock. */
export interface Outside {
  folder: string
  /** The file in which its platform keeps what was posted. */
  posted: string
  /** And what was drawn. */
  drawn: string
  mails: MailSink
  hook: WebhookSink
  backups: BackupFolder
  /** The webhook as a destination, for a house in this process. */
  destination: { name: string; connector: string; purpose: 'letters'; store: SegmentStore }
  outlook: Outlook
  now(): Date
  pass(ms: number): void
  listen(ear: Ear | undefined): void
  /** Waits until the house has surely heard that a repeated mail was taken. */
  rest(): Promise<void>
  close(): Promise<void>
}

export const messageIdOf = (mail: string) => /^Message-ID: (\S+)/im.exec(mail)?.[1] ?? ''
export const readerOf = (mail: string) => /^To: (\S+)/im.exec(mail)?.[1] ?? ''

export async function openOutside(folder: string, began: Date): Promise<Outside> {
  const posted = `${folder}/posted.jsonl`
  const drawn = `${folder}/drawn.jsonl`
  for (const file of [posted, drawn]) await writeFile(file, '')
  let now = began
  let ear: Ear | undefined
  let repeatedAt = Number.NEGATIVE_INFINITY
  const mails: MailSink = await openMailSink((mail) => {
    const id = messageIdOf(mail)
    const isFirst = mails.taken.filter((one) => messageIdOf(one) === id).length === 1
    if (!isFirst) repeatedAt = performance.now()
    return isFirst ? ear?.mail(id) : undefined
  })
  const hook: WebhookSink = await openWebhookSink(
    () => now,
    ({ id, type }) => {
      if (ear?.event(id, type) === 'silence') hook.feel({ slowMs: 3_600_000 })
    },
  )
  const store = webhook.open(webhook.settings.parse(hook.settings), () => now)
  return {
    folder,
    posted,
    drawn,
    mails,
    hook,
    backups: backupFolder(folder),
    destination: { name: 'hook', connector: 'webhook', purpose: 'letters', store },
    outlook: {
      codeFor: (email) =>
        /Your code is (\d{6})/.exec(mails.taken.findLast((mail) => readerOf(mail) === email) ?? '')?.[1],
      hasHeardOf: (email) => hook.events.some(({ data }) => data.email === email),
    },
    now: () => now,
    pass(ms) {
      now = new Date(now.getTime() + ms)
    },
    listen(next) {
      ear = next
      hook.feel('up')
    },
    async rest() {
      const left = () => repeatedAt + REST_MS - performance.now()
      while (left() > 0) await pause(left())
    },
    async close() {
      await Promise.all([mails.close(), hook.close(), store.close?.()])
    },
  }
}
