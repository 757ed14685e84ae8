import { communitiesOf, type Meetup, type Rsvp, type RsvpState } from '../core/meetup.ts'
import type { Party, Seats } from '../core/waitlist.ts'
import { Prisma } from './generated/client.ts'
import { WHO } from './hidden.ts'
import { BEST_FIRST } from './meeting.ts'
import type { Tx } from './transaction.ts'
import { mineIn } from './votes.ts'

/** An answer `r` as it is read. */
export const RSVP = Prisma.sql`r.person_id as "personId", r.state, r.guests, r.number, r.been, r.offered_until as "offeredUntil",
  r.passed_over as "passedOver", r.asked_fewer as "askedFewer", r.remind, r.checked_in_at as "checkedInAt", r.worth, r.hosts_next as "hostsNext"`

/** A party on a waitlist, and who stands behind it by now. */
export type WaitingParty = Party & { who: string }

/** States in which seats are given. */
const GIVEN = Prisma.sql`('going', 'offered')`

const SEATS = Prisma.sql`coalesce(sum(1 + guests) filter (where state in ${GIVEN}), 0)::int as given,
  coalesce(sum(1 + guests) filter (where state = 'going'), 0)::int as going,
  count(*) filter (where state = 'waiting')::int as waiting, count(*) filter (where state = 'maybe')::int as maybe`

/** Of somebody's answers `r` to a meetup, by whoever they are, the one that counts most; beside `mineIn`. */
const ownOf = (
  { id }: Meetup,
  personId: string,
) => Prisma.sql`r.meetup_id = ${id} and r.person_id in (select id from mine)
  order by ${BEST_FIRST}, (r.person_id = ${personId}) desc, r.person_id limit 1`

