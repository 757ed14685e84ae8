import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { address } from '../src/reply.ts'
import type { Guest } from '../src/store/attendance.ts'
import { HOST, type MeetupWorld, openMeetupWorld } from './meetup-world.ts'
import { server } from './postgres.ts'

const PEOPLE = Array.from({ length: 12 }, (_, i) => `guest${i}`)
const SEATS = 4
const ROUNDS = Number(process.env.RUNS ?? 2)
const OFFERED_FOR_MINUTES = 12 * 60
const TIMEOUT_MS = 600_000
/** More than work on a meetup ever calls the store. */
const CALLS_MAX = 60
/** On the database that everybody tests on, only at some of its calls. */
const EVERY = server ? 1 : 15

let world: MeetupWorld
let played = 0
// Embedded there is one connection, where everything happens one after the other anyway.
describe.runIf(server)('two houses', { timeout: TIMEOUT_MS }, () => {
  beforeEach(async () => {
    world = await openMeetupWorld()
    for (const name of PEOPLE) await world.run(name, 'join', { community: 'parents' })
    await world.work()
  }, TIMEOUT_MS)
  afterEach(async () => {
    expect(world.complaints()).toEqual([])
    await world.close()
  })

  const rounds = Array.from({ length: ROUNDS }, (_, i) => i)
  test.each(rounds)('give each seat once when everybody says yes at once, some of them twice (%i)', async () => {
    const { m } = await meets()
    const answers = await Promise.all(
      [...PEOPLE, ...PEOPLE.slice(0, 6)].map(async (name, i) => {
        if (i % 4 === 0) world.repeat()
        return [name, await presses(m, name, 'yes')] as const
      }),
    )
    const held = await everybody(m)
    expect(held.map(({ number }) => number)).toEqual(PEOPLE.map((_, i) => i + 1))
    expect(held.map(({ state }) => state)).toEqual(PEOPLE.map((_, i) => (i < SEATS ? 'going' : 'waiting')))
    for (const [name, words] of answers) expect(words).toContain(standing(held, name))
    await isAsDrawn(m)
  })

  test.each(rounds)('give a seat to one of two: who takes it as it runs out, or the next (%i)', async (round) => {
    const { m, first, second } = await offered()
    await world.pass(OFFERED_FOR_MINUTES - 1)
    // At the very moment at which it ends it is over for whoever presses; a moment before it is not.
    const isOver = round % 2 === 0
    if (isOver) world.setClock(1)
    const [taken] = await Promise.all([presses(m, first, 'take'), world.work(true), presses(m, second, 'take')])
    await world.work()
    const held = await everybody(m)
    expect(stateOf(held, first)).toBe(isOver ? 'lapsed' : 'going')
    expect(taken).toContain(isOver ? 'No seat is kept for you' : 'You come, number')
    expect(toldOfSeats(first)).toEqual(isOver ? ['offer', 'lapse'] : ['offer'])
    const isTaken = stateOf(held, second) === 'going'
    expect([isOver ? 'offered' : 'waiting', 'going']).toContain(stateOf(held, second))
    expect(toldOfSeats(second)).toEqual(isOver || isTaken ? ['offer'] : [])
    await isAsDrawn(m)
  })

  test.each(rounds)('take an offer back once when both look at it at the same moment (%i)', async () => {
    const { m, first, second } = await offered()
    world.setClock(OFFERED_FOR_MINUTES)
    await Promise.all([world.work(true), world.work(true)])
    await world.work()
    const held = await everybody(m)
    expect([stateOf(held, first), stateOf(held, second)]).toEqual(['lapsed', 'offered'])
    expect(toldOfSeats(first)).toEqual(['offer', 'lapse'])
    expect(toldOfSeats(second)).toEqual(['offer'])
    await isAsDrawn(m)
  })

  test.each(rounds)('offer each seat once while organizers add some and people say yes, no and take (%i)', async () => {
    const { m } = await meets()
    for (const name of PEOPLE.slice(0, 8)) await presses(m, name, 'yes')
    const grow = (seats: number) =>
      world.press(HOST, address('meetup.seats', { m, a: 'one' }), { capacity: `${seats}` })
    await Promise.all([
      grow(SEATS + 2),
      ...PEOPLE.slice(8).map((name) => presses(m, name, 'yes')),
      ...PEOPLE.slice(0, 2).map((name) => presses(m, name, 'no')),
      ...PEOPLE.slice(4, 6).map((name) => presses(m, name, 'take')),
      world.work(true),
    ])
    await world.work()
    const held = await everybody(m)
    const given = held.filter(({ state }) => state === 'going' || state === 'offered')
    expect(given).toHaveLength(SEATS + 2)
    // Nobody who waits was there before somebody who was offered a seat.
    const waiting = held.filter(({ state }) => state === 'waiting').map(({ number }) => number ?? 0)
    for (const { number } of given) expect(number).toBeLessThan(Math.min(...waiting))
    expect(new Set(held.map(({ number }) => number).filter(Boolean)).size).toBe(PEOPLE.length - 2)
    for (const { name } of given) {
      const times = SEATS <= PEOPLE.indexOf(name) ? 1 : 0
      expect([name, toldOfSeats(name).length]).toEqual([name, times])
    }
    await isAsDrawn(m)
  })

  test.each(rounds)('have a seat for nobody who leaves as it is offered to them (%i)', async () => {
    const { m, second } = await offered()
    const next = PEOPLE[SEATS + 2] ?? ''
    await Promise.all([
      presses(m, PEOPLE[1] ?? '', 'no'),
      world.run(second, 'leave', { community: 'parents' }),
      presses(m, PEOPLE[2] ?? '', 'no'),
      world.work(true),
    ])
    await world.work()
    const held = await everybody(m)
    expect(stateOf(held, second)).toBe('no')
    // Of seven who said yes three gave up their seats, and one their place.
    expect(held.filter(({ state }) => state === 'going' || state === 'offered')).toHaveLength(3)
    expect(stateOf(held, next)).toBe('offered')
    await isAsDrawn(m)
  })
})

