import type { Text } from '../core/say.ts'
import { EFFECTS } from './effects.ts'
import { HAS_FAILED } from './failed-reports.ts'
import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'

/** Something staff should know, while it lasts. */
export interface StaffNoteRow {
  key: string
  text: Text
  firstAt: Date
}

const DAY_MS = 86_400_000
/** Told in `/staff status` alone: the staff room itself may be what is stuck. */
const STATUS_ONLY = 'stuck/posts'

/** Where staff have neither a room nor an address, nothing waits to be told. */
export const NEXT_NOTE = Prisma.sql`
  select min(coalesce(told_at + interval '1 day', first_at)) from staff_notes
  where resolved_at is null and key <> ${STATUS_ONLY}
    and exists (select 1 from organization where coalesce(staff_room::text, staff_email) is not null)`

/** "Tell staff": a line in `/staff status` while it lasts, and in the staff room at most daily. */
export function staffNotes(tx: Tx) {
  return {
    /** Notes it, or that it still lasts. `key` names the matter, so that it is told once and not at every occurrence. */
    async tell(key: string, text: Text, now: Date): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        insert into staff_notes (key, text, first_at) values (${key}, ${JSON.stringify(text)}::jsonb, ${now}::timestamptz)
        on conflict (key) do update set text = excluded.text, resolved_at = null,
          told_at = case when staff_notes.resolved_at is null or staff_notes.key not like 'news/%' then staff_notes.told_at end,
          first_at = case when staff_notes.resolved_at is null then staff_notes.first_at else excluded.first_at end`)
    },

    async resolve(key: string, now: Date): Promise<void> {
      await tx.staffNote.updateMany({ where: { key, resolvedAt: null }, data: { resolvedAt: now } })
    },

    /** Ends the notes about effects and reports that are stuck no more, and news that was told or is a week old. */
    async resolveMended(now: Date): Promise<void> {
      for (const table of EFFECTS) {
        await tx.$executeRaw(Prisma.sql`
          update staff_notes set resolved_at = ${now}::timestamptz where key = ${`stuck/${table}`} and resolved_at is null
            and not exists (select 1 from ${Prisma.raw(table)} where due_at is null and failure is not null)`)
      }
      await tx.$executeRaw(Prisma.sql`
        update staff_notes set resolved_at = ${now}::timestamptz where key like 'room/%' and resolved_at is null
          and not exists (select 1 from rooms where key = 'room/' || id and due_at is null and failure is not null)`)
      await tx.$executeRaw(Prisma.sql`
        update staff_notes set resolved_at = ${now}::timestamptz where key like 'failed/%' and resolved_at is null
          and not exists (select 1 from reports r where key = 'failed/' || r.destination and ${HAS_FAILED})`)
      await tx.$executeRaw(Prisma.sql`
        update staff_notes set resolved_at = ${now}::timestamptz where key like 'news/%' and resolved_at is null
          and (told_at is not null or first_at <= ${new Date(now.getTime() - 7 * DAY_MS)}::timestamptz)`)
    },

    async open(): Promise<StaffNoteRow[]> {
      return tx.$queryRaw(Prisma.sql`
        select key, text, first_at as "firstAt" from staff_notes where resolved_at is null order by first_at, key`)
    },

    /** Notes whose line in the staff room is due, marked as told. */
    async takeUntold(now: Date): Promise<StaffNoteRow[]> {
      const rows = await tx.$queryRaw<StaffNoteRow[]>(Prisma.sql`
        update staff_notes set told_at = ${now}::timestamptz
        where resolved_at is null and key <> ${STATUS_ONLY} and (told_at is null or told_at <= ${new Date(now.getTime() - DAY_MS)}::timestamptz)
        returning key, text, first_at as "firstAt"`)
      return rows.sort((a, b) => a.firstAt.getTime() - b.firstAt.getTime() || (a.key < b.key ? -1 : 1))
    },
  }
}
