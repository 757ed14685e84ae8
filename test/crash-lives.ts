import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Delivered, Said, Task } from './crash-child.ts'
import { HELD, type Kill, type Moment } from './crash-moments.ts'
import type { Outside } from './crash-outside.ts'
import { type CrashPerson, crashPerson, isFinished, nextOf } from './crash-people.ts'

const CHILD = fileURLToPath(new URL('crash-child.ts', import.meta.url))
const MIGRATIONS = fileURLToPath(new URL('../prisma/migrations', import.meta.url))
/** How long the platform of the child takes to hear at most, and to answer. */
const PLATFORM_MS = 20
/** Each life begins after the leases of the one before are over. */
const BETWEEN_MS = 61_000
/** So many people come in each life, and so many old outcomes are asked for again. */
const COMING = 4
const AGAIN = 8
/** A house that takes longer over a handful of people has stopped moving. */
const STALLED_MS = 120_000

/** A house in a process of its own (crash-child.ts). */
export interface Child {
  write(line: object): void
  /** Lets it finish what it has, and end. */
  end(): void
  kill(): void
  /** What it says until it is gone; a line it died in was not said. */
  said: AsyncIterable<Said>
}

/** What came of the lives of a house so far. */
export interface History {
  people: CrashPerson[]
  /** Each outcome that was told, and what it was the outcome of. */
  told: Map<string, string>
  delivered: Map<string, Delivered>
  /** The words that each commit was to be told in. */
  committed: Map<string, string>
  /** Told a second time, or told otherwise than committed. */
  again: { id: string; before: string; now: string }[]
  /** Told, and not in the database of the next life, or in other words. */
  lost: string[]
  failures: string[]
  kills: Kill[]
  /** Where the house stood still when it was killed: a post's key, a Message-ID, the id of an event or a delivery. */
  heldAt: { at: Moment; what: string }[]
  /** The keys of the posts that each life tried. */
  tried: Set<string>[]
  /** Backups that stood under their name though the house was killed while it made them. */
  torn: string[]
  readyMs: number
}

/** A process that loads the house and then waits for its task. */
export function startChild(): Child {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), CHILD], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  // What is written to one that was killed is lost, as it is in life.
  child.stdin.on('error', () => undefined)
  // Begun here, since one that ends before anybody listens would be listened to for ever.
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const gone = once(child, 'exit')
  async function* said(): AsyncIterable<Said> {
    for await (const line of lines) {
      const one = readLine(line)
      if (one) yield one
    }
    // Whoever looks at its data next must not find it held.
    await gone
  }
  return {
    write: (line) => void child.stdin.write(`${JSON.stringify(line)}\n`),
    end: () => void child.stdin.end(),
    kill: () => void child.kill('SIGKILL'),
    said: said(),
  }
}

function readLine(line: string): Said | undefined {
  try {
    // The child's own words, typed there.
    return JSON.parse(line) as Said
  } catch {
    return undefined
  }
}

/** The task of a house in the world outside. */
export function taskOf(outside: Outside, place: Task['place'], more: Partial<Task> = {}): Task {
  const { posted, drawn, folder, mails, hook } = outside
  const settings = { posted, drawn, platformMs: PLATFORM_MS, smtp: mails.url, hook: hook.settings, backups: folder }
  return { place, migrations: MIGRATIONS, ...settings, now: outside.now().toISOString(), afterMs: 0, told: [], ...more }
}

