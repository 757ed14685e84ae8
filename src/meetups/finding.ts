import { openBallot } from '../ballots/running.ts'
import type { WrittenBallot } from '../core/held-ballot.ts'
import { isTimed, type Meetup } from '../core/meetup.ts'
import { Refusal } from '../core/refusal.ts'
import { say } from '../core/say.ts'
import { address } from '../reply.ts'
import type { WithStanding } from '../store/communities.ts'
import { askPartner } from './joint.ts'
import { announce } from './running.ts'
import type { Here } from './seats.ts'
import { nearTo } from './telling.ts'

const HOUR_MS = 3_600_000
/** So long members have to say which times suit them, or half the time until the first of them. */
const FINDING_MS = 3 * 24 * HOUR_MS

/** Keeps the times among which members choose, as a ballot that opens when the meetup is announced. */
export async function keepTimes(
  { store, now }: Here,
  { id, communityId, ballotId, title }: Pick<Meetup, 'id' | 'communityId' | 'ballotId' | 'title'>,
  authorId: string,
  times: Date[],
): Promise<void> {
  if (ballotId !== null) await store.ballots.discard(ballotId)
  const kept = await store.ballots.write(communityId, authorId, ballotOn(title, times, now), now)
  await store.meetups.change(id, { ballotId: kept }, now)
}

function ballotOn(title: string, times: Date[], now: Date): WrittenBallot {
  return {
    kind: 'time',
    question: `When: ${title}?`,
    options: times.map((at) => ({ label: at.toISOString(), topicId: null })),
    rules: { seats: 1, quorum: null, passShare: null, tie: 'earliest', seed: null },
    ...{ secret: false, reasons: 'none', voters: 'members', tenureDays: 0, needsAddress: false },
    ...{ showsEarly: true, optionsUntil: null, extends: false, closesAt: closingOf(times, now) },
  }
}

function closingOf(times: Date[], now: Date): Date {
  const left = Math.min(...times.map((at) => at.getTime())) - now.getTime()
  if (left < 2 * HOUR_MS)
    throw new Refusal(say`Give times that are two hours away at least, so that members can choose.`, 'when')
  return new Date(now.getTime() + Math.min(FINDING_MS, left / 2))
}

/** Lets members choose a time. */
export async function find(here: Here, meetup: Meetup, community: WithStanding): Promise<void> {
  const { store, now } = here
  const ballot = meetup.ballotId === null ? undefined : await store.ballots.toChange(meetup.ballotId)
  if (ballot?.state !== 'draft') throw new Refusal(say`Give a time first, or several between semicolons.`, 'when')
  const times = ballot.options.map(({ label }) => new Date(label))
  const closesAt = closingOf(times, now)
  await store.ballots.rewrite(ballot, { ...ballot, closesAt })
  await openBallot(store, { ...ballot, closesAt }, community, now)
  await store.meetups.change(meetup.id, { state: 'finding' }, now)
}

/** The ballot about a meetup's time is over: its winner is the time, and the meetup is announced. */
export async function settleTime(here: Here, ballotId: string): Promise<void> {
  const { store, now } = here
  const meetup = await store.meetups.ofBallot(ballotId)
  const ballot = meetup && (await store.ballots.get(ballotId))
  const community = meetup && (await store.communities.get(meetup.communityId))
  if (ballot?.state !== 'closed' && ballot?.state !== 'withdrawn') return
  if (!community || (meetup.state !== 'finding' && meetup.state !== 'draft')) return
  const [winner] = ballot.result?.winners ?? []
  const label = winner === undefined ? undefined : ballot.options[winner]?.label
  const startsAt = label === undefined ? undefined : new Date(label)
  if (startsAt && startsAt > now) {
    await store.meetups.change(meetup.id, { startsAt }, now)
    const found = { ...meetup, startsAt }
    if (!isTimed(found)) return
    await announce(here, found)
    return askPartner(here, { ...found, state: 'planned' }, community)
  }
  const organizers = await store.memberships.organizers(community.id)
  const isTheirs = meetup.authorId !== null && organizers.includes(meetup.authorId)
  // Whoever only proposed it can't plan it, so it is with the organizers again.
  await store.meetups.change(meetup.id, { state: isTheirs ? 'draft' : 'proposed', ballotId: null }, now)
  const card = {
    title: say`No time was found: ${meetup.title}`,
    body: say`Give another one, or several for members to choose from.`,
    buttons: [{ label: say`Look after it`, press: address('meetup.manage', { m: meetup.id }) }],
  }
  // A draft is its author's alone.
  const who = isTheirs && meetup.authorId !== null ? [meetup.authorId] : organizers
  await store.notices.tell(who, 'looking-after', { card }, now, nearTo(community), community)
}
