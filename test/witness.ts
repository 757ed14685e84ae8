import type { Entry, Forgotten, Segment, SegmentStore } from '../src/segments/segment-store.ts'

/** What a destination holds of one person in one segment. */
export interface Held {
  /** The number that stands for them. */
  person: string
  email: string
  since: number
  direction: string
  revision: number
}

/** A segment store that remembers what it was told, and says what no honest house would tell it. */
export interface Witness {
  store: SegmentStore
  /** What it holds, by segment and person: whoever is held under two numbers is there twice. */
  held(): [string, Held][]
  complaints: string[]
  /** Happens once, in the middle of the next request: before it is carried out, or after that and before the answer. */
  interrupt(when: 'before' | 'after', act: () => Promise<void>): void
  /** Whoever asked something that has not been answered is gone. */
  forsake(): void
}

export interface WitnessTools {
  name: string
  /** Why this person may not be told of, or undefined. Asked at the moment the request arrives. */
  objection(op: 'in' | 'out', segment: string, person: string, entry: Entry): string | undefined
  /** The store that really does it, if there is one. */
  behind?: SegmentStore
}

/** Test addresses begin with the person's name, so that a witness knows whom it was told of. */
export function addressOf(person: string, n: number): string {
  return `${person}+${n}@example.org`
}

export function personOf(email: string): string {
  return email.slice(0, email.lastIndexOf('+'))
}

export function createWitness({ name, objection, behind }: WitnessTools): Witness {
  const held = new Map<string, Held>()
  const newest = new Map<string, { revision: number; words: string }>()
  const people = new Map<string, string>()
  /** Numbers nothing more may be said about, and those something is being said about. */
  const forgotten = new Set<string>()
  const underWay = new Set<string>()
  const complaints: string[] = []
  let interruption: { when: 'before' | 'after'; act: () => Promise<void> } | undefined

  const interrupted = async (when: 'before' | 'after') => {
    if (interruption?.when !== when) return
    const { act } = interruption
    interruption = undefined
    await act()
  }

  /** Order is kept and numbers never go down; the same number never says two things. */
  function listen(op: 'in' | 'out', segment: string, entry: Entry): string {
    const person = personOf(entry.email)
    const key = `${segment}/${person}/${entry.person}`
    const complain = (what: string) =>
      complaints.push(`${name} was told “${op}” of ${key} (${entry.revision}): ${what}`)
    if ((people.get(entry.person) ?? person) !== person) complain('that number stood for someone else before')
    people.set(entry.person, person)
    if (forgotten.has(entry.person)) complain('they had been forgotten')
    if (underWay.has(entry.person)) complain('something else was being said about them')
    const before = newest.get(key)
    const words = JSON.stringify([op, op === 'in' && entry.email, op === 'in' && entry.direction])
    if (before && entry.revision < before.revision) complain(`it had heard ${before.revision} before`)
    if (before?.revision === entry.revision && before.words !== words) complain(`that was ${before.words} before`)
    newest.set(key, { revision: entry.revision, words })
    const why = objection(op, segment, person, entry)
    if (why) complain(why)
    return key
  }

  async function change(op: 'in' | 'out', segment: Segment, entries: Entry[], signal: AbortSignal) {
    const keys = entries.map((entry) => listen(op, segment.key, entry))
    const numbers = entries.map((entry) => entry.person)
    for (const number of numbers) underWay.add(number)
    await interrupted('before')
    const results = await (op === 'in' ? behind?.put : behind?.take)?.(segment, entries, signal)
    entries.forEach(({ person, email, since, direction, revision }, i) => {
      const key = keys[i] ?? ''
      if (op === 'in') held.set(key, { person, email, since: since.getTime(), direction, revision })
      else held.delete(key)
    })
    await interrupted('after')
    for (const number of numbers) underWay.delete(number)
    return results ?? entries.map(() => ({ result: 'applied' as const }))
  }

  async function forget(person: Forgotten, signal: AbortSignal) {
    const number = person.person
    if (underWay.has(number)) complaints.push(`${name} was told to forget ${number} while being told of them`)
    const result = await behind?.forget(person, signal)
    forgotten.add(number)
    for (const key of held.keys()) if (key.endsWith(`/${number}`)) held.delete(key)
    return result ?? { result: 'applied' as const }
  }

  return {
    complaints,
    held: () => [...held].map(([key, row]) => [key.slice(0, key.lastIndexOf('/')), row]),
    interrupt: (when, act) => {
      interruption = { when, act }
    },
    forsake: () => underWay.clear(),
    store: {
      batch: behind?.batch ?? 3,
      check: async () => undefined,
      put: (segment, entries, signal) => change('in', segment, entries, signal),
      take: (segment, entries, signal) => change('out', segment, entries, signal),
      forget,
    },
  }
}
