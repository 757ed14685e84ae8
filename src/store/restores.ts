import { SUPPRESSED_BY } from '../core/held.ts'
import { MARKS_KEPT_MS } from '../core/marks.ts'
import { Prisma } from './generated/client.ts'
import { type Marked, markHash, suppressionId } from './marks.ts'
import { separate } from './parting.ts'
import { BACKED_UP, HISTORY } from './replaced.ts'
import type { Tools, Tx } from './transaction.ts'

const PAGE = 5_000
/** A restore puts these beside the tombstones, for as long as it is unfinished. */
const PASSING = ['yes', 'paused', 'resumed', 'sensitive', 'parted']
const TAKEN_BACK = 'a restore found it taken back'

/** What is left to be done after a restore (restore.ts), before anything else is; and what the next one has to know. */
export function restores(tx: Tx, tools: Tools) {
  const { keys } = tools

  /** Those of these ids that carry a mark, with its kind and time. */
  async function marked(kind: Marked, ids: string[]) {
    const hashes = new Map(ids.map((id) => [markHash(keys, kind, id), id]))
    const rows = await tx.tombstone.findMany({ where: { hash: { in: [...hashes.keys()] }, kind: { in: PASSING } } })
    return rows.map(({ hash, ...mark }) => ({ ...mark, id: hashes.get(hash) ?? '' }))
  }

  /** Those of these hashes that mark a suppression, with its reason and time. */
  async function suppressed(hashes: string[]) {
    return tx.$queryRaw<{ hash: string; kind: string; at: Date }[]>(Prisma.sql`
      select hash, kind, at from tombstones where hash = any(${hashes}::text[]) and kind = any(${[...SUPPRESSED_BY]}::text[])`)
  }

  return {
    /** Of which history this database is; one that is of none begins its own. */
    async history(now: Date): Promise<Date> {
      const row = { name: HISTORY, ranAt: now }
      return (await tx.jobRun.upsert({ where: { name: HISTORY }, create: row, update: {} })).ranAt
    },

    /** A backup of this database was made; what is done from now on is known to it. */
    async backedUp(now: Date): Promise<void> {
      const row = { name: BACKED_UP, ranAt: now }
      await tx.jobRun.upsert({ where: { name: BACKED_UP }, create: row, update: row })
    },

    /** Whether a restore is not finished yet; another process that asks waits until this one is through. */
    async isUnfinished(): Promise<boolean> {
      const rows = await tx.$queryRaw<unknown[]>(
        Prisma.sql`select name from job_runs where name = 'restored' for update`,
      )
      return rows.length > 0
    },

    async finish(): Promise<void> {
      // Whom destinations must not be told of is looked for once more when they are connected.
      await tx.tombstone.deleteMany({ where: { kind: { in: PASSING } } })
      await tx.jobRun.deleteMany({ where: { name: 'restored' } })
    },

    /** Everybody's ids, page by page. */
    everybody: () =>
      pages((last) =>
        tx.person.findMany({
          where: { id: { gt: last } },
          select: { id: true },
          orderBy: { id: 'asc' },
          take: PAGE,
        }),
      ),

    /** Communities that became sensitive since the backup. */
    async becameSensitive(): Promise<string[]> {
      const rows = await tx.community.findMany({ where: { sensitive: false }, select: { id: true } })
      const ids = rows.map((row) => row.id)
      return (await marked('sensitive', ids)).map((mark) => mark.id)
    },

    /** Makes two again who took back since that they are one. Gives how many unions that were. */
    async part(now: Date): Promise<number> {
      const united = await tx.union.findMany({ where: { unitedAt: { not: null }, moved: { not: Prisma.AnyNull } } })
      const found = await marked(
        'parted',
        united.map((union) => union.id),
      )
      let parted = 0
      for (const { id, at } of found.sort((a, b) => a.at.getTime() - b.at.getTime())) {
        // The one before may have changed it, and they may have become one again after the mark was made.
        const union = await tx.union.findUniqueOrThrow({ where: { id } })
        if (!union.unitedAt || union.unitedAt >= at) continue
        await separate(tx, tools, union, now)
        parted++
      }
      return parted
    },

    /** Takes back again the yeses taken back since, those of a membership left among them. Gives whose they were, one each. */
    async takeBack(): Promise<string[]> {
      const whose: string[] = []
      const standing = pages((last) =>
        tx.direction.findMany({
          where: { id: { gt: last }, standing: true },
          select: { id: true },
          orderBy: { id: 'asc' },
          take: PAGE,
        }),
      )
      for await (const rows of standing) {
        const found = await marked(
          'yes',
          rows.map((row) => row.id),
        )
        const taken = await tx.$queryRaw<{ person_id: string }[]>(Prisma.sql`
          update directions d set standing = null, revoked_at = gone.at::timestamptz, revoked_by = ${TAKEN_BACK}
          from unnest(${found.map((mark) => mark.id)}::text[], ${found.map((mark) => mark.at.toISOString())}::text[])
            as gone (id, at)
          where d.id = gone.id returning d.person_id`)
        whose.push(...taken.map((row) => row.person_id))
      }
      return whose
    },

    /**
     * Holds back again whom destinations must not be told of any more, by what was known of them since; whoever has no yes
     * is told of to nobody anyway. Gives whom that concerned.
     */
    async suppress(): Promise<string[]> {
      const whose = new Set<string>()
      const destinations = await tx.destination.findMany({ select: { name: true } })
      const standing = pages((last) =>
        tx.direction.findMany({
          where: { id: { gt: last }, standing: true },
          select: { id: true, personId: true, communityId: true },
          orderBy: { id: 'asc' },
          take: PAGE,
        }),
      )
      for await (const rows of standing) {
        const held = new Map(
          destinations.flatMap(({ name }) =>
            rows.flatMap(({ personId, communityId }) =>
              ['', communityId].map((community) => [
                markHash(keys, 'unsubscribed', suppressionId(name, personId, community)),
                { destination: name, personId, communityId: community },
              ]),
            ),
          ),
        )
        const found = await suppressed([...held.keys()])
        for (const { hash, kind: reason, at } of found) {
          const key = held.get(hash)
          if (!key) continue
          const where = { destination_personId_communityId: key }
          const before = await tx.suppression.findUnique({ where })
          if (before && before.at >= at) continue
          await tx.suppression.upsert({ where, create: { ...key, reason, at }, update: { reason, at } })
          whose.add(key.personId)
        }
      }
      return [...whose]
    },

    /**
     * The same for destinations that the backup did not know, or by another name. One that was there may be connected as late
     * as `destinations.connect` believes that it holds people. Gives whom that concerned.
     */
    async suppressConnected(): Promise<string[]> {
      const waiting = await tx.tombstone.count({ where: { kind: { in: [...SUPPRESSED_BY] } } })
      return waiting > 0 ? this.suppress() : []
    },

    /** Forgets those marks once no destination that is connected can have been there before the restore. */
    async sweep(now: Date): Promise<void> {
      const since = new Date(now.getTime() - MARKS_KEPT_MS)
      if ((await tx.jobRun.count({ where: { name: HISTORY, ranAt: { gt: since } } })) > 0) return
      await tx.tombstone.deleteMany({ where: { kind: { in: [...SUPPRESSED_BY] } } })
    },

    /**
     * Of these people, pauses who paused since, and lets go on who went on, unless the backup knows of a later pause. Gives
     * whom that concerned.
     */
    async pause(personIds: string[]): Promise<string[]> {
      const found = await marked('paused', personIds)
      const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
        update people p set paused_at = case when marked.kind = 'paused' then marked.at::timestamptz end
        from unnest(${found.map((mark) => mark.id)}::text[], ${found.map((mark) => mark.kind)}::text[],
          ${found.map((mark) => mark.at.toISOString())}::text[]) as marked (id, kind, at)
        where p.id = marked.id
          and case when marked.kind = 'paused' then p.paused_at is null else p.paused_at < marked.at::timestamptz end
        returning p.id`)
      return rows.map((row) => row.id)
    },
  }
}

async function* pages<T extends { id: string }>(ask: (last: string) => Promise<T[]>): AsyncGenerator<T[]> {
  for (let last = ''; ; ) {
    const rows = await ask(last)
    if (rows.length > 0) yield rows
    last = rows.at(-1)?.id ?? last
    if (rows.length < PAGE) return
  }
}
