import type { Organization } from '../core/organization.ts'
import { type AccountRef, SESSION_LIVES_MS, STAFF_LIVES_MS } from '../core/person.ts'
import { Prisma } from './generated/client.ts'
import { type OrganizationRow, organizationOf } from './organization.ts'
import type { Tools, Tx } from './transaction.ts'

/** Who a signed-in browser acts for. */
export interface SignedIn {
  personId: string
  accountId: string
  account: AccountRef & { name: string; language?: string }
  isStaff: boolean
  /** IANA name, where they told theirs. */
  zone?: string
  /** They can be written to, never said whether they want to be, and have no chat in which they hear of things. */
  isUnasked: boolean
  /** Messages to them alone that wait on the web. */
  waiting: number
}

interface Row {
  person_id: string
  account_id: string
  platform: string
  workspace: string
  external_id: string
  name: string
  language: string | null
  zone: string | null
  is_staff: boolean
  is_unasked: boolean
  waiting: number
}

/** Browsers that are signed in. What a cookie holds is kept nowhere. */
export function webSessions(tx: Tx, { draws, keys }: Tools) {
  return {
    /** Signs a browser in for an account; gives what its cookie is to hold. */
    async begin(accountId: string, isStaff: boolean, now: Date): Promise<string> {
      const token = draws.key()
      await tx.webSession.create({
        data: {
          id: keys.hash('session', token),
          accountId,
          staffUntil: isStaff ? new Date(now.getTime() + STAFF_LIVES_MS) : null,
          createdAt: now,
          expiresAt: new Date(now.getTime() + SESSION_LIVES_MS),
        },
      })
      return token
    },

    /** Who a cookie stands for. One statement. */
    async of(token: string, now: Date): Promise<SignedIn | undefined> {
      return (await this.visit(token, now)).signedIn
    },

    /** Who a cookie stands for, and the organization, which every page needs. One statement. */
    async visit(token: string | undefined, now: Date): Promise<{ signedIn?: SignedIn; organization: Organization }> {
      const hashes = token === undefined ? [] : keys.hashes('session', token)
      const [row] = await tx.$queryRaw<(Row & { organization: OrganizationRow | null })[]>(Prisma.sql`
        select to_jsonb(o) as organization,
          p.id as person_id, a.id as account_id, a.platform, a.workspace, a.external_id, a.name, p.language, p.zone,
          (coalesce(s.staff_until > ${now}::timestamptz, false)
            or coalesce(a.platform || ':' || a.external_id = any(o.staff_ids), false)) as is_staff,
          (p.email_proven_at is not null and not exists (select 1 from notice_choices n where n.person_id = p.id)
            and not exists (select 1 from accounts c where c.person_id = p.id and c.platform <> 'web')) as is_unasked,
          (select count(*)::int from web_messages m join accounts mine on mine.id = m.account_id and mine.person_id = p.id
            where m.place is null) as waiting
        from (select 1) as one left join organization o on o.id = 1
        left join (web_sessions s join accounts a on a.id = s.account_id join people p on p.id = a.person_id)
          on s.id = any(${hashes}::text[]) and s.expires_at > ${now}::timestamptz`)
      const organization = organizationOf(row?.organization ?? null)
      return row?.person_id ? { signedIn: signedInOf(row), organization } : { organization }
    },

    /** Signs one browser out. */
    async end(token: string): Promise<void> {
      await tx.webSession.deleteMany({ where: { id: { in: keys.hashes('session', token) } } })
    },

    async sweep(now: Date): Promise<void> {
      await tx.webSession.deleteMany({ where: { expiresAt: { lte: now } } })
    },
  }
}

function signedInOf(row: Row): SignedIn {
  const { platform, workspace, name, language } = row
  return {
    personId: row.person_id,
    accountId: row.account_id,
    account: { platform, workspace, externalId: row.external_id, name, ...(language && { language }) },
    isStaff: row.is_staff,
    ...(row.zone && { zone: row.zone }),
    isUnasked: row.is_unasked,
    waiting: row.waiting,
  }
}
