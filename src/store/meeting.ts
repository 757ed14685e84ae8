import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'

/** Answers by which somebody has a seat, or may get one. */
const LIVE_ANSWERS = Prisma.sql`('going', 'offered', 'waiting', 'maybe')`

/** The best answer of several comes first. */
export const BEST_FIRST = Prisma.sql`array_position(array['going', 'offered', 'waiting', 'came', 'maybe', 'lapsed', 'no'], r.state)`

/** Holds meetups in one order, as everybody does who gives or frees seats, and has what becomes free offered to the next. */
async function holdAndOffer(tx: Tx, which: Prisma.Sql, now: Date): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    with held as (select m.id from meetups m where m.state = 'planned' and ${which} order by m.id for update)
    update meetups m set due_at = least(m.due_at, ${now}::timestamptz) from held where m.id = held.id`)
}

const answered = (ids: Prisma.Sql) =>
  Prisma.sql`exists (select 1 from rsvps r where r.meetup_id = m.id and r.person_id in (${ids}) and r.state in ${LIVE_ANSWERS})`

const theirs = (personId: string) =>
  Prisma.sql`select id from people where id = ${personId} or united_into = ${personId}`

/** Whoever leaves a community comes to no meetup of it, but to those of the other that meets there, if they are in that. */
export async function leaveMeetingIn(tx: Tx, communityId: string, personId: string, now: Date): Promise<void> {
  const there = Prisma.sql`(m.community_id = ${communityId} or m.partner_id = ${communityId}) and not exists (select 1 from memberships o
    where o.person_id = ${personId} and o.state = 'member' and o.community_id <> ${communityId}
      and (o.community_id = m.community_id or (o.community_id = m.partner_id and m.joined_at is not null)))`
  // Whoever says yes at this moment holds it: their answer is waited for, and goes with them.
  await tx.$queryRaw(
    Prisma.sql`select m.id from meetups m where m.state = 'planned' and ${there} order by m.id for update`,
  )
  await holdAndOffer(tx, Prisma.sql`${there} and ${answered(theirs(personId))}`, now)
  await tx.$executeRaw(Prisma.sql`
    update rsvps r set state = 'no', number = null, offered_until = null from meetups m
    where m.id = r.meetup_id and m.state = 'planned' and r.state in ${LIVE_ANSWERS} and ${there} and r.person_id in (${theirs(personId)})`)
  // Nobody is told any more that it was theirs; what nobody has accepted goes with them.
  const wrote = { communityId, byStaff: false, author: { OR: [{ id: personId }, { unitedInto: personId }] } }
  await tx.meetup.deleteMany({ where: { ...wrote, state: { in: ['draft', 'proposed'] } } })
  await tx.meetup.updateMany({ where: wrote, data: { authorId: null } })
}

/** Who had a seat, or waited for one, at a meetup that is not theirs any more. */
export interface Parted {
  title: string
  who: string[]
}

/**
 * Two communities of which one nobody is to hear of meet together no more. Whoever is in the other one alone has no seat any
 * more, which is offered to the next. Gives all meetups that others saw, and who is to be told.
 */
export async function partMeetings(
  tx: Tx,
  communityId: string,
  now: Date,
): Promise<{ meetups: string[]; parted: Parted[] }> {
  const isTheirs = Prisma.sql`(m.community_id = ${communityId} or m.partner_id = ${communityId})`
  const joint = Prisma.sql`m.state = 'planned' and m.joined_at is not null and ${isTheirs}`
  await holdAndOffer(tx, Prisma.sql`m.joined_at is not null and ${isTheirs}`, now)
  const parted = await tx.$queryRaw<Parted[]>(Prisma.sql`
    with gone as (
      update rsvps r set state = 'no', number = null, offered_until = null from meetups m, people p
      where m.id = r.meetup_id and ${joint} and r.state in ${LIVE_ANSWERS} and p.id = r.person_id
        and not exists (select 1 from memberships s where s.community_id = m.community_id and s.state = 'member'
          and s.person_id in (p.id, p.united_into))
      returning m.id, m.title, coalesce(p.united_into, p.id) as who)
    select title, array_agg(distinct who order by who) as who from gone group by id, title order by id`)
  const where = { OR: [{ communityId }, { partnerId: communityId }] }
  const rows = await tx.meetup.findMany({
    where: { ...where, announcedAt: { not: null } },
    select: { id: true },
    orderBy: { id: 'asc' },
  })
  await tx.meetup.updateMany({ where, data: { partnerId: null, joinedAt: null } })
  return { meetups: rows.map(({ id }) => id), parted }
}

/** Nothing of a community's meetups tells any more that somebody was in it. */
export async function forgetMeetingIn(tx: Tx, communityId: string, personId: string): Promise<void> {
  const person = { OR: [{ id: personId }, { unitedInto: personId }] }
  await tx.rsvp.deleteMany({ where: { meetup: { OR: [{ communityId }, { partnerId: communityId }] }, person } })
  await tx.meetup.updateMany({ where: { communityId, author: person }, data: { authorId: null } })
}

/** The seats of people who are forgotten are offered to the next; their answers go with them. */
export async function freeSeatsOf(tx: Tx, personIds: string[], now: Date): Promise<void> {
  await holdAndOffer(tx, answered(Prisma.sql`select unnest(${personIds}::text[])`), now)
}

/** What somebody planned and answered is another's from now on, in all communities or in some; of two answers the better holds. */
export async function meetAs(tx: Tx, from: string, to: string, communities?: string[]): Promise<void> {
  const inThese = communities && { communityId: { in: communities } }
  await tx.meetup.updateMany({ where: { authorId: from, ...inThese }, data: { authorId: to } })
  const where = communities ? Prisma.sql`m.community_id = any(${communities}::text[])` : Prisma.sql`true`
  // What the better answer leaves free is offered to the next at once.
  await tx.$executeRaw(Prisma.sql`
    update meetups m set due_at = least(m.due_at, m.announced_at) where m.state = 'planned' and ${where} and (select count(*) from rsvps r
      where r.meetup_id = m.id and r.person_id in (${from}, ${to}) and r.state in ${LIVE_ANSWERS}) > 1`)
  await tx.$executeRaw(Prisma.sql`
    delete from rsvps gone using (
      select r.meetup_id, r.person_id, row_number() over (partition by r.meetup_id order by ${BEST_FIRST}, (r.person_id = ${to}) desc) as place
      from rsvps r join meetups m on m.id = r.meetup_id where r.person_id in (${from}, ${to}) and ${where}) ranked
    where gone.meetup_id = ranked.meetup_id and gone.person_id = ranked.person_id and ranked.place > 1`)
  await tx.$executeRaw(Prisma.sql`
    update rsvps r set person_id = ${to} from meetups m where r.person_id = ${from} and m.id = r.meetup_id and ${where}`)
}
