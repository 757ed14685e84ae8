import { sameEmail } from '../core/person.ts'
import { leaveBehind } from './behind.ts'
import { decideAs } from './deciding.ts'
import type { Forgotten } from './erasures.ts'
import { type Account, Prisma, type Union } from './generated/client.ts'
import { HIDDEN, LIVE } from './hidden.ts'
import { movedIn } from './moved.ts'
import { separate, UNDONE } from './parting.ts'
import type { Tools, Tx } from './transaction.ts'
import { takeTurns } from './turns.ts'
import { unite } from './uniting.ts'

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

/** What an answer led to. `already`: they are one, and can undo it. */
export type UnionAnswered =
  | { outcome: 'waits' | 'shared' | 'over' | 'already' | 'undone' }
  /** `other` is how to reach the other account; each is told whether hidden communities of theirs stay behind. */
  | { outcome: 'united'; other?: Account; staysBehind: boolean; othersStayBehind: boolean; seeds: string[] }

/** What undoing leaves to be done: an account of the other's to tell, and seeds with other pledges than before. */
export interface Undone {
  other?: Account
  seeds: string[]
}

export function unions(tx: Tx, tools: Tools) {
  const { draws } = tools
  const sideOf = (union: Union, personId: string): 'kept' | 'merged' | undefined =>
    union.keptId === personId ? 'kept' : union.mergedId === personId ? 'merged' : undefined
  const canUndo = ({ unitedAt }: Union, now: Date) =>
    unitedAt !== null && now.getTime() - unitedAt.getTime() <= UNDONE_WITHIN_MS
  const isApart = (answer: string | null) => answer === 'no' || answer === UNDONE
  const isOpen = ({ askedAt }: Union, now: Date) => now.getTime() - askedAt.getTime() <= ASKED_FOR_MS

  /** The union as it stands once nobody else does anything with either of the two, nor forgets them. */
  async function held(id: string): Promise<Union | null> {
    const found = await tx.union.findUnique({ where: { id } })
    if (!found) return null
    const both = [found.keptId, found.mergedId]
    await takeTurns(tx, both)
    await tx.$queryRaw(Prisma.sql`select id from people where id = any(${both}) order by id for no key update`)
    await tx.$queryRaw(Prisma.sql`select id from unions where id = ${id} for update`)
    const union = await tx.union.findUnique({ where: { id } })
    // Somebody made it another pair's while this waited.
    return union && both.includes(union.keptId) && both.includes(union.mergedId) ? union : null
  }

  return {
    /**
     * Who else has proven this address and is to be asked whether they are the same person. Who said that they share it is
     * asked again only if they prove it anew themselves, a day later; a question nobody answered in time may be put anew.
     */
    async ask(personId: string, email: string, now: Date): Promise<UnionAsked[]> {
      const others = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
        select id from people where lower(email) = ${sameEmail(email)} and email_proven_at is not null
          and united_into is null and id <> ${personId} order by id`)
      const asked: UnionAsked[] = []
      for (const { id: other } of others) {
        const [keptId = '', mergedId = ''] = [personId, other].sort()
        const before = await tx.union.findUnique({ where: { keptId_mergedId: { keptId, mergedId } } })
        if (before && [before.keptAnswer, before.mergedAnswer].some(isApart)) {
          const own = before.keptId === personId ? before.keptAnswer : before.mergedAnswer
          if (!isApart(own) || isOpen(before, now)) continue
        }
        const row = { keptId, mergedId, askedAt: now, keptAnswer: null, mergedAnswer: null }
        const id = before?.id ?? draws.id(now)
        await tx.union.upsert({ where: { id }, create: { id, ...row }, update: row })
        asked.push({ id, other })
      }
      return asked
    },

    /** Notes one person's answer; the second yes makes them one. */
    async answer(id: string, personId: string, answer: UnionAnswer, now: Date): Promise<UnionAnswered> {
      const union = await held(id)
      const side = union && sideOf(union, personId)
      if (!union || !side) return { outcome: 'over' }
      if (union.unitedAt) return { outcome: side === 'kept' && canUndo(union, now) ? 'already' : 'over' }
      const where = { id: { in: [union.keptId, union.mergedId] }, unitedInto: null }
      // Who became one with somebody else since was asked as somebody they are no more.
      if (!isOpen(union, now) || (await tx.person.count({ where })) < 2) return { outcome: 'over' }
      const others = side === 'kept' ? union.mergedAnswer : union.keptAnswer
      if (answer !== 'no' && others !== 'no' && [union.keptAnswer, union.mergedAnswer].includes(UNDONE)) {
        return { outcome: 'undone' }
      }
      // Before their accounts become one person's.
      const otherId = side === 'kept' ? union.mergedId : union.keptId
      const other = await tx.account.findFirst({ where: { personId: otherId }, orderBy: { id: 'asc' } })
      const answered = await tx.union.update({
        where: { id },
        data: side === 'kept' ? { keptAnswer: answer } : { mergedAnswer: answer },
      })
      const both = [answered.keptAnswer, answered.mergedAnswer]
      if (both.includes('no')) return { outcome: 'shared' }
      if (both.includes(null)) return { outcome: 'waits' }
      const stay = await unite(tx, tools, answered, now)
      return {
        outcome: 'united',
        ...(other && { other }),
        staysBehind: stay[side],
        othersStayBehind: stay[side === 'kept' ? 'merged' : 'kept'],
        seeds: await seedsOf([union.keptId]),
      }
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
        orderBy: [{ unitedAt: 'asc' }, { id: 'asc' }],
      })
      return rows.map((row) => ({ id: row.id, at: row.unitedAt ?? now }))
    },

    /** Gives each of two persons their own again, as far as it was theirs; undefined when it is too late. */
    async undo(
      id: string,
      { id: personId, accountId }: { id: string; accountId: string },
      now: Date,
    ): Promise<Undone | undefined> {
      const union = await held(id)
      if (!union || !canUndo(union, now) || union.keptId !== personId) return undefined
      await separate(tx, tools, union, now)
      const both = [union.keptId, union.mergedId]
      const own = await tx.account.findUnique({ where: { id: accountId }, select: { personId: true } })
      const where = { personId: { in: both.filter((one) => one !== own?.personId) } }
      const other = await tx.account.findFirst({ where, orderBy: { id: 'asc' } })
      return { seeds: await seedsOf(both), ...(other && { other }) }
    },

    /** The unions whose time to be undone is over and of which something is left, the oldest first. */
    async due(now: Date): Promise<string[]> {
      const before = new Date(now.getTime() - UNDONE_WITHIN_MS)
      const rows = await tx.union.findMany({
        where: { unitedAt: { lt: before }, moved: { not: Prisma.AnyNull } },
        orderBy: [{ unitedAt: 'asc' }, { id: 'asc' }],
      })
      return rows.map((row) => row.id)
    },

    /**
     * Makes one union stand for good: what was not taken along is left, and once every destination has heard it, what is
     * left of the merged person goes over and nothing remains of them. Gives back what others are left with.
     */
    async settleForGood(id: string, now: Date): Promise<Forgotten> {
      const nothing = { unlookedAfter: [], seeds: [] }
      const union = await held(id)
      if (!union?.unitedAt || union.moved === null || canUndo(union, now)) return nothing
      const { keptId, mergedId } = union
      const { accounts, aside } = movedIn(union)
      const left = [await leaveBehind(tx, tools, { id: mergedId, accounts }, keptId, now)]
      if (aside) {
        left.push(await leaveBehind(tx, tools, aside, keptId, now))
        await remove(aside.id, keptId)
      }
      const owed = await tx.report.count({
        where: { personId: mergedId, OR: [{ wanted: 'in' }, { known: null }, { known: 'in' }] },
      })
      // Until every destination has heard that the old number is over, it must be known here.
      if (owed === 0) {
        await tx.direction.updateMany({
          where: { personId: mergedId, standing: true },
          data: { standing: null, revokedAt: now, revokedBy: 'uniting' },
        })
        await remove(mergedId, keptId)
        await tx.union.update({ where: { id }, data: { moved: Prisma.DbNull } })
      }
      return { unlookedAfter: left.flatMap((one) => one.unlookedAfter), seeds: left.flatMap((one) => one.seeds) }
    },
  }

  /** Seeds they have pledged for: another number of people may have by now. */
  async function seedsOf(personIds: string[]): Promise<string[]> {
    const rows = await tx.membership.findMany({
      where: { personId: { in: personIds }, state: 'pledged', community: { state: 'seed' } },
      select: { communityId: true },
      distinct: ['communityId'],
      orderBy: { communityId: 'asc' },
    })
    return rows.map((row) => row.communityId)
  }

  /** What they said and did goes over, but for where they were hidden; there nobody did it. */
  async function remove(shell: string, kept: string): Promise<void> {
    const mayKnow = { OR: [{ NOT: HIDDEN }, { memberships: { some: { personId: kept } } }] }
    const over = await tx.community.findMany({
      where: { AND: [mayKnow, { OR: [{ founderId: shell }, { directions: { some: { personId: shell } } }] }] },
      select: { id: true },
    })
    const ids = over.map((one) => one.id)
    await tx.direction.updateMany({
      where: { personId: shell, communityId: { in: ids } },
      data: { personId: kept },
    })
    await tx.community.updateMany({ where: { founderId: shell, id: { in: ids } }, data: { founderId: kept } })
    await tx.community.updateMany({ where: { founderId: shell }, data: { founderId: null } })
    await tx.invitation.updateMany({ where: { createdById: shell, community: mayKnow }, data: { createdById: kept } })
    await tx.invitation.updateMany({ where: { createdById: shell }, data: { createdById: null } })
    await tx.$executeRaw(Prisma.sql`
      update audit a set actor_id = ${kept} where a.actor_id = ${shell} and not exists (select 1 from communities c
        where c.id = a.community_id and (c.sensitive or c.visibility = 'secret')
          and not exists (select 1 from memberships m where m.community_id = c.id and m.person_id = ${kept}))`)
    await tx.auditEntry.updateMany({ where: { actorId: shell }, data: { actorId: null, actorName: null } })
    const known = await tx.community.findMany({ where: mayKnow, select: { id: true } })
    await decideAs(
      tx,
      shell,
      kept,
      known.map((one) => one.id),
    )
    await tx.mail.updateMany({ where: { personId: shell }, data: { personId: kept } })
    await tx.person.deleteMany({ where: { id: shell } })
  }
}
