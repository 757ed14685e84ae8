import fc from 'fast-check'
import type { Fault } from '../src/segments/rehearsal.ts'

/** Something a person does, by who they are and where they do it. */
export type Act =
  | { act: 'join' | 'leave' | 'undo' | 'type off' | 'type on' | 'yes' | 'not now'; who: number; where: number }
  | { act: 'type all off' | 'type all on' | 'yes to all' | 'code'; who: number }
  | { act: 'pause' | 'go on' | 'forget me'; who: number }
  | { act: 'address'; who: number; n: number }
  | { act: 'make sensitive'; where: number }
  | { act: 'rename'; to: number }
  | { act: 'resume'; at: number }
  | { act: 'the other house works' }

/** One step of a history. `during` lets something happen in the middle of the next request to a destination. */
export type Step =
  | Act
  | { act: 'prove'; who: number; n: number }
  | { act: 'share'; who: number; where: number }
  | { act: 'work' }
  | { act: 'pass'; minutes: number }
  | { act: 'suffer'; at: number; fault: Fault }
  | { act: 'during'; at: number; when: 'before' | 'after'; what: Act }
  | { act: 'crash'; at: number; when: 'before' | 'after' }
  | { act: 'restart' }

/** How many there are of each in one history. */
export const PEOPLE = 3
export const COMMUNITIES = 2
export const RECIPIENTS = ['the Museum', 'the Gallery']

const STEPS_MAX = 15

// The first does the most, so that much happens to one person in one place.
const who = fc.constantFrom(0, 0, 0, 0, 1, 1, 2)
const where = fc.constantFrom(0, 0, 0, 1)
const at = fc.nat(1)
const n = fc.nat(2)
const when = fc.constantFrom('before' as const, 'after' as const)

const acts = {
  member: fc.record({
    act: fc.constantFrom('join', 'leave', 'undo', 'type off', 'type on', 'yes', 'not now'),
    who,
    where,
  }),
  everywhere: fc.record({ act: fc.constantFrom('type all off', 'type all on', 'yes to all', 'code'), who }),
  own: fc.record({ act: fc.constantFrom('pause', 'go on', 'forget me'), who }),
  resume: fc.record({ act: fc.constant('resume'), at }),
  other: fc.constant({ act: 'the other house works' }),
  address: fc.record({ act: fc.constant('address'), who, n }),
  rename: fc.record({ act: fc.constant('rename'), to: fc.nat(RECIPIENTS.length - 1) }),
  sensitive: fc.record({ act: fc.constant('make sensitive'), where }),
} satisfies Record<string, fc.Arbitrary<Act>>

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 12, arbitrary: acts.member },
  { weight: 4, arbitrary: acts.everywhere },
  { weight: 4, arbitrary: acts.own },
  { weight: 1, arbitrary: acts.resume },
  { weight: 2, arbitrary: acts.other },
  { weight: 1, arbitrary: acts.address },
  { weight: 2, arbitrary: acts.rename },
  { weight: 1, arbitrary: acts.sensitive },
)

const share: fc.Arbitrary<Step> = fc.record({ act: fc.constant('share'), who, where })

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: act },
  { weight: 4, arbitrary: share },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('prove'), who, n }) },
  { weight: 4, arbitrary: fc.constant({ act: 'work' }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('pass'), minutes: fc.constantFrom(1, 10, 61) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('suffer'),
      at,
      fault: fc.constantFrom('down', 'slow', '429', '401', 'up', 'up'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('during'), at, when, what: act }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('crash'), at, when }) },
  { weight: 1, arbitrary: fc.constant({ act: 'restart' }) },
)

/** What may happen to a few people, two communities and two destinations within some days. */
export const history: fc.Arbitrary<Step[]> = fc
  .tuple(fc.array(share, { maxLength: 2 }), fc.array(step, { minLength: 4, maxLength: STEPS_MAX, size: 'max' }))
  .map(([before, steps]) => [...before, ...steps])

const SHARE: Step = { act: 'share', who: 0, where: 0 }
const SHARE_ELSEWHERE: Step = { act: 'share', who: 0, where: 1 }
const LEAVE: Act = { act: 'leave', who: 0, where: 0 }

/** Histories that went wrong once, each in its own way; they are played first. */
export const ONCE_WRONG: Step[][] = [
  // What was claimed together with it was sent though it was taken back during the first request.
  [SHARE, SHARE_ELSEWHERE, { act: 'during', at: 0, when: 'before', what: { act: 'rename', to: 1 } }, { act: 'work' }],
  // The new address went out under the number of the old one, which a receiver may drop as a repetition.
  [SHARE, { act: 'suffer', at: 0, fault: 'slow' }, { act: 'work' }, { act: 'prove', who: 0, n: 1 }, { act: 'work' }],
  // The new address was never told, since the old one was on its way when it was proven.
  [
    SHARE,
    { act: 'address', who: 0, n: 1 },
    { act: 'during', at: 0, when: 'after', what: { act: 'code', who: 0 } },
    { act: 'work' },
  ],
  // The destination kept the direction that was over.
  [SHARE, { act: 'work' }, LEAVE, SHARE, { act: 'work' }],
  [SHARE, { act: 'work' }, { act: 'rename', to: 1 }, SHARE, { act: 'work' }],
  [SHARE, { act: 'during', at: 0, when: 'after', what: LEAVE }, { act: 'work' }, SHARE, { act: 'work' }],
  // Yes to all counted for what was not on the list.
  [
    SHARE,
    { act: 'type all off', who: 0 },
    { act: 'type all on', who: 0 },
    { act: 'join', who: 0, where: 1 },
    { act: 'yes to all', who: 0 },
    { act: 'work' },
  ],
  // Undo led into a sensitive community without the yes it asks for.
  [SHARE, LEAVE, { act: 'make sensitive', where: 0 }, { act: 'undo', who: 0, where: 0 }],
]

const FORGET: Act = { act: 'forget me', who: 0 }
const WORK: Step = { act: 'work' }

/** Histories that chance draws too seldom; they are played first, too. */
export const SELDOM: Step[][] = [
  // While a house tells a destination of somebody, the other one, which is after somebody else, tells it nothing of them.
  [
    SHARE,
    SHARE_ELSEWHERE,
    { act: 'share', who: 1, where: 1 },
    { act: 'during', at: 0, when: 'before', what: { act: 'the other house works' } },
    { act: 'work' },
  ],
  // Whoever pauses is out, and in again when they go on.
  [SHARE, WORK, { act: 'pause', who: 0 }, WORK, WORK, { act: 'go on', who: 0 }, WORK],
  [SHARE, { act: 'during', at: 0, when: 'after', what: { act: 'pause', who: 0 } }, WORK, WORK],
  // Whoever is forgotten is out everywhere, under way or not, and begins anew under another number.
  [SHARE, WORK, FORGET, WORK, WORK, SHARE, WORK],
  [SHARE, { act: 'during', at: 0, when: 'before', what: FORGET }, WORK, SHARE, WORK, { act: 'pass', minutes: 10 }],
  [SHARE, WORK, { act: 'suffer', at: 0, fault: 'down' }, FORGET, WORK, SHARE, { act: 'suffer', at: 0, fault: 'up' }],
  // A destination that refused its key hears of all that happened since, once staff resume it.
  [
    SHARE,
    WORK,
    { act: 'suffer', at: 0, fault: '401' },
    LEAVE,
    WORK,
    FORGET,
    { act: 'suffer', at: 0, fault: 'up' },
    WORK,
    { act: 'resume', at: 0 },
    WORK,
    SHARE,
  ],
]
