import { drawsFrom, seededBytes } from '../src/core/ids.ts'
import { build, type House } from '../src/house.ts'
import { Later, type Platform } from '../src/platform.ts'
import type { Raw } from '../src/router.ts'
import type { Database } from '../src/store/database.ts'
import type { Store } from '../src/store/store.ts'
import { buttonIn, deliveryOf, wordsOf } from './delivery.ts'
import { ownDatabase, server } from './postgres.ts'
import { openStage, SITE } from './stage.ts'

/** What a faulty piece of work dies with, wherever it is. */
const DIED = 'it died on purpose'
/** The organizer, who presses nothing else. */
export const HOST = 'ana'
/** Staff of the organization. */
export const STAFF = 'sam'

/** Two houses that meet in one community, on one platform that keeps what it shows. */
export interface MeetupWorld {
  now(): Date
  /** Presses a button, or sends its form; what was answered, in words. */
  press(name: string, address: string, fields?: Raw): Promise<string>
  /** The same press is delivered to both houses at once; what each answered. */
  pressTwice(name: string, address: string): Promise<string[]>
  run(name: string, command: string, raw: Raw): Promise<string>
  /** A meetup, announced; gives its number. */
  announce(title: string, raw: Raw): Promise<string>
  /** One house does all that is due, and the next time the other; or both at once. */
  work(both?: boolean): Promise<void>
  pass(minutes: number): Promise<void>
  /** The clock goes on by so many minutes, and nobody works meanwhile. */
  setClock(minutes: number): void
  /** The next work on a meetup, or on content, dies after so many calls of the store, or right after it was kept. */
  die(calls: number): void
  /** Whether the last that was to die got to its end before. */
  lived(): boolean
  /** The next effects are refused, or come about without being heard of. */
  refuse(times: number, isDeaf: boolean): void
  /** The next effects are answered with a no, as by a platform that does not let Kindred speak. */
  shut(times: number): void
  /** The next delivery comes twice, and once more to the other house where there are two. */
  repeat(): void
  calm(): void
  /** When a job went over a meetup since this was asked last. */
  handled(): Date[]
  posts: { to: string; words: string; at: Date }[]
  cards: Map<string, string>
  /** What went wrong that was not meant to. */
  complaints(): string[]
  read<T>(work: (store: Store) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Opens it; with two databases of their own connections where there is a server. */
export async function openMeetupWorld(): Promise<MeetupWorld> {
  const own = server ? await ownDatabase(server) : undefined
  const first = await openStage({ destinations: [], seed: 'meetups', ...(own && { place: own.place }) })
  const second = own
    ? await openStage({ destinations: [], seed: 'meetups too', organization: null, place: own.place })
    : first
  let now = first.now()
  const posts: MeetupWorld['posts'] = []
  const cards = new Map<string, string>()
  const shown = new Set<string>()
  const complaints: string[] = []
  const handled: Date[] = []
  let death: number | undefined
  let isAlive = false
  let refusals = { left: 0, isDeaf: false }
  let shutLeft = 0
  let isRepeated = false
  let deliveries = 0
  let turns = 0

  const effect = <T>(comeAbout: () => T): T => {
    if (shutLeft > 0) {
      shutLeft--
      throw new Later(DIED)
    }
    if (refusals.left === 0) return comeAbout()
    refusals.left--
    if (refusals.isDeaf) comeAbout()
    throw new Error(DIED)
  }
  const platform: Platform = {
    name: 'terminal',
    drawEveryMs: 0,
    makeRoom: async (_, { name }) => ({ id: name }),
    letIn: async () => 'here',
    letOut: async () => undefined,
    async post({ place, account }, content, reading, key) {
      effect(() => {
        if (shown.has(key)) return
        shown.add(key)
        posts.push({ to: account ?? place ?? '', words: wordsOf({ ...reading, content, replaces: false }), at: now })
      })
    },
    async draw(_, content, reading, key, externalId) {
      return effect(() => {
        const id = externalId ?? key
        cards.set(id, wordsOf({ ...reading, content, replaces: false }))
        return id
      })
    },
  }

  /** A database whose work on meetups and content may die in the middle, and that notes what the job was over. */
  const mortal = (database: Database): Database => ({
    ...database,
    async transaction(work) {
      let isOfMeetup = false
      let isHandled = false
      let calls = 0
      const result = await database.transaction((store) => {
        isOfMeetup = false
        isHandled = false
        calls = 0
        return work(
          watched(store, (name) => {
            if (name === 'toChange' || name === 'stillDue' || name === 'lock') isOfMeetup = true
            if (name === 'lapse') isHandled = true
            if (!isOfMeetup || death === undefined || calls++ < death) return
            death = undefined
            throw new Error(DIED)
          }),
        )
      })
      if (isHandled) handled.push(now)
      if (isOfMeetup && death !== undefined) {
        death = undefined
        isAlive = true
        throw new Error(DIED)
      }
      return result
    },
  })
  const log = {
    failure(where: string, _: unknown, error: unknown) {
      const all = error instanceof AggregateError ? error.errors : [error]
      for (const one of all) if (!String(one).includes(DIED)) complaints.push(`${where}: ${one}`)
    },
  }
  const houses: House[] = []
  for (const [i, stage] of [first, second].entries()) {
    const draws = { ...drawsFrom(seededBytes(`meetups/${i}`)), fraction: () => 0.99 }
    const { commands } = stage
    const outside = { platforms: [platform], destinations: [], mailer: undefined, log, site: SITE }
    houses.push(await build({ ...outside, database: mortal(stage.database), commands, draws, now: () => now }))
  }
  // There are two.
  const houseOf = (turn: number) => houses[turn % houses.length] as House

  async function deliver(name: string, give: (house: House, id: string) => ReturnType<House['router']['press']>) {
    const id = `meetups/${deliveries++}`
    const turn = turns++
    if (isRepeated) {
      isRepeated = false
      const answers = await Promise.all([0, 1, 0].map((other) => give(houseOf(turn + other), id)))
      const words = new Set(answers.filter(({ failed }) => !failed).map(wordsOf))
      if (words.size > 1) complaints.push(`${name} was told for one press: ${[...words].join(' / ')}`)
      const heard = answers.find(({ failed }) => !failed)
      if (heard) return heard
    }
    const answer = await give(houseOf(turn), id)
    // Whoever heard of no outcome gets it the second time, from the other house.
    return answer.failed ? give(houseOf(turn + 1), id) : answer
  }
  const press = (name: string, address: string, fields: Raw = {}) =>
    deliver(name, (house, id) => house.router.press(deliveryOf(id, name, now, name === STAFF), address, fields))
  const run = (name: string, command: string, raw: Raw) =>
    deliver(name, (house, id) => house.router.run(deliveryOf(id, name, now, name === STAFF), command, raw))

  await run(HOST, 'start-community', {
    name: 'Parents',
    need: 'people with children, so that we can meet',
    pledges: '1',
  })
  await houseOf(0).runner.runDue()

  return {
    now: () => now,
    press: async (name, address, fields) => wordsOf(await press(name, address, fields)),
    async pressTwice(name, address) {
      const id = `meetups/${deliveries++}`
      const answers = houses.map((house) => house.router.press(deliveryOf(id, name, now), address))
      return (await Promise.all(answers)).map(wordsOf)
    },
    run: async (name, command, raw) => wordsOf(await run(name, command, raw)),
    async announce(title, raw) {
      const written = await run(HOST, 'meetup', { title, community: 'parents', ...raw })
      const button = buttonIn(written, 'Announce it') ?? ''
      const answer = await press(HOST, button)
      if (!wordsOf(answer).includes('Announced'))
        complaints.push(`not announced: ${wordsOf(written)} ${wordsOf(answer)}`)
      return /m=(\w+)/.exec(button)?.[1] ?? ''
    },
    async work(both = false) {
      const turn = turns++
      await Promise.all((both ? [0, 1] : [0]).map((other) => houseOf(turn + other).runner.runDue()))
    },
    setClock(minutes) {
      now = new Date(now.getTime() + minutes * 60_000)
    },
    async pass(minutes) {
      const until = new Date(now.getTime() + minutes * 60_000)
      await houseOf(turns++).runner.advance(until, (time) => {
        now = time
      })
    },
    die(calls) {
      death = calls
      isAlive = false
    },
    lived: () => isAlive,
    refuse(left, isDeaf) {
      refusals = { left, isDeaf }
    },
    shut(times) {
      shutLeft = times
    },
    repeat() {
      isRepeated = true
    },
    calm() {
      death = undefined
      refusals = { left: 0, isDeaf: false }
      shutLeft = 0
      isRepeated = false
    },
    handled: () => handled.splice(0),
    posts,
    cards,
    complaints: () => complaints,
    read: (work) => first.read(work),
    async close() {
      if (second !== first) await second.close()
      await first.close()
      await own?.drop()
    },
  }
}

/** A store that tells of each call by its name, before it is made. */
function watched(store: Store, tell: (name: string) => void): Store {
  const nouns = Object.entries(store).map(([noun, part]) => {
    if (typeof part !== 'object' || part === null) return [noun, part]
    const heard = Object.entries(part).map(([name, call]) => [
      name,
      typeof call === 'function'
        ? (...given: unknown[]) => {
            tell(name)
            return call.apply(part, given)
          }
        : call,
    ])
    return [noun, Object.fromEntries(heard)]
  })
  // The same names and calls as before, which Object.fromEntries can't know.
  return Object.fromEntries(nouns) as Store
}
