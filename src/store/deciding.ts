import { Prisma } from './generated/client.ts'
import { forgetMeetingIn, freeSeatsOf, leaveMeetingIn, meetAs } from './meeting.ts'
import { forgetReceivingIn, leaveReceivingIn, receiveAs } from './receiving.ts'
import { forgetTopicsIn, supportAs } from './topics.ts'
import type { Tx } from './transaction.ts'
import { forgetVotesIn } from './votes.ts'

/** Nothing of what a community decides, and of how, tells any more that somebody was in it. */
export async function forgetDecidingIn(tx: Tx, communityId: string, personId: string): Promise<void> {
  await forgetTopicsIn(tx, communityId, personId)
  await forgetVotesIn(tx, communityId, personId)
  await undelegateIn(tx, communityId, personId)
  await forgetMeetingIn(tx, communityId, personId)
  await forgetReceivingIn(tx, communityId, personId)
}

/** A former member decides, meets and answers no more: nobody votes for them nor they for others, and their seats go to the next. */
export async function leaveDecidingIn(tx: Tx, communityId: string, personId: string, now: Date): Promise<void> {
  await undelegateIn(tx, communityId, personId)
  await leaveMeetingIn(tx, communityId, personId, now)
  await leaveReceivingIn(tx, communityId, personId)
}

/** People are forgotten: reasons of their votes go, and their seats go to the next. */
export async function forgetDecidingOf(tx: Tx, personIds: string[], now: Date): Promise<void> {
  await tx.ballotVote.updateMany({ where: { personId: { in: personIds } }, data: { reason: null } })
  await freeSeatsOf(tx, personIds, now)
}

/** What somebody proposed, supports, asked, voted and answered is another's from now on: in all communities, or in some. */
export async function decideAs(tx: Tx, from: string, to: string, communities?: string[]): Promise<void> {
  const inThese = communities && { communityId: { in: communities } }
  await tx.topic.updateMany({ where: { proposerId: from, ...inThese }, data: { proposerId: to } })
  const where = communities ? Prisma.sql`c.id = any(${communities}::text[])` : Prisma.sql`true`
  await supportAs(tx, from, to, where)
  await tx.$executeRaw(Prisma.sql`
    delete from topic_supports s using topics t, communities c
    where s.person_id = ${from} and t.id = s.topic_id and c.id = t.community_id and ${where}`)
  await tx.ballot.updateMany({ where: { authorId: from, ...inThese }, data: { authorId: to } })
  const ballot = inThese && { ballot: inThese }
  await tx.ballotOption.updateMany({ where: { addedById: from, ...ballot }, data: { addedById: to } })
  await tx.ballotVote.updateMany({ where: { personId: from, ...ballot }, data: { personId: to } })
  // Where both are among those who may vote, they are one of them, who has voted if either has.
  await tx.$executeRaw(Prisma.sql`
    with gone as (
      delete from ballot_voters v using ballots b, communities c
      where v.person_id = ${from} and b.id = v.ballot_id and c.id = b.community_id and ${where} returning v.ballot_id, v.voted)
    insert into ballot_voters (ballot_id, person_id, voted) select ballot_id, ${to}, voted from gone
    on conflict (ballot_id, person_id) do update set voted = ballot_voters.voted or excluded.voted`)
  await tx.delegation.updateMany({ where: { delegateId: from, ...inThese }, data: { delegateId: to } })
  await tx.$executeRaw(Prisma.sql`
    update delegations d set person_id = ${to} from communities c where d.person_id = ${from} and c.id = d.community_id and ${where}
      and not exists (select 1 from delegations o where o.community_id = d.community_id and o.person_id = ${to})`)
  await tx.delegation.deleteMany({ where: { personId: from, ...inThese } })
  await meetAs(tx, from, to, communities)
  await receiveAs(tx, from, to, communities)
}

/** A former member votes for nobody, and nobody for them. */
async function undelegateIn(tx: Tx, communityId: string, personId: string): Promise<void> {
  const theirs = { OR: [{ id: personId }, { unitedInto: personId }] }
  await tx.delegation.deleteMany({ where: { communityId, OR: [{ person: theirs }, { delegate: theirs }] } })
}
