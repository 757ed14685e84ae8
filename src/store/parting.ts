import { bringBack, hiddenOf } from './behind.ts'
import { Prisma, type Union } from './generated/client.ts'
import { LIVE } from './hidden.ts'
import { asStored, type Moved, movedIn, type Standing, unionsOf } from './moved.ts'
import { suppressAlike } from './suppressions.ts'
import type { Tools, Tx } from './transaction.ts'
import { settleBoth } from './uniting.ts'

/** In the place of answers: neither said that they share the address, one of them took the union back. */
export const UNDONE = 'undone'

/** Takes a union back: each of the two has their own again, as far as it was not given up while they were one. */
export async function separate(tx: Tx, tools: Tools, union: Union, now: Date): Promise<void> {
  const { keptId: kept, mergedId: merged } = union
  const moved = movedIn(union)
  const standing = await unionsOf(tx, kept)
  await tx.person.update({ where: { id: merged }, data: { unitedInto: null } })
  await tx.account.updateMany({ where: { id: { in: moved.accounts }, personId: kept }, data: { personId: merged } })
  await tx.community.updateMany({
    where: { id: { in: moved.founded }, founderId: kept },
    data: { founderId: merged },
  })
  const later = standing.filter(
    (one) => one.union.id !== union.id && (one.union.unitedAt ?? now) > (union.unitedAt ?? now),
  )
  await giveMemberships(tx, kept, merged, moved, later)
  const family = [kept, ...standing.map((one) => one.union.mergedId)]
  await giveYeses(tx, merged, moved, standing, family, now)
  // A yes they gave as one, about what is the other's alone again, ends with the membership.
  await tx.$executeRaw(Prisma.sql`
    update directions d set standing = null, revoked_at = ${now}::timestamptz, revoked_by = 'uniting undone'
    where d.person_id = ${kept} and d.standing and not exists (select 1 from memberships m
      where m.person_id = d.person_id and m.community_id = d.community_id and m.state = any(${LIVE}))`)
  await giveSettings(tx, kept, merged, moved)
  await tx.person.updateMany({ where: { id: { in: moved.shells }, unitedInto: kept }, data: { unitedInto: merged } })
  await tx.union.updateMany({
    where: { keptId: kept, mergedId: { in: moved.shells }, unitedAt: { not: null } },
    data: { keptId: merged },
  })
  await tx.union.update({
    where: { id: union.id },
    // Whether they are one is not asked again before the day is over.
    data: { unitedAt: null, moved: Prisma.DbNull, keptAnswer: UNDONE, mergedAnswer: UNDONE, askedAt: now },
  })
  await givePlaces(
    tx,
    kept,
    merged,
    family.filter((id) => !moved.shells.includes(id)),
    now,
  )
  // As a pause does, what destinations said meanwhile stays on both.
  const shared = [...moved.moved, ...moved.both.map((one) => one.communityId)]
  const hidden = (await hiddenOf(tx, kept)).filter((one) => !shared.includes(one))
  await suppressAlike(tx, kept, merged, hidden)
  await bringBack(tx, moved.aside, now)
  await settleBoth(tx, tools, kept, merged, now)
}

async function giveMemberships(tx: Tx, kept: string, merged: string, moved: Moved, later: Standing[]): Promise<void> {
  // Somebody united later may have been in it too: then the kept person stays in it by them.
  const shared = moved.moved.filter((id) => later.some((one) => one.moved.both.some((row) => row.communityId === id)))
  await tx.$executeRaw(Prisma.sql`
    insert into memberships (person_id, community_id, state, organizer, source, since, muted_until)
    select ${merged}, community_id, state, organizer, source, since, muted_until from memberships
    where person_id = ${kept} and state = any(${LIVE}) and community_id = any(${shared})
    on conflict (person_id, community_id) do nothing`)
  // What they left while they were one is left.
  await tx.$executeRaw(Prisma.sql`
    update memberships set person_id = ${merged} where person_id = ${kept} and state = any(${LIVE})
      and community_id = any(${moved.moved}) and community_id <> all(${shared})`)
  for (const row of moved.both) {
    const stillIn = await tx.membership.count({
      where: { personId: kept, communityId: row.communityId, state: { in: LIVE } },
    })
    if (stillIn > 0) await tx.membership.createMany({ data: [{ ...row, personId: merged }], skipDuplicates: true })
    // What only the other had muted is muted no more, unless it was muted anew.
    if (moved.muted.includes(row.communityId)) {
      const where = { personId: kept, communityId: row.communityId, mutedUntil: row.mutedUntil }
      await tx.membership.updateMany({ where, data: { mutedUntil: null } })
    }
  }
  await tx.membership.updateMany({
    where: { personId: kept, communityId: { in: moved.madeOrganizer } },
    data: { organizer: false },
  })
  for (const { union, moved: theirs } of later) {
    const both = theirs.both
      .filter((row) => !shared.includes(row.communityId))
      .map((row) => ({ ...row, organizer: row.organizer && !moved.madeOrganizer.includes(row.communityId) }))
    await tx.union.update({ where: { id: union.id }, data: { moved: asStored({ ...theirs, both }) } })
  }
}

