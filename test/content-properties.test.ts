import fc from 'fast-check'
import { DateTime } from 'luxon'
import { afterEach, expect, test } from 'vitest'
import type { Item } from '../src/core/item.ts'
import { address } from '../src/reply.ts'
import { HOST, type MeetupWorld, openMeetupWorld, STAFF } from './meetup-world.ts'

/** How many histories; a soak sets RUNS, and then each run draws others. */
const RUNS = Number(process.env.RUNS ?? 6)
const SEED = process.env.SEED ?? (process.env.RUNS ? undefined : '1')
const TIMEOUT_MS = 3_600_000
const ZONE = 'UTC'
const AGREED = 'Storytime'
const DAY_MINUTES = 24 * 60

/** What members agree on, as an organizer types it, and whether a moment is silent by it: said here anew, by other means. */
const SILENCES = {
  none: () => false,
  'Sunday, 21:00 to 8:00': ({ weekday, hour }: DateTime) => weekday === 7 || hour >= 21 || hour < 8,
  'Monday, Tuesday, 12:00 to 13:00': ({ weekday, hour }: DateTime) => weekday <= 2 || hour === 12,
} as const
type Silence = keyof typeof SILENCES

/** What the room reads about a piece and is not the piece: each begins with words of its own. */
const TALK =
  /^(News of|A ballot: |Decided|Not decided|[^“]* offers “|May [^“]* ask us: “|[^“]* owed you by |You told City Museum)/

type Step =
  | { act: 'offer'; about: boolean; format: 'article' | 'offer' }
  | { act: 'ask' }
  | { act: 'accept' | 'decline' | 'withdraw'; which: number }
  | { act: 'later'; which: number; days: number }
  | { act: 'agree'; perMonth: number; silence: Silence; isYes: boolean; answers: 'organizers' | 'ballot' }
  | { act: 'vote'; isYes: boolean }
  | { act: 'campaign' | 'twice' }
  | { act: 'pass'; minutes: number }
  | { act: 'die'; calls: number }
  | { act: 'refuse'; times: number; isDeaf: boolean }

const which = fc.nat(5)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      act: fc.constant('offer'),
      about: fc.boolean(),
      format: fc.constantFrom('article', 'article', 'offer'),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ act: 'ask' }) },
  { weight: 5, arbitrary: fc.record({ act: fc.constantFrom('accept', 'accept', 'decline', 'withdraw'), which }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('later'), which, days: fc.constantFrom(1, 9, 40) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('agree'),
      perMonth: fc.constantFrom(0, 1, 2, 3),
      silence: fc.constantFrom(...(Object.keys(SILENCES) as Silence[])),
      isYes: fc.constantFrom(true, true, false),
      answers: fc.constantFrom('organizers', 'organizers', 'ballot'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('vote'), isYes: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ act: 'campaign' }) },
  { weight: 1, arbitrary: fc.constant({ act: 'twice' }) },
  {
    weight: 7,
    arbitrary: fc.record({ act: fc.constant('pass'), minutes: fc.constantFrom(30, 400, 1_440, 5_000, 20_000) }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('die'), calls: fc.nat(14) }) },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constant('refuse'), times: fc.constantFrom(1, 4, 30), isDeaf: fc.boolean() }),
  },
)

let world: MeetupWorld | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

test('that nothing came of a question is said about it, and does not post it again', { timeout: 180_000 }, async () => {
  world = await openMeetupWorld()
  const twoWeeks = { act: 'pass', minutes: 20_000 } as const
  await play(world, [{ act: 'ask' }, { act: 'accept', which: 0 }, twoWeeks, { act: 'pass', minutes: 1_440 }])
  expect(world.posts.filter(({ words }) => words.includes('It is late'))).toHaveLength(1)
})

test('nothing is posted beyond the budget, in silence, without agreement or a yes, or twice', {
  timeout: TIMEOUT_MS,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30, size: 'max' }), async (steps) => {
      await world?.close()
      world = await openMeetupWorld()
      await play(world, steps)
    }),
    { numRuns: RUNS, ...(SEED && { seed: Number(SEED) }) },
  )
})

