import { sameEmail } from '../core/person.ts'
import { type Account, Prisma, type Union } from './generated/client.ts'
import type { Tools, Tx } from './transaction.ts'
import { HIDDEN, LIVE, separate, unite } from './uniting.ts'

const HOUR_MS = 3_600_000
/** Both must say yes within this time, and may undo it within that (product.md, law 9). */
const ASKED_FOR_MS = 24 * HOUR_MS
export const UNDONE_WITHIN_MS = 30 * 24 * HOUR_MS

/** `yes` leaves one's hidden communities behind, `all` takes them along. */
export type UnionAnswer = 'yes' | 'all' | 'no'

/** Two persons who may be one, seen from one of them. */
export interface UnionAsked {
  id: string
  other: string
}

export function unions(tx: Tx, tools: Tools) {
  const { draws } = tools
  const sideOf = (union: Union, personId: string): 'kept' | 'merged' | undefined =>
    union.keptId === personId ? 'kept' : union.mergedId === personId ? 'merged' : undefined

  return {
    /**
     * Who else has proven this address and is to be asked whether they are the same person. Who said that they share it is
     * never asked again; a question nobody answered in time may be put anew.
     */
    async ask(personId: string, email: string, now: Date): Promise<UnionAsked[]> {
      const others = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
        select id from people where lower(email) = ${sameEmail(email)} and email_proven_at is not null
          and united_into is null and id <> ${personId} order by id`)
      const asked: UnionAsked[] = []
      for (const { id: other } of others) {
        const [keptId = '', mergedId = ''] = [personId, other].sort()
        const before = await tx.union.findUnique({ where: { keptId_mergedId: { keptId, mergedId } } })
        if (before && [before.keptAnswer, before.mergedAnswer].includes('no')) continue
        const row = { keptId, mergedId, askedAt: now, keptAnswer: null, mergedAnswer: null }
        const id = before?.id ?? draws.id(now)
        await tx.union.upsert({ where: { id }, create: { id, ...row }, update: row })
        asked.push({ id, other })
      }
      return asked
    },

    /** Notes one person's answer. `united`: the other has said yes before, and now they are one; `other` is how to reach them. */
    async answer(
      id: string,
      personId: string,
      answer: UnionAnswer,
      now: Date,
    ): Promise<{ outcome: 'united' | 'waits' | 'shared' | 'over'; other?: Account; unlookedAfter: string[] }> {
      await tx.$queryRaw(Prisma.sql`select id from unions where id = ${id} for update`)
      const union = await tx.union.findUnique({ where: { id } })
      const side = union && sideOf(union, personId)
      const isOver = !union || !side || union.unitedAt || now.getTime() - union.askedAt.getTime() > ASKED_FOR_MS
      if (isOver) return { outcome: 'over', unlookedAfter: [] }
      // Before their accounts become one person's.
      const otherId = side === 'kept' ? union.mergedId : union.keptId
      const other = await tx.account.findFirst({ where: { personId: otherId }, orderBy: { id: 'asc' } })
      const answered = await tx.union.update({
        where: { id },
        data: side === 'kept' ? { keptAnswer: answer } : { mergedAnswer: answer },
      })
      const both = [answered.keptAnswer, answered.mergedAnswer]
      if (both.includes('no')) return { outcome: 'shared', unlookedAfter: [] }
      if (both.includes(null)) return { outcome: 'waits', unlookedAfter: [] }
      return { outcome: 'united', ...(other && { other }), unlookedAfter: await unite(tx, tools, answered, now) }
    },

    /** How many communities of theirs nobody else may learn of: they come along only if the person says so. */
    async hiddenOf(personId: string): Promise<number> {
      return tx.membership.count({ where: { personId, state: { in: LIVE }, community: HIDDEN } })
    },

    /** The unions of a person that can still be undone. */
    async undoable(personId: string, now: Date): Promise<{ id: string; at: Date }[]> {
      const since = new Date(now.getTime() - UNDONE_WITHIN_MS)
      const rows = await tx.union.findMany({
        where: { keptId: personId, unitedAt: { gt: since } },
        orderBy: { unitedAt: 'asc' },
      })
      return rows.map((row) => ({ id: row.id, at: row.unitedAt ?? now }))
    },

    /** Gives each of two persons their own again, as far as it was theirs; false when it is too late. */
    async undo(id: string, personId: string, now: Date): Promise<boolean> {
      await tx.$queryRaw(Prisma.sql`select id from unions where id = ${id} for update`)
      const union = await tx.union.findUnique({ where: { id } })
      const isLate = !union?.unitedAt || now.getTime() - union.unitedAt.getTime() > UNDONE_WITHIN_MS
      if (isLate || union.keptId !== personId) return false
      await separate(tx, tools, union, now)
      return true
    },

    /** After their time unions stand for good: what is left of the merged person goes over, and nothing remains of it. */
    async settleForGood(now: Date): Promise<void> {
      const before = new Date(now.getTime() - UNDONE_WITHIN_MS)
      const rows = await tx.union.findMany({ where: { unitedAt: { lte: before }, moved: { not: Prisma.AnyNull } } })
      for (const { id, keptId, mergedId } of rows) {
        const owed = await tx.report.count({
          where: { personId: mergedId, OR: [{ wanted: 'in' }, { known: null }, { known: 'in' }] },
        })
        // Until every destination has heard that the old number is over, it must be known here.
        if (owed > 0) continue
        await tx.direction.updateMany({
          where: { personId: mergedId, standing: true },
          data: { standing: null, revokedAt: now, revokedBy: 'uniting' },
        })
        await tx.direction.updateMany({ where: { personId: mergedId }, data: { personId: keptId } })
        await tx.person.delete({ where: { id: mergedId } })
        await tx.union.update({ where: { id }, data: { moved: Prisma.DbNull } })
      }
    },
  }
}
