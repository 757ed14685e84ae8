import {
  endOf,
  type Meetup,
  type MeetupState,
  type MeetupTurns,
  REMINDERS_MS,
  type TimedMeetup,
  type WrittenMeetup,
} from '../core/meetup.ts'
import type { Repeats } from '../core/recurrence.ts'
import { Prisma } from './generated/client.ts'
import { partMeetings } from './meeting.ts'
import type { Tools, Tx } from './transaction.ts'

/** Drafts nobody announced are kept so long. */
const DRAFT_MS = 14 * 86_400_000

/** A meetup `m` as it is read. */
export const MEETUP = Prisma.sql`m.id, m.community_id as "communityId", m.partner_id as "partnerId", m.joined_at as "joinedAt", m.state,
  m.author_id as "authorId", m.by_staff as "byStaff", m.title, m.starts_at as "startsAt", m.minutes, m.zone, m.place,
  m.place_hidden as "placeHidden", m.capacity, m.guests, m.description, m.access, m.host, m.turns, m.offer_minutes as "offerMinutes",
  m.series_id as "seriesId", m.occurrence_at as "occurrenceAt", m.ballot_id as "ballotId", m.sequence, m.last_number as "lastNumber",
  m.code, m.notes, m.photos, m.came, m.created_at as "createdAt", m.changed_at as "changedAt", m.announced_at as "announcedAt", m.shown_at as "shownAt"`

/** When a meetup `m` ends. */
export const ENDS = Prisma.sql`m.starts_at + make_interval(mins => m.minutes)`

/** A meetup `m` is one of a community's own, or one it has joined in. */
export const meetsIn = (community: Prisma.Sql) =>
  Prisma.sql`(m.community_id = ${community} or (m.partner_id = ${community} and m.joined_at is not null))`

/** When a meetup has work next: an offer runs out, somebody is reminded, it ends, or seats became free. */
export const NEXT_MEETUP = Prisma.sql`select min(due_at) from meetups`

/** A meetup that repeats. */
export interface Series {
  id: string
  repeats: Repeats
  times: number
  startsAt: Date
  minutes: number
  zone: string
}

/** The reminders of a time that are still to come. */
function remindersOf(startsAt: Date, now: Date): { dayBefore: Date | null; hourBefore: Date | null } {
  const before = (ms: number) => {
    const at = new Date(startsAt.getTime() - ms)
    return at > now ? at : null
  }
  return { dayBefore: before(REMINDERS_MS.dayBefore), hourBefore: before(REMINDERS_MS.hourBefore) }
}

/** The same of a meetup nobody has answered yet, and when it has work first. */
function dueOf(timed: Pick<TimedMeetup, 'startsAt' | 'minutes'>, now: Date) {
  const { dayBefore, hourBefore } = remindersOf(timed.startsAt, now)
  return { dayBefore, hourBefore, dueAt: dayBefore ?? hourBefore ?? endOf(timed) }
}

/** A meetup, or all of its series that are still planned. */
const sameSeries = ({ id, seriesId }: Meetup): Prisma.MeetupWhereInput =>
  seriesId === null ? { id } : { seriesId, state: 'planned' }

