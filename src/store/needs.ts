import type { Tools, Tx } from './transaction.ts'

/** The unmet-needs log: what people wanted and did not find. */
export function needs(tx: Tx, { draws }: Tools) {
  return {
    async log(kind: 'seed' | 'search', words: string, pledges: number, now: Date): Promise<void> {
      await tx.unmetNeed.create({ data: { id: draws.id(now), at: now, kind, words, pledges } })
    },
  }
}
