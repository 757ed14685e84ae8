import { z } from 'zod'
import { SUPPRESSED_BY } from '../core/held.ts'
import type { Keys } from '../core/keys.ts'
import { type Mark, markHash, suppressedSince } from './marks.ts'
import type { Sql } from './migrations.ts'

/** What a database that is about to be replaced still knows, and the backup may not. */
export interface Replaced {
  marks: Mark[]
  /** Of which history it is: when that began. */
  history: Date | undefined
  /** When the newest backup of it was made; whatever was done since that one is known to it. */
  backedUpAt: Date | undefined
}

const rowSchema = z.object({
  kind: z.enum(['person', 'address', 'yes', 'paused', 'sensitive', 'parted', ...SUPPRESSED_BY]),
  id: z.string(),
  at: z.coerce.date(),
})

/** Each by the table it needs; of columns that older migrations do not have, nothing is found. */
const QUESTIONS = {
  tombstones: `select kind, hash as id, to_jsonb(at) #>> '{}' as at from tombstones where kind in ('person', 'address')`,
  directions: `select 'yes' as kind, id, to_jsonb(revoked_at) #>> '{}' as at from directions where revoked_at >= $1::timestamptz`,
  people: `select 'paused' as kind, id, to_jsonb(p) ->> 'paused_at' as at from people p where to_jsonb(p) ->> 'paused_at' is not null`,
  communities: `select 'sensitive' as kind, id, to_jsonb(created_at) #>> '{}' as at from communities where sensitive`,
  suppressions: `select kind, id, to_jsonb(at) #>> '{}' as at from ${suppressedSince('$1')} each`,
  unions: `select 'parted' as kind, id, to_jsonb(asked_at) #>> '{}' as at from unions where united_at is null`,
}

/** Looks for it, whatever migrations the database has. Of yeses only those taken back since a time, and of suppressions. A union that is none may never have been one. */
export async function replaced(sql: Sql, keys: Keys, since: Date): Promise<Replaced> {
  const has = async (table: string) =>
    (await sql.query('select 1 from pg_tables where schemaname = current_schema() and tablename = $1', [table]))
      .length > 0
  const marks: Mark[] = []
  for (const [table, question] of Object.entries(QUESTIONS)) {
    if (!(await has(table))) continue
    const rows = await sql.query(question, question.includes('$1') ? [since.toISOString()] : [])
    for (const { kind, id, at } of z.array(rowSchema).parse(rows)) {
      const isHash = kind === 'person' || kind === 'address'
      marks.push({ kind, hash: isHash ? id : markHash(keys, kind, id), at })
    }
  }
  const noted = async (name: string) => {
    const question = `select to_jsonb(ran_at) #>> '{}' as at from job_runs where name = $1`
    const [row] = (await has('job_runs')) ? await sql.query(question, [name]) : []
    return row && new Date(String(row.at))
  }
  return { marks, history: await noted(HISTORY), backedUpAt: await noted(BACKED_UP) }
}

/**
 * Under which name a database and its backups say of which history they are: when it began, which no two did at the same
 * millisecond under one key. Each restore begins a new one, for the old one may go on elsewhere.
 */
export const HISTORY = 'history'

/** Under which name a database notes when its newest backup was made: after it, so that the backup does not say so itself. */
export const BACKED_UP = 'backup/made'
