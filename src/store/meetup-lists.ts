import type { Meetup, RsvpState, TimedMeetup } from '../core/meetup.ts'
import { Prisma } from './generated/client.ts'
import { WHO } from './hidden.ts'
import { BEST_FIRST } from './meeting.ts'
import { ENDS, MEETUP, meetsIn } from './meetups.ts'
import type { Tx } from './transaction.ts'

const DAY_MS = 86_400_000

/** A row of a list: a meetup, and what somebody answered to it. */
export type ListedMeetup = TimedMeetup & {
  communityName: string
  answer: RsvpState | null
  checkedInAt: Date | null
  /** Anybody was checked in there. */
  wasCheckedIn: boolean
}

/** Which meetups a list shows. */
export interface MeetupListing {
  personId: string
  communityId: string | undefined
  which: 'coming' | 'past'
  skip: number
  take: number
}

/** Lists of meetups, and of who and what they concern. */
export function meetupLists(tx: Tx) {
  const query = (rest: Prisma.Sql) => tx.$queryRaw<Meetup[]>(Prisma.sql`select ${MEETUP} from meetups m ${rest}`)
  return {
    /** Meetups of all communities somebody is in, or of one, with their answer: those to come, the next first, or the past. */
    async list({ personId, communityId, which, skip, take }: MeetupListing, now: Date): Promise<ListedMeetup[]> {
      const isPast = which === 'past'
      const order = isPast ? Prisma.sql`m.starts_at desc, m.id` : Prisma.sql`m.starts_at, m.id`
      const when = isPast
        ? Prisma.sql`(m.state = 'over' or (m.state = 'planned' and ${ENDS} <= ${now}::timestamptz))`
        : Prisma.sql`m.state = 'planned' and ${ENDS} > ${now}::timestamptz`
      return tx.$queryRaw<ListedMeetup[]>(Prisma.sql`
        select ${MEETUP}, c.name as "communityName", r.state as answer, r.checked_in_at as "checkedInAt",
          exists (select 1 from rsvps o where o.meetup_id = m.id and o.checked_in_at is not null) as "wasCheckedIn"
        from meetups m join communities c on c.id = m.community_id
        left join lateral (select r.state, r.checked_in_at from rsvps r join people p on p.id = r.person_id
          where r.meetup_id = m.id and (p.id = ${personId} or p.united_into = ${personId}) and ${WHO} = ${personId}
          order by ${BEST_FIRST} limit 1) r on true
        where ${when} and exists (select 1 from memberships s where s.person_id = ${personId} and s.state = 'member'
            and ${meetsIn(Prisma.sql`s.community_id`)} and (${communityId ?? null}::text is null or s.community_id = ${communityId ?? null}))
        order by ${order} limit ${take} offset ${skip}`)
    },

    /** Meetups at which a seat is kept for somebody, the one that is kept the shortest first. */
    async offered(personId: string, now: Date): Promise<string[]> {
      const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
        select m.id from rsvps r join meetups m on m.id = r.meetup_id and m.state = 'planned' join communities c on c.id = m.community_id
        join people p on p.id = r.person_id where (p.id = ${personId} or p.united_into = ${personId}) and ${WHO} = ${personId}
          and r.state = 'offered' and r.offered_until > ${now}::timestamptz
          and exists (select 1 from memberships s where s.person_id = ${personId} and s.state = 'member' and ${meetsIn(Prisma.sql`s.community_id`)})
        order by r.offered_until, m.id`)
      return rows.map(({ id }) => id)
    },

    /** How many somebody has written that nobody has announced or accepted. */
    async waitingOf(authorId: string): Promise<number> {
      return tx.meetup.count({ where: { authorId, state: { in: ['draft', 'proposed'] } } })
    },

    /** Everybody who is in one of these communities. */
    async members(communityIds: string[]): Promise<string[]> {
      const rows = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
        select distinct person_id as id from memberships where community_id = any(${communityIds}) and state = 'member' order by 1`)
      return rows.map(({ id }) => id)
    },

    /** What somebody looks after that nobody else sees yet: drafts of their own, and what was proposed to them. */
    async lookedAfter(personId: string): Promise<Meetup[]> {
      return query(Prisma.sql`
        where (m.state in ('draft', 'proposed') and m.author_id = ${personId}) or (m.state in ('proposed', 'finding') and exists (select 1 from memberships s
          where s.person_id = ${personId} and s.community_id = m.community_id and s.state = 'member' and s.organizer))
        order by m.created_at desc, m.id limit 25`)
    },

    /** Other meetups of its communities that are at the same time. */
    async clashes(meetup: TimedMeetup): Promise<TimedMeetup[]> {
      const { id, communityId, partnerId, startsAt, minutes } = meetup
      const rows = await query(Prisma.sql`
        where m.id <> ${id} and m.state = 'planned' and m.starts_at < ${startsAt}::timestamptz + make_interval(mins => ${minutes}::int)
          and ${ENDS} > ${startsAt}::timestamptz
          and (m.community_id = ${communityId} or (m.partner_id = ${communityId} and m.joined_at is not null) or m.community_id = ${partnerId})
        order by m.starts_at, m.id limit 5`)
      // What is planned has a time.
      return rows as TimedMeetup[]
    },

    /** What is going on in somebody's communities at most a day before or after a moment. */
    async goingOn(personId: string, now: Date): Promise<Meetup[]> {
      const [from, to] = [new Date(now.getTime() - DAY_MS), new Date(now.getTime() + DAY_MS)]
      return query(Prisma.sql`
        where m.state in ('planned', 'over') and m.starts_at < ${to}::timestamptz and ${ENDS} > ${from}::timestamptz
          and exists (select 1 from memberships s where s.person_id = ${personId} and s.state = 'member' and ${meetsIn(Prisma.sql`s.community_id`)})
        order by m.starts_at, m.id`)
    },

    /** Other meetups somebody comes to at the same time. */
    async alsoAt({ id, startsAt, minutes }: TimedMeetup, personId: string): Promise<Meetup[]> {
      return query(Prisma.sql`
        join communities c on c.id = m.community_id join rsvps r on r.meetup_id = m.id and r.state = 'going'
        join people p on p.id = r.person_id and (p.id = ${personId} or p.united_into = ${personId}) and ${WHO} = ${personId}
        where m.id <> ${id} and m.state = 'planned' and m.starts_at < ${startsAt}::timestamptz + make_interval(mins => ${minutes}::int)
          and ${ENDS} > ${startsAt}::timestamptz order by m.starts_at, m.id limit 1`)
    },

    /** The next of a series that is still to take place. */
    async nextOf(seriesId: string, now: Date): Promise<TimedMeetup | undefined> {
      const rows = await query(Prisma.sql`
        where m.series_id = ${seriesId} and m.state = 'planned' and ${ENDS} > ${now}::timestamptz order by m.starts_at, m.id limit 1`)
      // What is planned has a time.
      return (rows as TimedMeetup[])[0]
    },

    /** Occurrences of a series that are still to come, from one of them on. */
    async following({ seriesId, occurrenceAt }: Meetup): Promise<TimedMeetup[]> {
      if (!seriesId || !occurrenceAt) return []
      const rows = await query(Prisma.sql`
        where m.series_id = ${seriesId} and m.occurrence_at >= ${occurrenceAt}::timestamptz and m.state = 'planned' order by m.occurrence_at, m.id for update`)
      // As above.
      return rows as TimedMeetup[]
    },

    /** The rooms of a community, made or not. */
    async rooms(communityId: string): Promise<{ platform: string; workspace: string; externalId: string | null }[]> {
      const where = { communityId, OR: [{ carrier: null }, { carrier: { not: 'none' } }] }
      return tx.room.findMany({ where, orderBy: { id: 'asc' } })
    },
  }
}
