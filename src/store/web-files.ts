import type { TextFile } from '../reply.ts'
import { Prisma } from './generated/client.ts'
import type { Tools, Tx } from './transaction.ts'

const LIVES_MS = 3_600_000

/** Files that people asked for on the web, each for the hour in which they may fetch it. */
export function webFiles(tx: Tx, { draws, keys }: Tools) {
  const over = (now: Date) => new Date(now.getTime() - LIVES_MS)

  return {
    /** Keeps a file for whoever asked for it, and lets go of those whose hour is over; gives its name in an address. */
    async keep(accountId: string, file: TextFile, now: Date): Promise<string> {
      const key = draws.key()
      await tx.$executeRaw(Prisma.sql`
        with gone as (delete from web_files where created_at <= ${over(now)}::timestamptz)
        insert into web_files (key, account_id, sealed, created_at)
        values (${key}, ${accountId}, ${keys.seal(JSON.stringify(file))}, ${now}::timestamptz)`)
      return key
    },

    /** A file that somebody asked for within the hour, for themselves alone. */
    async read(key: string, personId: string, now: Date): Promise<TextFile | undefined> {
      const row = await tx.webFile.findFirst({ where: { key, account: { personId }, createdAt: { gt: over(now) } } })
      const words = row ? keys.open(row.sealed) : undefined
      // It was written above, as the file it is.
      return words === undefined ? undefined : (JSON.parse(words) as TextFile)
    },

    async sweep(now: Date): Promise<void> {
      await tx.webFile.deleteMany({ where: { createdAt: { lte: over(now) } } })
    },
  }
}
