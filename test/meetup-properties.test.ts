import fc from 'fast-check'
import { DateTime } from 'luxon'
import { afterEach, expect, test } from 'vitest'
import { address } from '../src/reply.ts'
import { history, ONCE_WRONG, PEOPLE, type Step } from './meetup-histories.ts'
import { createModel, type MeetupModel, type Telling } from './meetup-model.ts'
import { HOST, type MeetupWorld, openMeetupWorld } from './meetup-world.ts'

/** How many histories; a soak sets RUNS, and then each run draws others. */
const RUNS = Number(process.env.RUNS ?? 4)
const SEED = process.env.SEED ?? (process.env.RUNS ? undefined : '1')
const HISTORIES_A_WORLD = 100
const TIMEOUT_MS = 3_600_000
const HOUR_MS = 3_600_000
/** A job that goes over a meetup so often in one step goes round in a circle. */
const LOOKS_MAX = 40

let world: MeetupWorld | undefined
let members = new Set<string>()
let played = 0

afterEach(() => closeWorld())

const sentence = 'whatever happens, seats are given by the rules, and everybody is told what the store holds'

test(sentence, { timeout: TIMEOUT_MS }, async () => {
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      try {
        world ??= await openMeetupWorld()
        await play(world, steps)
        if (played % HISTORIES_A_WORLD === 0) await closeWorld()
      } catch (error) {
        await closeWorld()
        throw error
      }
    }),
    { numRuns: RUNS, examples: ONCE_WRONG.map((steps): [Step[]] => [steps]), ...(SEED && { seed: Number(SEED) }) },
  )
})

async function play(world: MeetupWorld, steps: Step[]): Promise<void> {
  const title = `Walk ${++played}`
  const names = Array.from({ length: PEOPLE }, (_, i) => `guest${i}`)
  const enter = async (name: string) => {
    if (!members.has(name)) await world.run(name, 'join', { community: 'parents' })
    members.add(name)
  }
  for (const name of names) await enter(name)
  const startsAt = new Date(Math.ceil(world.now().getTime() / HOUR_MS) * HOUR_MS + 100 * HOUR_MS)
  const rules = { capacity: 4, guests: 2, startsAt }
  const m = await world.announce(title, { when: startsAt.toISOString(), capacity: '4', guests: '2' })
  await world.work()
  world.handled()
  const model = createModel(rules)
  const postsBefore = world.posts.length
  const nameOf = (i: number) => names[i] ?? ''
  const press = (name: string, target: string, more: Record<string, number> = {}) =>
    world.press(name, address(`meetups.${target}`, { m, ...more }))
  const manage = (target: string, fields: Record<string, string>) =>
    world.press(HOST, address(`meetup.${target}`, { m, a: 'one' }), fields)

  /** Does one step in the world and in the model; gives what was answered and what must stand in it. */
  async function act(one: Step): Promise<[answer: string, expected: string] | undefined> {
    const now = world.now()
    const name = 'who' in one ? nameOf(one.who) : ''
    if ('who' in one && one.act !== 'leave' && one.act !== 'forget me') await enter(name)
    switch (one.act) {
      case 'yes': {
        const { guests } = one
        return [await press(name, 'yes', guests === undefined ? {} : { g: guests }), model.yes(name, guests, now)]
      }
      case 'no':
      case 'maybe':
        return [await press(name, one.act), model.answer(name, one.act, now)]
      case 'take':
        return [await press(name, 'take'), model.take(name, now)]
      case 'pass it on':
        return [await press(name, 'pass'), model.pass(name, now)]
      case 'leave':
        if (members.delete(name)) await world.run(name, 'leave', { community: 'parents' })
        model.leave(name)
        return undefined
      case 'forget me':
        members.delete(name)
        await forget(world, name)
        model.forget(name)
        return undefined
      case 'seats': {
        const { capacity, guests } = one
        const answer = await manage('seats', { capacity: `${capacity}`, guests: `${guests}` })
        if (isFixed(now)) return [answer, "can't be changed"]
        model.change({ capacity, guests }, now)
        return [answer, 'Changed.']
      }
      case 'move': {
        if (isFixed(now)) return undefined
        const to = new Date(Math.ceil((now.getTime() + one.hours * HOUR_MS) / 60_000) * 60_000)
        const answer = await manage('what', { when: to.toISOString() })
        model.change({ startsAt: to }, now)
        return [answer, 'Changed.']
      }
      case 'cancel':
        if (isFixed(now)) return undefined
        model.isCancelled = true
        return [await manage('cancel-now', {}), 'Cancelled.']
      case 'twice':
        world.repeat()
        return undefined
      case 'die':
        world.die(one.calls)
        return undefined
      case 'refuse':
        world.refuse(one.times, one.isDeaf)
        return undefined
      case 'pass':
        await world.pass(one.minutes)
        return undefined
      default:
        return one satisfies never
    }
  }
  /** It can't be changed any more once it is over or cancelled. */
  const isFixed = (now: Date) => model.isCancelled || now.getTime() >= model.rules.startsAt.getTime() + 2 * HOUR_MS

  for (const one of steps) {
    const said = await act(one)
    if (said) expect(said[0]).toContain(said[1])
    if (one.act !== 'die' && one.act !== 'refuse' && one.act !== 'twice') await world.work()
    const handled = world.handled()
    for (const at of handled) model.due(at)
    expect(handled.length).toBeLessThan(LOOKS_MAX)
    expect(world.complaints()).toEqual([])
    await compare(world, m, model, names)
  }
  world.calm()
  await world.pass(2)
  if (!model.isCancelled && world.now() < model.rules.startsAt) await world.pass(61)
  for (const at of world.handled()) model.due(at)
  await compare(world, m, model, names)
  const late = await world.read(async (store) => {
    const held = await store.attendance.list(m, ['offered'], { skip: 0, take: 100 })
    return model.isCancelled ? [] : held.filter(({ offeredUntil }) => offeredUntil && offeredUntil <= world.now())
  })
  expect(late).toEqual([])
  if (!model.isCancelled && world.now().getTime() < model.rules.startsAt.getTime()) {
    const card = [...world.cards.values()].find((words) => words.startsWith(title))
    expect(card).toContain(`${model.card()}\n`)
  }
  const told = world.posts.slice(postsBefore).filter(({ words }) => words.includes(title))
  for (const name of names.filter((one) => members.has(one))) {
    const own = told.filter(({ to }) => to === name).flatMap(({ words }) => telling(words))
    const expected = model.tellings.filter(({ to }) => to === name).map(tellingWords)
    expect([name, ...own]).toEqual([name, ...expected])
  }
  if (!isFixed(world.now())) await manage('cancel-now', {})
  await world.work()
  world.handled()
  expect(world.complaints()).toEqual([])
}