/** A yes both had given stands again only if it was not taken back while they were one; a chain of unions is followed. */
async function giveYeses(
  tx: Tx,
  merged: string,
  moved: Moved,
  standing: Standing[],
  family: string[],
  now: Date,
): Promise<void> {
  const links = new Map(standing.flatMap((one) => one.moved.twice.map(({ theirs, of }) => [theirs, of] as const)))
  const lastOf = (id: string): string => {
    const next = links.get(id)
    return next === undefined ? id : lastOf(next)
  }
  const given = [...moved.directions, ...moved.twice.map((one) => one.theirs)].map((id) => ({ id, last: lastOf(id) }))
  const rows = await tx.direction.findMany({ where: { id: { in: given.map((one) => one.last) } } })
  for (const { id, last } of given) {
    const holds = rows.find((row) => row.id === last)
    const isOver = holds?.standing !== true
    await tx.direction.updateMany({
      where: { id, standing: true, personId: { in: family } },
      data: {
        personId: merged,
        ...(isOver && {
          standing: null,
          // Not when the other was: what keeps an older backup from bringing it back looks for what is new.
          revokedAt: now,
          revokedBy: holds?.revokedBy ?? 'uniting',
        }),
      },
    })
  }
}

/** What the kept person had only from them and did not change goes with them; a pause stays on both. */
async function giveSettings(tx: Tx, kept: string, merged: string, { settings }: Moved): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    update people k set zone = case when ${settings.zone} and k.zone = m.zone then null else k.zone end,
      quiet_from = case when ${settings.quiet} and k.quiet_from = m.quiet_from and k.quiet_to = m.quiet_to then null else k.quiet_from end,
      quiet_to = case when ${settings.quiet} and k.quiet_from = m.quiet_from and k.quiet_to = m.quiet_to then null else k.quiet_to end
    from people m where k.id = ${kept} and m.id = ${merged}`)
  await tx.$executeRaw(Prisma.sql`
    delete from notice_choices k using notice_choices m where k.person_id = ${kept} and m.person_id = ${merged}
      and k.kind = m.kind and k.way = m.way and k.kind = any(${settings.notices})`)
}

/** Each account is let out of the rooms that are the other's alone. */
async function givePlaces(tx: Tx, kept: string, merged: string, family: string[], now: Date): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    update room_places set known = null, revision = revision + 1, due_at = ${now}::timestamptz
    where person_id = ${merged} and wanted = 'in'`)
  await tx.$executeRaw(Prisma.sql`
    insert into room_places (room_id, person_id, wanted, known, revision, due_at)
    select distinct p.room_id, ${merged}, 'out', null::text, 1, ${now}::timestamptz from room_places p
    where p.person_id = any(${family}) and p.person_id <> ${merged}
    on conflict (room_id, person_id) do update set due_at = excluded.due_at`)
  await tx.$executeRaw(Prisma.sql`
    update room_places p set wanted = 'out', known = null, revision = p.revision + 1, due_at = ${now}::timestamptz
    from rooms r where r.id = p.room_id and p.person_id = ${kept} and not exists (select 1 from memberships m
      where m.person_id = ${kept} and m.community_id = r.community_id and m.state = 'member')`)
}
