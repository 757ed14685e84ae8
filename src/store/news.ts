import { Prisma } from './generated/client.ts'
import { type Named, suppressions } from './suppressions.ts'
import type { Tools, Tx } from './transaction.ts'

/** Any number will do, so long as every process takes the same. */
const LOCK = 7_203_444

/** A community that a destination means by one of its lists or tags. */
export interface Meant {
  id: string
  name: string
  slug: string | null
  sensitive: boolean
}

/** What destinations tell of by themselves: whether it is new, and what of ours it is about. */
export function news(tx: Tx, { keys }: Tools) {
  return {
    /** Waits until nobody else takes news of this destination, so that two deliveries of the same count once. */
    async takeTurn(destination: string): Promise<void> {
      await tx.$queryRaw(Prisma.sql`select pg_advisory_xact_lock(${LOCK}::int, hashtext(${destination}))::text`)
    },

    /** Those of the ids that were never heard before; from now on they were. Only a keyed hash of each is kept. */
    async unheard(destination: string, ids: string[], now: Date): Promise<Set<string>> {
      const hashed = [...new Set(ids)].map((id) => ({ id, hashes: keys.hashes('news', id) }))
      const known = await tx.heard.findMany({
        where: { destination, id: { in: hashed.flatMap(({ hashes }) => hashes) } },
        select: { id: true },
      })
      const before = new Set(known.map((row) => row.id))
      const fresh = hashed.filter(({ hashes }) => !hashes.some((hash) => before.has(hash)))
      await tx.heard.createMany({
        data: fresh.map(({ hashes: [id = ''] }) => ({ destination, id, at: now })),
        skipDuplicates: true,
      })
      return new Set(fresh.map(({ id }) => id))
    },

    /** Which of our communities each list or tag stands for, by what the destination calls it, or by its slug. */
    async communitiesOf(destination: string, segments: string[]): Promise<Map<string, Meant>> {
      const rows = await tx.$queryRaw<(Meant & { segment: string })[]>(Prisma.sql`
        select s.segment, c.id, c.name, c.slug, c.sensitive from unnest(${[...new Set(segments)]}::text[]) as s (segment)
        join communities c on c.id = coalesce(
          (select g.community_id from destination_segments g
            where g.destination = ${destination} and g.external_id = s.segment order by g.community_id limit 1),
          (select k.id from communities k where coalesce(k.slug, k.id) = s.segment))`)
      return new Map(rows.map(({ segment, ...community }) => [segment, community]))
    },

    /** Of each of these, whether the destination was ever told of anybody it may mean. One statement for all. */
    async known(destination: string, named: Named[]): Promise<boolean[]> {
      return (await suppressions(tx).meant(destination, named)).map((ids) => ids.length > 0)
    },
  }
}
