import { rulesSchema } from '../core/ballot.ts'
import {
  type Ballotee,
  type BallotOption,
  type BallotState,
  DAY_MS,
  type HeldBallot,
  remindAt,
  type WrittenBallot,
} from '../core/held-ballot.ts'
import { Prisma } from './generated/client.ts'
import { WHO } from './hidden.ts'
import type { Tools, Tx } from './transaction.ts'
import { mineIn } from './votes.ts'

/** Drafts nobody opened are kept so long. */
const DRAFT_MS = 14 * DAY_MS

const COLUMNS = Prisma.sql`b.id, b.community_id as "communityId", b.author_id as "authorId", b.state, b.kind, b.question, b.about, b.rules,
  b.secret, b.reasons, b.voters, b.tenure_days as "tenureDays", b.needs_address as "needsAddress", b.shows_early as "showsEarly",
  b.options_until as "optionsUntil", b.extends, b.extended_at as "extendedAt", b.edition, b.electorate, b.created_at as "createdAt",
  b.opened_at as "openedAt", b.closes_at as "closesAt", b.closed_at as "closedAt", b.linked, b.result, b.seal, b.statement,
  b.review_at as "reviewAt",
  coalesce((select json_agg(json_build_object('label', o.label, 'topicId', o.topic_id) order by o.place)
    from ballot_options o where o.ballot_id = b.id), '[]'::json) as options`

/** Any number will do that nothing else takes, so long as every process takes the same. */
const BALLOT_LOCK = 7_203_445

const turnAt = (id: string) => Prisma.sql`${BALLOT_LOCK}::int, hashtext(${id})`

/**
 * Waits until whoever votes on a ballot at this moment is done; whoever comes later waits for the end of this transaction. Not
 * a lock of its row: those who share one let others in, so that a stream of votes could keep a ballot from being closed.
 */
export async function waitForVotes(tx: Tx, id: string): Promise<void> {
  await tx.$queryRaw(Prisma.sql`select pg_advisory_xact_lock(${turnAt(id)})::text`)
}

/** When a ballot has work next: somebody is reminded, it closes, or it comes back to be looked at. */
export const NEXT_BALLOT = Prisma.sql`select min(due_at) from ballots`

/** A row of a list: a ballot, and what it is to one person. */
export interface Awaiting {
  id: string
  question: string
  communityName: string
  closesAt: Date
  state: BallotState
  hasVoted: boolean
}