describe('a house that dies in the middle', { timeout: TIMEOUT_MS }, () => {
  beforeEach(async () => {
    world = await openMeetupWorld()
    for (const name of PEOPLE.slice(0, SEATS + 2)) await world.run(name, 'join', { community: 'parents' })
    await world.work()
  }, TIMEOUT_MS)
  afterEach(async () => {
    expect(world.complaints()).toEqual([])
    await world.close()
  })

  /** At its calls of the store, and right after all of it was kept. */
  async function atEachMoment(play: (m: string, die: () => void) => Promise<void>): Promise<void> {
    for (let calls = 0; calls < CALLS_MAX; calls += EVERY) {
      const { m } = await meets()
      await play(m, () => world.die(calls))
      await isAsDrawn(m)
      const wasAll = world.lived()
      await world.press(HOST, address('meetup.cancel-now', { m, a: 'one' }))
      if (wasAll) return
    }
    throw new Error('it calls the store more often than that')
  }

  const [first = '', second = ''] = PEOPLE.slice(SEATS)

  test('offers a seat that becomes free once', async () => {
    await atEachMoment(async (m, die) => {
      for (const name of PEOPLE.slice(0, SEATS + 2)) await presses(m, name, 'yes')
      die()
      await presses(m, PEOPLE[0] ?? '', 'no')
      await world.work()
      expect(stateOf(await everybody(m), first)).toBe('offered')
      expect(toldOfSeats(first)).toEqual(['offer'])
      expect(toldOfSeats(second)).toEqual([])
    })
  })

  test('takes an offer back once, and offers it to the next once', async () => {
    await atEachMoment(async (m, die) => {
      for (const name of PEOPLE.slice(0, SEATS + 2)) await presses(m, name, 'yes')
      await presses(m, PEOPLE[0] ?? '', 'no')
      world.setClock(OFFERED_FOR_MINUTES)
      die()
      await world.work()
      await world.pass(2)
      const held = await everybody(m)
      expect([stateOf(held, first), stateOf(held, second)]).toEqual(['lapsed', 'offered'])
      expect(toldOfSeats(first)).toEqual(['offer', 'lapse'])
      expect(toldOfSeats(second)).toEqual(['offer'])
    })
  })

  test('gives one number for one yes', async () => {
    await atEachMoment(async (m, die) => {
      die()
      expect(await presses(m, first, 'yes')).toContain('You come, number 1.')
      expect(await presses(m, second, 'yes')).toContain('You come, number 2.')
    })
  })
})

