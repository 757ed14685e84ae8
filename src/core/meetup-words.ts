import type { Meetup } from './meetup.ts'
import { lines, type Sayable, say, type Text } from './say.ts'
import type { Seats } from './waitlist.ts'

/** What stands in the place of one that only who says yes is shown. */
export const PLACE_LATER = 'Place after you say yes'

/** How long something takes. */
function lengthWords(minutes: number): Text {
  const [days, hours, rest] = [Math.floor(minutes / 1_440), Math.floor((minutes % 1_440) / 60), minutes % 60]
  const parts = [
    ...(days > 0 ? [say`${{ count: days, one: 'day', other: 'days' }}`] : []),
    ...(hours > 0 ? [say`${{ count: hours, one: 'hour', other: 'hours' }}`] : []),
    ...(rest > 0 ? [say`${{ count: rest, one: 'minute', other: 'minutes' }}`] : []),
  ]
  const [first = say``, ...others] = parts
  return others.reduce((before, one) => say`${before} ${one}`, first)
}

/** When it is, by the reader's own clock. */
export function whenWords({ startsAt, minutes }: Pick<Meetup, 'startsAt' | 'minutes'>): Text {
  return startsAt
    ? say`${{ when: startsAt }}, for ${lengthWords(minutes)}`
    : say`A time is looked for; it takes ${lengthWords(minutes)}`
}

/** A meetup in the middle of a sentence: its title, and when. */
export function named({ title, startsAt }: Pick<Meetup, 'title' | 'startsAt'>): Text {
  return startsAt ? say`${{ strong: title }} (${{ when: startsAt }})` : say`${{ strong: title }}`
}

/** Where it is, for whoever may know. */
export function placeWords(
  { place, placeHidden }: Pick<Meetup, 'place' | 'placeHidden'>,
  mayKnow: boolean,
): string | null {
  return place !== null && placeHidden && !mayKnow ? PLACE_LATER : place
}

/** How full it is. Of a sensitive community nothing is told in numbers (product.md, law 7). */
export function seatsWords({ capacity }: Pick<Meetup, 'capacity'>, seats: Seats, sensitive: boolean): Text {
  const isFull = capacity !== null && seats.given >= capacity
  if (sensitive) return isFull || seats.waiting > 0 ? say`Full. Who says yes now waits for a seat.` : say`Not full`
  const { going, given, waiting, maybe } = seats
  const coming = comingWords(going, capacity)
  return say`${coming}${given > going ? say`, ${given - going} offered` : say``}${waiting > 0 ? say`, ${waiting} on the waitlist` : say``}${maybe > 0 ? say`, ${maybe} maybe` : say``}`
}

function comingWords(going: number, capacity: number | null): Text {
  const come = { count: going, one: 'comes', other: 'come' }
  if (capacity === null) return going === 0 ? say`Nobody yet` : say`${come}`
  // Whoever had a seat before there were fewer keeps it.
  return going > capacity
    ? say`${come}, for ${{ count: capacity, one: 'seat', other: 'seats' }}`
    : say`${going} of ${capacity} taken`
}

/** Who receives people. In a sensitive community nobody is named who was not named on purpose. */
export function hostWords(
  { host, authorId, byStaff }: Pick<Meetup, 'host' | 'authorId' | 'byStaff'>,
  { name, sensitive }: { name: string; sensitive: boolean },
): Sayable | undefined {
  if (host !== null) return host
  if (byStaff) return name
  return authorId === null || sensitive ? undefined : { person: authorId }
}

/** What holds for seats, for everybody to read beforehand. */
export function rulesWords({ capacity, guests, turns, offerMinutes, placeHidden, place }: Meetup): Text {
  return lines(
    guests > 0 && say`Each may bring ${{ count: guests, one: 'guest', other: 'guests' }}.`,
    capacity !== null &&
      say`Once it is full there is a waitlist. A seat that becomes free is offered to the next for ${lengthWords(offerMinutes)}, near the start for less; ${turns === 'new' ? say`who has not been there in the last six months is first` : say`who said yes first is first`}.`,
    place !== null && placeHidden && say`Who says yes is shown the place.`,
    say`Organizers see who answered what. Where there is a thread for those who come, everybody in the room sees who is in it.`,
  )
}
