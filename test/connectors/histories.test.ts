import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openScene, type Scene as Played } from './organization.ts'
import type { Rig } from './rig.ts'
import { RIGS } from './rigs.ts'

type Scene = Played & { rig: Rig }

/** .ci/run sets more. */
const RUNS = Number(process.env.RUNS ?? 1)
/** The same ones every time, unless it says otherwise: who changes nothing must not fail. */
const SEED = Number(process.env.SEED ?? 1)
/** A counterexample to be played again, as JSON. */
const AGAIN: [Act[]][] = process.env.AGAIN ? [JSON.parse(process.env.AGAIN)] : []
const TIMEOUT_MS = 60_000 + RUNS * 20_000

const PEOPLE = ['eli', 'ida', 'jon']
const COMMUNITIES = ['parents', 'cooks']
/** Some are shared; the last belongs to nobody who ever says yes. */
const ADDRESSES = ['home@example.org', 'eli@example.org', "o'neil+x@example.org"]
const SILENT = { name: 'mum', email: 'mum@example.org' }

type Act =
  | { act: 'join' | 'leave' | 'yes' | 'no'; who: string; where: string }
  /** All that it takes to be told of. */
  | { act: 'comes'; who: string; where: string; email: string }
  | { act: 'prove'; who: string; email: string }
  | { act: 'pause' | 'go on' | 'forget'; who: string }
  /** The service fails in its own way, for so many requests. */
  | { act: 'fails'; mood: 'broken' | 'too much' | 'gone'; requests: number }
  /** It does what it is asked and nobody hears of it, or its key is refused; until the next `heals`. */
  | { act: 'suffers'; fault: 'slow' | 'down' }
  | { act: 'heals' }
  /** A house dies after it took what is due, and before it said anything of it. */
  | { act: 'dies' }
  | { act: 'by hand'; how: 'put' | 'take' | 'delete' | 'rename' | 'drop'; where: string; email: string }
  | { act: 'time'; span: '1m' | '20m' | '3h' }

const who = fc.constantFrom(...PEOPLE)
const where = fc.constantFrom(...COMMUNITIES)
const email = fc.constantFrom(...ADDRESSES)
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constant('comes'), who, where, email }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constantFrom('join', 'yes'), who, where }) },
  { weight: 5, arbitrary: fc.record({ act: fc.constantFrom('leave', 'no'), who, where }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('prove'), who, email }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constantFrom('pause', 'go on', 'forget'), who }) },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('fails'),
      mood: fc.constantFrom('broken', 'too much', 'gone'),
      requests: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('suffers'), fault: fc.constantFrom('slow', 'down') }) },
  { weight: 2, arbitrary: fc.constant<Act>({ act: 'heals' }) },
  { weight: 1, arbitrary: fc.constant<Act>({ act: 'dies' }) },

  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('by hand'),
      how: fc.constantFrom('put', 'take', 'delete', 'rename', 'drop'),
      where,
      email,
    }),
  },
  { weight: 4, arbitrary: fc.record({ act: fc.constant('time'), span: fc.constantFrom('1m', '20m', '3h') }) },
)

/** What each person has chosen, as they themselves would tell it. */
interface Chosen {
  in: Set<string>
  yes: Set<string>
  email: string | undefined
  isPaused: boolean
}

describe.each(Object.entries(RIGS))('%s, whatever happens', (connector, open) => {
  test('ends with exactly those who said yes, and never held anybody who did not', {
    timeout: TIMEOUT_MS,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 12, maxLength: 40 }), async (acts) => {
        const scene = await openScene(connector, open)
        try {
          await play(scene, acts, connector)
        } finally {
          await scene.close()
        }
      }),
      { numRuns: RUNS, examples: AGAIN, seed: SEED, endOnFailure: true },
    )
  })
})

