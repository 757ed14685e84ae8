import { DEFAULT_CARRIERS } from '../core/room.ts'
import { hiddenOf, putAside, restPlaces } from './behind.ts'
import { Prisma, type Union } from './generated/client.ts'
import { LIVE } from './hidden.ts'
import { asStored, type Moved } from './moved.ts'
import { MET_AT_ROOM } from './presence.ts'
import { reports as reportsOn } from './reports.ts'
import { suppressAlike } from './suppressions.ts'
import { TOLD_AGAIN, TOLD_AT_ROOM } from './told.ts'
import type { Tools, Tx } from './transaction.ts'

/** Whose hidden communities stay behind until nobody can undo it any more. */
export interface StayBehind {
  kept: boolean
  merged: boolean
}

/** Makes two persons one: whatever is the merged one's becomes the kept one's, but for what they do not take along. */
export async function unite(tx: Tx, tools: Tools, union: Union, now: Date): Promise<StayBehind> {
  const { keptId: kept, mergedId: merged } = union
  const behind = union.mergedAnswer === 'all' ? [] : await hiddenOf(tx, merged)
  const keptBehind = union.keptAnswer === 'all' ? [] : await hiddenOf(tx, kept)
  const stay = {
    kept: await isLiveIn(tx, kept, keptBehind),
    merged: await isLiveIn(tx, merged, behind),
  }
  const moved: Moved = {
    shells: await takeOverShells(tx, kept, merged),
    aside: await putAside(tx, tools, kept, keptBehind, now),
    accounts: await takeOverAccounts(tx, kept, merged),
    ...(await takeOverMemberships(tx, kept, merged, behind)),
    ...(await takeOverYeses(tx, kept, merged, behind)),
    founded: await takeOverFounded(tx, kept, merged, behind),
    settings: await takeOverSettings(tx, kept, merged, now),
  }
  await takeOverPlaces(tx, kept, merged, behind, now)
  await suppressAlike(tx, merged, kept, behind)
  await tx.person.update({ where: { id: merged }, data: { unitedInto: kept } })
  // Who pauses one of their accounts wants nobody told anything: that holds for all that is one with it.
  await tx.$executeRaw(Prisma.sql`
    update people s set paused_at = case when k.paused_at is not null then coalesce(s.paused_at, ${now}::timestamptz) end
    from people k where k.id = ${kept} and s.united_into = ${kept}`)
  await tx.union.update({ where: { id: union.id }, data: { unitedAt: now, moved: asStored(moved) } })
  await settleBoth(tx, tools, kept, merged, now)
  return stay
}

/** Reports and rooms follow from who is in what now. */
export async function settleBoth(tx: Tx, tools: Tools, kept: string, merged: string, now: Date): Promise<void> {
  for (const personId of [kept, merged]) {
    await reportsOn(tx, tools).settle({ personId }, now)
    await tx.$executeRaw(Prisma.sql`
      insert into room_places (room_id, person_id, wanted, told, known, revision, due_at)
      select distinct r.id, m.person_id, 'in', ${TOLD_AT_ROOM}, null, 1, ${now}::timestamptz
      from memberships m join communities c on c.id = m.community_id
      join rooms r on r.community_id = m.community_id
      join accounts a on a.person_id = m.person_id and ${MET_AT_ROOM}
      where m.person_id = ${personId} and m.state = 'member' and not c.sensitive
      on conflict (room_id, person_id) do update set wanted = 'in', told = ${TOLD_AGAIN}, known = null,
        revision = room_places.revision + 1, due_at = excluded.due_at`)
  }
}

async function isLiveIn(tx: Tx, personId: string, communityIds: string[]): Promise<boolean> {
  const where = { personId, communityId: { in: communityIds }, state: { in: LIVE } }
  return (await tx.membership.count({ where })) > 0
}

