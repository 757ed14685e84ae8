import type { Keys } from '../core/keys.ts'
import { MARKS_KEPT_MS } from '../core/marks.ts'
import { Prisma } from './generated/client.ts'
import { tombstones } from './tombstones.ts'
import type { Tools, Tx } from './transaction.ts'

/**
 * What somebody did that no older backup may undo, by a keyed hash that tells nothing without the key: they were forgotten
 * (`person`, `address`), took a `yes` back, `paused` or `resumed`, took a union back (`parted`); or a community became
 * `sensitive`.
 */
export interface Mark {
  hash: string
  kind: 'person' | 'address' | 'yes' | 'paused' | 'resumed' | 'sensitive' | 'parted'
  at: Date
}

/** What is marked besides the forgotten, by the id of the yes, the person, the community or the union. */
export type Marked = 'yes' | 'paused' | 'sensitive' | 'parted'

/** How a yes, a person's pause, a community or a union is known again in a mark. */
export function markHash(keys: Keys, kind: Marked, id: string): string {
  return keys.tombstone(`${kind}/${id}`)
}

interface Row {
  kind: Marked
  id: string
  at: Date | null
}

/** What is to be kept beside the backups of what people took back. */
export function marks(tx: Tx, tools: Tools) {
  const { keys } = tools
  return {
    /**
     * Who was forgotten and what was taken back since a time (of that nothing that no backup holds any more), and whoever is
     * paused and whatever is sensitive now.
     */
    async of(time: Date, now: Date): Promise<Mark[]> {
      const since = new Date(Math.max(time.getTime(), now.getTime() - MARKS_KEPT_MS))
      const rows = await tx.$queryRaw<Row[]>(Prisma.sql`
        select 'yes' as kind, id, revoked_at as at from directions where revoked_at >= ${since}::timestamptz
        union all select 'paused', id, paused_at from people where paused_at is not null
        union all select 'sensitive', id, null from communities where sensitive
        union all select 'parted', id, asked_at from unions
          where united_at is null and kept_answer is not null and merged_answer is not null and asked_at >= ${since}::timestamptz
        order by at, id`)
      const found = rows.map(({ kind, id, at }) => ({ kind, hash: markHash(keys, kind, id), at: at ?? now }))
      return [...(await tombstones(tx, tools).since(time)), ...found]
    },
  }
}
