import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'

/** Any number will do, so long as every process takes the same. */
const PERSON_LOCK = 7_203_444

/** What holds somebody's turn until the end of the transaction: a person's id, or an account's name before they are met. */
export const turnOf = (whose: Prisma.Sql) => Prisma.sql`${PERSON_LOCK}::int, hashtext(${whose})`

/** Waits until whatever else these people are doing is over; what they do next waits for the end of this transaction. */
export async function takeTurns(tx: Tx, personIds: string[]): Promise<void> {
  for (const id of [...personIds].sort()) {
    await tx.$queryRaw(Prisma.sql`select pg_advisory_xact_lock(${turnOf(Prisma.sql`${id}`)})::text`)
  }
}

/**
 * Who somebody is by now who was named before: they may have been united since. Whatever they are doing is waited for, and
 * what they do next, coming apart included, waits for the end of this transaction.
 */
export async function whoNow(tx: Tx, personId: string): Promise<string> {
  await takeTurns(tx, [personId])
  const found = await tx.person.findUnique({ where: { id: personId }, select: { unitedInto: true } })
  return found?.unitedInto ? whoNow(tx, found.unitedInto) : personId
}