/** Who had been united into the merged person is one with the kept one now, so that no union hangs on another. */
async function takeOverShells(tx: Tx, kept: string, merged: string): Promise<string[]> {
  const rows = await tx.person.findMany({ where: { unitedInto: merged }, select: { id: true }, orderBy: { id: 'asc' } })
  const shells = rows.map((row) => row.id)
  await tx.person.updateMany({ where: { id: { in: shells } }, data: { unitedInto: kept } })
  // What the two were asked before they were one is over.
  await tx.union.deleteMany({ where: { keptId: kept, mergedId: { in: shells } } })
  await tx.union.updateMany({ where: { keptId: merged, mergedId: { in: shells } }, data: { keptId: kept } })
  return shells
}

async function takeOverAccounts(tx: Tx, kept: string, merged: string): Promise<string[]> {
  const accounts = await tx.account.findMany({ where: { personId: merged }, select: { id: true } })
  await tx.account.updateMany({ where: { personId: merged }, data: { personId: kept } })
  return accounts.map((one) => one.id)
}

async function takeOverMemberships(
  tx: Tx,
  kept: string,
  merged: string,
  behind: string[],
): Promise<Pick<Moved, 'moved' | 'both' | 'madeOrganizer' | 'muted'>> {
  const where = { personId: merged, state: { in: LIVE }, communityId: { notIn: behind } }
  const theirs = await tx.membership.findMany({ where, orderBy: { communityId: 'asc' } })
  const own = await tx.membership.findMany({ where: { personId: kept } })
  const moved: string[] = []
  const both: Moved['both'] = []
  const madeOrganizer: string[] = []
  const muted: string[] = []
  for (const { communityId, state, organizer, source, since, mutedUntil } of theirs) {
    const mine = own.find((one) => one.communityId === communityId)
    const isBoth = mine && LIVE.includes(mine.state) && !(state === 'member' && mine.state !== 'member')
    if (!isBoth) {
      moved.push(communityId)
      continue
    }
    both.push({ communityId, state, organizer, source, since, mutedUntil })
    if (mutedUntil && !mine.mutedUntil) muted.push(communityId)
    if (organizer && !mine.organizer) madeOrganizer.push(communityId)
  }
  const shared = both.map((one) => one.communityId)
  // As with a pause: what one of them wants to hear nothing of, neither hears of.
  await tx.$executeRaw(Prisma.sql`
    update memberships k set muted_until = m.muted_until from memberships m where k.person_id = ${kept} and m.person_id = ${merged}
      and k.community_id = m.community_id and k.community_id = any(${muted})`)
  // Nobody is put where others see them by their other account's choice: what both chose alike stays, and besides that who
  // has several accounts on a platform chooses anew.
  await tx.$executeRaw(Prisma.sql`
    update memberships c set told = null, told_in = null, told_on = null
    where c.person_id in (${kept}, ${merged}) and c.told is not null
      and not exists (select 1 from memberships o where o.person_id in (${kept}, ${merged}) and o.person_id <> c.person_id
        and o.community_id = c.community_id and o.told = c.told and o.told_in = c.told_in and o.told_on = c.told_on)
      and ${hasSeveral(kept)}`)
  await tx.membership.deleteMany({ where: { personId: merged, communityId: { in: shared } } })
  await tx.membership.deleteMany({ where: { personId: kept, communityId: { in: moved } } })
  await tx.membership.updateMany({ where: { personId: merged, communityId: { in: moved } }, data: { personId: kept } })
  await tx.membership.updateMany({
    where: { personId: kept, communityId: { in: madeOrganizer } },
    data: { organizer: true },
  })
  return { moved, both, madeOrganizer, muted }
}

