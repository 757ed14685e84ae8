import type { Result } from '../core/ballot.ts'
import { type BallotState, DAY_MS, type HeldBallot } from '../core/held-ballot.ts'
import { waitForVotes } from './ballots.ts'
import { Prisma } from './generated/client.ts'
import { WHO } from './hidden.ts'
import { rewriteSecretly } from './rewriting.ts'
import type { Tools, Tx } from './transaction.ts'

/** What decides which work a ballot has. */
export interface DueBallot {
  state: BallotState
  closesAt: Date
  reviewAt: Date | null
}

/** Of a secret ballot what its rows were is still to be removed: it is due for that, and not to be looked at again. */
const IS_UNENDED = Prisma.sql`(b.secret and (b.review_at is null or b.due_at < b.review_at))`

/** What happens to ballots on their own clock. */
export function closing(tx: Tx, { draws }: Tools) {
  return {
    /** Ballots with work due, those due longest first. */
    async due(now: Date, limit: number): Promise<string[]> {
      const where = { dueAt: { lte: now } }
      const rows = await tx.ballot.findMany({
        where,
        select: { id: true },
        orderBy: [{ dueAt: 'asc' }, { id: 'asc' }],
        take: limit,
      })
      return rows.map((row) => row.id)
    },

    /** Holds a ballot once whoever votes on it at this moment is done; undefined where nothing is due of it any more. */
    async stillDue(id: string, now: Date): Promise<DueBallot | undefined> {
      await waitForVotes(tx, id)
      const [row] = await tx.$queryRaw<DueBallot[]>(Prisma.sql`
        select state, closes_at as "closesAt", review_at as "reviewAt" from ballots
        where id = ${id} and due_at <= ${now}::timestamptz`)
      return row
    },

    /** Notes that a decision came back. */
    async reviewed(id: string): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        update ballots set review_at = null, due_at = nullif(due_at, review_at) where id = ${id}`)
    },

    /**
     * Ballots that are over and have something due, whether any was secret, and whether a transaction still sees how one of
     * those was before (this one tells of those in other databases): as long as it does, VACUUM FULL takes old rows along.
     */
    async over(now: Date): Promise<{ ids: string[]; anySecret: boolean; isSeen: boolean }> {
      const rows = await tx.$queryRaw<{ id: string; secret: boolean; isSeen: boolean }[]>(Prisma.sql`
        select b.id, ${IS_UNENDED} as secret, ${IS_UNENDED} and exists (select 1 from pg_stat_activity a
          where a.datname = current_database()
            and greatest(age(a.backend_xmin), age(a.backend_xid)) >= age(b.xmin)) as "isSeen"
        from ballots b where b.due_at <= ${now}::timestamptz and b.state in ('closed', 'withdrawn') order by b.id`)
      const ids = rows.map((row) => row.id)
      return { ids, anySecret: rows.some((row) => row.secret), isSeen: rows.some((row) => row.isSeen) }
    },

    /** They are looked at again a little later. */
    async putOff(ids: string[], until: Date): Promise<void> {
      await tx.ballot.updateMany({ where: { id: { in: ids } }, data: { dueAt: until } })
    },

    /** Nothing is due of them any more but a review that is still to come. */
    async rest(ids: string[], now: Date): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        update ballots set due_at = review_at where id = any(${ids}::text[]) and due_at <= ${now}::timestamptz`)
    },

    /** Who may vote, is still a member and has not voted. Notes that they are reminded. */
    async remind(ballot: HeldBallot): Promise<string[]> {
      const { id, closesAt } = ballot
      await tx.ballot.update({ where: { id }, data: { remindAt: null, dueAt: closesAt } })
      return this.electors(ballot, Prisma.sql`not bool_or(v.voted)`)
    },

    /** Those who may vote and are still members. */
    async electors({ id, communityId }: HeldBallot, which = Prisma.sql`true`): Promise<string[]> {
      const rows = await tx.$queryRaw<{ person: string }[]>(Prisma.sql`
        select m.person_id as person from ballot_voters v join people p on p.id = v.person_id
        join communities c on c.id = ${communityId}
        join memberships m on m.community_id = c.id and m.state = 'member' and m.person_id = ${WHO}
        where v.ballot_id = ${id} group by m.person_id having ${which} order by m.person_id`)
      return rows.map((row) => row.person)
    },

    /** Stays open a day longer. */
    async extend({ id, closesAt }: HeldBallot, now: Date): Promise<Date> {
      // After a time in which nothing ran it is a day from now.
      const later = new Date(Math.max(closesAt.getTime(), now.getTime()) + DAY_MS)
      await tx.ballot.update({ where: { id }, data: { closesAt: later, extendedAt: now, dueAt: later } })
      return later
    },

    /** Who was united while it was open and voted as both leaves the later vote; it was one person all along. */
    async settleTwice({ id, communityId }: HeldBallot): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        delete from ballot_votes v using (
          select w.key, row_number() over (partition by coalesce(${WHO}, w.key) order by w.at desc, w.key) as n
          from ballot_votes w left join people p on p.id = w.person_id join communities c on c.id = ${communityId}
          where w.ballot_id = ${id}) d
        where v.ballot_id = ${id} and v.key = d.key and d.n > 1`)
    },

    /** Gives their delegate's vote to those who did not vote themselves, each under a key of its own. */
    async delegate({ id, communityId }: HeldBallot, now: Date): Promise<void> {
      const rows = await tx.$queryRaw<{ person: string; vote: object }[]>(Prisma.sql`
        with electors as (
          select ${WHO} as person, bool_or(v.voted) as voted from ballot_voters v join people p on p.id = v.person_id
          join communities c on c.id = ${communityId} where v.ballot_id = ${id} group by 1),
        given as (
          select ${WHO} as person, v.vote from ballot_votes v join people p on p.id = v.person_id
          join communities c on c.id = ${communityId} where v.ballot_id = ${id}),
        asked as (
          select (select ${WHO} from people p where p.id = d.person_id) as person,
            (select ${WHO} from people p where p.id = d.delegate_id) as delegate, d.accepted_at
          from delegations d join communities c on c.id = d.community_id and not c.sensitive and c.visibility <> 'secret'
          where d.community_id = ${communityId} and d.accepted_at is not null)
        select distinct on (e.person) e.person, g.vote from electors e
        join memberships m on m.community_id = ${communityId} and m.state = 'member' and m.person_id = e.person
        join asked a on a.person = e.person join given g on g.person = a.delegate
        join memberships d on d.community_id = ${communityId} and d.state = 'member' and d.person_id = a.delegate
        where not e.voted and a.delegate <> e.person order by e.person, a.accepted_at desc`)
      await tx.ballotVote.createMany({
        data: rows.map(({ person: personId, vote }) => ({
          ...{ ballotId: id, key: draws.ballotKey(), personId, vote: { ...vote }, delegated: true, at: now },
        })),
      })
    },

    /** How many voted in secret as two before their accounts became one person's. */
    async linkedIn({ id, communityId }: HeldBallot): Promise<number> {
      const [row] = await tx.$queryRaw<{ count: number }[]>(Prisma.sql`
        select count(*)::int as count from (
          select 1 from ballot_voters v join people p on p.id = v.person_id join communities c on c.id = ${communityId}
          where v.ballot_id = ${id} and v.voted group by ${WHO} having count(*) > 1) twice`)
      return row?.count ?? 0
    },

    /** Keeps what was counted. What was secret is secret from now on; the space it took is given back a moment later. */
    async close(
      { id, secret }: HeldBallot,
      { result, seal, linked }: { result: Result; seal: string; linked: number },
      now: Date,
    ): Promise<void> {
      if (secret) await rewriteSecretly(tx, id)
      await tx.ballot.update({
        where: { id },
        data: {
          ...{ state: 'closed' satisfies BallotState, closedAt: now, remindAt: null, dueAt: secret ? now : null },
          // Plain data, as `Result` says; Prisma's type for JSON asks for an index signature that interfaces lack.
          ...{ result: result as unknown as object, seal, linked },
        },
      })
    },

    /** Takes an open ballot back: nothing of the votes is kept. */
    async withdraw({ id, secret }: HeldBallot, now: Date): Promise<void> {
      await tx.ballotVote.deleteMany({ where: { ballotId: id } })
      await tx.ballotVoter.deleteMany({ where: { ballotId: id } })
      await tx.ballot.update({
        where: { id },
        data: { state: 'withdrawn' satisfies BallotState, closedAt: now, remindAt: null, dueAt: secret ? now : null },
      })
    },
  }
}