async function play(world: MeetupWorld, steps: Step[]): Promise<void> {
  const { communityId } = await world.read(async (store) => {
    const found = await store.communities.find('parents', 'parents', '')
    return { communityId: found?.id ?? '' }
  })
  for (const name of ['ben', 'cem']) await world.run(name, 'join', { community: 'parents' })
  /** What holds, from when on: the last whose ballot said yes. */
  let terms: { perMonth: number; silence: Silence; topics: boolean } = { perMonth: 3, silence: 'none', topics: false }
  const said: { title: string; at: Date }[] = []
  const campaigns: Date[] = []
  /** Titles that may be posted: agreed when they were offered, or accepted since. */
  const allowed = new Set<string>()
  let seen = world.posts.length
  let offers = 0

  /** Each post that came about since, against what holds now. Terms change only in `agree`, which looks before and after. */
  function look() {
    for (const { to, words, at } of world.posts.slice(seen)) {
      if (to !== 'parents' || !/Piece \d+ of it/.test(words)) continue
      const [title] = /^Piece \d+ of it$/m.exec(words) ?? []
      if (!title || !words.startsWith(title)) {
        expect(words).toMatch(TALK)
        continue
      }
      const here = DateTime.fromJSDate(at, { zone: ZONE })
      const inMonth = (time: Date) => here.hasSame(DateTime.fromJSDate(time, { zone: ZONE }), 'month')
      const before = [...said.map((one) => one.at), ...campaigns].filter((time) => time <= at && inMonth(time)).length
      expect({ title, at, isSilent: SILENCES[terms.silence](here), isAllowed: allowed.has(title) }).toEqual({
        title,
        at,
        isSilent: false,
        isAllowed: true,
      })
      expect({ title, at, before, isBeyond: before >= terms.perMonth }).toMatchObject({ isBeyond: false })
      expect({ title, at, isTwice: said.some((one) => one.title === title) }).toMatchObject({ isTwice: false })
      said.push({ title, at })
    }
    seen = world.posts.length
  }
  const items = (states: Item['state'][]) =>
    world.read((store) => store.items.list(communityId, states, { skip: 0, take: 100 }))
  /** Whoever works may die; so it is done again, and what was posted meanwhile is looked at. */
  const settle = async () => {
    await world.work()
    look()
  }
  const press = (name: string, target: string, args: Record<string, string | number>, fields = {}) =>
    world.press(name, address(target, args), fields)
  const voteOn = async (ballotId: string | null | undefined, isYes: boolean) => {
    if (!ballotId) return
    for (const name of [HOST, 'ben', 'cem']) await press(name, 'vote.cast', { b: ballotId, m: isYes ? 0 : 1 })
  }
  /** A ballot that has closed with a yes allows what it was about. */
  const afterBallots = async () => {
    for (const { title, ballotId } of await items(['waiting', 'posted'])) {
      const ballot = ballotId ? await world.read((store) => store.ballots.get(ballotId)) : undefined
      if (ballot?.result?.winners.includes(0)) allowed.add(title)
    }
  }

  await agree({ act: 'agree', perMonth: 2, silence: 'none', isYes: true, answers: 'organizers' })
  for (const one of steps) {
    await act(one)
    if (one.act !== 'die' && one.act !== 'refuse' && one.act !== 'twice') await settle()
    expect(world.complaints()).toEqual([])
  }
  world.calm()
  await world.pass(3 * DAY_MINUTES)
  await afterBallots()
  look()
  expect(world.complaints()).toEqual([])

  async function act(one: Step): Promise<void> {
    switch (one.act) {
      case 'offer': {
        const title = `Piece ${++offers} of it`
        const topic = one.about ? { topic: AGREED } : {}
        const raw = { title, goal: 'inform', communities: 'parents', text: 'Read on', format: one.format, ...topic }
        if (!(await world.run(STAFF, 'offer', raw)).includes('Nothing is sent yet')) throw new Error('not offered')
        if (terms.topics && one.about && one.format === 'article') allowed.add(title)
        const [draft] = (await items(['draft'])).filter((item) => item.title === title)
        await press(STAFF, 'offer.send', { p: draft?.pieceId ?? '' })
        return
      }
      case 'ask': {
        const title = `Piece ${++offers} of it`
        const raw = { question: title, kind: 'input', communities: 'parents', owed: '2 weeks' }
        await world.run(STAFF, 'ask', raw)
        const [draft] = (await items(['draft'])).filter((item) => item.title === title)
        await press(STAFF, 'offer.send', { p: draft?.pieceId ?? '' })
        return
      }
      case 'accept':
      case 'decline':
      case 'later': {
        const open = await items(['asked', 'postponed'])
        const item = open[one.which % Math.max(1, open.length)]
        if (!item) return
        const fields =
          one.act === 'decline' ? { reason: 'no' } : one.act === 'later' ? { until: `${one.days} days` } : {}
        const answer = await press(HOST, `agreement.${one.act}`, { i: item.id }, fields)
        if (answer.includes('is accepted')) allowed.add(item.title)
        return
      }
      case 'withdraw': {
        const open = await items(['asked', 'postponed', 'waiting'])
        const item = open[one.which % Math.max(1, open.length)]
        if (!item) return
        await press(STAFF, 'offer.withdraw', { p: item.pieceId })
        const after = await world.read((store) => store.items.get(item.id))
        if (after?.state === 'withdrawn') allowed.delete(item.title)
        return
      }
      case 'agree':
        return agree(one)
      case 'vote': {
        const [item] = (await items(['asked'])).filter(({ ballotId }) => ballotId)
        await voteOn(item?.ballotId, one.isYes)
        return
      }
      case 'campaign': {
        const news = { sent: 1, opened: 0, clicked: 0, bought: 0, unsubscribed: 0, bounced: 0, complained: 0 }
        const at = world.now()
        await world.read((store) =>
          store.campaigns.add('letters', [
            { id: `c${campaigns.length}`, title: 'A letter', communityId, at, more: news },
          ]),
        )
        campaigns.push(at)
        return
      }
      case 'twice':
        return world.repeat()
      case 'die':
        return world.die(one.calls)
      case 'refuse':
        return world.refuse(one.times, one.isDeaf)
      case 'pass':
        await passed(one.minutes)
        return
      default:
        one satisfies never
    }
  }

  /** Time goes by. Ballots on offers may close in it, so what they allow is known before the posts are looked at. */
  async function passed(minutes: number): Promise<void> {
    await world.pass(minutes)
    await afterBallots()
    look()
  }

  async function agree({ perMonth, silence, isYes, answers }: Extract<Step, { act: 'agree' }>): Promise<void> {
    world.calm()
    await press(HOST, 'agreement.what', { c: communityId }, { topics: AGREED, formats: 'article', answers })
    await press(HOST, 'agreement.when', { c: communityId }, { 'per-month': `${perMonth}`, silence, digest: 'weekly' })
    const answer = await press(HOST, 'agreement.ask', { c: communityId })
    if (!answer.includes('All members are asked')) return
    const asked = await world.read((store) => store.agreements.asked(communityId))
    await voteOn(asked?.ballotId, isYes)
    const ballot = asked?.ballotId ? await world.read((store) => store.ballots.get(asked.ballotId ?? '')) : undefined
    const left = Math.max(0, (ballot?.closesAt.getTime() ?? 0) - world.now().getTime())
    await passed(left / 60_000 - 1)
    // Nothing is due in its last minute but the close itself, and what waits for it.
    if (isYes) terms = { perMonth, silence, topics: true }
    await passed(2)
    const now = await world.read((store) => store.agreements.current(communityId))
    if (isYes) expect(now).toMatchObject({ perMonth, state: 'in force' })
  }
}
