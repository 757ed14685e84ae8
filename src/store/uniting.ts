import { z } from 'zod'
import { Prisma, type Union } from './generated/client.ts'
import { memberships as membershipsOn } from './memberships.ts'
import { MET_AT_ROOM } from './presence.ts'
import { reports as reportsOn } from './reports.ts'
import type { Tools, Tx } from './transaction.ts'

const membership = z.object({
  communityId: z.string(),
  state: z.string(),
  organizer: z.boolean(),
  source: z.string(),
  since: z.coerce.date(),
})
/** What was the merged person's alone, and what both had, so that each can be given their own again. */
const movedSchema = z.object({
  accounts: z.array(z.string()),
  moved: z.array(z.string()),
  both: z.array(membership),
  directions: z.array(z.string()),
  founded: z.array(z.string()),
  madeOrganizer: z.array(z.string()),
})

/** Being in a community in any way. */
export const LIVE = ['member', 'pledged', 'requested']
/** What nobody else may learn of. */
export const HIDDEN = { OR: [{ sensitive: true }, { visibility: 'secret' }] }

/** Makes two persons one: whatever is the merged one's becomes the kept one's. Communities that lose an organizer by it come back. */
export async function unite(tx: Tx, tools: Tools, union: Union, now: Date): Promise<string[]> {
  const { keptId: kept, mergedId: merged } = union
  const left = [
    ...(union.keptAnswer === 'all' ? [] : await leaveHidden(tx, tools, kept, now)),
    ...(union.mergedAnswer === 'all' ? [] : await leaveHidden(tx, tools, merged, now)),
  ]
  const accounts = await tx.account.findMany({ where: { personId: merged }, select: { id: true } })
  await tx.account.updateMany({ where: { personId: merged }, data: { personId: kept } })
  const theirs = await tx.membership.findMany({ where: { personId: merged, state: { in: LIVE } } })
  const own = await tx.membership.findMany({ where: { personId: kept } })
  const moved: z.infer<typeof movedSchema> = {
    accounts: accounts.map((one) => one.id),
    moved: [],
    both: [],
    directions: [],
    founded: [],
    madeOrganizer: [],
  }
  for (const { communityId, state, organizer, source, since } of theirs) {
    const mine = own.find((one) => one.communityId === communityId)
    const isBoth = mine && LIVE.includes(mine.state) && !(state === 'member' && mine.state !== 'member')
    if (isBoth) {
      moved.both.push({ communityId, state, organizer, source, since })
      if (organizer && !mine.organizer) moved.madeOrganizer.push(communityId)
      await tx.membership.delete({ where: { personId_communityId: { personId: merged, communityId } } })
    } else {
      moved.moved.push(communityId)
      await tx.membership.deleteMany({ where: { personId: kept, communityId } })
    }
  }
  await tx.membership.updateMany({
    where: { personId: merged, communityId: { in: moved.moved } },
    data: { personId: kept },
  })
  await tx.membership.updateMany({
    where: { personId: kept, communityId: { in: moved.madeOrganizer } },
    data: { organizer: true },
  })
  const carried = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    update directions d set person_id = ${kept} where d.person_id = ${merged} and d.standing
      and exists (select 1 from memberships m where m.person_id = ${kept} and m.community_id = d.community_id and m.state <> 'left')
      and not exists (select 1 from directions k where k.person_id = ${kept} and k.community_id = d.community_id
        and k.purpose = d.purpose and k.recipient = d.recipient and k.standing)
    returning d.id`)
  moved.directions = carried.map((one) => one.id)
  await tx.$executeRaw(Prisma.sql`
    insert into questions (person_id, community_id, purpose, recipient, wording_version, at)
    select ${kept}, community_id, purpose, recipient, wording_version, at from questions where person_id = ${merged}
    on conflict (person_id, community_id, purpose, recipient) do nothing`)
  const founded = await tx.community.findMany({ where: { founderId: merged }, select: { id: true } })
  moved.founded = founded.map((one) => one.id)
  await tx.community.updateMany({ where: { founderId: merged }, data: { founderId: kept } })
  await tx.$executeRaw(Prisma.sql`
    update room_places p set person_id = ${kept} where p.person_id = ${merged}
      and not exists (select 1 from room_places k where k.room_id = p.room_id and k.person_id = ${kept})`)
  // Who left a hidden community with one account and takes it along with the other is in its room by that one.
  await tx.$executeRaw(Prisma.sql`
    update room_places k set wanted = 'in', known = null, revision = k.revision + 1, due_at = ${now}::timestamptz
    from room_places p, rooms r where p.person_id = ${merged} and p.wanted = 'in' and k.room_id = p.room_id
      and k.person_id = ${kept} and k.wanted = 'out' and r.id = k.room_id and exists (select 1 from memberships m
        where m.person_id = ${kept} and m.community_id = r.community_id and m.state = 'member')`)
  await tx.roomPlace.deleteMany({ where: { personId: merged } })
  await tx.person.update({ where: { id: merged }, data: { unitedInto: kept } })
  // JSON has no dates; `movedSchema` reads them back.
  await tx.union.update({
    where: { id: union.id },
    data: { unitedAt: now, moved: JSON.parse(JSON.stringify(moved)) },
  })
  await settleBoth(tx, tools, kept, merged, now)
  return left
}

/** Takes a union back. */
export async function separate(tx: Tx, tools: Tools, union: Union, now: Date): Promise<void> {
  const { keptId: kept, mergedId: merged } = union
  const moved = movedSchema.parse(union.moved)
  await tx.person.update({ where: { id: merged }, data: { unitedInto: null } })
  await tx.account.updateMany({ where: { id: { in: moved.accounts }, personId: kept }, data: { personId: merged } })
  await tx.community.updateMany({
    where: { id: { in: moved.founded }, founderId: kept },
    data: { founderId: merged },
  })
  // What they left while they were one is left.
  await tx.$executeRaw(Prisma.sql`
    update memberships set person_id = ${merged} where person_id = ${kept} and state = any(${LIVE})
      and community_id = any(${moved.moved})`)
  for (const row of moved.both) {
    const stillIn = await tx.membership.count({
      where: { personId: kept, communityId: row.communityId, state: { in: LIVE } },
    })
    if (stillIn > 0) await tx.membership.createMany({ data: [{ ...row, personId: merged }], skipDuplicates: true })
  }
  await tx.membership.updateMany({
    where: { personId: kept, communityId: { in: moved.madeOrganizer } },
    data: { organizer: false },
  })
  await tx.$executeRaw(Prisma.sql`
    update directions d set person_id = ${merged} where d.person_id = ${kept} and d.standing and d.id = any(${moved.directions})
      and not exists (select 1 from directions k where k.person_id = ${merged} and k.community_id = d.community_id
        and k.purpose = d.purpose and k.recipient = d.recipient and k.standing)`)
  await tx.union.update({
    where: { id: union.id },
    data: { unitedAt: null, moved: Prisma.DbNull, keptAnswer: 'no', mergedAnswer: 'no' },
  })
  // Each account is let out of the rooms that are the other's alone.
  await tx.$executeRaw(Prisma.sql`
    insert into room_places (room_id, person_id, wanted, known, revision, due_at)
    select p.room_id, ${merged}, 'out', null, 1, ${now}::timestamptz from room_places p where p.person_id = ${kept}
    on conflict (room_id, person_id) do update set wanted = 'out', known = null, revision = room_places.revision + 1,
      due_at = excluded.due_at`)
  await tx.$executeRaw(Prisma.sql`
    update room_places p set wanted = 'out', known = null, revision = p.revision + 1, due_at = ${now}::timestamptz
    from rooms r where r.id = p.room_id and p.person_id = ${kept} and not exists (select 1 from memberships m
      where m.person_id = ${kept} and m.community_id = r.community_id and m.state = 'member')`)
  await settleBoth(tx, tools, kept, merged, now)
}

/** Reports and rooms follow from who is in what now. */
async function settleBoth(tx: Tx, tools: Tools, kept: string, merged: string, now: Date): Promise<void> {
  for (const personId of [kept, merged]) {
    await reportsOn(tx, tools).settle({ personId }, now)
    await tx.$executeRaw(Prisma.sql`
      insert into room_places (room_id, person_id, wanted, known, revision, due_at)
      select distinct r.id, m.person_id, 'in', null, 1, ${now}::timestamptz
      from memberships m join communities c on c.id = m.community_id
      join rooms r on r.community_id = m.community_id
      join accounts a on a.person_id = m.person_id and ${MET_AT_ROOM}
      where m.person_id = ${personId} and m.state = 'member' and not c.sensitive
      on conflict (room_id, person_id) do update set wanted = 'in', known = null, revision = room_places.revision + 1,
        due_at = excluded.due_at`)
  }
}

async function leaveHidden(tx: Tx, tools: Tools, personId: string, now: Date): Promise<string[]> {
  const rows = await tx.membership.findMany({
    where: { personId, state: { in: LIVE }, community: HIDDEN },
    include: { community: { select: { id: true, sensitive: true } } },
  })
  const memberships = membershipsOn(tx, tools)
  for (const { community, state } of rows) {
    if (state === 'member') await memberships.leave(community, personId, now)
    if (state === 'pledged') await memberships.takeBack(community.id, personId)
    if (state === 'requested') await memberships.decline(community.id, personId)
  }
  return rows.filter((row) => row.organizer && row.state === 'member').map((row) => row.communityId)
}
