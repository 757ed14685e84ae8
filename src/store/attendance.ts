import { type Rsvp, type RsvpState, type TimedMeetup, takesCheckIns } from '../core/meetup.ts'
import { Prisma } from './generated/client.ts'
import { WHO } from './hidden.ts'
import { RSVP } from './rsvps.ts'
import type { Tx } from './transaction.ts'

/** Who is on a list of a meetup, as organizers see it; `missed`: how often they had a seat here lately and did not come. */
export type Guest = Rsvp & { who: string; missed: number }

/**
 * How often whoever an answer `r` is by had a seat at a meetup of that community `m` and was not checked in, where anybody was.
 * Names of who came are kept for six months only.
 */
const MISSED = Prisma.sql`(select count(*)::int from rsvps o join meetups b on b.id = o.meetup_id and b.community_id = m.community_id
  where o.person_id = r.person_id and o.state = 'going' and o.checked_in_at is null and b.state = 'over' and b.id <> m.id
    and exists (select 1 from rsvps any_of where any_of.meetup_id = b.id and any_of.checked_in_at is not null))`

/** Who is on the list of a meetup, who was there, and what they say of it. */
export function attendance(tx: Tx) {
  return {
    /** Whether somebody checked in at one of these communities' meetups before. */
    async been(communityIds: string[], personId: string): Promise<boolean> {
      const [row] = await tx.$queryRaw<{ been: boolean }[]>(Prisma.sql`
        select exists (select 1 from rsvps r join meetups m on m.id = r.meetup_id join communities c on c.id = m.community_id
          join people p on p.id = r.person_id where (p.id = ${personId} or p.united_into = ${personId}) and ${WHO} = ${personId}
          and r.checked_in_at is not null and (m.community_id = any(${communityIds}) or m.partner_id = any(${communityIds}))) as been`)
      return row?.been ?? false
    },

    /** Some of those who answered, by when the database took them. */
    async list(meetupId: string, states: RsvpState[], page: { skip: number; take: number }): Promise<Guest[]> {
      return tx.$queryRaw<Guest[]>(Prisma.sql`
        select ${RSVP}, ${WHO} as who, ${MISSED} as missed from rsvps r join people p on p.id = r.person_id join meetups m on m.id = r.meetup_id
        join communities c on c.id = m.community_id where r.meetup_id = ${meetupId} and r.state = any(${states})
        order by array_position(${states}::text[], r.state), r.number, r.person_id limit ${page.take} offset ${page.skip}`)
    },

    async hasAnswered(meetupId: string, personId: string): Promise<boolean> {
      return (await tx.rsvp.count({ where: { meetupId, personId } })) > 0
    },

    /** They are there; who had not answered came all the same. False where they were checked in before. */
    async checkIn(meetupId: string, personId: string, now: Date): Promise<boolean> {
      const count = await tx.$executeRaw(Prisma.sql`
        insert into rsvps (meetup_id, person_id, state, checked_in_at, at) values (${meetupId}, ${personId}, 'came', ${now}::timestamptz, ${now}::timestamptz)
        on conflict (meetup_id, person_id) do update set checked_in_at = excluded.checked_in_at,
          state = case when rsvps.state = 'going' then 'going' else 'came' end, offered_until = null
          where rsvps.checked_in_at is null`)
      return count > 0
    },

    /** It was a mistake that somebody was checked in. */
    async checkOut(meetupId: string, personId: string): Promise<void> {
      await tx.rsvp.updateMany({ where: { meetupId, personId }, data: { checkedInAt: null } })
      // Who had no seat has none now either.
      await tx.rsvp.updateMany({ where: { meetupId, personId, state: 'came' }, data: { state: 'no' } })
    },

    /** It takes place later, so whoever was checked in was not there. */
    async takeBack(meetup: TimedMeetup, now: Date): Promise<void> {
      if (takesCheckIns(meetup, now)) return
      await tx.rsvp.updateMany({ where: { meetupId: meetup.id }, data: { checkedInAt: null } })
      await tx.rsvp.updateMany({ where: { meetupId: meetup.id, state: 'came' }, data: { state: 'no' } })
    },

    /** What somebody who was there says afterwards. */
    async say(meetupId: string, personId: string, words: { worth?: boolean; hostsNext?: boolean }): Promise<void> {
      await tx.rsvp.updateMany({ where: { meetupId, personId }, data: words })
    },

    /** Who would host the next one, by who they are now. */
    async hostsNext(meetupId: string): Promise<string[]> {
      const rows = await tx.$queryRaw<{ who: string }[]>(Prisma.sql`
        select distinct ${WHO} as who from rsvps r join people p on p.id = r.person_id join meetups m on m.id = r.meetup_id
        join communities c on c.id = m.community_id where r.meetup_id = ${meetupId} and r.hosts_next order by 1`)
      return rows.map(({ who }) => who)
    },

    /** Who came, who did not though they had a seat, and what it was worth to them. */
    async after(meetupId: string): Promise<{ came: number; missed: number; worth: number; notWorth: number }> {
      const [row] = await tx.$queryRaw<{ came: number; missed: number; worth: number; notWorth: number }[]>(Prisma.sql`
        select count(*) filter (where checked_in_at is not null)::int as came,
          count(*) filter (where checked_in_at is null and state = 'going')::int as missed,
          count(*) filter (where worth)::int as worth, count(*) filter (where not worth)::int as "notWorth"
        from rsvps where meetup_id = ${meetupId}`)
      if (!row) throw new Error('an aggregate gives a row')
      return row
    },

    /** Names of who came are not kept for ever: only how many there were. */
    async forgetBefore(before: Date): Promise<void> {
      const isOld = Prisma.sql`m.state in ('over', 'cancelled') and m.starts_at < ${before}::timestamptz`
      await tx.$executeRaw(Prisma.sql`
        update meetups m set came = (select count(*)::int from rsvps r where r.meetup_id = m.id and r.checked_in_at is not null)
        where ${isOld} and m.came is null`)
      await tx.$executeRaw(Prisma.sql`delete from rsvps r using meetups m where m.id = r.meetup_id and ${isOld}`)
    },
  }
}
