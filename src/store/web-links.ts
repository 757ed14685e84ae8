import { z } from 'zod'
import { sameEmail } from '../core/person.ts'
import { MAILS_AN_HOUR } from '../core/rate.ts'
import { Prisma } from './generated/client.ts'
import type { Tools, Tx } from './transaction.ts'

/** A link in a mail is for whoever just asked for it; one from a chat may be kept for a walk to the computer. */
const LIVES_MS = 15 * 60_000
/** How many such mails one address may get in an hour, whoever asked: nobody is to keep its owner out by asking. */
const MAILS_AN_HOUR_IN_ALL = 20
const HOUR_MS = 3_600_000
const AGAIN_MS = 60_000

const linkSchema = z.discriminatedUnion('kind', [
  /** It was mailed to an address, which whoever opens it thereby proves; `go` is what they were about to do. */
  z.object({
    kind: z.literal('mail'),
    address: z.string(),
    go: z.object({ command: z.string(), raw: z.record(z.string(), z.string()) }).optional(),
    /** They pressed *Join* on this community. */
    join: z.string().optional(),
    /** They said yes to a question, which counts once it is said again from the mail. */
    yes: z.object({ community: z.string(), print: z.string() }).optional(),
  }),
  /** It was given in private to somebody who was known there. */
  z.object({ kind: z.literal('chat'), personId: z.string(), name: z.string(), isStaff: z.boolean() }),
  /** It was printed for whoever started Kindred. */
  z.object({ kind: z.literal('start') }),
])

/** What a link is good for. */
export type WebLink = z.infer<typeof linkSchema>

/** Links that sign somebody in, each once. */
export function webLinks(tx: Tx, { draws, keys }: Tools) {
  const read = (sealed: Uint8Array): WebLink | undefined => {
    const words = keys.open(sealed)
    return words === undefined ? undefined : linkSchema.parse(JSON.parse(words))
  }

  return {
    /**
     * A new link, for somebody at a network address where it is mailed; undefined where the address got too many lately,
     * which only its owner may notice.
     */
    async make(link: WebLink, now: Date, from = ''): Promise<string | undefined> {
      const address = link.kind === 'mail' ? keys.hashes('address', sameEmail(link.address)) : []
      const asking = link.kind === 'mail' ? keys.hashes('network', from) : []
      if (link.kind === 'mail') {
        const lately = { gt: new Date(now.getTime() - HOUR_MS) }
        const sent = await tx.webLink.findMany({ where: { address: { in: address }, createdAt: lately } })
        const toThem = sent.filter(({ askedBy }) => askedBy !== null && asking.includes(askedBy))
        if (toThem.length >= MAILS_AN_HOUR || sent.length >= MAILS_AN_HOUR_IN_ALL) return undefined
      }
      const token = draws.key()
      await tx.webLink.create({
        data: {
          hash: keys.hash('link', token),
          sealed: keys.seal(JSON.stringify(link)),
          address: address[0] ?? null,
          askedBy: asking[0] ?? null,
          createdAt: now,
          expiresAt: new Date(now.getTime() + (link.kind === 'start' ? HOUR_MS : LIVES_MS)),
        },
      })
      return token
    },

    /** What a link is good for, as long as it is; nothing is used up by looking. */
    async look(token: string, now: Date): Promise<WebLink | undefined> {
      const row = await tx.webLink.findFirst({
        where: { hash: { in: keys.hashes('link', token) }, usedAt: null, expiresAt: { gt: now } },
      })
      return row ? read(row.sealed) : undefined
    },

    /**
     * Uses a link, which only one of several at the same moment can. The browser that did may use it again for a minute: a
     * button is tapped twice, and an answer gets lost on its way.
     */
    async use(token: string, cookie: string, now: Date): Promise<WebLink | undefined> {
      const usedBy = keys.hash('session', cookie)
      const [row] = await tx.$queryRaw<{ sealed: Uint8Array }[]>(Prisma.sql`
        update web_links set used_at = coalesce(used_at, ${now}::timestamptz), used_by = ${usedBy}
        where hash = any(${keys.hashes('link', token)}) and expires_at > ${now}::timestamptz
          and (used_at is null or used_by = ${usedBy} and used_at > ${new Date(now.getTime() - AGAIN_MS)}::timestamptz)
        returning sealed`)
      return row ? read(row.sealed) : undefined
    },

    async sweep(now: Date): Promise<void> {
      await tx.webLink.deleteMany({ where: { createdAt: { lte: new Date(now.getTime() - HOUR_MS) } } })
    },
  }
}
