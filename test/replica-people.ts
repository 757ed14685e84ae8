import { setTimeout as pause } from 'node:timers/promises'
import type { Draws } from '../src/core/ids.ts'
import type { Outside, Seen } from './outside.ts'
import type { Given, Replica, Shown } from './replica.ts'

/** Where people come and go, and one where its organizer lets them in on request. */
export const OPEN = ['parents-united', 'cooks']
export const ON_REQUEST = 'readers'
/** Who founded them all, and looks after them. */
export const ORGANIZER = 'ana'
/** How often one thing is delivered to both houses at once. */
const TWICE = 0.15

/** Somebody as they lived it: what they were told is what is so. */
export interface Life {
  name: string
  email: string | undefined
  in: Set<string>
  yes: Set<string>
  /** How many yeses they gave in all; unknown once several of their acts raced. */
  yeses: number | undefined
  /** What they said on leaving. */
  reasons: string[]
  /** What became of their request. */
  request: 'none' | 'accepted' | 'declined'
}

export interface TownTools {
  replicas: Replica[]
  outside: () => Outside
  draws: Draws
  /** How many commands there may be in all. */
  commands: number
}

/** People who act on several houses at once, and what went otherwise than they were told it would. */
export function createTown({ replicas, outside, draws, commands }: TownTools) {
  const lives: Life[] = []
  const wrong: string[] = []
  const ever = new Set<string>()
  let given = 0
  const some = (most: number) => Math.floor(draws.fraction() * most)
  const pick = <T>(all: T[]): T => all[some(all.length)] as T

  /** Delivered to one house, or to both at once: then both say the same. */
  async function act(name: string, what: Omit<Given, 'id' | 'name'>, expected?: RegExp): Promise<Shown> {
    const one = { id: `${name}/${given++}`, name, ...what }
    const to = draws.fraction() < TWICE ? replicas : [pick(replicas)]
    const [shown = { words: '', buttons: {} }, ...others] = await Promise.all(to.map((each) => each.carryOut(one)))
    for (const other of others) {
      if (other.words !== shown.words) wrong.push(`${name} was told “${shown.words}” and “${other.words}”`)
    }
    const asked = what.press ?? `${what.command} ${Object.values(what.raw).join(' ')}`
    if (expected && !expected.test(shown.words)) wrong.push(`${name} did ${asked} and was told “${shown.words}”`)
    return shown
  }
  const type = (name: string, command: string, raw: Record<string, string>, expected?: RegExp) =>
    act(name, { command, raw }, expected)
  const press = (name: string, address: string | undefined, expected: RegExp, raw = {}) =>
    act(name, { press: address ?? 'no button', raw }, expected)

  const seen = async (what: string, found: () => Seen | undefined): Promise<Seen> => {
    for (let tries = 0; tries < 600; tries++) {
      const one = found()
      if (one) return one
      await pause(100)
    }
    throw new Error(`nobody ever saw ${what}`)
  }

  async function found(name: string, slug: string, visibility: string): Promise<void> {
    const need = 'people with small children, so that we can enjoy culture'
    const shown = await type(ORGANIZER, 'start-community', { name, need, pledges: '1', visibility })
    const anyway = shown.buttons['Start it anyway']
    const words = anyway ? (await press(ORGANIZER, anyway, /open/)).words : shown.words
    if (!/open/.test(words)) wrong.push(`${slug} was not founded: ${words}`)
  }

  async function prove(life: Life): Promise<void> {
    const email = `${life.name}+0@example.org`
    await type(life.name, 'email', { address: email }, /^A code is on its way/)
    const mail = await seen(`the mail to ${email}`, () => [...outside().mails.values()].find((one) => one.to === email))
    const code = /\b\d{6}\b/.exec(mail.words)?.[0] ?? ''
    await type(life.name, 'email', { address: code }, /is yours/)
    life.email = email
  }

  async function join(life: Life, where: string): Promise<void> {
    await type(life.name, 'join', { community: where }, /^You're in: /)
    life.in.add(where)
  }

  async function leave(life: Life, where: string): Promise<void> {
    const reason = some(2) === 0 ? `farewell of ${life.name} the ${life.reasons.length}th.` : undefined
    await type(life.name, 'leave', { community: where, ...(reason && { reason }) }, /^You have left /)
    if (reason) life.reasons.push(reason)
    life.in.delete(where)
    life.yes.delete(where)
  }

  /** Typed, and if the question is put to them first, pressed. */
  async function turnOn(life: Life, where: string): Promise<void> {
    ever.add(`${where}/${life.name}`)
    const shown = await type(life.name, 'sharing', { community: where, answer: 'on' })
    const isOn = /From now on|It is on already/.test(shown.words)
    if (!isOn) await press(life.name, shown.buttons.Yes, /From now on/)
    life.yes.add(where)
    if (life.yeses !== undefined) life.yeses++
  }

  async function turnOff(life: Life, where: string): Promise<void> {
    await type(life.name, 'sharing', { community: where, answer: 'off' }, /taken back|nothing to take back/)
    life.yes.delete(where)
  }

  /** They ask to be let in, and the organizer answers as soon as she is shown it. */
  async function request(life: Life): Promise<void> {
    const shown = await type(life.name, 'join', { community: ON_REQUEST }, /lets people in on request/)
    const reason = `longing of ${life.name}.`
    await press(life.name, shown.buttons['Say why'], /^Your request went to the organizers/, { reason })
    const asked = await seen(`the request of ${life.name}`, () => postsWith(`${life.name} asks to join`)[0])
    const button = pick(['Accept', 'Decline'])
    const address = asked.buttons.find((one) => one.label === button)?.press
    if (button === 'Accept') await press(ORGANIZER, address, /is in .* now/)
    else await press(ORGANIZER, address, /^You declined/, { reason: `not today, ${life.name}.` })
    life.request = button === 'Accept' ? 'accepted' : 'declined'
    if (button === 'Accept') life.in.add(ON_REQUEST)
  }

  async function somethingOf(life: Life): Promise<void> {
    const where = pick(OPEN)
    if (life.request === 'none' && some(6) === 0) return request(life)
    if (!life.in.has(where)) return join(life, where)
    if (some(3) === 0) return leave(life, where)
    return life.yes.has(where) ? turnOff(life, where) : turnOn(life, where)
  }

  /** Admitted and dismissed, let known and taken back, by both houses in one moment; then once more for good. */
  async function race(life: Life): Promise<void> {
    const where = pick(OPEN)
    const acts = (
      some(2) === 0
        ? [
            ['join', {}],
            ['leave', {}],
          ]
        : [
            ['sharing', { answer: 'on' }],
            ['sharing', { answer: 'off' }],
          ]
    ) as [string, Record<string, string>][]
    if (life.in.has(where)) ever.add(`${where}/${life.name}`)
    await Promise.all(
      Array.from({ length: 2 + some(3) }, async (_, i) => {
        await pause(some(400))
        const [command, raw] = acts[i % 2] ?? ['', {}]
        await type(life.name, command, { community: where, ...raw })
      }),
    )
    life.yeses = undefined
    const isIn = some(2) === 0
    await type(life.name, isIn ? 'join' : 'leave', { community: where })
    life.in[isIn ? 'add' : 'delete'](where)
    life.yes.delete(where)
    if (!isIn) return
    await (some(2) === 0 ? turnOn(life, where) : turnOff(life, where))
  }

  async function live(name: string, share: number): Promise<void> {
    const life: Life = {
      name,
      email: undefined,
      in: new Set(),
      yes: new Set(),
      yeses: 0,
      reasons: [],
      request: 'none',
    }
    lives.push(life)
    for (const where of OPEN) await join(life, where)
    for (const where of OPEN) await turnOn(life, where)
    await prove(life)
    const acts = isRacer(name) ? race : somethingOf
    for (let done = 0; done < share && given < commands; done++) await acts(life)
  }

  const postsWith = (words: string): Seen[] => [...outside().posts.values()].filter((one) => one.words.includes(words))

  return {
    lives,
    wrong,
    postsWith,
    given: () => given,
    everSaid: (segment: string, person: string) => ever.has(`${segment}/${person}`),

    async begin(): Promise<void> {
      await found('Parents United', 'parents-united', 'open')
      await found('Cooks', 'cooks', 'open')
      await found('Readers', ON_REQUEST, 'request')
    },

    /** Several people at a time, until so many commands were given. */
    async go(atOnce: number, share: number): Promise<void> {
      let next = 0
      const one = async () => {
        while (given < commands) await live(`${next % 4 === 0 ? 'racer' : 'person'}-${next++}`, share)
      }
      await Promise.all(Array.from({ length: atOnce }, one))
    },
  }
}

/** Somebody whose acts race, and whom the world outside troubles most. */
export function isRacer(name: string): boolean {
  return name.startsWith('racer')
}
