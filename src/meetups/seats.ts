import type { Context } from '../command.ts'
import { communitiesOf, offerUntil, type TimedMeetup, takesAnswers } from '../core/meetup.ts'
import { whenWords } from '../core/meetup-words.ts'
import { say } from '../core/say.ts'
import { freeSeats, nextRound } from '../core/waitlist.ts'
import { address } from '../reply.ts'
import type { WithStanding } from '../store/communities.ts'
import type { WaitingParty } from '../store/rsvps.ts'
import type { Store } from '../store/store.ts'
import { about, everyCard, nearTo } from './telling.ts'

/** What work on meetups needs of whoever does it: a command, or a job. */
export type Here = Pick<Context, 'store' | 'now' | 'site'>

/**
 * Offers what seats are free to who waits, of a meetup that is held: after everything that may have freed one. Whoever has
 * said yes at this moment (`taker`) need not be asked again. Once it has begun nobody is offered anything.
 */
export async function offerSeats(
  here: Here,
  meetup: TimedMeetup,
  community: WithStanding,
  taker?: string,
): Promise<void> {
  const { store, now } = here
  const { id, capacity, turns } = meetup
  if (!takesAnswers(meetup, now) || meetup.startsAt <= now) return
  const seats = await store.rsvps.seats(id)
  if (capacity === null && seats.given + seats.waiting > seats.going) return seatAll(here, meetup, community)
  if (seats.waiting === 0 || freeSeats({ capacity, given: seats.given }) === 0) return store.meetups.reschedule(id)
  const round = nextRound({ capacity, given: seats.given, turns }, await store.rsvps.waiting(id))
  const offers = round.offers.filter(({ personId }) => personId !== taker)
  const until = offerUntil(meetup, now)
  const ids = (parties: { personId: string }[]) => parties.map(({ personId }) => personId)
  await store.rsvps.settle(id, { offers: ids(offers), asks: ids(round.asks), passedOver: ids(round.passedOver) }, until)
  if (offers.length < round.offers.length && taker !== undefined) await store.rsvps.seat(id, taker)
  for (const [size, who] of bySize(offers)) await tellOffer(here, meetup, community, { size, who }, until)
  for (const [size, who] of bySize(round.asks)) await tellTooLarge(here, meetup, community, { size, who }, round.left)
  await store.meetups.reschedule(id)
  if (round.offers.length > 0) await store.cards.redraw('meetup', id, now)
}

/** There is room for any number by now, so nobody has to wait or to answer. */
async function seatAll({ store, now }: Here, meetup: TimedMeetup, community: WithStanding): Promise<void> {
  const card = {
    title: say`There is room for everybody: ${meetup.title}`,
    body: say`${whenWords(meetup)}. You have a seat now, and need not wait.`,
    buttons: [
      { label: say`More`, press: address('meetups.open', { m: meetup.id }) },
      { label: say`I can't come`, press: address('meetups.no', { m: meetup.id }) },
    ],
  }
  const who = await store.rsvps.seatAll(meetup.id)
  await store.notices.tell(who, 'seat', { card }, now, nearTo(community), about(meetup, community, now))
  await store.meetups.reschedule(meetup.id)
  await store.cards.redrawAll(everyCard(meetup.id), now)
}

/** People by how many seats they want, so that all of one size are told at once. */
function bySize(parties: WaitingParty[]): Map<number, string[]> {
  const sizes = new Map<number, string[]>()
  for (const { seats, who } of parties) sizes.set(seats, [...(sizes.get(seats) ?? []), who])
  return sizes
}

interface Sized {
  size: number
  who: string[]
}

async function tellOffer(
  here: Here,
  meetup: TimedMeetup,
  community: WithStanding,
  { who, size: seats }: Sized,
  until: Date,
): Promise<void> {
  const { store, now } = here
  const card = {
    title:
      seats > 1 ? say`${seats} seats are free for you: ${meetup.title}` : say`A seat is free for you: ${meetup.title}`,
    body: say`${whenWords(meetup)}. ${seats > 1 ? say`They are` : say`It is`} kept for you until ${{ when: until }}, then the next is asked.`,
    buttons: [
      { label: say`Take it`, press: address('meetups.take', { m: meetup.id }) },
      { label: say`Pass`, press: address('meetups.pass', { m: meetup.id }) },
    ],
  }
  // Whoever hears of it after quiet hours may hear of what is over (product.md, notices).
  const how = { ...about(meetup, community, now), isUrgent: true }
  await store.notices.tell(who, 'seat', { card }, now, nearTo(community), how)
}

async function tellTooLarge(
  here: Here,
  meetup: TimedMeetup,
  community: WithStanding,
  { who, size: seats }: Sized,
  left: number,
): Promise<void> {
  const { store, now } = here
  const fits = Math.min(left, seats - 1)
  const free = { count: left, one: 'seat is', other: 'seats are' }
  const isTold = !community.sensitive
  const card = {
    title: say`There is room for some of you: ${meetup.title}`,
    body: say`${whenWords(meetup)}. You asked for ${seats} seats${isTold && left > 0 ? say`, and ${free} free` : say``}. You keep your place on the waitlist; once others were asked, the next seats are kept until there are enough for you.`,
    buttons: [
      { label: say`Wait`, press: address('meetups.wait', { m: meetup.id }) },
      ...(fits > 0 ? [{ label: say`Come with fewer`, press: address('meetups.guests', { m: meetup.id }) }] : []),
    ],
  }
  await store.notices.tell(who, 'seat', { card }, now, nearTo(community), about(meetup, community, now))
}

/** The communities that meet, the one it was written for first. */
export async function communitiesThere(store: Store, meetup: TimedMeetup): Promise<WithStanding[]> {
  const all = []
  for (const id of communitiesOf(meetup)) {
    const community = await store.communities.get(id)
    if (community) all.push(community)
  }
  return all
}
