import type { Context } from '../command.ts'
import { isTimed, type Meetup, type MeetupTurns, type TimedMeetup } from '../core/meetup.ts'
import { orNone } from '../core/meetup-wish.ts'
import { named } from '../core/meetup-words.ts'
import { Refusal } from '../core/refusal.ts'
import { say } from '../core/say.ts'
import { movedAlike } from '../core/when.ts'
import type { Found } from '../option.ts'
import { address, type Reply } from '../reply.ts'
import { asOrganizer, type InsideMeetup, insideMeetup } from './access.ts'
import { cancel, moved } from './changes.ts'
import { find, keepTimes } from './finding.ts'
import { askPartner, partnerOf } from './joint.ts'
import { manageCard } from './manage.ts'
import { announce, showNext } from './running.ts'
import { offerSeats } from './seats.ts'
import { everyCard, nearTo } from './telling.ts'
import { isMoved, type MeetupWords, writtenOf } from './writing.ts'

/** Whoever has so many that wait lets organizers look at them first. */
const PROPOSED_MAX = 5

/** Writes a meetup down, for its author to look at before anybody else does. */
export async function write(context: Context, found: Found, { with: other, ...typed }: MeetupWords): Promise<Reply> {
  const { store, caller, now } = context
  const { standing } = found
  if (found.state !== 'open') throw new Refusal(say`${{ strong: found.name }} is not open, so nobody meets there yet.`)
  const isMember = standing.state === 'member'
  if (!isMember && !caller.isStaff)
    throw new Refusal(say`Only members of ${{ strong: found.name }} can propose that it meets.`)
  if (!isMember && found.sensitive)
    throw new Refusal(say`Nothing is offered to ${{ strong: found.name }} from outside.`)
  if (!standing.organizer && (await store.meetupLists.waitingOf(caller.id)) >= PROPOSED_MAX)
    throw new Refusal(
      say`${PROPOSED_MAX} meetups of yours wait already. Throw one away first: ${{ typed: '/meetups' }}.`,
    )
  const { written, series, times } = writtenOf(context, typed)
  const partnerId = other === undefined ? undefined : await partnerOf(context, other, found)
  const of = { communityId: found.id, authorId: caller.id, byStaff: !isMember }
  const id = await store.meetups.write(of, written, series, now)
  if (partnerId) await store.meetups.change(id, { partnerId }, now)
  if (times.length > 0)
    await keepTimes(context, { id, communityId: found.id, ballotId: null, title: written.title }, caller.id, times)
  return { card: await manageCard(context, await insideMeetup(context, id)) }
}

/** Announces what was written, or has organizers look at it first. */
export async function announceIt(context: Context, m: string): Promise<Reply> {
  const { store, caller, now } = context
  const inside = await asOrganizer(context, m)
  const { meetup, found, isOrganizer } = inside
  if (meetup.state !== 'draft' && meetup.state !== 'proposed')
    return { update: { card: await manageCard(context, inside) } }
  if (isTimed(meetup) && meetup.startsAt <= now)
    throw new Refusal(say`That time, ${{ when: meetup.startsAt }}, is over. Give a later one first.`)
  if (!isOrganizer) return propose(context, inside)
  if (!isTimed(meetup)) {
    await find(context, meetup, found)
    return { update: { text: say`Members choose a time now. The winner is announced by itself.` } }
  }
  await announce(context, meetup)
  await askPartner(context, { ...meetup, state: 'planned' }, found, caller.id)
  await store.audit.note(caller, 'organizer', 'meetup announced', now, { community: found })
  await tellAuthor(
    context,
    meetup,
    found,
    say`${named(meetup)}, which you proposed to ${{ strong: found.name }}, is announced.`,
  )
  const again = await insideMeetup(context, m)
  return { update: { text: say`Announced.`, card: await manageCard(context, again) } }
}

async function propose(context: Context, { meetup, found }: InsideMeetup): Promise<Reply> {
  const { store, caller, now, organization } = context
  await store.meetups.change(meetup.id, { state: 'proposed' }, now)
  // In a sensitive community nobody is named to others.
  const member = found.sensitive ? say`A member proposes` : say`${{ person: caller.id }} proposes`
  const who = meetup.byStaff ? say`${organization.name} offers` : member
  const card = {
    title: say`A meetup to look at: ${meetup.title}`,
    body: say`${who} it to ${{ strong: found.name }}. Nobody else sees it before one of you accepts it.`,
    buttons: [{ label: say`Look at it`, press: address('meetup.manage', { m: meetup.id }) }],
  }
  const organizers = await store.memberships.organizers(found.id)
  await store.notices.tell(organizers, 'looking-after', { card }, now, nearTo(found), found)
  return { update: { text: say`Organizers of ${{ strong: found.name }} look at it. You hear what they say.` } }
}

/** An organizer does not want it; whoever proposed it reads why. */
export async function decline(context: Context, m: string, reason: string): Promise<Reply> {
  const { store, now } = context
  const { meetup, found, isOrganizer } = await asOrganizer(context, m)
  if (meetup.state !== 'proposed' || !isOrganizer) throw new Refusal(say`It does not wait for an answer any more.`)
  await store.meetups.change(m, { state: 'declined' }, now)
  await tellAuthor(
    context,
    meetup,
    found,
    say`${named(meetup)} was not accepted in ${{ strong: found.name }}. The reason: ${reason.trim()}`,
  )
  return { text: say`Declined. Whoever proposed it reads the reason.` }
}

