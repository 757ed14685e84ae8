import type { MeetupTurns } from './meetup.ts'

/** A party that waits for seats: one person and whom they bring. */
export interface Party {
  personId: string
  /** In which order the database took their yes. */
  number: number
  seats: number
  been: boolean
  /** Seats were offered to a smaller party behind them before. */
  passedOver: boolean
  /** They were asked before whether they come with fewer. */
  askedFewer: boolean
}

/** How many seats of a meetup are given, and who else there is. */
export interface Seats {
  /** Seats people have, and seats they were offered. */
  given: number
  /** Seats people have. */
  going: number
  /** Parties that wait. */
  waiting: number
  maybe: number
}

/** What there is to give: seats are given once somebody has them, or was offered them. */
export interface Seating {
  /** Null where any number may come. */
  capacity: number | null
  given: number
  turns: MeetupTurns
}

/** What one look at a waitlist brings about. */
export interface Round<P extends Party = Party> {
  /** Who is offered the seats they need, in their order. */
  offers: P[]
  /** Who does not fit, and is asked whether they come with fewer. */
  asks: P[]
  /** Over whom a smaller party was preferred; the next seats are kept for them. */
  passedOver: P[]
  /** Seats that nobody takes, or that are kept for the first in line. */
  left: number
}

/** Who is before whom. */
export function inTurn<P extends Pick<Party, 'number' | 'been'>>(turns: MeetupTurns, parties: P[]): P[] {
  const rank = ({ been }: P) => (turns === 'new' && been ? 1 : 0)
  return [...parties].sort((a, b) => rank(a) - rank(b) || a.number - b.number)
}

/** Seats nobody has and nobody was offered; without a number of seats there is always one more. */
export function freeSeats({ capacity, given }: Pick<Seating, 'capacity' | 'given'>): number {
  return capacity === null ? Number.POSITIVE_INFINITY : Math.max(0, capacity - given)
}

/**
 * Offers what seats are free to who waits, in their turn. A party that does not fit keeps its place and is asked once whether
 * it comes with fewer; smaller ones behind it are offered the seats, but only once: after that what becomes free is kept until
 * it fits. One that could never fit, since there are fewer seats in all, holds nobody up.
 */
export function nextRound<P extends Party>({ capacity, given, turns }: Seating, waiting: P[]): Round<P> {
  const round: Round<P> = { offers: [], asks: [], passedOver: [], left: freeSeats({ capacity, given }) }
  const tooLarge: P[] = []
  for (const party of inTurn(turns, waiting)) {
    if (round.left <= 0) break
    if (party.seats <= round.left) {
      round.offers.push(party)
      round.left -= party.seats
      round.passedOver.push(...tooLarge.splice(0))
      continue
    }
    if (!party.askedFewer) round.asks.push(party)
    if (party.seats > (capacity ?? Number.POSITIVE_INFINITY)) continue
    if (party.passedOver) break
    tooLarge.push(party)
  }
  // While there is nothing left for some of them, they are not asked: it is done once only.
  return round.left > 0 ? round : { ...round, asks: [] }
}
