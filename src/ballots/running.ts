import { count, quorumMet } from '../core/count.ts'
import { sealOf } from '../core/export-ballot.ts'
import { type HeldBallot, isMissedByLittle, SECRET_ELECTORATE_MIN } from '../core/held-ballot.ts'
import { Refusal } from '../core/refusal.ts'
import { lines, say, type Text } from '../core/say.ts'
import { address } from '../reply.ts'
import type { WithStanding } from '../store/communities.ts'
import type { Store } from '../store/store.ts'
import { exported } from './export.ts'
import { castsOf, labelled, outcomeCard } from './outcome.ts'
import { backToProposed, ontoBallot, tellOfTopics } from './topics.ts'

const nearTo = ({ platform, workspace }: WithStanding) => ({ platform, workspace })

/** Opens a ballot, or opens one anew that was changed before anybody voted. */
export async function openBallot(store: Store, ballot: HeldBallot, community: WithStanding, now: Date): Promise<void> {
  const isNew = ballot.state === 'draft'
  const electorate = await store.ballots.open(ballot, now)
  if (electorate === 0) throw new Refusal(say`By these rules nobody may vote. Change who may.`)
  if (ballot.secret && electorate < SECRET_ELECTORATE_MIN)
    throw new Refusal(
      say`By these rules ${electorate} may vote. Nothing is secret among so few: it takes ${SECRET_ELECTORATE_MIN} at least.`,
    )
  const { id } = ballot
  if (!isNew) return store.cards.redraw('ballot', id, now)
  await ontoBallot(store, ballot, community, now)
  const unmade = await store.cards.placeInRooms('ballot', id, community.id, now)
  const card = {
    title: say`A ballot: ${ballot.question}`,
    body: lines(
      ballot.about ? say`${ballot.about}` : undefined,
      say`In ${{ strong: community.name }}. It closes ${{ when: ballot.closesAt }}.`,
    ),
    buttons: [{ label: say`Vote`, press: address('vote.open', { b: id }) }],
  }
  // Said there once the room is made.
  for (const where of unmade) await store.posts.say({ communityId: community.id, ...where }, { card }, now)
  const electors = await store.closing.electors(ballot)
  await store.notices.tell(electors, 'ballot', { card }, now, nearTo(community), community)
}

/**
 * Closes a ballot that is held: counts it, keeps the outcome, and tells of it once. Where the quorum is missed by little and
 * that was agreed, it stays open a day longer instead, unless it is closed `early`.
 */
export async function closeBallot(
  store: Store,
  ballot: HeldBallot,
  community: WithStanding,
  now: Date,
  early = false,
): Promise<'closed' | 'extended'> {
  const { id, question, secret } = ballot
  if (!secret) await store.closing.settleTwice(ballot)
  const own = await castsOf(store, ballot)
  if (!early && ballot.extends && !ballot.extendedAt && isMissedByLittle(quorumMet(labelled(ballot), own.length))) {
    const closesAt = await store.closing.extend(ballot, now)
    await store.posts.sayInRooms(
      community.id,
      { text: say`Few are missing for the quorum of “${question}”: it stays open until ${{ when: closesAt }}.` },
      now,
    )
    await store.cards.redraw('ballot', id, now)
    return 'extended'
  }
  if (!secret) await store.closing.delegate(ballot, now)
  const result = count(labelled(ballot), secret ? own : await castsOf(store, ballot))
  const seal = sealOf(await exported(store, ballot, now))
  const linked = secret ? await store.closing.linkedIn(ballot) : 0
  await store.closing.close(ballot, { result, seal, linked }, now)
  const closed: HeldBallot = { ...ballot, state: 'closed', closedAt: now, result, seal, linked }
  await tellOfTopics(store, closed, community, now)
  await store.cards.redraw('ballot', id, now)
  const card = {
    ...outcomeCard(closed, community),
    buttons: [{ label: say`More about it`, press: address('vote.outcome', { b: id }) }],
  }
  await store.posts.sayInRooms(community.id, early ? { text: say`An organizer closed it early.`, card } : { card }, now)
  const electors = await store.closing.electors(ballot)
  await store.notices.tell(electors, 'ballot', { card }, now, nearTo(community), community)
  return 'closed'
}

/** Takes an open ballot back that is held. */
export async function withdrawBallot(
  store: Store,
  ballot: HeldBallot,
  community: WithStanding,
  now: Date,
  by: Text = say`an organizer`,
): Promise<void> {
  const electors = await store.closing.electors(ballot)
  await store.closing.withdraw(ballot, now)
  await backToProposed(store, ballot, community, now)
  await store.cards.redraw('ballot', ballot.id, now)
  const text = say`The ballot “${ballot.question}” in ${{ strong: community.name }} was withdrawn by ${by}. No vote on it is kept.`
  await store.posts.sayInRooms(community.id, { text }, now)
  await store.notices.tell(electors, 'ballot', { text }, now, nearTo(community), community)
}

/** Reminds, once, those who have not voted. */
export async function remindVoters(
  store: Store,
  ballot: HeldBallot,
  community: WithStanding,
  now: Date,
): Promise<void> {
  const missing = await store.closing.remind(ballot)
  const card = {
    title: say`Not voted yet: ${ballot.question}`,
    body: say`In ${{ strong: community.name }}. It closes ${{ when: ballot.closesAt }}.`,
    buttons: [{ label: say`Vote`, press: address('vote.open', { b: ballot.id }) }],
  }
  await store.notices.tell(missing, 'closing', { card }, now, nearTo(community), community)
}

/** A decision comes back to be looked at again. */
export async function reviewDecision(
  store: Store,
  ballot: HeldBallot,
  community: WithStanding,
  now: Date,
): Promise<void> {
  const card = {
    title: say`Time to look at it again: ${ballot.question}`,
    body: say`It was decided ${{ when: ballot.closedAt ?? now }}. Does it still hold? An organizer can ask anew with ${{ typed: '/ballot' }}.`,
    buttons: [{ label: say`What was decided`, press: address('vote.outcome', { b: ballot.id }) }],
  }
  await store.closing.reviewed(ballot.id)
  await store.posts.sayInRooms(community.id, { card }, now)
  const organizers = await store.memberships.organizers(community.id)
  await store.notices.tell(organizers, 'looking-after', { card }, now, nearTo(community), community)
}
