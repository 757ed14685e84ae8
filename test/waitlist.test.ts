import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { offerUntil } from '../src/core/meetup.ts'
import { freeSeats, inTurn, nextRound, type Party, type Seating } from '../src/core/waitlist.ts'

const runs = { numRuns: 500, seed: 1 }

const party = (number: number, seats: number, more: Partial<Party> = {}): Party => ({
  personId: `p${number}`,
  number,
  seats,
  been: false,
  passedOver: false,
  askedFewer: false,
  ...more,
})

const seating = (capacity: number | null, given: number): Seating => ({ capacity, given, turns: 'arrival' })
const names = (parties: Party[]) => parties.map(({ personId }) => personId)

describe('who is offered a seat', () => {
  test('is the first in line, as far as there are seats', () => {
    const round = nextRound(seating(5, 3), [party(3, 1), party(1, 1), party(2, 1)])
    expect(names(round.offers)).toEqual(['p1', 'p2'])
    expect(round).toMatchObject({ asks: [], passedOver: [], left: 0 })
  })

  test('is a smaller party behind one that does not fit, which is asked whether it comes with fewer, once', () => {
    const large = party(1, 3)
    const first = nextRound(seating(5, 3), [large, party(2, 1), party(3, 2)])
    expect(names(first.offers)).toEqual(['p2'])
    expect(names(first.passedOver)).toEqual(['p1'])
    expect(names(first.asks)).toEqual(['p1', 'p3'])
    const kept = nextRound(seating(5, 4), [{ ...large, passedOver: true, askedFewer: true }, party(3, 1)])
    expect(kept).toEqual({ offers: [], asks: [], passedOver: [], left: 1 })
    const fits = nextRound(seating(5, 2), [{ ...large, passedOver: true, askedFewer: true }, party(3, 1)])
    expect(names(fits.offers)).toEqual(['p1'])
  })

  test('is whoever comes behind a party larger than all seats there are', () => {
    const never = party(1, 4, { passedOver: true, askedFewer: true })
    const round = nextRound(seating(3, 1), [never, party(2, 1), party(3, 1)])
    expect(names(round.offers)).toEqual(['p2', 'p3'])
    expect(round).toMatchObject({ asks: [], passedOver: [] })
  })

  test('is nobody where all seats are given, and then nobody is asked for less either', () => {
    expect(nextRound(seating(2, 3), [party(1, 2)])).toEqual({ offers: [], asks: [], passedOver: [], left: 0 })
  })

  test('is asked for less only while some of its seats are free', () => {
    const round = nextRound(seating(3, 2), [party(1, 2), party(2, 1)])
    expect(names(round.offers)).toEqual(['p2'])
    expect(round).toMatchObject({ asks: [], left: 0 })
    const later = nextRound(seating(3, 2), [party(1, 2, { passedOver: true })])
    expect(names(later.asks)).toEqual(['p1'])
  })

  test('is everybody where any number may come', () => {
    expect(names(nextRound(seating(null, 900), [party(1, 20), party(2, 1)]).offers)).toEqual(['p1', 'p2'])
  })
})

const parties = fc
  .array(
    fc.record({
      seats: fc.integer({ min: 1, max: 5 }),
      been: fc.boolean(),
      passedOver: fc.boolean(),
      asked: fc.boolean(),
    }),
    { maxLength: 8 },
  )
  .chain((all) => {
    const made = all.map(({ asked, ...one }, i) => ({ ...party(i + 1, 1), ...one, askedFewer: asked }))
    return fc.shuffledSubarray(made, { minLength: made.length })
  })
const seatings = fc.record({
  capacity: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(null)),
  given: fc.nat(12),
  turns: fc.constantFrom('arrival' as const, 'new' as const),
})

const sum = (some: Party[]) => some.reduce((total, { seats }) => total + seats, 0)
const property = (holds: (seats: Seating, waiting: Party[]) => void) =>
  fc.assert(fc.property(seatings, parties, holds), runs)
const fits = ({ seats }: Party, { capacity }: Seating) => capacity === null || seats <= capacity
/** The waitlist as it is once what a round brought about was kept. */
const settled = (seats: Seating, waiting: Party[]) => {
  const round = nextRound(seats, waiting)
  const left = waiting
    .filter((one) => !round.offers.includes(one))
    .map((one) => ({
      ...one,
      passedOver: one.passedOver || round.passedOver.includes(one),
      askedFewer: one.askedFewer || round.asks.includes(one),
    }))
  return { round, seats: { ...seats, given: seats.given + sum(round.offers) }, waiting: left }
}

