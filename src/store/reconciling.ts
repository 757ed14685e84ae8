import type { EndedBy } from '../core/held.ts'
import type { Absentees } from './destinations.ts'
import { Prisma } from './generated/client.ts'
import { type Drift, LAG_MS, type Listing, type Looked, lookAt } from './listing.ts'
import { FIRST_REVISION, GUARD_LEAST, GUARD_SHARE } from './reports.ts'
import type { Tx } from './transaction.ts'

/** A list or tag to be read: a community as its destination calls it. */
export interface LookSegment {
  communityId: string
  key: string
  name: string
  id: string | null
}

/** What one look at a list came to. */
export interface LookedAfter {
  segment: LookSegment
  drift: Drift
  /** How many it holds, and how many of them it should. */
  listed: number
  wanted: number
  /** People of ours who are there without a yes, and are to be taken out. */
  extra: Looked['extra']
  /** Who is not there (`isOff`) or not written to there any more, and is to be held back until they say yes anew. */
  gone: GoneThere[]
}

type GoneThere = Looked['suppressed'][number] & { isOff: boolean }

const isOff = (one: GoneThere) => one.isOff

/** What is done about those of a list: the people who wait for staff instead, as they are so many at once. */
export interface Mended {
  held: number
  /** Not on it any more, and still on it but not written to. */
  vanished: number
  muted: number
  gone: GoneThere[]
}

/** When each destination is to be asked next whom it holds; whoever asks already comes first. */
export const NEXT_LOOKS = Prisma.sql`
  select json_object_agg(d.name, greatest(d.reconcile_at, d.rests_until, l.until)) from destinations d
  left join leases l on l.name = 'reconcile/' || d.name
  where d.connected and d.started and d.paused_at is null and d.reconcile_at is not null`