/** A meetup of its own, and since when its posts stand. */
async function meets(): Promise<{ m: string }> {
  const title = `Race ${++played}`
  const at = new Date(world.now().getTime() + 20 * 86_400_000)
  const m = await world.announce(title, { when: at.toISOString(), capacity: `${SEATS}` })
  await world.work()
  return { m }
}

/** One whose seats are taken, but for one that is offered to the first who waits. */
async function offered(): Promise<{ m: string; first: string; second: string }> {
  const { m } = await meets()
  const [first = '', second = ''] = PEOPLE.slice(SEATS)
  for (const name of PEOPLE.slice(0, SEATS + 3)) await presses(m, name, 'yes')
  await presses(m, PEOPLE[0] ?? '', 'no')
  await world.work()
  expect(toldOfSeats(first)).toEqual(['offer'])
  return { m, first, second }
}

const presses = (m: string, name: string, target: string) => world.press(name, address(`meetups.${target}`, { m }))

type Held = Guest & { name: string }
/** All who answered, by their numbers. */
async function everybody(m: string): Promise<Held[]> {
  return world.read(async (store) => {
    const states = ['going', 'offered', 'waiting', 'maybe', 'no', 'lapsed'] as const
    const rows = await store.attendance.list(m, [...states], { skip: 0, take: 100 })
    const called = await store.people.names(
      rows.map(({ who }) => who),
      'terminal',
      'main',
    )
    const named = rows.map((row) => ({ ...row, name: called[row.who]?.name ?? '' }))
    return named.sort((a, b) => (a.number ?? 0) - (b.number ?? 0))
  })
}

const stateOf = (held: Held[], name: string) => held.find((one) => one.name === name)?.state

function standing(held: Held[], name: string): string {
  const own = held.find((one) => one.name === name)
  return `${own?.state === 'going' ? 'You come' : 'You are on the waitlist'}, number ${own?.number}.`
}

/** What somebody was told of seats at the newest meetup. */
function toldOfSeats(name: string): string[] {
  const own = world.posts.filter(({ to, words }) => to === name && words.includes(`Race ${played}`))
  const words = own.map((one) => /is free for you|went to the next/.exec(one.words)?.[0])
  return words.flatMap((one) => (one ? [one.startsWith('is') ? 'offer' : 'lapse'] : []))
}

/** What everybody reads in the room is what the store holds. */
async function isAsDrawn(m: string): Promise<void> {
  await world.work()
  const seats = await world.read((store) => store.rsvps.seats(m))
  const meetup = await world.read((store) => store.meetups.get(m))
  expect(seats.given).toBeLessThanOrEqual(meetup?.capacity ?? 0)
  const words = [
    `Who comes: ${seats.going} of ${meetup?.capacity} taken`,
    ...(seats.given > seats.going ? [`${seats.given - seats.going} offered`] : []),
    ...(seats.waiting > 0 ? [`${seats.waiting} on the waitlist`] : []),
  ]
  const card = [...world.cards.values()].find((one) => one.startsWith(`Race ${played}\n`))
  expect(card).toContain(`${words.join(', ')}\n`)
}
