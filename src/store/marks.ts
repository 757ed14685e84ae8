import { SUPPRESSED_BY, type SuppressedBy } from '../core/held.ts'
import type { Keys } from '../core/keys.ts'
import { MARKS_KEPT_MS } from '../core/marks.ts'
import { Prisma } from './generated/client.ts'
import { tombstones } from './tombstones.ts'
import type { Tools, Tx } from './transaction.ts'

/**
 * What somebody did that no older backup may undo, by a keyed hash that tells nothing without the key: they were forgotten
 * (`person`, `address`), took a `yes` back, `paused` or `resumed`, took a union back (`parted`); or a community became
 * `sensitive`; or a destination must not be told of somebody any more, by the reason why (`unsubscribed` and so on).
 */
export interface Mark {
  hash: string
  kind: 'person' | 'address' | 'yes' | 'paused' | 'resumed' | 'sensitive' | 'parted' | SuppressedBy
  at: Date
}

/** What is marked besides the forgotten, by the id of the yes, the person, the community, the union or the suppression. */
export type Marked = 'yes' | 'paused' | 'sensitive' | 'parted' | SuppressedBy

/** How a yes, a person's pause, a community, a union or a suppression is known again in a mark. */
export function markHash(keys: Keys, kind: Marked, id: string): string {
  // The same whatever its reason.
  const isSuppression = SUPPRESSED_BY.some((reason) => reason === kind)
  return keys.tombstone(`${isSuppression ? 'suppressed' : kind}/${id}`)
}

/** A suppression as its mark has it; of one community, or of all. */
export const suppressionId = (destination: string, personId: string, communityId = ''): string =>
  `${destination}/${communityId}/${personId}`

/**
 * SQL for suppressions and who became one, since a time in SQL: each of all they were as two, since a backup may know them as
 * those, and then what destinations said meanwhile stays on both (parting.ts).
 */
export const suppressedSince = (since: string): string => `(
  select distinct on (x.destination, x.community_id, f.id) x.reason as kind,
    x.destination || '/' || x.community_id || '/' || f.id as id, x.at
  from (select destination, community_id, person_id, reason, at from suppressions where at >= ${since}::timestamptz
    union select y.destination, y.community_id, y.person_id, y.reason, y.at from unions u
    cross join lateral (select u.kept_id as id union select id from people where united_into = u.kept_id) o
    join suppressions y on y.person_id = o.id where u.united_at >= ${since}::timestamptz) x
  join people p on p.id = x.person_id
  cross join lateral (select p.id union select p.united_into where p.united_into is not null
    union select id from people where united_into in (p.id, p.united_into)) f
  order by x.destination, x.community_id, f.id, x.at desc, x.reason)`

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
        union all ${Prisma.raw(suppressedSince(`'${since.toISOString()}'`))}
        union all select 'parted', id, asked_at from unions
          where united_at is null and kept_answer is not null and merged_answer is not null and asked_at >= ${since}::timestamptz
        order by at, id`)
      const found = rows.map(({ kind, id, at }) => ({ kind, hash: markHash(keys, kind, id), at: at ?? now }))
      return [...(await tombstones(tx, tools).since(time)), ...found]
    },
  }
}