/** Comparing what destinations hold with what they should, and mending it through the same reports as everything else. */
export function reconciling(tx: Tx) {
  /** Tells again what is not there as it should be, under a new revision, as receivers pass over what they had. */
  const tellAgain = (destination: string, communityId: string, personIds: string[], now: Date) =>
    tx.$executeRaw(Prisma.sql`
      update reports set known = null, revision = revision + 1, due_at = ${now}::timestamptz, attempts = 0
      where destination = ${destination} and community_id = ${communityId} and person_id = any(${personIds}) and due_at is null`)

  /** Has people taken out who are there without a yes; so many at once wait for staff (segment-stores.md, rule 3). */
  const takeOut = (destination: string, communityId: string, extra: Looked['extra'], isMany: boolean, now: Date) =>
    tx.$executeRaw(Prisma.sql`
      insert into reports (person_id, community_id, destination, wanted, reason, since, revision, known, known_id, changed_at,
        due_at, guarded)
      select x.person_id, ${communityId}, ${destination}, 'out', 'left', ${now}::timestamptz, ${FIRST_REVISION}, null, x.id,
        ${now}::timestamptz, ${isMany ? null : now}::timestamptz, ${isMany}
      from unnest(${extra.map((one) => one.personId)}::text[], ${extra.map((one) => one.id)}::text[]) as x (person_id, id)
      on conflict (person_id, community_id, destination) do update set known = null, revision = reports.revision + 1,
        known_id = coalesce(reports.known_id, excluded.known_id), due_at = excluded.due_at, guarded = excluded.guarded,
        attempts = 0, first_failed_at = null, failure = null where reports.wanted = 'out'`)

  /** Puts people on a list again who are off it by a slip: nobody asks any more whether they have left it. */
  const putBack = (destination: string, communityId: string, gone: GoneThere[], now: Date) =>
    tx.$executeRaw(Prisma.sql`
      update reports r set known = null, proven = false, revision = r.revision + 1, due_at = ${now}::timestamptz, attempts = 0
      from unnest(${gone.map((one) => one.personId)}::text[], ${gone.map((one) => one.revision)}::int[]) as g (person_id, revision)
      where r.destination = ${destination} and r.community_id = ${communityId} and r.person_id = g.person_id
        and r.revision = g.revision and r.wanted = 'in' and r.due_at is null`)

  /** Those whose report is what it was when the list was looked at. */
  const unchanged = async (destination: string, communityId: string, gone: GoneThere[]) => {
    const where = { destination, communityId, wanted: 'in', personId: { in: gone.map((one) => one.personId) } }
    const rows = await tx.report.findMany({ where, select: { personId: true, revision: true } })
    const revisions = new Map(rows.map((row) => [row.personId, row.revision]))
    return gone.filter((one) => revisions.get(one.personId) === one.revision)
  }

  return {
    /** The name of the lease that one process has on asking a destination. */
    lease: (destination: string): string => `reconcile/${destination}`,

    /** Whether it is to be asked now whom it holds. */
    async isDue(destination: string, now: Date): Promise<boolean> {
      const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
        select 1 from destinations d where d.name = ${destination} and d.connected and d.started and d.paused_at is null
          and d.reconcile_at <= ${now}::timestamptz and (d.rests_until is null or d.rests_until <= ${now}::timestamptz)
          and not exists (select 1 from leases l where l.name = 'reconcile/' || d.name and l.until > ${now}::timestamptz)`)
      return rows.length > 0
    },

    /** What of a destination is to be read: its lists or tags, or every community it was told of. */
    segments: (destination: string): Promise<LookSegment[]> =>
      tx.$queryRaw(Prisma.sql`
        select c.id as "communityId", coalesce(c.slug, c.id) as key, c.name, g.external_id as id
        from destinations d join communities c on true
        left join destination_segments g on g.destination = d.name and g.community_id = c.id
        where d.name = ${destination} and case when d.needs_list then g.external_id is not null
          else exists (select 1 from reports r where r.destination = d.name and r.community_id = c.id) end
        order by c.id`),

    /**
     * Compares a list with what it should be, and tells again what is missing there. `absent` says what it means there that
     * somebody is not on it any more; undefined where it means nothing but a slip.
     */
    async look(
      destination: string,
      segment: LookSegment,
      listing: Listing,
      absent: EndedBy | undefined,
      now: Date,
    ): Promise<LookedAfter> {
      const { communityId } = segment
      const looked = await lookAt(tx, destination, communityId, listing, now)
      const missing =
        absent === undefined ? [] : looked.missing.map((one) => ({ ...one, why: absent, isHere: true, isOff: true }))
      const again = absent === undefined ? [...looked.missing.map((one) => one.personId), ...looked.unsure] : []
      await tellAgain(destination, communityId, again, now)
      await tx.$executeRaw(Prisma.sql`
        update reports set proven = true where destination = ${destination} and community_id = ${communityId}
          and person_id = any(${looked.proven}) and wanted = 'in' and known = 'in'`)
      // What they were to be told of anew is told after all, once what it does and what it lists can agree.
      await tx.$executeRaw(Prisma.sql`
        update reports set due_at = ${new Date(now.getTime() + LAG_MS)}::timestamptz where destination = ${destination}
          and community_id = ${communityId} and person_id = any(${looked.back}) and wanted = 'in' and known = 'in'
          and known_email = 0 and due_at is null`)
      const { listed, wanted, extra, strangers } = looked
      return {
        ...{ segment, listed, wanted, extra },
        gone: [...looked.suppressed.map((one) => ({ ...one, isOff: false })), ...missing],
        drift: {
          missing: looked.missing.length + (absent === undefined ? looked.unsure.length : 0),
          extra: extra.length,
          strangers,
          suppressed: looked.suppressed.length,
        },
      }
    },

    /**
     * Takes out who is there without a yes, and gives who is to be held back. So many at once of one list, or of all of them
     * together, are hardly people's own doing, and wait for staff, whose word (`absentees`) is obeyed once; of whom anything
     * changed since the look, the next one tells.
     */
    async mend(destination: string, each: LookedAfter[], now: Date): Promise<Mended[]> {
      // Held to the end, so that no word that comes meanwhile is taken for obeyed.
      const [said] = await tx.$queryRaw<{ absentees: Absentees | null }[]>(Prisma.sql`
        select absentees from destinations where name = ${destination} for update`)
      const absentees = said?.absentees ?? null
      const isMany = (count: number, of: number) => count >= GUARD_LEAST && count > GUARD_SHARE * of
      const sum = (of: (one: LookedAfter) => number) => each.reduce((all, one) => all + of(one), 0)
      const extraEverywhere = isMany(
        sum((one) => one.extra.length),
        sum((one) => one.listed),
      )
      const goneEverywhere = isMany(
        sum((one) => one.gone.length),
        sum((one) => one.wanted),
      )
      const mended: Mended[] = []
      for (const { segment, extra, gone: all, listed, wanted } of each) {
        const { communityId } = segment
        const areHeld = extraEverywhere || isMany(extra.length, listed)
        await takeOut(destination, communityId, extra, areHeld, now)
        const isBack = absentees === 'back'
        if (isBack) await putBack(destination, communityId, all.filter(isOff), now)
        const gone = isBack ? all.filter((one) => !one.isOff) : all
        const areVanished = absentees !== 'left' && (goneEverywhere || isMany(all.length, wanted))
        mended.push({
          held: areHeld ? extra.length : 0,
          vanished: areVanished ? gone.filter(isOff).length : 0,
          muted: areVanished ? gone.filter((one) => !one.isOff).length : 0,
          gone: areVanished ? [] : await unchanged(destination, communityId, gone),
        })
      }
      return mended
    },

    /** It was asked to the end; whoever wanted another look meanwhile gets it. */
    async ended(destination: string, began: Date, drift: Drift, next: Date, now: Date): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        update destinations set drift = ${JSON.stringify(drift)}::jsonb, reconciled_at = ${now}::timestamptz, unlisted = 0, absentees = null,
          reconcile_at = case when reconcile_at <= ${began}::timestamptz then ${next}::timestamptz else reconcile_at end
        where name = ${destination}`)
    },

    /** How often in a row it did not say whom it holds. */
    async unlisted(destination: string): Promise<number> {
      const { unlisted } = await tx.destination.findUniqueOrThrow({ where: { name: destination } })
      return unlisted
    },

    /** It did not say whom it holds, and is asked again then. */
    async again(destination: string, next: Date): Promise<void> {
      const where = { name: destination }
      await tx.destination.update({ where, data: { reconcileAt: next, unlisted: { increment: 1 } } })
    },

    /** It asked to be asked again then. */
    async comeAgain(destination: string, next: Date): Promise<void> {
      await tx.destination.update({ where: { name: destination }, data: { reconcileAt: next } })
    },

    /** What staff say of the many who are gone, for the next look; nothing, where it is too old to go by. */
    async answer(destination: string, absentees: Absentees | null): Promise<void> {
      await tx.destination.update({ where: { name: destination }, data: { absentees } })
    },

    /** It is asked as soon as may be. */
    async lookNow(destination: string, now: Date): Promise<void> {
      await tx.destination.updateMany({ where: { name: destination, canList: true }, data: { reconcileAt: now } })
    },
  }
}
