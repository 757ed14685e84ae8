import type { Context } from '../command.ts'
import { communitiesOf, type Meetup, type Rsvp, type TimedMeetup, takesAnswers } from '../core/meetup.ts'
import { Refusal } from '../core/refusal.ts'
import { lines, say } from '../core/say.ts'
import { freeSeats, type Seats } from '../core/waitlist.ts'
import { address, type Button, type Card, type Reply } from '../reply.ts'
import { type InsideMeetup, insideMeetup } from './access.ts'
import { arrivalFields, ownWords } from './cards.ts'
import { offerSeats } from './seats.ts'

/**
 * A meetup that takes answers, held so that seats are given one after the other, and what the caller answered before. It is
 * held as late as can be: when hundreds answer at once, each waits for all before them.
 */
async function held(
  context: Context,
  m: string,
): Promise<InsideMeetup & { meetup: TimedMeetup; own: Rsvp | undefined; seats: Seats }> {
  const { store, caller, now } = context
  const inside = await insideMeetup(context, m)
  const meetup = (await store.meetups.toChange(m)) ?? inside.meetup
  if (meetup.state === 'cancelled') throw new Refusal(say`“${meetup.title}” is cancelled.`)
  if (!takesAnswers(meetup, now))
    throw new Refusal(say`“${meetup.title}” takes no answers: it is over, or not announced.`)
  return { ...inside, meetup, ...(await store.rsvps.standing(meetup, caller.id)) }
}

/** Yes, with so many guests: a seat where there is one for all of them and nobody waits, else a place on the waitlist. */
export async function answerYes(context: Context, m: string, guests?: number): Promise<Reply> {
  const { store, caller, now } = context
  const inside = await held(context, m)
  const { meetup, own, seats } = inside
  const wanted = guests ?? (isIn(own) ? own.guests : 0)
  // Whoever said yes before stays as they are, whatever was changed since.
  if (!isIn(own) || wanted !== own.guests) checkGuests(meetup, wanted)
  if (own?.state === 'going') return withGuests(context, inside, own, wanted)
  const isOffered = own?.state === 'offered' && (own.offeredUntil === null || own.offeredUntil > now)
  if (isOffered) {
    if (wanted <= own.guests) return take(context, inside, own, wanted)
    const kept = { count: 1 + own.guests, one: 'seat is', other: 'seats are' }
    throw new Refusal(say`${kept} kept for you. Take what is kept first, then bring more if there are seats.`)
  }
  const isWaiting = own?.state === 'waiting'
  if (isWaiting && wanted === own.guests) return answered(context, inside)
  const free = freeSeats({ capacity: meetup.capacity, given: seats.given })
  const isFree = seats.waiting === 0 && 1 + wanted <= free
  const been = own?.been || (meetup.turns === 'new' && (await store.attendance.been(communitiesOf(meetup), caller.id)))
  // Who waits and comes with others than before keeps their place.
  const number = isWaiting ? own.number : 'next'
  const state = isFree ? 'going' : 'waiting'
  const remind = own?.remind ?? null
  const kept = await keep(context, meetup, { state, guests: wanted, number, been, remind })
  // While it is full there is nothing to offer; an offer of theirs that ran out is free from now on.
  if (isFree || (free === 0 && own?.state !== 'offered')) {
    const isLast = number === 'next' && meetup.turns === 'arrival'
    return answered(context, inside, { own: kept, before: isLast ? seats.waiting : undefined })
  }
  await offerSeats(context, meetup, inside.found, caller.id)
  return answered(context, inside)
}

/** Keeps an answer; who left the community while they waited for their turn has none to give. */
async function keep(
  { store, caller, now }: Context,
  meetup: TimedMeetup,
  answer: Parameters<Context['store']['rsvps']['answer']>[2],
): Promise<Rsvp> {
  const kept = await store.rsvps.answer(meetup, caller.id, answer, now)
  if (!kept) throw new Refusal(say`You are in no community that meets at “${meetup.title}” any more.`)
  return kept
}

/** Who comes already brings more, as far as there are seats, or fewer. */
async function withGuests(
  context: Context,
  inside: InsideMeetup & { meetup: TimedMeetup; seats: Seats },
  own: Rsvp,
  guests: number,
): Promise<Reply> {
  const { meetup, found, seats } = inside
  if (guests === own.guests) return answered(context, inside)
  const more = guests - own.guests
  const free = seats.waiting > 0 ? 0 : freeSeats({ capacity: meetup.capacity, given: seats.given })
  if (more > free)
    throw new Refusal(
      say`There are not enough free seats to bring ${guests}. You come as before, with ${{ count: own.guests, one: 'guest', other: 'guests' }}.`,
    )
  await keep(context, meetup, { ...own, guests })
  if (more < 0) await offerSeats(context, meetup, found)
  return answered(context, inside)
}

const isIn = (own: Rsvp | undefined): own is Rsvp =>
  own?.state === 'going' || own?.state === 'waiting' || own?.state === 'offered'

function checkGuests({ guests, capacity, title }: Meetup, wanted: number): void {
  if (wanted > guests)
    throw new Refusal(
      guests === 0
        ? say`Nobody can bring guests to “${title}”.`
        : say`Each may bring ${{ count: guests, one: 'guest', other: 'guests' }} to “${title}”.`,
    )
  if (capacity !== null && 1 + wanted > capacity) throw new Refusal(say`“${title}” has ${capacity} seats in all.`)
}