async function tellAuthor(
  { store, caller, now }: Context,
  { authorId }: Meetup,
  found: Found,
  text: ReturnType<typeof say>,
): Promise<void> {
  if (authorId === null || authorId === caller.id) return
  await store.notices.tell([authorId], 'topic', { text }, now, nearTo(found), found)
}

/** Changes what stands there: before it is announced silently, afterwards telling who answered. */
export async function change(context: Context, m: string, which: 'one' | 'all', typed: MeetupWords): Promise<Reply> {
  const { store, caller, now } = context
  const inside = await asOrganizer(context, m)
  const { meetup } = inside
  if (meetup.state === 'draft' || meetup.state === 'proposed') {
    const before = meetup.seriesId ? await store.meetups.series(meetup.seriesId) : undefined
    const { written, series, times } = writtenOf(context, typed, meetup, before)
    await store.meetups.change(m, written, now)
    await store.meetups.repeats(meetup, series, now)
    if (typed.with !== undefined) {
      const partnerId = orNone(typed.with) === null ? null : await partnerOf(context, typed.with, inside.found)
      await store.meetups.change(m, { partnerId }, now)
    }
    if (times.length > 0) await keepTimes(context, { ...meetup, title: written.title }, caller.id, times)
    else if (written.startsAt !== null && meetup.ballotId !== null) await store.ballots.discard(meetup.ballotId)
  } else if (meetup.state === 'planned' && isTimed(meetup)) {
    if (!inside.isOrganizer) throw new Refusal(say`Only organizers of ${inside.found.name} can do that.`)
    await changePlanned(context, meetup, which, typed)
    await store.audit.note(caller, 'organizer', 'meetup changed', now, { community: inside.found })
  } else throw new Refusal(say`“${meetup.title}” can't be changed any more.`)
  return { update: { text: say`Changed.`, card: await manageCard(context, await insideMeetup(context, m)) } }
}

async function changePlanned(
  context: Context,
  meetup: TimedMeetup,
  which: 'one' | 'all',
  typed: MeetupWords,
): Promise<void> {
  const { store, now } = context
  const to = writtenOf(context, typed, meetup).written.startsAt ?? meetup.startsAt
  const isLater = to.getTime() !== meetup.startsAt.getTime()
  const { when: _, ...words } = typed
  const all = which === 'all' ? await store.meetupLists.following(meetup) : [meetup]
  for (const one of all) {
    // What was not typed stays as it is with each; where only words change, one that was moved by itself stays where it is.
    const { written } = writtenOf(context, words, one)
    const alike = isLater ? movedAlike(one.startsAt, meetup.startsAt, to, meetup.zone) : one.startsAt
    const startsAt = one.id === meetup.id ? to : alike
    const after = { ...one, ...written, startsAt, sequence: one.sequence + 1 }
    await store.meetups.change(one.id, { ...written, startsAt, sequence: one.sequence + 1 }, now)
    if (startsAt < one.startsAt) await store.rsvps.offerUntilAtMost(one.id, startsAt)
    if (isMoved(one, after)) await moved(context, one, after)
    await store.cards.redrawAll(everyCard(one.id), now)
    const community = await store.communities.get(one.communityId)
    if (community) await offerSeats(context, after, community)
  }
  await showNext(context, meetup)
}

/** It does not take place, nor, where that is wanted, do those that follow. */
export async function cancelIt(context: Context, m: string, which: 'one' | 'all'): Promise<Reply> {
  const { store, caller, now } = context
  const { meetup, found, isOrganizer } = await asOrganizer(context, m)
  if (!isOrganizer) throw new Refusal(say`Only organizers of ${found.name} can do that.`)
  if (meetup.state !== 'planned' || !isTimed(meetup))
    return { update: { text: say`“${meetup.title}” is not planned any more.` } }
  const all = which === 'all' ? await store.meetupLists.following(meetup) : [meetup]
  await cancel(context, all)
  await store.audit.note(caller, 'organizer', 'meetup cancelled', now, { community: found })
  return { update: { text: say`Cancelled. Everybody who answered is told.` } }
}

/** Whose turn it is on the waitlists of a community's meetups that are announced from now on, this one among them. */
export async function setTurns(context: Context, m: string, turns: MeetupTurns): Promise<Reply> {
  const { store, caller, now } = context
  const { meetup, found, isOrganizer } = await asOrganizer(context, m)
  if (!isOrganizer || meetup.state !== 'draft')
    throw new Refusal(say`Organizers set that before a meetup is announced.`)
  await store.meetups.setTurns(meetup, turns)
  await store.audit.note(caller, 'organizer', 'waitlist order changed', now, { community: found })
  const who =
    turns === 'new' ? say`who was at none of them in the last six months is first` : say`who says yes first is first`
  const text = say`From now on, when a meetup of ${{ strong: found.name }} is full, ${who} on its waitlist.`
  await store.posts.sayInRooms(found.id, { text }, now)
  return { update: { text, card: await manageCard(context, await insideMeetup(context, m)) } }
}