/** Lives of a house on one database, one after the other. Each gives whether it was killed, or else had nothing left to do. */
export function openLives(
  outside: Outside,
  place: Task['place'],
  yes: string,
  some: (most: number) => number,
): { history: History; live(kill?: Kill): Promise<boolean>; close(): void } {
  const history: History = {
    people: [],
    told: new Map(),
    delivered: new Map(),
    committed: new Map(),
    again: [],
    lost: [],
    failures: [],
    kills: [],
    heldAt: [],
    tried: [],
    torn: [],
    readyMs: 0,
  }
  let waiting = startChild()
  let toldLately: string[] = []

  async function live(kill?: Kill): Promise<boolean> {
    const child = waiting
    // The next one loads while this one lives.
    waiting = startChild()
    outside.pass(BETWEEN_MS)
    const wholeBefore = await outside.backups.names()
    if (kill?.at === 'backing up') await outside.backups.want(true)
    const { told, delivered, committed, people } = history
    // While somebody only looks on, nobody new comes.
    if (kill) for (let i = 0; i < COMING; i++) people.push(crashPerson(people.length))

    const began = performance.now()
    const asked = new Set<string>()
    const tried = new Set<string>()
    const counts = new Map<Moment, number>()
    const lately: string[] = []
    let isReady = false
    let isDone = false
    let isEnded = false

    const end = () => {
      isEnded = true
      child.kill()
    }
    /** Everybody who is not waiting for anything goes on. */
    const goOn = () => {
      if (!isReady) return
      for (const person of people) {
        const next = asked.has(person.name) ? undefined : nextOf(person, outside.outlook, yes)
        if (!next) continue
        asked.add(person.name)
        delivered.set(next.id, next)
        child.write(next)
      }
      if (people.every(isFinished)) child.end()
    }
    const reach = (at: Moment, what: string): 'silence' | undefined => {
      const count = counts.get(at) ?? 0
      counts.set(at, count + 1)
      if (kill?.at !== at || kill.count !== count) return undefined
      if (HELD.includes(at)) history.heldAt.push({ at, what })
      void pause(kill.waitMs).then(outside.rest).then(end)
      return 'silence'
    }
    const onTold = (id: string, words: string) => {
      const before = told.get(id) ?? committed.get(id)
      if (before !== undefined && told.has(id)) history.again.push({ id, before, now: words })
      else if (before !== undefined && before !== words) history.again.push({ id, before, now: words })
      if (!told.has(id)) {
        const person = people.find(({ name }) => name === delivered.get(id)?.name)
        if (person) {
          person.done++
          asked.delete(person.name)
        }
      }
      told.set(id, words)
      lately.push(id)
      reach('told', id)
      goOn()
    }

    const stalled = setTimeout(() => {
      history.failures.push(`it stopped moving: ${people.filter((one) => !isFinished(one)).map(({ name }) => name)}`)
      end()
    }, STALLED_MS)
    // Somebody may have waited for just that.
    const reachAndGoOn = (at: Moment, what: string) => {
      setImmediate(goOn)
      return reach(at, what)
    }
    outside.listen({
      mail: (id) => reachAndGoOn('mailed', id),
      event: (id, type) => reachAndGoOn(type === 'person.erased' ? 'erased' : 'reported', id),
    })
    // The last life goes on until the leases of the one before it are over, too.
    const span = kill ? { stop: { at: kill.at, count: kill.count } } : { afterMs: BETWEEN_MS }
    child.write(taskOf(outside, place, { told: toldLately, ...span }))
    reach('beginning', '')
    for await (const said of child.said) {
      if ('kept' in said) {
        const lost = Object.entries(said.kept).filter(([id, words]) => words !== told.get(id))
        history.lost.push(...lost.map(([id]) => id))
        history.readyMs = Math.max(history.readyMs, performance.now() - began)
        toldLately = []
        isReady = true
        // Platforms deliver again what was not answered, and sometimes what was.
        const ids = [...told.keys()]
        for (let i = 0; i < AGAIN; i++) {
          const one = delivered.get(ids[some(ids.length)] ?? '')
          if (one) child.write(one)
        }
      } else if ('failure' in said) history.failures.push(said.failure)
      else if ('done' in said) isDone = true
      else if (said.at === 'told') onTold(said.what, said.words)
      else {
        if (said.at === 'posting') tried.add(said.what)
        if (said.at === 'committed' && !committed.has(said.what)) committed.set(said.what, said.words)
        reach(said.at, said.what)
      }
      goOn()
    }
    clearTimeout(stalled)
    outside.listen(undefined)
    if (!isDone && !isEnded) throw new Error('the house ended by itself')
    history.tried.push(tried)
    toldLately.push(...lately)
    if (isDone || !kill) return !isDone
    history.kills.push(kill)
    if (kill.at === 'backing up') {
      const whole = await outside.backups.names()
      history.torn.push(...whole.filter((name) => !wholeBefore.includes(name)))
    }
    return true
  }

  return { history, live, close: () => waiting.kill() }
}
