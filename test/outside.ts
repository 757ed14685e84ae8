import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Draws } from '../src/core/ids.ts'
import { createWitness, type Held } from './witness.ts'

const entry = z.object({
  person: z.string(),
  email: z.string(),
  earlier: z.array(z.string()),
  since: z.coerce.date(),
  direction: z.string(),
  revision: z.number(),
  reason: z.enum(['joined', 'left', 'erased']),
  at: z.coerce.date(),
})
const effect = z.discriminatedUnion('op', [
  z.object({ op: z.literal('makeRoom'), room: z.string() }),
  z.object({ op: z.literal('letIn'), room: z.string(), account: z.string() }),
  z.object({ op: z.literal('letOut'), room: z.string(), account: z.string() }),
  z.object({
    op: z.literal('post'),
    key: z.string(),
    to: z.string(),
    words: z.string(),
    buttons: z.array(z.object({ label: z.string(), press: z.string() })),
  }),
  z.object({ op: z.literal('draw'), card: z.string(), words: z.string() }),
  z.object({ op: z.literal('mail'), key: z.string(), to: z.string(), words: z.string() }),
  z.object({ op: z.literal('backup'), key: z.string() }),
  z.object({ op: z.literal('put'), segment: z.string(), entries: z.array(entry) }),
  z.object({ op: z.literal('take'), segment: z.string(), entries: z.array(entry) }),
])
/** What a house asks of the world outside. */
export type Effect = z.input<typeof effect>

/** A request: `until` is when the claim of whoever asks is over, by the machine's clock; `patienceMs` how long it waits. */
const request = z.object({ from: z.string(), until: z.number(), patienceMs: z.number(), effect })
export type Request = z.input<typeof request>
type Asked = z.output<typeof request>

/** A message somebody was shown. */
export interface Seen {
  to: string
  words: string
  buttons: { label: string; press: string }[]
}

/**
 * The world outside of several houses: one platform, one destination and one post office, all on one loopback port, which
 * keep what comes about and complain about what no honest set of houses would ask.
 */
export interface Outside {
  url: string
  /** Who is in which room. */
  rooms: Map<string, Set<string>>
  /** What was posted and mailed, by key; a repetition under a key is not shown again. */
  posts: Map<string, Seen>
  mails: Map<string, Seen>
  /** Each time a card was drawn, by the machine's clock in milliseconds, and what it said from then on. */
  draws: { card: string; at: number; words: string }[]
  /** The names under which backups were written, in order. */
  backups: string[]
  /** What the destination holds, by segment and person. */
  held(): [string, Held][]
  complaints(): string[]
  /** How often each thing went wrong on purpose. */
  faults: Map<string, number>
  isIdle(): boolean
  /** From now on everything is answered at once. */
  calm(): void
  close(): Promise<void>
}

const FAULTS = ['refused', 'deaf', 'busy', 'broken', 'broken after it', 'slow', 'late', 'late'] as const
type Fault = (typeof FAULTS)[number]

export interface OutsideTools {
  draws: Draws
  /** How likely something goes wrong with what is asked about somebody, from 0 to 1. */
  troubleOf(person: string): number
  /** Whether anybody ever said that the destination may know of them there. */
  everSaid(segment: string, person: string): boolean
}

