import { waitForVotes } from './ballots.ts'
import { Prisma } from './generated/client.ts'
import { lookAgain } from './queue.ts'
import type { Tx } from './transaction.ts'

const theirs = (personId: string) => ({ OR: [{ id: personId }, { unitedInto: personId }] })
const NOTHING = { isIn: false, words: null, quote: null, consent: null }

/** Nothing of what a community receives tells any more that somebody was in it. */
export async function forgetReceivingIn(tx: Tx, communityId: string, personId: string): Promise<void> {
  const person = theirs(personId)
  await tx.itemAnswer.deleteMany({ where: { item: { communityId }, person } })
  await tx.objection.deleteMany({ where: { communityId, person } })
  await tx.item.updateMany({ where: { communityId, author: person }, data: { authorId: null } })
}

/** Whoever leaves a community is counted in no more, and staff read nothing of theirs that was asked there. */
export async function leaveReceivingIn(tx: Tx, communityId: string, personId: string): Promise<void> {
  await tx.itemAnswer.updateMany({ where: { item: { communityId }, person: theirs(personId) }, data: NOTHING })
}

/**
 * A community is sensitive from now on: nobody in it is asked any more, staff read no answer from there nor how many object,
 * and what was promised to be told of answers is over.
 */
export async function endAsksIn(tx: Tx, communityId: string, now: Date): Promise<void> {
  const asks = { communityId, ask: { not: null } }
  await tx.itemAnswer.updateMany({ where: { item: asks }, data: NOTHING })
  await tx.objection.deleteMany({ where: { communityId } })
  await tx.community.update({ where: { id: communityId }, data: { toldObjections: Prisma.DbNull } })
  await tx.item.updateMany({ where: { communityId }, data: { toldWorth: 0, toldNot: 0 } })
  await tx.goalOwner.deleteMany({ where: { communityId } })
  await tx.post.deleteMany({ where: { item: asks } })
  await endBallotsOn(tx, asks, now)
  await tx.item.updateMany({
    where: { ...asks, state: { in: ['draft', 'asked', 'postponed', 'waiting'] } },
    data: { state: 'withdrawn', dueAt: null },
  })
  await lookAgain(tx, { id: communityId }, now)
  const outcome = 'The community became sensitive, so all answers were deleted.'
  await tx.item.updateMany({ where: { ...asks, state: 'posted', toldAt: null }, data: { outcome, toldAt: now } })
}

/** What is not asked any more is not voted on either. */
async function endBallotsOn(tx: Tx, asks: Prisma.ItemWhereInput, now: Date): Promise<void> {
  const found = await tx.item.findMany({ where: { ...asks, ballot: { state: 'open' } }, select: { ballotId: true } })
  const ids = found.flatMap(({ ballotId }) => ballotId ?? []).sort()
  for (const id of ids) await waitForVotes(tx, id)
  await tx.ballotVote.deleteMany({ where: { ballotId: { in: ids } } })
  await tx.ballotVoter.deleteMany({ where: { ballotId: { in: ids } } })
  const over = { state: 'withdrawn', closedAt: now, remindAt: null, dueAt: null }
  await tx.ballot.updateMany({ where: { id: { in: ids }, state: 'open' }, data: over })
}

/** Of two answers to the same the later words stay, with what was said yes to about them. */
const TAKES_WORDS = Prisma.sql`excluded.words is not null and (excluded.at > own.at or own.words is null)`

/**
 * What somebody offered and answered is another's from now on, in all communities or in some. Of two who found the same worth
 * it, or not, the later counts; whoever is counted in stays so.
 */
export async function receiveAs(tx: Tx, from: string, to: string, communities?: string[]): Promise<void> {
  const inThese = communities && { communityId: { in: communities } }
  await tx.item.updateMany({ where: { authorId: from, ...inThese }, data: { authorId: to } })
  const where = communities ? Prisma.sql`c.id = any(${communities}::text[])` : Prisma.sql`true`
  await tx.$executeRaw(Prisma.sql`
    with gone as (
      delete from item_answers a using items i, communities c
      where a.person_id = ${from} and i.id = a.item_id and c.id = i.community_id and ${where} returning a.*)
    insert into item_answers as own (item_id, person_id, worth, is_in, words, quote, consent, at)
    select item_id, ${to}, worth, is_in, words, quote, consent, at from gone
    on conflict (item_id, person_id) do update set is_in = own.is_in or excluded.is_in, at = greatest(own.at, excluded.at),
      worth = case when excluded.at > own.at then coalesce(excluded.worth, own.worth) else coalesce(own.worth, excluded.worth) end,
      words = case when excluded.at > own.at then coalesce(excluded.words, own.words) else coalesce(own.words, excluded.words) end,
      quote = case when ${TAKES_WORDS} then excluded.quote else own.quote end,
      consent = case when ${TAKES_WORDS} then excluded.consent else own.consent end`)
  await tx.$executeRaw(Prisma.sql`
    with gone as (
      delete from objections o using communities c where o.person_id = ${from} and c.id = o.community_id and ${where} returning o.*)
    insert into objections (community_id, person_id, month, at) select community_id, ${to}, month, at from gone
    on conflict do nothing`)
}
