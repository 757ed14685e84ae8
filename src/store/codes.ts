import { sameHash } from '../core/keys.ts'
import { CODE_LIVES_MS, CODE_TRIES, sameEmail } from '../core/person.ts'
import type { Tools, Tx } from './transaction.ts'

/** How many codes an hour one person may ask for, and one address may get. */
const CODES_AN_HOUR = 5
const HOUR_MS = 3_600_000

/** What came of a code that was typed. */
export type Tried = { proven: string } | { wrong: true; triesLeft: number } | { none: true }

export function codes(tx: Tx, { draws, keys }: Tools) {
  const hashOf = (id: string, accountId: string, code: string) => `${id}/${accountId}/${code}`

  return {
    /**
     * A new code for an address, bound to the account that asked. `too many`: they asked for too many lately. `kept quiet`:
     * the address got too many, which only its owner may notice.
     */
    async make(
      personId: string,
      accountId: string,
      email: string,
      now: Date,
    ): Promise<{ code: string } | 'too many' | 'kept quiet'> {
      const lately = { gt: new Date(now.getTime() - HOUR_MS) }
      const address = keys.hashes('address', sameEmail(email))
      const asked = await tx.emailCode.count({ where: { personId, createdAt: lately } })
      const sent = await tx.emailCode.count({ where: { address: { in: address }, createdAt: lately } })
      if (asked >= CODES_AN_HOUR) return 'too many'
      if (sent >= CODES_AN_HOUR) return 'kept quiet'
      const [id, code] = [draws.id(now), draws.digits()]
      await tx.emailCode.create({
        data: {
          id,
          personId,
          accountId,
          address: address[0] ?? '',
          sealed: keys.seal(email),
          hash: keys.hash('code', hashOf(id, accountId, code)),
          triesLeft: CODE_TRIES,
          createdAt: now,
          expiresAt: new Date(now.getTime() + CODE_LIVES_MS),
        },
      })
      return { code }
    },

    /** Tries a code against the newest one asked for from this account; each wrong try is counted. */
    async try(personId: string, accountId: string, code: string, now: Date): Promise<Tried> {
      const newest = await tx.emailCode.findFirst({
        where: { personId, accountId },
        orderBy: { id: 'desc' },
      })
      if (!newest || newest.usedAt || newest.expiresAt <= now || newest.triesLeft <= 0) return { none: true }
      const hashes = keys.hashes('code', hashOf(newest.id, accountId, code))
      // Counted in the database, so that tries at the same time cannot share one.
      const { count } = await tx.emailCode.updateMany({
        where: { id: newest.id, usedAt: null, triesLeft: { gt: 0 } },
        data: hashes.some((hash) => sameHash(hash, newest.hash)) ? { usedAt: now } : { triesLeft: { decrement: 1 } },
      })
      if (count === 0) return { none: true }
      if (!hashes.some((hash) => sameHash(hash, newest.hash))) return { wrong: true, triesLeft: newest.triesLeft - 1 }
      const email = keys.open(newest.sealed)
      return email === undefined ? { none: true } : { proven: email }
    },

    async sweep(now: Date): Promise<void> {
      await tx.emailCode.deleteMany({ where: { createdAt: { lte: new Date(now.getTime() - HOUR_MS) } } })
    },
  }
}
