import { Prisma } from './generated/client.ts'
import type { Tools, Tx } from './transaction.ts'

/** The letters and digits of a code, without the line between its halves. */
const CODE_LENGTH = 8

export function invitations(tx: Tx, { draws, keys }: Tools) {
  const plain = (code: string) => code.toUpperCase().replace(/[^A-Z0-9]/g, '')

  return {
    /** A new code into a community, for so many people, until a date. Only its hash is kept. */
    async make(communityId: string, createdById: string, uses: number, expiresAt: Date, now: Date): Promise<string> {
      const code = draws.word()
      await tx.invitation.create({
        data: {
          id: draws.id(now),
          communityId,
          createdById,
          hash: keys.hash('invitation', plain(code)),
          usesLeft: uses,
          createdAt: now,
          expiresAt,
        },
      })
      return code
    },

    /** The community a code still opens; nothing is used up by looking. */
    async communityOf(code: string, now: Date): Promise<string | undefined> {
      // What is typed there is mostly a community's name; only what looks like a code is worth a question.
      if (plain(code).length !== CODE_LENGTH) return undefined
      const row = await tx.invitation.findFirst({
        where: { hash: { in: keys.hashes('invitation', plain(code)) }, usesLeft: { gt: 0 }, expiresAt: { gt: now } },
      })
      return row?.communityId
    },

    /** Uses a code once; false when it opens this community no more. */
    async use(code: string, communityId: string, now: Date): Promise<boolean> {
      const used = await tx.$executeRaw(Prisma.sql`
        update invitations set uses_left = uses_left - 1
        where hash = any(${keys.hashes('invitation', plain(code))}) and community_id = ${communityId} and uses_left > 0
          and expires_at > ${now}::timestamptz`)
      return used > 0
    },
  }
}
