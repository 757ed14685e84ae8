import { Prisma } from './generated/client.ts'
import { asStored, unionsOf } from './moved.ts'
import { MET_AT_ROOM } from './presence.ts'
import type { Tx } from './transaction.ts'
import { whoNow } from './turns.ts'

/** Who stands for what a person put aside, and whoever they were before; found by the key of unions, since many leave. */
export async function formerly(tx: Tx, personId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    select p.id from unions u join people p on p.id in (u.merged_id, u.moved -> 'aside' ->> 'id')
    where u.kept_id = ${personId} and u.united_at is not null and p.united_into = ${personId} order by p.email is null desc, p.id`)
  return rows.map((row) => row.id)
}

/**
 * Whose the request is that somebody made, who may be another person by now: it may have stayed behind, and then it is
 * answered for when they are two again.
 */
export async function askerOf(tx: Tx, communityId: string, personId: string): Promise<string | undefined> {
  const now = await whoNow(tx, personId)
  const ids = [personId, now, ...(await formerly(tx, now))]
  const rows = await tx.membership.findMany({ where: { communityId, personId: { in: ids }, state: 'requested' } })
  return ids.find((id) => rows.some((row) => row.personId === id))
}

/** From where somebody asks to be let in, if they still have an account there: they read there who sees them. */
export async function askedFrom(
  tx: Tx,
  communityId: string,
  personId: string,
): Promise<{ platform: string; workspace: string } | undefined> {
  const [row] = await tx.$queryRaw<{ platform: string; workspace: string }[]>(Prisma.sql`
    select r.platform, r.workspace from memberships m
    cross join lateral (select m.told_on as platform, m.told_in as workspace) r
    where m.community_id = ${communityId} and m.person_id = ${personId}
      and exists (select 1 from accounts a where a.person_id = m.person_id and ${MET_AT_ROOM})`)
  return row
}

/**
 * Who gives a community up as one person gives it up as whoever they were before, too: else what stayed behind there would
 * come back by undoing. Nobody was told of it meanwhile. Their accounts are let out by the place of the one person.
 */
export async function giveUpAsAll(
  tx: Tx,
  { id: communityId, sensitive }: { id: string; sensitive: boolean },
  personId: string,
  now: Date,
): Promise<void> {
  const shells = await formerly(tx, personId)
  if (shells.length === 0) return
  const theirs = { communityId, personId: { in: shells } }
  await tx.$executeRaw(Prisma.sql`
    insert into room_places (room_id, person_id, wanted, known, revision, due_at)
    select distinct p.room_id, ${personId}, 'out', null::text, 1, ${now}::timestamptz from room_places p
    join rooms r on r.id = p.room_id and r.community_id = ${communityId}
    where p.person_id = any(${shells}) and p.wanted = 'in'
    on conflict (room_id, person_id) do update set wanted = 'out', known = null, revision = room_places.revision + 1,
      due_at = excluded.due_at`)
  await tx.roomPlace.deleteMany({ where: { personId: { in: shells }, room: { communityId } } })
  await tx.direction.deleteMany({ where: { ...theirs, purpose: 'membership' } })
  await tx.direction.updateMany({
    where: { ...theirs, standing: true },
    data: { standing: null, revokedAt: now, revokedBy: 'leaving' },
  })
  await tx.question.deleteMany({ where: theirs })
  await tx.membership.deleteMany({
    where: { ...theirs, ...(!sensitive && { state: { in: ['pledged', 'requested'] } }) },
  })
  await tx.membership.updateMany({
    where: { ...theirs, state: 'member' },
    data: { state: 'left', organizer: false, leftAt: now, reason: null },
  })
  if (sensitive) await forgetMoved(tx, communityId, personId)
}

/** That they were in it as two is written down nowhere either; who comes back says the extra yes for themselves. */
async function forgetMoved(tx: Tx, communityId: string, personId: string): Promise<void> {
  for (const { union, moved } of await unionsOf(tx, personId)) {
    const others = (ids: string[]) => ids.filter((id) => id !== communityId)
    const rest = {
      ...moved,
      moved: others(moved.moved),
      both: moved.both.filter((row) => row.communityId !== communityId),
      madeOrganizer: others(moved.madeOrganizer),
      muted: others(moved.muted),
    }
    await tx.union.update({ where: { id: union.id }, data: { moved: asStored(rest) } })
  }
}