describe('whatever the waitlist', () => {
  test('no seat is offered that is not free, and what is left is what there was less what was offered', () => {
    property((seats, waiting) => {
      const { offers, left } = nextRound(seats, waiting)
      expect(sum(offers)).toBeLessThanOrEqual(freeSeats(seats))
      expect(left).toBe(freeSeats(seats) - sum(offers))
    })
  })

  test('the order is that of the numbers, or has first who was never there, and nobody is lost', () => {
    property(({ turns }, waiting) => {
      const line = inTurn(turns, waiting)
      expect(new Set(line)).toEqual(new Set(waiting))
      for (const [i, one] of line.entries()) {
        const next = line[i + 1]
        if (!next) continue
        if (turns === 'new' && one.been !== next.been) expect(one.been).toBe(false)
        else expect(one.number).toBeLessThan(next.number)
      }
    })
  })

  test('offers go out in their turn, and nobody is skipped but who does not fit and was not skipped before', () => {
    property((seats, waiting) => {
      const line = inTurn(seats.turns, waiting)
      const { offers, passedOver } = nextRound(seats, waiting)
      expect(offers).toEqual(line.filter((one) => offers.includes(one)))
      const last = line.indexOf(offers.at(-1) ?? party(0, 1))
      const skipped = line.slice(0, Math.max(0, last)).filter((one) => !offers.includes(one))
      for (const one of skipped) {
        const before = offers.filter((other) => line.indexOf(other) < line.indexOf(one))
        expect(one.seats).toBeGreaterThan(freeSeats(seats) - sum(before))
        if (fits(one, seats)) expect(one.passedOver).toBe(false)
      }
      expect(passedOver).toEqual(skipped.filter((one) => fits(one, seats)))
    })
  })

  test('seats stay free only where nobody fits, or for the first who was skipped before', () => {
    property((seats, waiting) => {
      const { offers, left } = nextRound(seats, waiting)
      const line = inTurn(seats.turns, waiting).filter((one) => !offers.includes(one))
      const keptFor = line.findIndex((one) => one.passedOver && fits(one, seats))
      for (const one of keptFor < 0 ? line : line.slice(0, keptFor + 1)) expect(one.seats).toBeGreaterThan(left)
    })
  })

  test('who is asked for less does not fit, was not asked before, and could come with fewer', () => {
    property((seats, waiting) => {
      const { asks, offers, left } = nextRound(seats, waiting)
      for (const one of asks) {
        expect(one).toMatchObject({ askedFewer: false })
        expect(offers).not.toContain(one)
        expect(one.seats).toBeGreaterThan(left)
        expect(left).toBeGreaterThan(0)
      }
    })
  })

  test('a second look right after the first offers nothing, asks nobody and skips nobody', () => {
    property((seats, waiting) => {
      const once = settled(seats, waiting)
      const twice = nextRound(once.seats, once.waiting)
      expect(twice).toEqual({ offers: [], asks: [], passedOver: [], left: once.round.left })
    })
  })

  test('one more seat never means fewer seats offered to the first in line', () => {
    property((seats, waiting) => {
      const [first] = inTurn(seats.turns, waiting)
      const { capacity } = seats
      if (!first || capacity === null) return
      const had = nextRound(seats, waiting).offers.includes(first)
      const has = nextRound({ ...seats, capacity: capacity + 1 }, waiting).offers.includes(first)
      expect(has || !had).toBe(true)
    })
  })

  test('looks at the seats that become free one by one offer them to everybody in the end, whatever their size', () => {
    property((seats, waiting) => {
      let now = { seats, waiting: waiting.filter((one) => fits(one, seats)) }
      // Whoever was offered something takes it and leaves again, as often as it takes.
      for (let rounds = 0; rounds <= waiting.length; rounds++) {
        const { seats: filled, waiting: left } = settled({ ...now.seats, given: 0 }, now.waiting)
        now = { seats: filled, waiting: left }
      }
      expect(now.waiting).toEqual([])
    })
  })
})

describe('a seat is offered', () => {
  const startsAt = new Date('2026-03-01T18:00:00Z')
  const ahead = (minutes: number) => new Date(startsAt.getTime() - minutes * 60_000)
  const minutesOffered = (offer: number, left: number) =>
    (offerUntil({ startsAt, offerMinutes: offer }, ahead(left)).getTime() - ahead(left).getTime()) / 60_000

  test.each([
    [720, 10_000, 720],
    [720, 2_880, 720],
    [720, 1_440, 360],
    [720, 100, 25],
    [720, 40, 10],
    [720, 20, 10],
    [720, 7, 7],
    [10, 20_000, 10],
  ])('for so many minutes at most (%i), so long before it starts (%i): %i', (offer, left, minutes) => {
    expect(minutesOffered(offer, left)).toBe(minutes)
  })

  test('never past the start, never longer than was set, and ten minutes at least where there are so many', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 20_160 }), fc.integer({ min: 1, max: 60_000 }), (offer, left) => {
        const minutes = minutesOffered(offer, left)
        expect(minutes).toBeLessThanOrEqual(Math.min(offer, left))
        expect(minutes).toBeGreaterThan(0)
        expect(minutes).toBeGreaterThanOrEqual(Math.min(10, left))
        expect(minutes).toBeGreaterThanOrEqual(Math.floor(Math.min(offer, left / 4)))
      }),
      runs,
    )
  })

  test('for longer the earlier it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 20_160 }), fc.integer({ min: 1, max: 60_000 }), (offer, left) => {
        expect(minutesOffered(offer, left + 1)).toBeGreaterThanOrEqual(minutesOffered(offer, left))
      }),
      runs,
    )
  })
})