async function takeOverYeses(
  tx: Tx,
  kept: string,
  merged: string,
  behind: string[],
): Promise<Pick<Moved, 'directions' | 'twice'>> {
  const twice = await tx.$queryRaw<Moved['twice']>(Prisma.sql`
    select d.id as theirs, k.id as of from directions d join directions k on k.person_id = ${kept} and k.standing
      and k.community_id = d.community_id and k.purpose = d.purpose and k.recipient = d.recipient
    where d.person_id = ${merged} and d.standing and d.community_id <> all(${behind}) order by d.id`)
  const carried = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    update directions d set person_id = ${kept} where d.person_id = ${merged} and d.standing and d.community_id <> all(${behind})
      and exists (select 1 from memberships m where m.person_id = ${kept} and m.community_id = d.community_id and m.state <> 'left')
      and d.id <> all(${twice.map((one) => one.theirs)})
    returning d.id`)
  await tx.$executeRaw(Prisma.sql`
    insert into questions (person_id, community_id, purpose, recipient, wording_version, at)
    select ${kept}, community_id, purpose, recipient, wording_version, at from questions
    where person_id = ${merged} and community_id <> all(${behind})
    on conflict (person_id, community_id, purpose, recipient) do nothing`)
  return { twice, directions: carried.map((one) => one.id) }
}

async function takeOverFounded(tx: Tx, kept: string, merged: string, behind: string[]): Promise<string[]> {
  const where = { founderId: merged, id: { notIn: behind } }
  const founded = await tx.community.findMany({ where, select: { id: true }, orderBy: { id: 'asc' } })
  await tx.community.updateMany({ where, data: { founderId: kept } })
  return founded.map((one) => one.id)
}

/** Each setting the kept person never chose is the merged one's; paused is who paused either. */
async function takeOverSettings(tx: Tx, kept: string, merged: string, now: Date): Promise<Moved['settings']> {
  const [mine, theirs] = await Promise.all([kept, merged].map((id) => tx.person.findUniqueOrThrow({ where: { id } })))
  const zone = !mine?.zone && theirs?.zone
  const quiet = !mine?.quietFrom && theirs?.quietFrom
  await tx.person.update({
    where: { id: kept },
    data: {
      // From now on: a restore takes an older pause for one that its backup knows of.
      pausedAt: mine?.pausedAt ?? (theirs?.pausedAt ? now : null),
      ...(zone && { zone }),
      ...(quiet && { quietFrom: quiet, quietTo: theirs?.quietTo ?? null }),
    },
  })
  const notices = await tx.$queryRaw<{ kind: string }[]>(Prisma.sql`
    insert into notice_choices (person_id, kind, way) select ${kept}, kind, way from notice_choices where person_id = ${merged}
    on conflict (person_id, kind) do nothing returning kind`)
  return { zone: Boolean(zone), quiet: Boolean(quiet), notices: notices.map((one) => one.kind) }
}

/** Whether somebody has several accounts on a platform where others see who is in a room. */
const hasSeveral = (personId: string) => Prisma.sql`exists (
  select 1 from accounts a where a.person_id = ${personId} and a.platform = any(${Object.keys(DEFAULT_CARRIERS)})
  group by a.platform having count(*) > 1)`

async function takeOverPlaces(tx: Tx, kept: string, merged: string, behind: string[], now: Date): Promise<void> {
  // As with what they read where they last chose: only what both read alike of a room stays.
  await tx.$executeRaw(Prisma.sql`
    update room_places p set told = null where p.person_id in (${kept}, ${merged}) and p.told is not null
      and not exists (select 1 from room_places o where o.person_id in (${kept}, ${merged}) and o.person_id <> p.person_id
        and o.room_id = p.room_id and o.wanted = 'in' and o.told = p.told)
      and ${hasSeveral(kept)}`)
  const rests = Prisma.sql`p.wanted = 'in' and exists (select 1 from rooms b where b.id = p.room_id and b.community_id = any(${behind}))`
  await tx.$executeRaw(Prisma.sql`
    update room_places p set person_id = ${kept} where p.person_id = ${merged} and not (${rests})
      and not exists (select 1 from room_places k where k.room_id = p.room_id and k.person_id = ${kept})`)
  // Who left a hidden community with one account and takes it along with the other is in its room by that one.
  await tx.$executeRaw(Prisma.sql`
    update room_places k set wanted = 'in', told = p.told, known = null, revision = k.revision + 1, due_at = ${now}::timestamptz
    from room_places p, rooms r where p.person_id = ${merged} and p.wanted = 'in' and not (${rests}) and k.room_id = p.room_id
      and k.person_id = ${kept} and k.wanted = 'out' and r.id = k.room_id and exists (select 1 from memberships m
        where m.person_id = ${kept} and m.community_id = r.community_id and m.state = 'member')`)
  await tx.$executeRaw(Prisma.sql`delete from room_places p where p.person_id = ${merged} and not (${rests})`)
  await restPlaces(tx, merged, behind)
}
