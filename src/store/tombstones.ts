import { sameEmail } from '../core/person.ts'
import { Prisma } from './generated/client.ts'
import type { Mark } from './marks.ts'
import type { Tools, Tx } from './transaction.ts'

/**
 * Who was forgotten. A person's id is marked for good, so that no backup or older link brings them back; an address until
 * they prove it again themselves, so that no import does.
 */
export function tombstones(tx: Tx, { keys }: Tools) {
  const ofPerson = (id: string) => keys.tombstone(`person/${id}`)
  const ofAddress = (email: string) => keys.tombstone(`address/${sameEmail(email)}`)
  return {
    /** For people who are still here, each with the address they had. */
    async raise(personIds: string[], now: Date): Promise<void> {
      const rows = await tx.person.findMany({
        where: { id: { in: personIds } },
        select: { email: true, accounts: { where: { platform: 'web' }, select: { externalId: true } } },
      })
      // On the web an account is called by its address, whether it was proven or not.
      const known = rows.flatMap(({ email, accounts }) => [email, ...accounts.map((one) => one.externalId)])
      const addresses = new Set(known.flatMap((email) => (email === null ? [] : [ofAddress(email)])))
      const people = personIds.map((id) => ({ hash: ofPerson(id), kind: 'person', at: now }))
      const each = [...addresses].map((hash) => ({ hash, kind: 'address', at: now }))
      await tx.tombstone.createMany({ data: [...people, ...each], skipDuplicates: true })
    },

    /** The person came back by themselves. */
    async lift(email: string): Promise<void> {
      await tx.tombstone.deleteMany({ where: { hash: ofAddress(email) } })
    },

    /** Which of these people were forgotten once, to forget them again after a restore. */
    async among(personIds: string[]): Promise<string[]> {
      const hashes = new Map(personIds.map((id) => [ofPerson(id), id]))
      const rows = await tx.tombstone.findMany({ where: { hash: { in: [...hashes.keys()] } } })
      return rows.map((row) => hashes.get(row.hash) ?? '').filter(Boolean)
    },

    /** Whether whoever had this address wanted to be forgotten, and has not come back. */
    async isOf(email: string): Promise<boolean> {
      return (await tx.tombstone.count({ where: { hash: ofAddress(email) } })) > 0
    },

    /** Those of these addresses whose owner wanted to be forgotten and has not come back. One statement, however many. */
    async ofAddresses(emails: string[]): Promise<Set<string>> {
      const hashes = new Map(emails.map((email) => [ofAddress(email), email]))
      const rows = await tx.$queryRaw<{ hash: string }[]>(
        Prisma.sql`select hash from tombstones where hash = any(${[...hashes.keys()]}::text[])`,
      )
      return new Set(rows.flatMap(({ hash }) => hashes.get(hash) ?? []))
    },

    /** All of them since a time, the earliest first, to be kept beside the backups. */
    async since(time: Date): Promise<Mark[]> {
      const rows = await tx.tombstone.findMany({
        where: { at: { gte: time }, kind: { in: ['person', 'address'] } },
        orderBy: [{ at: 'asc' }, { hash: 'asc' }],
      })
      // `raise` alone writes kinds.
      return rows.map((row) => ({ ...row, kind: row.kind as Mark['kind'] }))
    },
  }
}
