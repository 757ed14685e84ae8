import { BROUGHT_BY_ANYONE, type Organization } from '../core/organization.ts'
import type { AccountRef, Person } from '../core/person.ts'
import { Prisma } from './generated/client.ts'
import { type OrganizationRow, organizationOf } from './organization.ts'
import { WAS_AWAY } from './rooms.ts'
import type { Tools, Tx } from './transaction.ts'
import { takeTurns, turnOf } from './turns.ts'

/** For how long a platform may deliver the same thing again (Slack retries for 5 minutes, Discord's token lives 15). */
const KEEP_MS = 3_600_000

/** What the first statement of every command finds out. */
export interface Opening {
  /** False when this delivery was carried out before; `answer` is what was answered then. */
  isNew: boolean
  answer: unknown
  person?: Person
  /** When they last did something themselves, to a day. */
  lastSeenAt?: Date
  /** The account's name as stored, to see whether it changed. */
  accountName?: string
  organization: Organization
  /** Whether the account was never met in this workspace of those it is the same in. */
  isNewHere: boolean
  /** Whether a purpose and recipient came up since that this member was never asked about. */
  hasUnasked: boolean
  /** Whether they were away from this workspace when they were to be in one of its rooms. */
  lacksPlace: boolean
  /** The organization's own workspace, or as good as that while there is none: who runs it is staff. */
  isOurs: boolean
}

interface Row {
  is_new: boolean
  is_turn: boolean
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
  last_seen_at: Date | null
  is_new_here: boolean
  has_unasked: boolean
  lacks_place: boolean
  is_ours: boolean
}

export function deliveries(tx: Tx, { keys }: Tools) {
  const read = (sealed: Uint8Array | null | undefined): unknown => {
    const words = sealed ? keys.open(sealed) : undefined
    return words === undefined ? undefined : JSON.parse(words)
  }

  const look = async (id: string, account: AccountRef, now: Date, workspace: string): Promise<Row> => {
    const [row] = await tx.$queryRaw<Row[]>(Prisma.sql`
        with fresh as (
          insert into deliveries (id, expires_at) values (${id}, ${new Date(now.getTime() + KEEP_MS)}::timestamptz)
          on conflict (id) do nothing returning id)
        select exists (select 1 from fresh) as is_new, d.answer, to_jsonb(o) as organization,
               a.id as account_id, a.name as account_name,
               p.id, p.name, p.language, p.zone, p.email, p.email_proven_at, p.last_seen_at,
               pg_try_advisory_xact_lock(${turnOf(Prisma.sql`coalesce(p.id, ${nameOf(account)})`)}) as is_turn,
               (${workspace} <> ${account.workspace} and not exists (select 1 from presences seen
                 where seen.account_id = a.id and seen.workspace = ${workspace})) as is_new_here,
               exists (select 1 from memberships m
                 join communities c on c.id = m.community_id and c.state = 'open' and not c.sensitive
                 join destinations s on s.connected
                 where m.person_id = p.id and m.state = 'member'
                   and not exists (select 1 from questions q where q.person_id = p.id and q.community_id = c.id
                     and q.purpose = s.purpose and q.recipient = s.recipient)
                   and not exists (select 1 from directions y where y.person_id = p.id and y.community_id = c.id
                     and y.purpose = s.purpose and y.recipient = s.recipient and y.standing)) as has_unasked,
               exists (select 1 from room_places place where place.person_id = p.id and ${WAS_AWAY}
                 and exists (select 1 from rooms r where r.id = place.room_id
                   and r.platform = ${account.platform} and r.workspace = ${workspace})) as lacks_place,
               (not exists (select 1 from workspaces w where w.platform = ${account.platform} and w.ours)
                 or exists (select 1 from workspaces w where w.platform = ${account.platform} and w.workspace = ${workspace}
                   and w.ours)) as is_ours
        from (select 1) as one
        left join organization o on o.id = 1
        left join deliveries d on d.id = ${id}
        left join accounts a on a.platform = ${account.platform} and a.workspace = ${account.workspace}
          and a.external_id = ${account.externalId}
        left join people p on p.id = a.person_id`)
    if (!row) throw new Error('the opening statement returned nothing')
    return row
  }

  return {
    /**
     * Writes the delivery down and finds out who is speaking, in one statement. It also waits until whatever else the same
     * person is doing is over: a leave and a yes at the same moment must see each other.
     */
    async open(id: string, account: AccountRef, now: Date, workspace = account.workspace): Promise<Opening> {
      const first = await look(id, account, now, workspace)
      let row = first
      // What was read before waiting may be over by now: even whose account it is.
      while (!row.is_turn) {
        await takeTurns(tx, [row.id ?? nameOf(account)])
        row = await look(id, account, now, workspace)
      }
      return {
        isNew: first.is_new,
        answer: first.is_new ? undefined : (read(row.answer) ?? (await this.answerOf(id))),
        organization: organizationOf(row.organization),
        isNewHere: row.is_new_here,
        hasUnasked: row.has_unasked,
        lacksPlace: row.lacks_place,
        isOurs: row.is_ours || !BROUGHT_BY_ANYONE.includes(account.platform),
        ...(row.id &&
          row.account_id && { person: personOf(row, row.id, row.account_id), accountName: row.account_name ?? '' }),
        ...(row.last_seen_at && { lastSeenAt: row.last_seen_at }),
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

const nameOf = ({ platform, workspace, externalId }: AccountRef) => `${platform}/${workspace}/${externalId}`

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