export function rsvps(tx: Tx) {
  return {
    async seats(meetupId: string): Promise<Seats> {
      const [row] = await tx.$queryRaw<Seats[]>(Prisma.sql`select ${SEATS} from rsvps where meetup_id = ${meetupId}`)
      if (!row) throw new Error('an aggregate gives a row')
      return row
    },

    /** What somebody answered, and what seats there are, in one statement: everybody who answers waits for it. */
    async standing(meetup: Meetup, personId: string): Promise<{ own: Rsvp | undefined; seats: Seats }> {
      const [row] = await tx.$queryRaw<(Seats & Rsvp)[]>(Prisma.sql`
        with ${mineIn(meetup.communityId, personId)}, seats as (select ${SEATS} from rsvps where meetup_id = ${meetup.id})
        select seats.*, ${RSVP} from seats left join lateral (select * from rsvps r where ${ownOf(meetup, personId)}) r on true`)
      if (!row) throw new Error('an aggregate gives a row')
      const { given, going, waiting, maybe, ...own } = row
      // Where nothing is joined every column of it is empty.
      return { own: own.personId ? own : undefined, seats: { given, going, waiting, maybe } }
    },

    /** What somebody answered; who was united with another has both their answers, of which the one that counts most is theirs. */
    async own(meetup: Meetup, personId: string): Promise<Rsvp | undefined> {
      const [row] = await tx.$queryRaw<Rsvp[]>(Prisma.sql`
        with ${mineIn(meetup.communityId, personId)} select ${RSVP} from rsvps r where ${ownOf(meetup, personId)}`)
      return row
    },

    /**
     * Keeps an answer, of a meetup that is held. A new number is the next one: in this order, and no other, the database took
     * them. Who has two answers, since they were two persons, has one from now on. One statement, since everybody who answers
     * waits for it. Gives what is kept: nothing of who has left meanwhile.
     */
    async answer(
      meetup: Meetup,
      personId: string,
      given: {
        state: RsvpState
        guests: number
        number: 'next' | number | null
        been: boolean
        remind: boolean | null
      },
      now: Date,
    ): Promise<Rsvp | undefined> {
      const { id, communityId } = meetup
      const there = communitiesOf(meetup)
      const { state, guests, number, been, remind } = given
      const [row] = await tx.$queryRaw<Rsvp[]>(Prisma.sql`
        with ${mineIn(communityId, personId)},
        member as (select 1 from memberships s where s.person_id = ${personId} and s.state = 'member' and s.community_id = any(${there})),
        numbered as (update meetups set last_number = last_number + 1
          where id = ${id} and ${number === 'next'} and exists (select 1 from member) returning last_number),
        other as (update rsvps o set state = 'no', number = null, offered_until = null from mine, people p
          where o.meetup_id = ${id} and o.person_id = mine.id and o.person_id <> ${personId} and o.state in ('going', 'offered', 'waiting', 'maybe')
            and p.id = o.person_id and p.united_into is not null)
        insert into rsvps as r (meetup_id, person_id, state, guests, number, been, remind, at)
        select ${id}, ${personId}, ${state}, ${guests}::int,
          ${number === 'next' ? Prisma.sql`(select last_number from numbered)` : Prisma.sql`${number}::int`}, ${been}::boolean, ${remind}::boolean, ${now}::timestamptz where exists (select 1 from member)
        on conflict (meetup_id, person_id) do update set state = excluded.state, guests = excluded.guests, number = excluded.number,
          been = excluded.been, remind = excluded.remind, offered_until = null,
          passed_over = r.passed_over and r.state = 'waiting' and excluded.state = 'waiting',
          asked_fewer = r.asked_fewer and r.state = 'waiting' and excluded.state = 'waiting', at = excluded.at
        returning ${RSVP}`)
      return row
    },

    /** How many are before somebody on the waitlist. */
    async before({ id, turns }: Meetup, { number, been }: Pick<Rsvp, 'number' | 'been'>): Promise<number> {
      const [row] = await tx.$queryRaw<{ before: number }[]>(Prisma.sql`
        select count(*)::int as before from rsvps where meetup_id = ${id} and state = 'waiting'
          and (number < ${number} and (${turns} <> 'new' or been = ${been}) or (${turns} = 'new' and ${been} and not been))`)
      return row?.before ?? 0
    },

    /** Who waits, with everything that decides whose turn it is. */
    async waiting(meetupId: string): Promise<WaitingParty[]> {
      return tx.$queryRaw<WaitingParty[]>(Prisma.sql`
        select r.person_id as "personId", ${WHO} as who, r.number, 1 + r.guests as seats, r.been, r.passed_over as "passedOver", r.asked_fewer as "askedFewer"
        from rsvps r join people p on p.id = r.person_id join meetups m on m.id = r.meetup_id join communities c on c.id = m.community_id
        where r.meetup_id = ${meetupId} and r.state = 'waiting' order by r.number`)
    },

    /** What a look at the waitlist brought about. */
    async settle(
      meetupId: string,
      { offers, asks, passedOver }: { offers: string[]; asks: string[]; passedOver: string[] },
      until: Date,
    ): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        update rsvps set state = case when person_id = any(${offers}) then 'offered' else state end,
          offered_until = case when person_id = any(${offers}) then ${until}::timestamptz else offered_until end,
          asked_fewer = asked_fewer or person_id = any(${asks}), passed_over = passed_over or person_id = any(${passedOver})
        where meetup_id = ${meetupId} and person_id = any(${[...offers, ...asks, ...passedOver]})`)
    },

    /** Gives everybody a seat who waits or was offered one; gives who they are. */
    async seatAll(meetupId: string): Promise<string[]> {
      const who = await this.whoIs(meetupId, ['waiting', 'offered'])
      await tx.rsvp.updateMany({
        where: { meetupId, state: { in: ['waiting', 'offered'] } },
        data: { state: 'going', offeredUntil: null },
      })
      return who
    },

    /** Gives somebody who waits their seats at once. */
    async seat(meetupId: string, personId: string): Promise<void> {
      await tx.rsvp.updateMany({ where: { meetupId, personId, state: 'waiting' }, data: { state: 'going' } })
    },

    /** No offer outlasts this time: that at which it begins now. */
    async offerUntilAtMost(meetupId: string, startsAt: Date): Promise<void> {
      await tx.rsvp.updateMany({
        where: { meetupId, offeredUntil: { gt: startsAt } },
        data: { offeredUntil: startsAt },
      })
    },

    /** Takes back offers nobody answered in time; gives whose they were. */
    async lapse(meetupId: string, now: Date): Promise<string[]> {
      const rows = await tx.$queryRaw<{ who: string }[]>(Prisma.sql`
        with over as (update rsvps set state = 'lapsed', number = null, offered_until = null
          where meetup_id = ${meetupId} and state = 'offered' and offered_until <= ${now}::timestamptz returning person_id)
        select ${WHO} as who from over join people p on p.id = over.person_id join meetups m on m.id = ${meetupId}
          join communities c on c.id = m.community_id order by 1`)
      return rows.map(({ who }) => who)
    },

    /**
     * Who is told of something about a meetup: everybody in one of these states, by who they are now; of those who `asked` to be
     * reminded whoever is not there yet.
     */
    async whoIs(meetupId: string, states: RsvpState[], { asked = false } = {}): Promise<string[]> {
      const rows = await tx.$queryRaw<{ who: string }[]>(Prisma.sql`
        select distinct ${WHO} as who from rsvps r join people p on p.id = r.person_id join meetups m on m.id = r.meetup_id
        join communities c on c.id = m.community_id
        where r.meetup_id = ${meetupId} and r.state = any(${states}) and (r.remind and r.checked_in_at is null or ${!asked}) order by 1`)
      return rows.map(({ who }) => who)
    },

    async remind(meetupId: string, personId: string, remind: boolean): Promise<void> {
      await tx.rsvp.updateMany({ where: { meetupId, personId }, data: { remind } })
    },

    /** Which accounts of those who come are in a room, where a thread can be under its messages. */
    async accountsIn(
      meetupId: string,
      room: { platform: string; workspace: string; place: string },
    ): Promise<string[]> {
      const rows = await tx.$queryRaw<{ account: string }[]>(Prisma.sql`
        select distinct a.external_id as account from rsvps v join people w on w.id = v.person_id
        join accounts a on a.person_id in (w.id, w.united_into) and a.platform = ${room.platform}
        join rooms r on r.platform = ${room.platform} and r.workspace = ${room.workspace} and r.external_id = ${room.place}
        join room_places p on p.room_id = r.id and p.person_id = a.person_id and p.wanted = 'in' and p.known = 'in'
        where v.meetup_id = ${meetupId} and v.state = 'going' order by 1`)
      return rows.map(({ account }) => account)
    },
  }
}