export function meetups(tx: Tx, { draws }: Tools) {
  const query = (rest: Prisma.Sql) => tx.$queryRaw<Meetup[]>(Prisma.sql`select ${MEETUP} from meetups m ${rest}`)

  return {
    async get(id: string): Promise<Meetup | undefined> {
      return (await query(Prisma.sql`where m.id = ${id}`))[0]
    },

    /** The same, held until this transaction ends: seats are given one after the other. */
    async toChange(id: string): Promise<Meetup | undefined> {
      return (await query(Prisma.sql`where m.id = ${id} for update`))[0]
    },

    async ofBallot(ballotId: string): Promise<Meetup | undefined> {
      return (await query(Prisma.sql`where m.ballot_id = ${ballotId} for update`))[0]
    },

    /** Keeps what its author wrote, for them to look at before anybody else does. */
    async write(
      { communityId, authorId, byStaff }: Pick<Meetup, 'communityId' | 'byStaff'> & { authorId: string },
      written: WrittenMeetup,
      series: Omit<Series, 'id'> | undefined,
      now: Date,
    ): Promise<string> {
      const id = draws.id(now)
      const state: MeetupState = 'draft'
      const seriesId = series ? draws.id(now) : null
      if (series && seriesId) await tx.meetupSeries.create({ data: { ...series, id: seriesId } })
      const times = { createdAt: now, changedAt: now }
      const { meetupTurns: turns } = await tx.community.findUniqueOrThrow({ where: { id: communityId } })
      await tx.meetup.create({
        data: { ...written, ...times, id, communityId, authorId, byStaff, state, seriesId, turns },
      })
      return id
    },

    /** Writes some of it anew. */
    async change(
      id: string,
      words: Partial<WrittenMeetup> &
        Partial<Pick<Meetup, 'state' | 'ballotId' | 'partnerId' | 'notes' | 'photos' | 'sequence'>>,
      now: Date,
    ): Promise<void> {
      await tx.meetup.update({ where: { id }, data: { ...words, changedAt: now } })
    },

    async series(id: string): Promise<Series | undefined> {
      const row = await tx.meetupSeries.findUnique({ where: { id } })
      // Written above, from words that were parsed.
      return row ? { ...row, repeats: row.repeats as Series['repeats'] } : undefined
    },

    async shown(id: string, now: Date): Promise<void> {
      await tx.meetup.update({ where: { id }, data: { shownAt: now } })
    },

    /** How one that is not announced yet repeats from now on: anew, in another way, or not at all. */
    async repeats({ id, seriesId }: Meetup, series: Omit<Series, 'id'> | undefined, now: Date): Promise<void> {
      if (seriesId !== null && series) await tx.meetupSeries.update({ where: { id: seriesId }, data: series })
      else if (seriesId !== null) await tx.meetupSeries.delete({ where: { id: seriesId } })
      else if (series) {
        const made = draws.id(now)
        await tx.meetupSeries.create({ data: { ...series, id: made } })
        await tx.meetup.update({ where: { id }, data: { seriesId: made } })
      }
    },

    /** Makes a meetup one that takes place: from now on it is announced, and answered. */
    async plan({ id, startsAt, seriesId }: TimedMeetup, now: Date): Promise<void> {
      const code = draws.digits()
      const occurrenceAt = seriesId ? startsAt : null
      const state: MeetupState = 'planned'
      await tx.$executeRaw(Prisma.sql`
        update meetups m set state = ${state}, announced_at = ${now}::timestamptz, changed_at = ${now}::timestamptz, code = ${code},
          occurrence_at = ${occurrenceAt}::timestamptz, turns = c.meetup_turns from communities c where m.id = ${id} and c.id = m.community_id`)
      await this.remindAt(id, startsAt, now)
    },

    /** The other occurrences of a series, like its first. */
    async repeat(first: Meetup, at: Date[], now: Date): Promise<void> {
      const { id: _, startsAt: __, occurrenceAt: ___, code: ____, ballotId: _____, shownAt: ______, ...like } = first
      await tx.meetup.createMany({
        data: at.map((startsAt) => ({
          ...like,
          id: draws.id(now),
          startsAt,
          occurrenceAt: startsAt,
          code: draws.digits(),
          ...dueOf({ startsAt, minutes: first.minutes }, now),
        })),
      })
    },

    /** When those who asked for it are reminded of a time; what is over by then nobody is reminded of. */
    async remindAt(id: string, startsAt: Date, now: Date): Promise<void> {
      await tx.meetup.update({ where: { id }, data: remindersOf(startsAt, now) })
      await this.reschedule(id)
    },

    /** What of the reminders is due is told now; gives whether it is the one a day before. */
    async reminded(id: string, now: Date): Promise<'day' | 'hour' | undefined> {
      const [row] = await tx.$queryRaw<{ day: boolean | null; hour: boolean | null }[]>(Prisma.sql`
        with was as (select id, day_before <= ${now}::timestamptz as day, hour_before <= ${now}::timestamptz as hour from meetups where id = ${id})
        update meetups m set day_before = case when was.day then null else m.day_before end,
          hour_before = case when was.hour then null else m.hour_before end
        from was where m.id = was.id returning was.day, was.hour`)
      return row?.hour ? 'hour' : row?.day ? 'day' : undefined
    },

    /** Works out anew when it has work next. */
    async reschedule(id: string): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        update meetups m set due_at = case when m.state = 'planned' and m.starts_at is not null then least(m.day_before, m.hour_before, ${ENDS},
          (select min(r.offered_until) from rsvps r where r.meetup_id = m.id and r.state = 'offered')) end
        where m.id = ${id}`)
    },

    /** What has work now; each is looked at again, held, in a transaction of its own. */
    async due(now: Date, limit: number): Promise<string[]> {
      const rows = await tx.$queryRaw<{ id: string }[]>(
        Prisma.sql`select id from meetups where due_at <= ${now}::timestamptz order by due_at, id limit ${limit}`,
      )
      return rows.map(({ id }) => id)
    },

    /** One that has work still, held. */
    async stillDue(id: string, now: Date): Promise<Meetup | undefined> {
      return (await query(Prisma.sql`where m.id = ${id} and m.due_at <= ${now}::timestamptz for update`))[0]
    },

    /** One that can't be handled holds up no other, and is taken up again later. */
    async putOff(ids: string[], until: Date): Promise<void> {
      if (ids.length > 0) await tx.meetup.updateMany({ where: { id: { in: ids } }, data: { dueAt: until } })
    },

    /** The other community has joined in: at this meetup, and at all of its series. */
    async meetWith(meetup: Meetup, now: Date): Promise<void> {
      await tx.meetup.updateMany({ where: sameSeries(meetup), data: { joinedAt: now } })
    },

    /** The other community has said no. */
    async meetAlone(meetup: Meetup): Promise<void> {
      await tx.meetup.updateMany({ where: { ...sameSeries(meetup), joinedAt: null }, data: { partnerId: null } })
    },

    /** A community nobody is to hear of meets with no other: who is only in the other one has no seat there any more. */
    hide: (communityId: string, now: Date) => partMeetings(tx, communityId, now),

    /** Whose turn it is: of the community's meetups from now on, and of this one. */
    async setTurns({ id, communityId }: Meetup, turns: MeetupTurns): Promise<void> {
      await tx.community.update({ where: { id: communityId }, data: { meetupTurns: turns } })
      await tx.meetup.update({ where: { id }, data: { turns } })
    },

    async discard(id: string): Promise<void> {
      await tx.meetup.deleteMany({ where: { id, state: { in: ['draft', 'proposed', 'declined'] } } })
    },

    /** Drafts and proposals that were left lying, and series nothing is made of. */
    async sweep(now: Date): Promise<void> {
      const before = new Date(now.getTime() - DRAFT_MS)
      await tx.meetup.deleteMany({ where: { state: { in: ['draft', 'declined'] }, changedAt: { lt: before } } })
      // What nobody accepted before it would have begun.
      await tx.meetup.deleteMany({ where: { state: 'proposed', startsAt: { lt: now } } })
      await tx.meetupSeries.deleteMany({ where: { meetups: { none: {} } } })
    },
  }
}
