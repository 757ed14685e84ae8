import { Prisma } from './generated/client.ts'
import { isReady } from './is-moving.ts'
import { reports } from './reports.ts'
import type { Tools, Tx } from './transaction.ts'

/** A list or tag that staff have chosen for a community, and that takes the place of the one before. */
export interface ListChoice {
  communityId: string
  key: string
  name: string
  /** What the destination calls it. */
  id: string
}

/** Lists and tags that staff chose: looked for first, then everybody leaves the one before, and only then it is used. */
export function listChoices(tx: Tx, tools: Tools) {
  return {
    /** Whether a list or tag is another community's already, or is to be. */
    async isTaken(destination: string, communityId: string, externalId: string): Promise<boolean> {
      const where = { destination, externalId, communityId: { not: communityId } }
      return (await tx.destinationSegment.count({ where })) + (await tx.listChoice.count({ where })) > 0
    },

    /** What staff chose; what they had chosen before, and is not used yet, counts no more. */
    async choose(destination: string, communityId: string, externalId: string, now: Date): Promise<void> {
      const row = { externalId, found: false, at: now }
      const key = { destination, communityId }
      const isUsed = await tx.destinationSegment.updateMany({ where: { ...key, externalId }, data: { chosen: true } })
      if (isUsed.count > 0) await tx.listChoice.deleteMany({ where: key })
      else
        await tx.listChoice.upsert({
          where: { destination_communityId: key },
          create: { ...key, ...row },
          update: row,
        })
      await reports(tx, tools).settle({ communityId }, now)
    },

    /** Those that the destination is still to be asked for. */
    unseen: (destination: string): Promise<ListChoice[]> =>
      tx.$queryRaw(Prisma.sql`
        select c.id as "communityId", coalesce(c.slug, c.id) as key, c.name, t.external_id as id
        from list_choices t join communities c on c.id = t.community_id
        where t.destination = ${destination} and not t.found order by c.id`),

    /** It is there (or not), so everybody leaves the one before; unless staff have chosen another meanwhile. */
    async seen(
      destination: string,
      { communityId, id }: Pick<ListChoice, 'communityId' | 'id'>,
      isThere: boolean,
      now: Date,
    ): Promise<void> {
      const where = { destination, communityId, externalId: id }
      if (!isThere) await tx.listChoice.deleteMany({ where })
      else if ((await tx.listChoice.updateMany({ where, data: { found: true } })).count > 0)
        await reports(tx, tools).settle({ communityId }, now)
    },

    /** Uses those of whose communities nobody is held any more, and has everybody who said yes told there. */
    async moveOn(destination: string, now: Date): Promise<void> {
      const ready = await tx.$queryRaw<{ communityId: string }[]>(Prisma.sql`
        with ready as (
          delete from list_choices t where t.destination = ${destination} and ${isReady} returning *)
        insert into destination_segments (destination, community_id, external_id, chosen, at)
        select destination, community_id, external_id, true, ${now}::timestamptz from ready
        on conflict (destination, community_id) do update set external_id = excluded.external_id, chosen = true, at = excluded.at
        returning community_id as "communityId"`)
      for (const { communityId } of ready) await reports(tx, tools).settle({ communityId }, now)
    },
  }
}