export function ballots(tx: Tx, { draws }: Tools) {
  const query = async (rest: Prisma.Sql): Promise<HeldBallot[]> => {
    const rows = await tx.$queryRaw<HeldBallot[]>(Prisma.sql`select ${COLUMNS} from ballots b ${rest}`)
    // What the count depends on is read as strictly as if it came from outside; the result is our own.
    return rows.map((row) => ({ ...row, rules: rulesSchema.parse(row.rules) }))
  }
  const keep = ({ rules, options: _, ...written }: WrittenBallot) => ({ ...written, rules: { ...rules } })
  const optionRows = (ballotId: string, options: BallotOption[]) =>
    options.map(({ label, topicId }, place) => ({ ballotId, place, label, topicId }))

  return {
    async get(id: string): Promise<HeldBallot | undefined> {
      return (await query(Prisma.sql`where b.id = ${id}`))[0]
    },

    /** The same, to vote on: until this transaction ends nobody closes or changes it, and others vote beside it. */
    async toVoteOn(id: string): Promise<HeldBallot | undefined> {
      await tx.$queryRaw(Prisma.sql`select pg_advisory_xact_lock_shared(${turnAt(id)})::text`)
      return this.get(id)
    },

    /** The same, to change or close: until this transaction ends nobody votes on it. */
    async toChange(id: string): Promise<HeldBallot | undefined> {
      await waitForVotes(tx, id)
      return this.get(id)
    },

    /** What a person is to a ballot. */
    async own(ballot: HeldBallot, personId: string): Promise<Ballotee> {
      const [row] = await tx.$queryRaw<Ballotee[]>(Prisma.sql`
        with ${mineIn(ballot.communityId, personId)},
        theirs as (select voted from ballot_voters where ballot_id = ${ballot.id} and person_id in (select id from mine)),
        given as (select vote, key, reason from ballot_votes
          where ballot_id = ${ballot.id} and person_id in (select id from mine) order by delegated, at desc limit 1)
        select exists (select 1 from theirs) as "mayVote", exists (select 1 from theirs where voted) as "hasVoted",
          g.vote, g.key, g.reason, (select (select ${WHO} from people p where p.id = d.delegate_id) from delegations d
            join communities c on c.id = d.community_id and not c.sensitive and c.visibility <> 'secret'
            where d.community_id = ${ballot.communityId} and d.person_id in (select id from mine) and d.accepted_at is not null
              and d.delegate_id not in (select id from mine)
            limit 1) as "delegateId" from (select 1) one left join given g on true`)
      if (!row) throw new Error('a select without a table gives a row')
      return row
    },

    /** Keeps what its author wrote, for them to look at before it opens. */
    async write(communityId: string, authorId: string | null, written: WrittenBallot, now: Date): Promise<string> {
      const id = draws.id(now)
      const state = 'draft' satisfies BallotState
      await tx.ballot.create({ data: { ...keep(written), id, communityId, authorId, state, createdAt: now } })
      await tx.ballotOption.createMany({ data: optionRows(id, written.options) })
      return id
    },

    /** Writes it anew; votes there are none yet. What is open by then is another edition. */
    async rewrite({ id, state, edition }: HeldBallot, written: WrittenBallot): Promise<void> {
      const isOpen = state === 'open'
      await tx.ballot.update({ where: { id }, data: { ...keep(written), ...(isOpen && { edition: edition + 1 }) } })
      const before = await tx.ballotOption.findMany({ where: { ballotId: id } })
      await tx.ballotOption.deleteMany({ where: { ballotId: id } })
      const addedBy = (label: string) => before.find((one) => one.label === label)?.addedById ?? null
      const rows = optionRows(id, written.options).map((row) => ({ ...row, addedById: addedBy(row.label) }))
      await tx.ballotOption.createMany({ data: rows })
    },

    /**
     * Opens a ballot, or one that was changed anew, for those who may vote by its rules as they are in the community at
     * `now`. Gives how many they are.
     */
    async open(
      { id, communityId, voters, tenureDays, needsAddress, closesAt, rules }: HeldBallot,
      now: Date,
    ): Promise<number> {
      const since = new Date(now.getTime() - tenureDays * DAY_MS)
      await tx.ballotVoter.deleteMany({ where: { ballotId: id } })
      const electorate = await tx.$executeRaw(Prisma.sql`
        insert into ballot_voters (ballot_id, person_id)
        select ${id}, m.person_id from memberships m join people p on p.id = m.person_id
        where m.community_id = ${communityId} and m.state = 'member' and p.united_into is null
          and (m.organizer or ${voters === 'members'}) and m.since <= ${since}::timestamptz
          and (p.email_proven_at is not null or ${!needsAddress})
        order by m.person_id`)
      const remind = remindAt(now, closesAt)
      const seed = rules.tie === 'drawn' ? draws.ballotKey() : null
      const data = { electorate, openedAt: now, remindAt: remind, dueAt: remind, rules: { ...rules, seed } }
      await tx.ballot.update({ where: { id }, data: { ...data, state: 'open' satisfies BallotState } })
      return electorate
    },

    /** Adds an option at the end, where nobody's vote names anything else by it. */
    async addOption(ballot: HeldBallot, label: string, addedById: string): Promise<void> {
      await tx.ballotOption.create({ data: { ballotId: ballot.id, place: ballot.options.length, label, addedById } })
    },

    /** How many have voted themselves. */
    async turnout(id: string): Promise<number> {
      const [row] = await tx.$queryRaw<{ cast: number }[]>(Prisma.sql`
        select count(distinct ${WHO})::int as cast from ballot_voters v join people p on p.id = v.person_id
        join ballots b on b.id = v.ballot_id join communities c on c.id = b.community_id where v.ballot_id = ${id} and v.voted`)
      return row?.cast ?? 0
    },

    /** The ballots of all communities somebody is in that are open to them, those they have not voted on first. */
    async awaiting(personId: string, now: Date): Promise<Awaiting[]> {
      return tx.$queryRaw<Awaiting[]>(Prisma.sql`
        select b.id, b.question, c.name as "communityName", b.closes_at as "closesAt", b.state, bool_or(v.voted) as "hasVoted"
        from memberships m join ballots b on b.community_id = m.community_id and b.state = 'open' and b.closes_at > ${now}::timestamptz
        join communities c on c.id = b.community_id
        join ballot_voters v on v.ballot_id = b.id join people p on p.id = v.person_id
        where m.person_id = ${personId} and m.state = 'member' and (p.id = ${personId} or p.united_into = ${personId})
          and ${WHO} = ${personId}
        group by b.id, c.name order by 6, b.closes_at, b.id`)
    },

    /** What somebody looks after that is open or not yet. */
    async lookedAfter(personId: string): Promise<Awaiting[]> {
      return tx.$queryRaw<Awaiting[]>(Prisma.sql`
        select b.id, b.question, c.name as "communityName", b.closes_at as "closesAt", b.state, true as "hasVoted"
        from memberships m join ballots b on b.community_id = m.community_id and b.state in ('draft', 'open')
        join communities c on c.id = b.community_id
        where m.person_id = ${personId} and m.state = 'member' and m.organizer
          and not (b.state = 'draft' and exists (select 1 from meetups k where k.ballot_id = b.id))
        order by b.state, b.closes_at, b.id`)
    },

    /** Decided ballots of the communities somebody is in, or of one of them, that hold some words; the latest first. */
    async decided(
      personId: string,
      { communityId, words }: { communityId: string | undefined; words: string },
      page: { skip: number; take: number },
    ): Promise<(HeldBallot & { communityName: string; sensitive: boolean })[]> {
      const like = `%${words.replaceAll(/[\\%_]/g, '\\$&')}%`
      const rows = await tx.$queryRaw<(HeldBallot & { communityName: string; sensitive: boolean })[]>(Prisma.sql`
        select ${COLUMNS}, c.name as "communityName", c.sensitive from ballots b join communities c on c.id = b.community_id
        join memberships m on m.community_id = c.id and m.person_id = ${personId} and m.state = 'member'
        where b.state = 'closed' and (${communityId ?? null}::text is null or c.id = ${communityId ?? null})
          and (b.question ilike ${like} or b.statement ilike ${like}
            or exists (select 1 from ballot_options o where o.ballot_id = b.id and o.label ilike ${like}))
        order by b.closed_at desc, b.id desc limit ${page.take} offset ${page.skip}`)
      return rows.map((row) => ({ ...row, rules: rulesSchema.parse(row.rules) }))
    },

    /** What organizers say to an outcome, and when it is looked at again. */
    async comment(id: string, words: { statement?: string; reviewAt?: Date }): Promise<void> {
      const { statement, reviewAt } = words
      if (statement !== undefined) await tx.ballot.update({ where: { id }, data: { statement } })
      if (reviewAt !== undefined)
        await tx.$executeRaw(Prisma.sql`
          update ballots set review_at = ${reviewAt}::timestamptz, 
            due_at = case when due_at is null or due_at = review_at then ${reviewAt}::timestamptz else least(due_at, ${reviewAt}::timestamptz) end where id = ${id}`)
    },

    async discard(id: string): Promise<void> {
      await tx.ballot.deleteMany({ where: { id, state: 'draft' satisfies BallotState } })
    },

    /** Drafts that were left lying. */
    async sweep(now: Date): Promise<void> {
      const before = new Date(now.getTime() - DRAFT_MS)
      // What looks for a time goes with its meetup.
      const where = { state: 'draft' satisfies BallotState, createdAt: { lt: before }, meetup: null }
      await tx.ballot.deleteMany({ where })
    },
  }
}
