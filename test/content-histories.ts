import fc from 'fast-check'
import { DateTime } from 'luxon'
import { expect } from 'vitest'
import type { Item } from '../src/core/item.ts'
import { address } from '../src/reply.ts'
import { HOST, type MeetupWorld, STAFF } from './meetup-world.ts'

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
/** Talk that waits for the end of silence as the pieces do. */
const HUSHED = /^(News of|[^“]* owed you by |You told City Museum)/

interface Terms {
  perMonth: number
  silence: Silence
  topics: typeof AGREED | 'Lego'
  formats: 'article' | 'offer' | 'event' | 'article, questions'
}

/** One thing that comes about in a history. */
export type Step =
  | { act: 'offer'; about: boolean; format: 'article' | 'offer' }
  | { act: 'ask' }
  | { act: 'accept' | 'decline' | 'withdraw' | 'outcome'; which: number }
  | { act: 'later'; which: number; days: number }
  | ({ act: 'agree'; isYes: boolean; answers: 'organizers' | 'ballot' } & Terms)
  | { act: 'vote'; isYes: boolean }
  | { act: 'campaign' | 'twice' }
  | { act: 'pass'; minutes: number }
  | { act: 'die'; calls: number }
  | { act: 'refuse'; times: number; isDeaf: boolean }
  | { act: 'shut'; times: number }

const which = fc.nat(5)
const times = fc.constantFrom(1, 4, 30)

