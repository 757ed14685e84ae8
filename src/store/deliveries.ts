import type { Organization } from '../core/organization.ts'
import type { AccountRef, Person } from '../core/person.ts'
import { Prisma } from './generated/client.ts'
import { type OrganizationRow, organizationOf } from './organization.ts'
import type { Tools, Tx } from './transaction.ts'

/** For how long a platform may deliver the same thing again (Slack retries for 5 minutes, Discord's token lives 15). */
const KEEP_MS = 3_600_000

/** What the first statement of every command finds out. */
export interface Opening {
  /** False when this delivery was carried out before; `answer` is what was answered then. */
  isNew: boolean
  answer: unknown
  person?: Person
  /** The account's name as stored, to see whether it changed. */
  accountName?: string
  organization: Organization
}

interface Row {
  is_new: boolean
  answer: Uint8Array | null
  organization: OrganizationRow | null
  account_id: string | null
  account_name: string | null
  id: string | null
  name: string | null
  language: string | null
  zone: string | null
  email: string | null
  email_proven_at: Date | null
}

export function deliveries(tx: Tx, { keys }: Tools) {
  const read = (sealed: Uint8Array | null | undefined): unknown => {
    const words = sealed ? keys.open(sealed) : undefined
    return words === undefined ? undefined : JSON.parse(words)
  }

  return {
    /** Writes the delivery down and finds out who is speaking, in one statement. */
    async open(id: string, account: AccountRef, now: Date): Promise<Opening> {
      const [row] = await tx.$queryRaw<Row[]>(Prisma.sql`
        with fresh as (
          insert into deliveries (id, expires_at) values (${id}, ${new Date(now.getTime() + KEEP_MS)}::timestamptz)
          on conflict (id) do nothing returning id)
        select exists (select 1 from fresh) as is_new, d.answer, to_jsonb(o) as organization,
               a.id as account_id, a.name as account_name,
               p.id, p.name, p.language, p.zone, p.email, p.email_proven_at
        from (select 1) as one
        left join organization o on o.id = 1
        left join deliveries d on d.id = ${id}
        left join accounts a on a.platform = ${account.platform} and a.workspace = ${account.workspace}
          and a.external_id = ${account.externalId}
        left join people p on p.id = a.person_id`)
      if (!row) throw new Error('the opening statement returned nothing')
      return {
        isNew: row.is_new,
        answer: row.is_new ? undefined : (read(row.answer) ?? (await this.answerOf(id))),
        organization: organizationOf(row.organization),
        ...(row.id &&
          row.account_id && { person: personOf(row, row.id, row.account_id), accountName: row.account_name ?? '' }),
      }
    },

    /** What was answered, read after waiting for the transaction that carried the delivery out. */
    async answerOf(id: string): Promise<unknown> {
      return read((await tx.delivery.findUnique({ where: { id } }))?.answer)
    },

    /** Keeps what the person is told, in case the platform asks again. */
    async answered(id: string, answer: object): Promise<void> {
      await tx.$executeRaw(
        Prisma.sql`update deliveries set answer = ${keys.seal(JSON.stringify(answer))} where id = ${id}`,
      )
    },

    /** Forgets what no platform will deliver again. */
    async sweep(now: Date): Promise<void> {
      await tx.delivery.deleteMany({ where: { expiresAt: { lte: now } } })
    },
  }
}

function personOf(row: Row, id: string, accountId: string): Person {
  return {
    id,
    accountId,
    name: row.name ?? '',
    isStaff: false,
    ...(row.language && { language: row.language }),
    ...(row.zone && { zone: row.zone }),
    ...(row.email && { email: row.email }),
    ...(row.email_proven_at && { emailProvenAt: row.email_proven_at }),
  }
}
