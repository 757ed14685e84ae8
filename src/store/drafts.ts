import { z } from 'zod'
import type { Tools, Tx } from './transaction.ts'

const KEEP_MS = 3_600_000
const optionsSchema = z.record(z.string(), z.string())

/** Words typed that await another press: the person's own, gone in an hour. Never for choices of a secret ballot. */
export function drafts(tx: Tx, { draws }: Tools) {
  return {
    async keep(personId: string, command: string, options: Record<string, string>, now: Date): Promise<string> {
      const id = draws.key()
      await tx.draft.create({ data: { id, personId, command, options, expiresAt: new Date(now.getTime() + KEEP_MS) } })
      return id
    },

    /** The words, for the same person and command only. */
    async read(id: string, personId: string, command: string, now: Date): Promise<Record<string, string> | undefined> {
      const row = await tx.draft.findFirst({ where: { id, personId, command, expiresAt: { gt: now } } })
      return row ? optionsSchema.parse(row.options) : undefined
    },

    /** The words, once: they are used up by what they are for. */
    async take(id: string, personId: string, command: string, now: Date): Promise<Record<string, string> | undefined> {
      const words = await this.read(id, personId, command, now)
      const { count } = await tx.draft.deleteMany({ where: { id } })
      return count > 0 ? words : undefined
    },

    async sweep(now: Date): Promise<void> {
      await tx.draft.deleteMany({ where: { expiresAt: { lte: now } } })
    },
  }
}
