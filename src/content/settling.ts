import { type Agreement, termsWords } from '../core/agreement.ts'
import type { HeldBallot } from '../core/held-ballot.ts'
import type { Item } from '../core/item.ts'
import { lines, say } from '../core/say.ts'
import { address } from '../reply.ts'
import type { WithStanding } from '../store/communities.ts'
import type { Store } from '../store/store.ts'
import { YES } from './asking.ts'
import { enqueue, leave, tellAuthor, turnWords } from './queue.ts'

/** Holds the community on whose content a ballot decides; before the ballot itself, as whoever posts or withdraws does. */
export async function holdContent(store: Store, ballotId: string): Promise<void> {
  const asked = (await store.agreements.askedBy(ballotId)) ?? (await store.items.askedBy(ballotId))
  if (asked) await store.communities.lock(asked.communityId, 'lightly')
}

/** What a ballot decided about an agreement, or about something offered, holds from now on. */
export async function settleContent(store: Store, ballotId: string, now: Date): Promise<void> {
  const ballot = await store.ballots.get(ballotId)
  const community = ballot && (await store.communities.get(ballot.communityId))
  if (!ballot || !community) return
  if (ballot.state !== 'closed' && ballot.state !== 'withdrawn') return
  await store.communities.lock(community.id, 'lightly')
  // Another one may open.
  if (await store.items.askedBy(ballotId)) await store.queue.freed(community.id, now)
  if (ballot.state === 'withdrawn') return takeBack(store, ballot, community, now)
  const isYes = ballot.result?.outcome === 'decided' && ballot.result.winners.includes(YES)
  await settleAgreement(store, ballot, community, isYes, now)
  await settleItem(store, ballot, community, isYes, now)
}

async function settleAgreement(
  store: Store,
  ballot: HeldBallot,
  community: WithStanding,
  isYes: boolean,
  now: Date,
): Promise<void> {
  const asked = await store.agreements.askedBy(ballot.id)
  if (asked?.state !== 'asked') return
  if (!isYes) return refuse(store, asked, community, now)
  const taken = await store.agreements.take(asked.id, now)
  if (!taken) return
  const { name } = await store.organization.get()
  const card = {
    title: say`Agreement ${taken.version} of ${{ strong: community.name }} with ${name}`,
    body: taken.pausedUntil
      ? say`Until ${{ when: taken.pausedUntil }} nothing is sent; then this holds.`
      : say`From now on this holds.`,
    fields: termsWords(taken),
  }
  await store.posts.sayInRooms(community.id, { card }, now)
}

/** Members did not say yes: everything stays as it is, and organizers are told what they can do. */
async function refuse(store: Store, asked: Agreement, community: WithStanding, now: Date): Promise<void> {
  await store.agreements.refuse(asked.id)
  const { version } = await store.agreements.current(community.id)
  const name = community.name
  const card = {
    title: asked.pausedUntil ? say`No pause for ${{ strong: name }}` : say`No new agreement for ${{ strong: name }}`,
    body: lines(
      say`Too few members voted, or most said No.`,
      version === 0
        ? say`What the organization started you with goes on to hold.`
        : say`Agreement ${version} goes on to hold.`,
      say`You can propose another: ask members what they would want instead.`,
    ),
    buttons: [{ label: say`Look at the agreement`, press: address('agreement.show', { c: community.id }) }],
  }
  const organizers = await store.memberships.organizers(community.id)
  const { platform, workspace } = community
  await store.notices.tell(organizers, 'looking-after', { card }, now, { platform, workspace }, community)
}

async function settleItem(
  store: Store,
  ballot: HeldBallot,
  community: WithStanding,
  isYes: boolean,
  now: Date,
): Promise<void> {
  const item = await store.items.askedBy(ballot.id)
  if (item?.state !== 'asked') return
  if (isYes) {
    await enqueue(store, item, now, true)
    return tellAuthor(store, item, community, say`accepted by ballot. ${await turnWords(store, item, now)}`, now)
  }
  await declineItem(store, item, community, 'Its members decided so in a ballot.', now)
}

/** A ballot that was withdrawn decides nothing: the agreement can be asked about again, the offer is declined. */
async function takeBack(store: Store, ballot: HeldBallot, community: WithStanding, now: Date): Promise<void> {
  await store.agreements.unask(ballot.id)
  const item = await store.items.askedBy(ballot.id)
  if (item?.state === 'asked')
    await declineItem(store, item, community, 'An organizer withdrew the ballot about it.', now)
}

async function declineItem(
  store: Store,
  item: Item,
  community: WithStanding,
  reason: string,
  now: Date,
): Promise<void> {
  await leave(store, item, 'declined', now, { reason })
  await tellAuthor(store, item, community, say`declined. ${reason}`, now)
}
