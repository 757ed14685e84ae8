import { decideAs } from './deciding.ts'
import { type ClaimedErasure, erasures, type Forgotten } from './erasures.ts'
import { Prisma } from './generated/client.ts'
import { HIDDEN, LIVE } from './hidden.ts'
import { memberships as membershipsOn } from './memberships.ts'
import type { Moved } from './moved.ts'
import { MET_AT_ROOM } from './presence.ts'
import { suppressAlike } from './suppressions.ts'
import type { Tools, Tx } from './transaction.ts'

/** A place that is kept for an account, though nobody here stands for it: it is neither asked for nor left. */
const RESTING = { known: null, dueAt: null, lease: null, leasedUntil: null, revision: { increment: 1 } }

/** The hidden communities that are somebody's, and that whoever they are united with must not learn of. */
export async function hiddenOf(tx: Tx, personId: string): Promise<string[]> {
  const rows = await tx.community.findMany({
    where: {
      AND: [
        HIDDEN,
        // Of one that became sensitive and was left only the yeses tell.
        {
          OR: [
            { founderId: personId },
            { memberships: { some: { personId } } },
            { directions: { some: { personId } } },
          ],
        },
      ],
    },
    select: { id: true },
    orderBy: { id: 'asc' },
  })
  return rows.map((row) => row.id)
}

/** Lets the merged person's places in hidden rooms rest where they are. */
export async function restPlaces(tx: Tx, personId: string, behind: string[]): Promise<void> {
  await tx.roomPlace.updateMany({
    where: { personId, wanted: 'in', room: { communityId: { in: behind } } },
    data: RESTING,
  })
}

/**
 * Puts what the kept person does not take along aside, on a person without accounts and address, of whom nobody is told
 * anything: what stays on their own row is seen by both accounts.
 */
export async function putAside(
  tx: Tx,
  { draws }: Tools,
  of: string,
  behind: string[],
  now: Date,
): Promise<Moved['aside']> {
  if (behind.length === 0) return null
  const { name, accounts } = await tx.person.findUniqueOrThrow({ where: { id: of }, include: { accounts: true } })
  const id = draws.id(now)
  await tx.person.create({ data: { id, key: draws.key(), name, createdAt: now, lastSeenAt: now, unitedInto: of } })
  const theirs = { personId: of, communityId: { in: behind } }
  await tx.membership.updateMany({ where: theirs, data: { personId: id } })
  await tx.direction.updateMany({ where: theirs, data: { personId: id } })
  await tx.question.updateMany({ where: theirs, data: { personId: id } })
  await tx.suppression.updateMany({ where: theirs, data: { personId: id } })
  await tx.roomPlace.updateMany({
    where: { personId: of, wanted: 'in', room: { communityId: { in: behind } } },
    data: { personId: id, ...RESTING },
  })
  await tx.community.updateMany({ where: { founderId: of, id: { in: behind } }, data: { founderId: id } })
  await tx.invitation.updateMany({
    where: { createdById: of, communityId: { in: behind } },
    data: { createdById: id },
  })
  await tx.auditEntry.updateMany({ where: { actorId: of, communityId: { in: behind } }, data: { actorId: id } })
  await decideAs(tx, of, id, behind)
  return { id, of, accounts: accounts.map((account) => account.id) }
}

/** Gives it back. Where they came in again meanwhile, that holds. */
export async function bringBack(tx: Tx, aside: Moved['aside'], now: Date): Promise<void> {
  if (!aside) return
  const { id, of } = aside
  await tx.$executeRaw(Prisma.sql`
    update memberships k set organizer = true from memberships a where a.person_id = ${id} and a.organizer
      and k.person_id = ${of} and k.community_id = a.community_id and k.state = 'member'`)
  await tx.$executeRaw(Prisma.sql`
    update memberships a set person_id = ${of} where a.person_id = ${id}
      and not exists (select 1 from memberships k where k.person_id = ${of} and k.community_id = a.community_id)`)
  await tx.$executeRaw(Prisma.sql`
    update directions a set person_id = ${of} where a.person_id = ${id} and (a.standing is null
      or exists (select 1 from memberships k where k.person_id = ${of} and k.community_id = a.community_id and k.state = any(${LIVE}))
        and not exists (select 1 from directions k where k.person_id = ${of} and k.community_id = a.community_id
          and k.purpose = a.purpose and k.recipient = a.recipient and k.standing))`)
  // A yes given anew meanwhile stands in the place of theirs, which stays in the ledger as over.
  await tx.$executeRaw(Prisma.sql`
    update directions a set person_id = ${of}, standing = null, revoked_at = ${now}::timestamptz, revoked_by = 'uniting undone'
    where a.person_id = ${id} and a.purpose <> 'membership'`)
  await tx.$executeRaw(Prisma.sql`
    update questions a set person_id = ${of} where a.person_id = ${id} and not exists (select 1 from questions k
      where k.person_id = ${of} and k.community_id = a.community_id and k.purpose = a.purpose and k.recipient = a.recipient)`)
  await suppressAlike(tx, id, of, [])
  await tx.$executeRaw(Prisma.sql`
    update room_places a set person_id = ${of}, known = null, due_at = ${now}::timestamptz from rooms r
    where a.person_id = ${id} and r.id = a.room_id
      and exists (select 1 from memberships k where k.person_id = ${of} and k.community_id = r.community_id and k.state = 'member')
      and not exists (select 1 from room_places k where k.person_id = ${of} and k.room_id = a.room_id)`)
  await tx.community.updateMany({ where: { founderId: id }, data: { founderId: of } })
  await tx.invitation.updateMany({ where: { createdById: id }, data: { createdById: of } })
  await tx.auditEntry.updateMany({ where: { actorId: id }, data: { actorId: of } })
  await decideAs(tx, id, of)
  await tx.person.delete({ where: { id } })
}

/** Leaves what nobody took along, once nobody can go back to it. Who is in it by another of their accounts stays in its rooms. */
export async function leaveBehind(
  tx: Tx,
  tools: Tools,
  shell: { id: string; accounts: string[] },
  kept: string,
  now: Date,
): Promise<Forgotten> {
  const places = await tx.$queryRaw<Extract<ClaimedErasure, { kind: 'room' }>[]>(Prisma.sql`
    select r.platform, r.workspace, r.external_id as room, r.carrier, r.role_id as role, r.outgrown, r.adopted, a.external_id as account
    from room_places p join rooms r on r.id = p.room_id and r.external_id is not null
    join accounts a on a.id = any(${shell.accounts}) and a.person_id = ${kept} and ${MET_AT_ROOM}
    where p.person_id = ${shell.id} and not exists (select 1 from room_places k where k.room_id = p.room_id
      and k.person_id = ${kept} and k.wanted = 'in')`)
  await erasures(tx, tools).letOut(places, now)
  await tx.roomPlace.deleteMany({ where: { personId: shell.id } })
  const rows = await tx.membership.findMany({
    where: { personId: shell.id, state: { in: LIVE } },
    include: { community: { select: { id: true, sensitive: true, state: true } } },
    orderBy: { communityId: 'asc' },
  })
  const memberships = membershipsOn(tx, tools)
  for (const { community, state } of rows) {
    if (state === 'member') await memberships.leave(community, shell.id, now)
    if (state === 'pledged' || state === 'requested') await memberships.takeBack(community, shell.id, now, state)
  }
  const organized = rows.filter((row) => row.organizer && row.state === 'member').map((row) => row.communityId)
  return {
    unlookedAfter: await erasures(tx, tools).unlookedAfter(organized),
    seeds: rows.filter((row) => row.community.state === 'seed').map((row) => row.communityId),
  }
}
