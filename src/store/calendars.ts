import { z } from 'zod'
import type { Community } from '../core/community.ts'
import type { RsvpState, TimedMeetup } from '../core/meetup.ts'
import { Prisma } from './generated/client.ts'
import { shellsOf, WHO } from './hidden.ts'
import { BEST_FIRST } from './meeting.ts'
import { MEETUP, meetsIn, type Series } from './meetups.ts'
import type { Tools, Tx } from './transaction.ts'
import { whoNow } from './turns.ts'

/** Of what is over a calendar shows so much, since programs drop what a feed has no more. */
const SHOWN_MS = 90 * 86_400_000

/** Whose calendar it is, and which of its addresses: a new one ends those before. */
const wordsSchema = z.tuple([z.string(), z.int()])

/** What somebody counts on, or might; what was cancelled says so. */
const IN_ONES_OWN: RsvpState[] = ['going', 'maybe', 'offered', 'waiting', 'came']

/** A meetup in somebody's own calendar. */
export type OwnMeetup = TimedMeetup & { answer: RsvpState } & Pick<Community, 'slug' | 'visibility' | 'sensitive'>

/** Calendars that programs read by their address. */
export function calendars(tx: Tx, { keys }: Tools) {
  const sinceOf = (now: Date) => Prisma.sql`${new Date(now.getTime() - SHOWN_MS)}::timestamptz`
  return {
    /** The secret part of the address of somebody's own calendar. */
    async token(personId: string): Promise<string> {
      const person = await tx.person.findUniqueOrThrow({ where: { id: personId }, select: { calendarVersion: true } })
      return keys.token('calendar', JSON.stringify([personId, person.calendarVersion]))
    },

    /** Ends all addresses there were, those of whom they were before they were united too. */
    async renew(personId: string): Promise<void> {
      const ids = [personId, ...(await shellsOf(tx, personId))]
      await tx.person.updateMany({ where: { id: { in: ids } }, data: { calendarVersion: { increment: 1 } } })
    },

    /** Whose calendar such a part leads to; undefined for one that has ended, or is none of ours. */
    async personOf(token: string): Promise<string | undefined> {
      const words = keys.readToken('calendar', token)
      const read = words === undefined ? undefined : wordsSchema.safeParse(JSON.parse(words)).data
      if (!read) return undefined
      const [personId, version] = read
      const found = await tx.person.count({ where: { id: personId, calendarVersion: version } })
      return found > 0 ? whoNow(tx, personId) : undefined
    },

    /** What somebody answered to, of communities they are in; nothing of a sensitive one goes outside (product.md, law 7). */
    async ofPerson(personId: string, now: Date): Promise<OwnMeetup[]> {
      return tx.$queryRaw<OwnMeetup[]>(Prisma.sql`
        select ${MEETUP}, r.state as answer, c.slug, c.visibility, c.sensitive from meetups m join communities c on c.id = m.community_id
        join lateral (select r.state from rsvps r join people p on p.id = r.person_id
          where r.meetup_id = m.id and (p.id = ${personId} or p.united_into = ${personId}) and ${WHO} = ${personId}
          order by ${BEST_FIRST} limit 1) r on true
        where r.state = any(${IN_ONES_OWN}) and m.announced_at is not null and m.starts_at >= ${sinceOf(now)}
          and exists (select 1 from memberships s where s.person_id = ${personId} and s.state = 'member' and ${meetsIn(Prisma.sql`s.community_id`)})
          and not exists (select 1 from communities h where h.sensitive and ${meetsIn(Prisma.sql`h.id`)})
        order by m.starts_at, m.id`)
    },

    /**
     * Everything a community announced, whether or not it still takes place; nothing of one that not everybody may find. A
     * series is whole as long as one of it is shown: of those that are left out its rule would tell wrongly.
     */
    async ofCommunity(communityId: string, now: Date): Promise<TimedMeetup[]> {
      const isShown = Prisma.sql`${meetsIn(Prisma.sql`${communityId}`)} and m.announced_at is not null and m.starts_at >= ${sinceOf(now)}`
      return tx.$queryRaw<TimedMeetup[]>(Prisma.sql`
        select ${MEETUP} from meetups m
        where ${meetsIn(Prisma.sql`${communityId}`)} and m.announced_at is not null
          and (m.starts_at >= ${sinceOf(now)} or m.series_id in (select m.series_id from meetups m where ${isShown}))
          and not exists (select 1 from communities h where (h.sensitive or h.visibility <> 'open') and ${meetsIn(Prisma.sql`h.id`)})
        order by m.starts_at, m.id`)
    },

    /** What repeats, of these. */
    async series(ids: string[]): Promise<Series[]> {
      const rows = await tx.meetupSeries.findMany({ where: { id: { in: ids } }, orderBy: { id: 'asc' } })
      // Written by `meetups.write`, from words that were parsed.
      return rows.map((row) => ({ ...row, repeats: row.repeats as Series['repeats'] }))
    },
  }
}
