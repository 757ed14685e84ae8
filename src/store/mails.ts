import { z } from 'zod'
import type { LetterWords } from '../core/letter.ts'
import type { Text } from '../core/say.ts'
import { Prisma } from './generated/client.ts'
import type { Tools, Tx } from './transaction.ts'
import { isFree, type Outcome, settled, taken } from './work.ts'

/** A mail as a command wants it; its words are sealed in the database until it is sent, then forgotten. */
export interface Letter extends LetterWords {
  to: string
  subject: Text
  /** Where the reader gets no more of these by one press: the path of a page of ours. Notices have one. */
  unsubscribe?: string | undefined
  /** A file that goes along. */
  attachment?: { name: string; type: string; text: string } | undefined
}

export interface ClaimedMail {
  id: string
  messageId: string
  letter: Letter | undefined
  attempts: number
  /** The reader's clocks, an IANA name. */
  zone: string
}

const textSchema: z.ZodType<Text> = z.object({ key: z.string(), values: z.array(z.any()) })
const partSchema = z.object({
  heading: textSchema.optional(),
  lines: z.array(textSchema),
  isList: z.boolean().optional(),
})
/** What was sealed by an older Kindred has neither parts nor a foot. */
const letterSchema: z.ZodType<Letter> = z.object({
  to: z.string(),
  subject: textSchema,
  text: textSchema,
  parts: z.array(partSchema).optional(),
  foot: textSchema.optional(),
  unsubscribe: z.string().optional(),
  attachment: z.object({ name: z.string(), type: z.string(), text: z.string() }).optional(),
})

export function mails(tx: Tx, { draws, keys }: Tools) {
  return {
    /** `expiresAt`: when it is worth nothing any more (a code), and is not sent. */
    async want(personId: string | null, letter: Letter, now: Date, expiresAt?: Date): Promise<void> {
      await tx.mail.create({
        data: {
          id: draws.id(now),
          messageId: draws.key().toLowerCase(),
          personId,
          sealed: keys.seal(JSON.stringify(letter)),
          createdAt: now,
          dueAt: now,
          expiresAt: expiresAt ?? null,
        },
      })
    },

    /** Writes to many people, each at its time. One statement. */
    async wantEach(to: { personId: string; letter: Letter; dueAt: Date }[], now: Date): Promise<void> {
      const sealed = to.map(({ letter }) => Buffer.from(keys.seal(JSON.stringify(letter))).toString('hex'))
      await tx.$executeRaw(Prisma.sql`
        insert into mails (id, message_id, person_id, sealed, created_at, due_at)
        select each.id, each.message_id, each.person_id, decode(each.sealed, 'hex'), ${now}::timestamptz, each.due_at::timestamptz
        from unnest(${to.map(() => draws.id(now))}::text[], ${to.map(() => draws.key().toLowerCase())}::text[],
          ${to.map((one) => one.personId)}::text[], ${sealed}::text[], ${to.map((one) => one.dueAt.toISOString())}::text[])
          as each (id, message_id, person_id, sealed, due_at)`)
    },

    /** Puts off what is due, while there is nobody to send it. */
    async waitAnHour(now: Date): Promise<void> {
      await tx.$executeRaw(
        Prisma.sql`update mails set due_at = ${new Date(now.getTime() + 3_600_000)}::timestamptz where ${isFree(now)}`,
      )
    },

    async claim(limit: number, now: Date): Promise<{ lease: string; rows: ClaimedMail[] }> {
      const lease = draws.key()
      await tx.$executeRaw(Prisma.sql`delete from mails where ${isFree(now)} and expires_at <= ${now}::timestamptz`)
      const rows = await tx.$queryRaw<(Omit<ClaimedMail, 'letter'> & { sealed: Uint8Array })[]>(Prisma.sql`
        with free as (select id from mails where ${isFree(now)} order by id limit ${limit} for update skip locked)
        update mails m set ${taken({ name: lease, now })} from free where m.id = free.id
        returning m.id, m.message_id as "messageId", m.sealed, m.attempts, coalesce(
          (select zone from people where id = m.person_id), (select zone from organization where id = 1), 'UTC') as zone`)
      const claimed = rows.map(({ sealed, ...row }) => ({ ...row, letter: read(keys.open(sealed)) }))
      return { lease, rows: claimed.sort((a, b) => (a.id < b.id ? -1 : 1)) }
    },

    async finish(id: string, lease: string, outcome: Outcome, now: Date): Promise<void> {
      // What can't be delivered keeps its words, still sealed, so that staff can have it tried again.
      const sent = 'done' in outcome ? Prisma.sql`sealed = null, sent_at = ${now}::timestamptz,` : Prisma.empty
      await tx.$executeRaw(
        Prisma.sql`update mails set ${sent} ${settled(outcome)} where id = ${id} and lease = ${lease}`,
      )
    },
  }
}

function read(words: string | undefined): Letter | undefined {
  if (words === undefined) return undefined
  const parsed = letterSchema.safeParse(JSON.parse(words))
  return parsed.success ? parsed.data : undefined
}