/** A history is drawn of these. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      act: fc.constant('offer'),
      about: fc.constantFrom(true, true, true, false),
      format: fc.constantFrom('article', 'article', 'article', 'offer'),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ act: 'ask' }) },
  {
    weight: 5,
    arbitrary: fc.record({ act: fc.constantFrom('accept', 'accept', 'decline', 'withdraw', 'outcome'), which }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('later'), which, days: fc.constantFrom(1, 9, 40) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constant('agree'),
      perMonth: fc.constantFrom(0, 1, 1, 1, 2, 3),
      silence: fc.constantFrom(...(Object.keys(SILENCES) as Silence[])),
      topics: fc.constantFrom(AGREED, 'Lego'),
      formats: fc.constantFrom('article', 'article', 'offer', 'event', 'article, questions'),
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
  { weight: 2, arbitrary: fc.record({ act: fc.constant('refuse'), times, isDeaf: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('shut'), times }) },
)

/** Plays a history, and holds every post against what was agreed and said yes to when it came. */
export async function play(world: MeetupWorld, steps: Step[]): Promise<void> {
  const { communityId } = await world.read(async (store) => {
    const found = await store.communities.find('parents', 'parents', '')
    return { communityId: found?.id ?? '' }
  })
  for (const name of ['ben', 'cem']) await world.run(name, 'join', { community: 'parents' })
  /** What holds from when on, the last first. At the very moment of a change either may. */
  const versions: { from: Date; terms: Terms }[] = []
  const said: { title: string; at: Date }[] = []
  const campaigns: Date[] = []
  const pieces = new Map<string, { about: boolean; format: string }>()
  /** Titles their community said yes to, and those it or staff said no to. */
  const wanted = new Set<string>()
  const over = new Set<string>()
  const ballots = new Set<string>()
  let seen = world.posts.length
  let offers = 0

  const holdingAt = (at: Date): Terms[] => {
    const begun = versions.filter(({ from }) => from <= at)
    return begun.slice(0, begun[0]?.from.getTime() === at.getTime() ? 2 : 1).map(({ terms }) => terms)
  }
  const isSilent = (at: Date, terms: Terms) => SILENCES[terms.silence](DateTime.fromJSDate(at, { zone: ZONE }))
  function isAgreed(title: string, { topics, formats }: Terms): boolean {
    const { about, format } = pieces.get(title) ?? { about: false, format: '' }
    return formats.split(', ').includes(format) && (format === 'questions' || (about && topics === AGREED))
  }
  /** What is wrong with a piece that was posted at a time, by some terms. */
  function wrongWith(title: string, at: Date, terms: Terms): string[] {
    const here = DateTime.fromJSDate(at, { zone: ZONE })
    const inMonth = (time: Date) => here.hasSame(DateTime.fromJSDate(time, { zone: ZONE }), 'month')
    const before = [...said.map((one) => one.at), ...campaigns].filter((time) => time <= at && inMonth(time)).length
    return [
      ...(isSilent(at, terms) ? ['in silence'] : []),
      ...(wanted.has(title) || isAgreed(title, terms) ? [] : ['not agreed']),
      ...(over.has(title) ? ['though it was declined or withdrawn'] : []),
      ...(before >= terms.perMonth ? [`beyond the budget: ${before} before`] : []),
      ...(said.some((one) => one.title === title) ? ['twice'] : []),
    ]
  }

  /** Each post that came about since. */
  function look() {
    for (const { to, words, at } of world.posts.slice(seen)) {
      if (to !== 'parents' || !/Piece \d+ of it/.test(words)) continue
      const [title] = /^Piece \d+ of it$/m.exec(words) ?? []
      const holding = holdingAt(at)
      if (!title || !words.startsWith(title)) {
        expect(words).toMatch(TALK)
        if (HUSHED.test(words))
          expect({ words, at, isSilent: holding.every((one) => isSilent(at, one)) }).toMatchObject({ isSilent: false })
        continue
      }
      const wrong = holding.map((terms) => wrongWith(title, at, terms))
      const least = wrong.find((one) => one.length === 0) ?? wrong[0]
      expect({ title, at, holding, wrong: least }).toMatchObject({ wrong: [] })
      said.push({ title, at })
    }
    seen = world.posts.length
  }
  const items = (states: Item['state'][]) =>
    world.read((store) => store.items.list(communityId, states, { skip: 0, take: 100 }))

  /** One ballot about what is offered is open at a time, and it opened when something could be sent. */
  async function lookAtBallots() {
    let open = 0
    for (const { ballotId } of await items(['asked', 'withdrawn'])) {
      const ballot = ballotId ? await world.read((store) => store.ballots.get(ballotId)) : undefined
      if (!ballot?.openedAt || ballot.state !== 'open') continue
      open++
      const { id, question, openedAt } = ballot
      if (ballots.has(id)) continue
      ballots.add(id)
      const isWrong = holdingAt(openedAt).every((terms) => isSilent(openedAt, terms) || terms.perMonth < 1)
      expect({ question, openedAt, isWrong }).toMatchObject({ isWrong: false })
    }
    expect(open).toBeLessThan(2)
  }
  /** Whoever works may die; so it is done again, and what was posted meanwhile is looked at. */
  const settle = async () => {
    await world.work()
    look()
    await lookAtBallots()
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
      if (ballot?.result?.winners.includes(0)) wanted.add(title)
    }
  }

  const usual = { topics: AGREED, formats: 'article', silence: 'none', perMonth: 1 } as const
  await agree({ act: 'agree', isYes: true, answers: 'organizers', ...usual })
  for (const one of steps) {
    await act(one)
    if (!['die', 'refuse', 'shut', 'twice'].includes(one.act)) await settle()
    expect(world.complaints()).toEqual([])
  }
  world.calm()
  await passed(3 * DAY_MINUTES)
  expect(world.complaints()).toEqual([])

  async function act(one: Step): Promise<void> {
    switch (one.act) {
      case 'offer': {
        const title = `Piece ${++offers} of it`
        const { about, format } = one
        pieces.set(title, { about, format })
        const raw = { title, goal: 'inform', communities: 'parents', text: 'Read on', format }
        const preview = await world.run(STAFF, 'offer', { ...raw, ...(about && { topic: AGREED }) })
        if (!preview.includes('Nothing is sent yet')) throw new Error('not offered')
        const [draft] = (await items(['draft'])).filter((item) => item.title === title)
        await press(STAFF, 'offer.send', { p: draft?.pieceId ?? '' })
        return
      }
      case 'ask': {
        const title = `Piece ${++offers} of it`
        pieces.set(title, { about: false, format: 'questions' })
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
        if (answer.includes('is accepted')) wanted.add(item.title)
        if (answer.includes('is declined')) over.add(item.title)
        return
      }
      case 'outcome': {
        const owed = (await items(['posted'])).filter(({ ask, toldAt }) => ask !== null && toldAt === null)
        const item = owed[one.which % Math.max(1, owed.length)]
        if (item) await press(STAFF, 'delivered.outcome', { i: item.id }, { outcome: 'We did it' })
        return
      }
      case 'withdraw': {
        const open = await items(['asked', 'postponed', 'waiting'])
        const item = open[one.which % Math.max(1, open.length)]
        if (!item) return
        await press(STAFF, 'offer.withdraw', { p: item.pieceId })
        const after = await world.read((store) => store.items.get(item.id))
        if (after?.state === 'withdrawn') over.add(item.title)
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
        const campaign = { id: `c${campaigns.length}`, title: 'A letter', communityId, at, more: news }
        await world.read((store) => store.campaigns.add('letters', [campaign]))
        campaigns.push(at)
        return
      }
      case 'twice':
        return world.repeat()
      case 'die':
        return world.die(one.calls)
      case 'refuse':
        return world.refuse(one.times, one.isDeaf)
      case 'shut':
        return world.shut(one.times)
      case 'pass':
        return passed(one.minutes)
      default:
        one satisfies never
    }
  }

  /** Time goes by. Ballots on offers may close in it, so what they allow is known before the posts are looked at. */
  async function passed(minutes: number): Promise<void> {
    await world.pass(minutes)
    await afterBallots()
    look()
    await lookAtBallots()
  }

  async function agree({ isYes, answers, ...terms }: Extract<Step, { act: 'agree' }>): Promise<void> {
    world.calm()
    const { perMonth, silence, topics, formats } = terms
    await press(HOST, 'agreement.what', { c: communityId }, { topics, formats, answers })
    await press(HOST, 'agreement.when', { c: communityId }, { 'per-month': `${perMonth}`, silence, digest: 'weekly' })
    const answer = await press(HOST, 'agreement.ask', { c: communityId })
    if (!answer.includes('All members are asked')) return
    const asked = await world.read((store) => store.agreements.asked(communityId))
    await voteOn(asked?.ballotId, isYes)
    const ballot = asked?.ballotId ? await world.read((store) => store.ballots.get(asked.ballotId ?? '')) : undefined
    const from = ballot?.closesAt ?? world.now()
    if (isYes) versions.unshift({ from, terms: { perMonth, silence, topics, formats } })
    await passed(Math.max(0, (from.getTime() - world.now().getTime()) / 60_000) + 1)
    const now = await world.read((store) => store.agreements.current(communityId))
    if (isYes) expect(now).toMatchObject({ perMonth, state: 'in force' })
  }
}
