import type { Community } from '../core/community.ts'
import type { Draws } from '../core/ids.ts'
import { EVERYWHERE } from '../core/person.ts'
import { Prisma } from './generated/client.ts'
import type { Entrance } from './memberships.ts'
import { TOLD_AGAIN, TOLD_AT_ROOM } from './told.ts'
import type { Tx } from './transaction.ts'

/** Wants a person in the community's room of their workspace; the room is made where there is none. False where there is none to be had. */
export async function placeIn(
  tx: Tx,
  draws: Draws,
  community: Pick<Community, 'id' | 'slug'>,
  { personId, platform, workspace }: Entrance,
  now: Date,
): Promise<boolean> {
  // In private nobody is anywhere: the rooms are those there are where they were met, since nowhere else is a hidden
  // community to be heard of; an open one has its first room anywhere.
  if (workspace === EVERYWHERE) {
    const key = { personId, communityId: community.id }
    const membership = await tx.membership.findUnique({ where: { personId_communityId: key } })
    const chosen = membership?.toldOn === platform ? membership.toldIn : null
    if (chosen) return placeIn(tx, draws, community, { personId, platform, workspace: chosen }, now)
    const met = await tx.$queryRaw<{ workspace: string }[]>(Prisma.sql`
      with met as (
        select seen.workspace, exists (select 1 from rooms r where r.community_id = c.id and r.platform = ${platform}
          and r.workspace = seen.workspace) or seen.workspace = c.workspace as has_room, c.visibility = 'open' and not c.sensitive as is_open
        from presences seen join accounts a on a.id = seen.account_id and a.person_id = ${personId} and a.platform = ${platform}
        join communities c on c.id = ${community.id})
      select workspace from met where has_room or (is_open and not exists (select 1 from met o where o.has_room)) order by workspace`)
    for (const one of met) await placeIn(tx, draws, community, { personId, platform, workspace: one.workspace }, now)
    return met.length > 0
  }
  await tx.$executeRaw(Prisma.sql`
    insert into rooms (id, community_id, platform, workspace, name, due_at)
    values (${draws.id(now)}, ${community.id}, ${platform}, ${workspace}, ${community.slug ?? community.id}, ${now}::timestamptz)
    on conflict (community_id, platform, workspace) do nothing`)
  await tx.$executeRaw(Prisma.sql`
    insert into room_places (room_id, person_id, wanted, told, known, revision, due_at)
    select r.id, ${personId}, 'in', ${TOLD_AT_ROOM}, 'out', 1, ${now}::timestamptz
    from rooms r left join memberships m on m.community_id = r.community_id and m.person_id = ${personId}
    where r.community_id = ${community.id} and r.platform = ${platform} and r.workspace = ${workspace}
    on conflict (room_id, person_id) do update
      set wanted = 'in', told = ${TOLD_AGAIN}, known = null, revision = room_places.revision + 1, due_at = excluded.due_at`)
  return true
}