export async function openOutside({ draws, troubleOf, everSaid }: OutsideTools): Promise<Outside> {
  const rooms = new Map<string, Set<string>>()
  const posts = new Map<string, Seen>()
  const mails = new Map<string, Seen>()
  const drawn: Outside['draws'] = []
  const backups: string[] = []
  const wrong: string[] = []
  const faults = new Map<string, number>()
  /** What is being done about something, by whom. */
  const underWay = new Map<string, string>()
  /** What was done and heard of in time, and must not be asked again. */
  const heard = new Set<string>()
  let isCalm = false
  const witness = createWitness({
    name: 'desk',
    objection: (_, segment, person) => (everSaid(segment, person) ? undefined : 'nobody had ever let it know'),
  })
  const membersOf = (room: string) => {
    const members = rooms.get(room) ?? new Set()
    rooms.set(room, members)
    return members
  }

  /** It comes about; what is to be answered. */
  async function bringAbout(what: Asked['effect']): Promise<unknown> {
    switch (what.op) {
      case 'makeRoom':
        return void membersOf(what.room)
      case 'letIn':
        return void membersOf(what.room).add(what.account)
      case 'letOut':
        return void membersOf(what.room).delete(what.account)
      case 'post':
        return void (posts.has(what.key) || posts.set(what.key, what))
      case 'mail':
        return void (mails.has(what.key) || mails.set(what.key, { ...what, buttons: [] }))
      case 'draw':
        return void drawn.push({ card: what.card, at: performance.now(), words: what.words })
      case 'backup':
        return void backups.push(what.key)
      case 'put':
      case 'take':
        return witness.store[what.op](
          { key: what.segment, name: what.segment },
          what.entries,
          new AbortController().signal,
        )
      default:
        return what satisfies never
    }
  }

  const faultFor = (what: Asked['effect']): Fault | undefined => {
    if (isCalm || draws.fraction() >= Math.max(...personsOf(what).map(troubleOf))) return undefined
    return FAULTS[Math.floor(draws.fraction() * FAULTS.length)]
  }

  async function carryOut({ effect: what, until, patienceMs }: Asked, response: ServerResponse): Promise<void> {
    const fault = faultFor(what)
    if (fault) faults.set(fault, (faults.get(fault) ?? 0) + 1)
    const answer = (status: number, body: unknown = null) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    const began = performance.now()
    if (Date.now() >= until || fault === 'refused') return void response.destroy()
    if (fault === 'busy') return answer(429)
    if (fault === 'broken') return answer(503)
    if (fault === 'late') {
      // The asker gives up, and then it comes about all the same: at any moment of its claim.
      await pause(patienceMs + (until - Date.now() - patienceMs) * draws.fraction())
      if (Date.now() < until) await bringAbout(what)
      return void response.destroy()
    }
    const results = await bringAbout(what)
    if (fault === 'deaf') return void response.destroy()
    if (fault === 'broken after it') return answer(500)
    if (fault === 'slow') await pause((patienceMs / 3) * draws.fraction())
    if (performance.now() - began < patienceMs / 2) for (const one of onceOf(what)) heard.add(one)
    return answer(200, results)
  }

  const server = createServer(async (incoming, response) => {
    const asked = request.parse(JSON.parse(Buffer.concat(await incoming.toArray()).toString()))
    const { op } = asked.effect
    const subjects = subjectsOf(asked.effect)
    for (const one of subjects) {
      const other = underWay.get(one)
      if (other) wrong.push(`${asked.from} asked “${op}” of ${one} while ${other} was under way`)
      underWay.set(one, `“${op}” by ${asked.from}`)
    }
    for (const one of onceOf(asked.effect)) if (heard.has(one)) wrong.push(`${asked.from} asked ${one} again`)
    // Before the answer is heard, since what comes next may follow at once.
    const over = () => subjects.forEach((one) => void underWay.delete(one))
    const end = response.end.bind(response)
    response.end = ((...rest: Parameters<typeof end>) => {
      over()
      return end(...rest)
      // One overload stands for all of them.
    }) as typeof response.end
    await carryOut(asked, response).finally(over)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server's address is no string.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    rooms,
    posts,
    mails,
    draws: drawn,
    backups,
    held: witness.held,
    complaints: () => [...wrong, ...witness.complaints],
    faults,
    isIdle: () => underWay.size === 0,
    calm: () => {
      isCalm = true
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** What only one may work on at a time: of a destination, all that concerns one person. */
function subjectsOf(what: Asked['effect']): string[] {
  switch (what.op) {
    case 'makeRoom':
      return [`room ${what.room}`]
    case 'letIn':
    case 'letOut':
      return [`${what.account} in ${what.room}`]
    case 'put':
    case 'take':
      return what.entries.map((one) => `reports of ${one.person}`)
    case 'draw':
      return [`card ${what.card}`]
    default:
      return [`${what.op} ${what.key}`]
  }
}

/** What is asked no more once it was heard of: unlike a state, which may be wanted again. */
function onceOf(what: Asked['effect']): string[] {
  if ('key' in what) return [`${what.op} ${what.key}`]
  if ('entries' in what) return what.entries.map((one) => `${what.op} ${what.segment} ${one.person} ${one.revision}`)
  return []
}

function personsOf(what: Asked['effect']): string[] {
  if ('account' in what) return [what.account]
  if ('entries' in what) return what.entries.map((one) => one.email.split('+')[0] ?? '')
  return ['to' in what ? what.to : 'nobody']
}
