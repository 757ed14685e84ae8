import fc from 'fast-check'

/** So many may come to one meetup. */
export const PEOPLE = 5
const STEPS_MAX = 16

/** One step of a history: what somebody does, what goes wrong, or time that passes. */
export type Step =
  | { act: 'yes'; who: number; guests: number | undefined }
  | { act: 'no' | 'maybe' | 'take' | 'pass it on' | 'leave' | 'forget me'; who: number }
  | { act: 'seats'; capacity: number; guests: number }
  | { act: 'move'; hours: number }
  | { act: 'cancel' | 'twice' }
  | { act: 'pass'; minutes: number }
  | { act: 'die'; calls: number }
  | { act: 'refuse'; times: number; isDeaf: boolean }

const who = fc.nat(PEOPLE - 1)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ act: fc.constant('yes'), who, guests: fc.constantFrom(undefined, 0, 1, 2) }),
  },
  { weight: 7, arbitrary: fc.record({ act: fc.constantFrom('no', 'no', 'maybe', 'take', 'take', 'pass it on'), who }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('leave', 'forget me'), who }) },
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constant('seats'), capacity: fc.constantFrom(2, 3, 4, 5), guests: fc.nat(1) }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('move'), hours: fc.constantFrom(1, 3, 30, 200) }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant('pass'), minutes: fc.constantFrom(1, 9, 61, 400, 721) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('die'), calls: fc.nat(14) }) },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant('refuse'), times: fc.constantFrom(1, 3), isDeaf: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.constant({ act: 'twice' }) },
)
/** Some say yes first, so that there is a waitlist from the beginning. */
export const history: fc.Arbitrary<Step[]> = fc
  .tuple(
    fc.array(fc.nat(2), { minLength: PEOPLE, maxLength: PEOPLE }),
    fc.array(step, { minLength: 4, maxLength: STEPS_MAX, size: 'max' }),
    fc.constantFrom<Step[]>([], [], [], [{ act: 'cancel' }]),
  )
  .map(([first, steps, last]) => [
    ...first.map((guests, i): Step => ({ act: 'yes', who: i, guests })),
    ...steps,
    ...last,
  ])

const yes = (i: number, guests?: number): Step => ({ act: 'yes', who: i, guests })

/** Histories that went wrong once, each in its own way; they are played first. */
export const ONCE_WRONG: Step[][] = [
  // A party for which seats were kept gave up its place, and nobody was offered what had been kept.
  [
    yes(0, 2),
    yes(1, 0),
    yes(2, 2),
    yes(3),
    { act: 'no', who: 1 },
    { act: 'take', who: 3 },
    yes(4),
    { act: 'no', who: 3 },
    { act: 'no', who: 2 },
    { act: 'pass', minutes: 9 },
  ],
  // Where an offer ran out when it began, the job went over it again and again.
  [
    yes(0, 2),
    yes(1),
    yes(2),
    { act: 'move', hours: 1 },
    { act: 'pass', minutes: 51 },
    { act: 'no', who: 1 },
    { act: 'pass', minutes: 61 },
  ],
  // An offer outlasted a beginning that was moved to an earlier time.
  [
    yes(0, 2),
    yes(1),
    yes(2),
    { act: 'no', who: 1 },
    { act: 'move', hours: 1 },
    { act: 'pass', minutes: 61 },
    { act: 'take', who: 2 },
  ],
]