/** The store holds what the rules say, of everybody who has answered. */
async function compare(world: MeetupWorld, m: string, model: MeetupModel, names: string[]): Promise<void> {
  const [meetup, rows, called] = await world.read(async (store) => {
    const states = ['going', 'offered', 'waiting', 'maybe', 'no', 'lapsed'] as const
    const rows = await store.attendance.list(m, [...states], { skip: 0, take: 100 })
    const called = await store.people.names(
      rows.map((row) => row.who),
      'terminal',
      'main',
    )
    return [await store.meetups.get(m), rows, called] as const
  })
  const held = rows.map(({ who, state, guests, number, offeredUntil, passedOver, askedFewer }) => {
    const isWaiting = state === 'waiting'
    const flags = isWaiting ? { passedOver, asked: askedFewer } : {}
    const seats = ['going', 'offered', 'waiting'].includes(state) ? { guests } : {}
    return [called[who]?.name ?? who, { state, number, until: offeredUntil, ...seats, ...flags }] as const
  })
  const wanted = [...model.places].map(([name, { state, guests, number, until, passedOver, asked }]) => {
    const seats = ['going', 'offered', 'waiting'].includes(state) ? { guests } : {}
    return [name, { state, number, until, ...seats, ...(state === 'waiting' ? { passedOver, asked } : {}) }] as const
  })
  expect(Object.fromEntries(held)).toEqual(Object.fromEntries(wanted))
  expect(rows.length).toBe(model.places.size)
  expect(meetup).toMatchObject({ lastNumber: model.lastNumber, capacity: model.rules.capacity })
  expect(names).toHaveLength(PEOPLE)
}

/** What a private message tells of a seat, in a few words. */
function telling(words: string): string[] {
  const [, seats] = /^(?:(\d+) seats are|A seat is) free for you/.exec(words) ?? []
  const until = /kept for you until (.+?), then the next/.exec(words)?.[1]
  if (until) return [`offer of ${seats ?? 1} until ${until}`]
  if (words.startsWith('There is room for some of you')) return [`ask ${/asked for (\d+)/.exec(words)?.[1]}`]
  return words.includes('went to the next') ? ['lapse'] : []
}

function tellingWords({ what, seats, until }: Telling): string {
  if (what === 'lapse') return 'lapse'
  if (what === 'ask') return `ask ${seats}`
  const at = until && DateTime.fromJSDate(until, { zone: 'UTC' }).setLocale('en')
  return `offer of ${seats} until ${at?.toFormat("ccc d LLL yyyy, HH:mm '('ZZZZ')'")}`
}

/** Somebody has everything about them forgotten. */
async function forget(world: MeetupWorld, name: string): Promise<void> {
  await world.run(name, 'my', { part: 'data' })
  await world.press(name, address('my.forget'))
  await world.press(name, address('my.forget-now'))
}

async function closeWorld(): Promise<void> {
  const closing = world
  world = undefined
  members = new Set()
  await closing?.close()
}
