import { NOT_SET_UP, type Organization } from '../core/organization.ts'
import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'

/** The row as `to_jsonb` gives it to the opening statement. */
export interface OrganizationRow {
  name: string
  recipient: string
  privacy_notice: string | null
  contact: string | null
  sender: string | null
  language: string
  zone: string
  minimum_age: number
  pledges_from: number
  pledges_to: number
  approves_communities: boolean
  block_list: string[]
  staff_ids: string[]
  staff_room: { platform: string; workspace: string; place: string } | null
  staff_email: string | null
  keep_people_months: number
  keep_audit_months: number
  keep_sent_days: number
  keep_seeds_months: number
  topic_threshold: number
}

/** The organization of a stored row; what holds before setup where there is none. */
export function organizationOf(row: OrganizationRow | null): Organization {
  if (!row) return NOT_SET_UP
  return {
    isSetUp: true,
    name: row.name,
    recipient: row.recipient,
    language: row.language,
    zone: row.zone,
    minimumAge: row.minimum_age,
    pledgesFrom: row.pledges_from,
    pledgesTo: row.pledges_to,
    approvesCommunities: row.approves_communities,
    blockList: row.block_list,
    staffIds: row.staff_ids,
    keepPeopleMonths: row.keep_people_months,
    keepAuditMonths: row.keep_audit_months,
    keepSentDays: row.keep_sent_days,
    keepSeedsMonths: row.keep_seeds_months,
    topicThreshold: row.topic_threshold,
    ...(row.privacy_notice && { privacyNotice: row.privacy_notice }),
    ...(row.contact && { contact: row.contact }),
    ...(row.sender && { sender: row.sender }),
    ...(row.staff_room && { staffRoom: row.staff_room }),
    ...(row.staff_email && { staffEmail: row.staff_email }),
  }
}

export function organizations(tx: Tx) {
  return {
    /** The organization as it stands now. */
    async get(): Promise<Organization> {
      const [row] = await tx.$queryRaw<
        { o: OrganizationRow }[]
      >`select to_jsonb(o) as o from organization o where id = 1`
      return organizationOf(row?.o ?? null)
    },

    /** Writes the whole of it; made on first use. */
    async save({ isSetUp: _, ...organization }: Organization): Promise<void> {
      const row = {
        ...organization,
        privacyNotice: organization.privacyNotice ?? null,
        contact: organization.contact ?? null,
        sender: organization.sender ?? null,
        staffRoom: organization.staffRoom ?? Prisma.DbNull,
        staffEmail: organization.staffEmail ?? null,
      }
      await tx.organization.upsert({ where: { id: 1 }, create: { id: 1, ...row }, update: row })
    },
  }
}