/** Maybe, or no: what seats they had are offered to the next. */
export async function answerOtherwise(context: Context, m: string, state: 'maybe' | 'no'): Promise<Reply> {
  const inside = await held(context, m)
  const { meetup, own, found } = inside
  const kept = { state, guests: 0, number: null, been: own?.been ?? false, remind: own?.remind ?? null }
  await keep(context, meetup, kept)
  // Who only waited may have been the one for whom seats were kept.
  if (isIn(own)) await offerSeats(context, meetup, found)
  return answered(context, inside)
}

/** Takes a seat that was offered. */
export async function takeSeat(context: Context, m: string): Promise<Reply> {
  const inside = await held(context, m)
  const { own, meetup } = inside
  if (own?.state === 'going') return answered(context, inside)
  if (own?.state !== 'offered' || (own.offeredUntil !== null && own.offeredUntil <= context.now))
    throw new Refusal(
      say`No seat is kept for you at “${meetup.title}” any more: the time to take it is over. Say yes once more to stand in line again.`,
    )
  return take(context, inside, own, own.guests)
}

async function take(
  context: Context,
  inside: InsideMeetup & { meetup: TimedMeetup },
  own: Rsvp,
  guests: number,
): Promise<Reply> {
  const { meetup, found } = inside
  await keep(context, meetup, { ...own, state: 'going', guests })
  await offerSeats(context, meetup, found)
  return answered(context, inside)
}

/** Leaves a seat that was offered to the next. */
export async function passSeat(context: Context, m: string): Promise<Reply> {
  const { own, meetup } = await held(context, m)
  if (own?.state !== 'offered') throw new Refusal(say`No seat is kept for you at “${meetup.title}”.`)
  return answerOtherwise(context, m, 'no')
}

/** What somebody is told who answered: where they stand, and what can be said besides. What is `known` is not looked up. */
async function answered(
  context: Context,
  { meetup, found }: InsideMeetup & { meetup: TimedMeetup },
  known?: { own: Rsvp; before: number | undefined },
): Promise<Reply> {
  const { store, caller, organization } = context
  const own = known?.own ?? (await store.rsvps.own(meetup, caller.id))
  if (!own) throw new Error('an answer that was just kept is there')
  const { sensitive } = found
  const isTold = own.state === 'waiting' && !sensitive
  const before = isTold ? (known?.before ?? (await store.rsvps.before(meetup, own))) : undefined
  const also = own.state === 'going' ? await store.meetupLists.alsoAt(meetup, caller.id) : []
  const asks = (own.state === 'going' || own.state === 'waiting') && own.remind === null
  const card: Card = {
    title: say`${meetup.title}`,
    body: lines(
      ownWords(meetup, own, sensitive),
      before !== undefined &&
        say`${before === 0 ? say`You are the first in line` : say`${{ count: before, one: 'is', other: 'are' }} before you`}. You hear when a seat is free for you.`,
      also.length > 0 && say`At that time you come to ${{ strong: also[0]?.title ?? '' }}, too.`,
      asks && say`Shall you be reminded a day and an hour before?`,
    ),
    ...(own.state === 'going' && { fields: arrivalFields(meetup, { name: organization.name, sensitive }) }),
    buttons: answeredButtons(meetup, own, asks),
  }
  return { card, redraw: redrawn(meetup.id) }
}

/** All that shows who comes. */
export const redrawn = (id: string) => [
  { card: 'meetup', id },
  { card: 'meetup-thread', id },
]

function answeredButtons({ id: m, guests }: Meetup, own: Rsvp, asks: boolean): Button[] {
  const comes = own.state === 'going' || own.state === 'waiting'
  return [
    ...(asks
      ? [
          { label: say`Remind me`, press: address('meetups.remind', { m, y: 1 }) },
          { label: say`No reminder`, press: address('meetups.remind', { m, y: 0 }) },
        ]
      : []),
    ...(comes && guests > 0 ? [{ label: say`Bring guests`, press: address('meetups.guests', { m }) }] : []),
    ...(own.state === 'going' ? [{ label: say`Calendar file`, press: address('meetups.file', { m }) }] : []),
    ...(comes ? [{ label: say`I can't come`, press: address('meetups.no', { m }) }] : []),
    ...(own.state === 'maybe' || own.state === 'no'
      ? [{ label: say`Yes, I come`, press: address('meetups.yes', { m }) }]
      : []),
  ]
}

/** Asks how many they bring. */
export async function askGuests(context: Context, m: string): Promise<Reply> {
  const { meetup } = await held(context, m)
  if (meetup.guests === 0) throw new Refusal(say`Nobody can bring guests to “${meetup.title}”.`)
  const options = Array.from({ length: meetup.guests + 1 }, (_, g) => ({
    label: g === 0 ? say`I come alone` : say`I bring ${{ count: g, one: 'guest', other: 'guests' }}`,
    press: address('meetups.yes', { m, g }),
  }))
  return { card: { title: say`How many do you bring to “${meetup.title}”?`, choice: { label: say`Guests`, options } } }
}

/** Whether they are reminded. */
export async function remindOf(context: Context, m: string, isWanted: boolean): Promise<Reply> {
  const { store } = context
  const { own } = await held(context, m)
  if (!isIn(own)) throw new Refusal(say`Who comes is reminded. Say yes first.`)
  await store.rsvps.remind(m, own.personId, isWanted)
  return { text: isWanted ? say`You are reminded a day and an hour before.` : say`You are not reminded.` }
}