async function play(scene: Scene, acts: Act[], connector: string): Promise<void> {
  const { stage, rig } = scene
  const fresh = (): Chosen => ({ in: new Set(), yes: new Set(), email: undefined, isPaused: false })
  const chosen = new Map(PEOPLE.map((name) => [name, fresh()]))
  /** Edited by hand since: it may differ until it was looked at. */
  let isEdited = false
  const putByHand = new Set<string>()
  await scene.found('Parents')
  await scene.found('Cooks')
  await scene.joins(SILENT.name, 'parents')
  await scene.proves(SILENT.name, SILENT.email)
  await scene.rests('1m')

  const wanted = (community: string) =>
    [
      ...new Set(
        [...chosen.values()].flatMap(({ in: joined, yes, email, isPaused }) =>
          joined.has(community) && yes.has(community) && email && !isPaused ? [email] : [],
        ),
      ),
    ].sort()

  for (const one of acts) {
    // Who is missing there has left there, where the store tells that in no other way.
    if (one.act === 'by hand') {
      if (connector === 'mailman' && ['take', 'delete'].includes(one.how)) continue
      const has = [...chosen.values()].some((person) => person.email === one.email)
      // Only into a list that is there for us.
      if (one.how === 'put' && !(has && rig.holds(one.where).length > 0)) continue
      if (byHand(scene, one)) isEdited = true
      if (one.how === 'put') putByHand.add(one.email)
    } else await carryOut(scene, one, chosen)
    await stage.runner.runDue()
    expect(rig.kept()).not.toContain(SILENT.email)
  }

  rig.server.feel('well')
  stage.suffer('tool', 'up')
  await scene.rests('1d')
  if (isEdited) {
    await scene.looks()
  }
  await scene.rests('3h')
  // Whom staff put there and the tool was never told of is a stranger, and left alone.
  const isOurs = (email: string, community: string) => !putByHand.has(email) || wanted(community).includes(email)
  for (const community of COMMUNITIES) {
    // Two who share an address are one, or two with the same.
    const holds = [...new Set(rig.holds(community))].filter((email) => isOurs(email, community))
    // Who is deleted for good in some tools comes back by a form of theirs alone.
    const taken = wanted(community).filter((email) => !rig.bars?.(email))
    expect({ community, holds }).toEqual({ community, holds: taken })
  }
  expect(stage.failures).toEqual([])
  expect(rig.server.complaints).toEqual([])
}

async function carryOut(
  scene: Scene,
  one: Exclude<Act, { act: 'by hand' }>,
  chosen: Map<string, Chosen>,
): Promise<void> {
  const { stage, rig } = scene
  const self = 'who' in one ? chosen.get(one.who) : undefined
  switch (one.act) {
    case 'comes':
      await scene.joins(one.who, one.where)
      await scene.saysYes(one.who, one.where)
      self?.in.add(one.where)
      self?.yes.add(one.where)
      if (self?.email === one.email) return
      if (self) self.email = await scene.proves(one.who, one.email)
      return
    case 'join':
      await scene.joins(one.who, one.where)
      self?.in.add(one.where)
      return
    case 'leave':
      await scene.leaves(one.who, one.where)
      self?.in.delete(one.where)
      self?.yes.delete(one.where)
      return
    case 'yes':
      await scene.saysYes(one.who, one.where)
      if (self?.in.has(one.where)) self.yes.add(one.where)
      return
    case 'no':
      await scene.takesBack(one.who, one.where)
      self?.yes.delete(one.where)
      return
    case 'prove':
      if (self) self.email = await scene.proves(one.who, one.email)
      return
    case 'pause':
    case 'go on':
      if (!self || self.isPaused === (one.act === 'pause')) return
      await scene.presses(one.who, one.act === 'pause' ? 'my.pause' : 'my.resume')
      self.isPaused = one.act === 'pause'
      return
    case 'forget':
      await scene.forgetsMe(one.who)
      if (self) {
        self.in.clear()
        self.yes.clear()
        self.email = undefined
        self.isPaused = false
      }
      return
    case 'fails':
      return rig.server.feel(one.mood, one.requests)
    case 'suffers':
      return stage.suffer('tool', one.fault)
    case 'heals':
      return stage.suffer('tool', 'up')
    case 'dies':
      await stage.read((store) => store.reports.claim('tool', 3, stage.now()))
      return
    case 'time':
      return stage.pass(one.span)
    default:
      return one satisfies never
  }
}

/** What the organization's people do in the tool itself; whether they could. */
function byHand({ rig }: Scene, { how, where, email }: Extract<Act, { act: 'by hand' }>): boolean {
  const { byHand: hand } = rig
  if (!hand) return false
  switch (how) {
    case 'put':
      // Of somebody Kindred never heard of it would be a stranger, who is left alone.
      if (rig.contacts().includes(email)) hand.put(where, email)
      break
    case 'take':
      hand.take(where, email)
      break
    case 'delete':
      hand.deleteContact(email)
      break
    case 'rename':
      hand.rename(where, 'Renamed by hand')
      break
    case 'drop':
      hand.drop(where)
      break
    default:
      return how satisfies never
  }
  return true
}
