import type { Vote } from '../core/count.ts'
import type { HeldBallot } from '../core/held-ballot.ts'
import { Prisma } from './generated/client.ts'
import { WHO } from './hidden.ts'
import type { Tools, Tx } from './transaction.ts'

/** A vote as those may read it who may see who voted for what. */
export interface ShownVote {
  /** Empty for a former member. */
  personId: string | null
  vote: unknown
  reason: string | null
  isDelegated: boolean
}

/** One vote of somebody's own, with the key under which it is exported. */
export interface OwnVote {
  ballotId: string
  question: string
  communityName: string
  key: string
  isDelegated: boolean
}

/** Whoever votes, and the accounts they have. */
export const mineIn = (communityId: string, personId: string) => Prisma.sql`
  mine as (select p.id from people p, communities c where c.id = ${communityId}
    and (p.id = ${personId} or p.united_into = ${personId}) and ${WHO} = ${personId})`

/** Where they vote: at their own place, else at that of who they were before. */
const placeOf = (ballotId: string, personId: string) => Prisma.sql`
  place as (select person_id from ballot_voters where ballot_id = ${ballotId} and person_id in (select id from mine)
    order by (person_id = ${personId}) desc, person_id limit 1)`

export function votes(tx: Tx, { draws }: Tools) {
  return {
    /**
     * Casts somebody's vote, or changes it under its key. Who was united with another has one place of two: the other, and
     * what was voted there, stays as it is, for the case that they come apart again. One statement.
     */
    async cast(
      { id, communityId }: HeldBallot,
      personId: string,
      { vote, reason }: { vote: Vote; reason: string | null },
      now: Date,
    ): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        with ${mineIn(communityId, personId)}, ${placeOf(id, personId)},
        noted as (update ballot_voters v set voted = true from place
          where v.ballot_id = ${id} and v.person_id = place.person_id and not v.voted),
        before as (delete from ballot_votes v using place where v.ballot_id = ${id} and v.person_id = place.person_id
          returning v.key, v.at)
        insert into ballot_votes (ballot_id, key, person_id, vote, reason, at)
        select ${id}, coalesce((select key from before order by at desc, key limit 1), ${draws.ballotKey()}), place.person_id,
          ${JSON.stringify(vote)}::jsonb, ${reason}, ${now}::timestamptz from place`)
    },

    /**
     * Casts a secret vote: that somebody voted, and apart from it what was chosen under a key nobody else can know. False
     * where they have voted. One statement, which leaves no time and no order that would outlast the close.
     */
    async castInSecret({ id, communityId }: HeldBallot, personId: string, key: string, vote: Vote): Promise<boolean> {
      const count = await tx.$executeRaw(Prisma.sql`
        with ${mineIn(communityId, personId)}, ${placeOf(id, personId)},
        theirs as (select voted from ballot_voters where ballot_id = ${id} and person_id in (select id from mine)),
        noted as (update ballot_voters v set voted = true from place where v.ballot_id = ${id}
          and v.person_id = place.person_id and not exists (select 1 from theirs where voted) returning 1)
        insert into ballot_votes (ballot_id, key, vote) select ${id}, ${key}, ${JSON.stringify(vote)}::jsonb
        where exists (select 1 from noted)`)
      return count > 0
    },

    /** Changes the secret vote of a key; false where there is none. */
    async changeInSecret(ballotId: string, key: string, vote: Vote): Promise<boolean> {
      const { count } = await tx.ballotVote.updateMany({
        where: { ballotId, key, personId: null },
        data: { vote: { ...vote } },
      })
      return count > 0
    },

    /** What a key stands for; undefined where there is none. */
    async underKey(ballotId: string, key: string): Promise<unknown> {
      const row = await tx.ballotVote.findUnique({ where: { ballotId_key: { ballotId, key } }, select: { vote: true } })
      return row?.vote
    },

    /** Says why, after the vote. */
    async explain({ id, communityId }: HeldBallot, personId: string, reason: string): Promise<void> {
      await tx.$executeRaw(Prisma.sql`
        with ${mineIn(communityId, personId)}
        update ballot_votes set reason = ${reason} where ballot_id = ${id} and key = (select key from ballot_votes
          where ballot_id = ${id} and person_id in (select id from mine) order by at desc, key limit 1)`)
    },

    /** All votes of a ballot, in the order of their random keys. */
    async all(ballotId: string): Promise<{ key: string; vote: unknown; delegated: boolean }[]> {
      return tx.$queryRaw(
        Prisma.sql`select key, vote, delegated from ballot_votes where ballot_id = ${ballotId} order by key`,
      )
    },

    /** Whether anybody voted, those included who are no longer known. */
    async any(ballotId: string): Promise<boolean> {
      return (await tx.ballotVote.count({ where: { ballotId }, take: 1 })) > 0
    },

    /** Who voted for what on a ballot that is not secret, former members last. */
    async shown({ id, communityId }: HeldBallot, page: { skip: number; take: number }): Promise<ShownVote[]> {
      return tx.$queryRaw<ShownVote[]>(Prisma.sql`
        select m.person_id as "personId", v.vote, case when m.person_id is not null then v.reason end as reason,
          v.delegated as "isDelegated"
        from ballot_votes v join communities c on c.id = ${communityId} left join people p on p.id = v.person_id
        left join memberships m on m.community_id = c.id and m.state = 'member' and m.person_id = ${WHO}
        where v.ballot_id = ${id} order by m.person_id nulls last, v.key limit ${page.take} offset ${page.skip}`)
    },

    /** Somebody's own votes with their keys, the latest ballots first; not the secret ones, which nobody knows. */
    async of(personId: string, take: number): Promise<OwnVote[]> {
      return tx.$queryRaw<OwnVote[]>(Prisma.sql`
        select b.id as "ballotId", b.question, c.name as "communityName", v.key, v.delegated as "isDelegated"
        from ballot_votes v join ballots b on b.id = v.ballot_id join communities c on c.id = b.community_id
        join people p on p.id = v.person_id
        where (p.id = ${personId} or p.united_into = ${personId}) and ${WHO} = ${personId}
        order by b.id desc, v.key limit ${take}`)
    },
  }
}

/** Nothing in a community's ballots tells any more that somebody was in it; votes stay as numbers under their keys. */
export async function forgetVotesIn(tx: Tx, communityId: string, personId: string): Promise<void> {
  const theirs = { OR: [{ id: personId }, { unitedInto: personId }] }
  await tx.ballotVoter.deleteMany({ where: { ballot: { communityId }, person: theirs } })
  await tx.ballotVote.updateMany({
    where: { ballot: { communityId }, person: theirs },
    data: { personId: null, reason: null },
  })
  await tx.ballot.updateMany({ where: { communityId, author: theirs }, data: { authorId: null } })
  await tx.ballotOption.updateMany({ where: { ballot: { communityId }, addedBy: theirs }, data: { addedById: null } })
}
