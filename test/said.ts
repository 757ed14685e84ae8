import type { Purpose } from '../src/core/direction.ts'

/** One question: whose it is to know what for. */
export interface Asked {
  purpose: Purpose
  recipient: string
}

/** A membership as the person lived it. */
interface Membership {
  since: number
  /** The questions they were shown since they joined, and those they have said yes to. */
  shown: Set<string>
  yes: Set<string>
}

/** What a destination should hold of one person in one segment. */
export interface Wanted {
  email: string
  since: number
}

/**
 * What people did and said, kept apart from the product and by the words they were shown: from it alone follows who may
 * be in which destination. People and communities go by name and slug.
 */
export type Said = ReturnType<typeof createSaid>

export function createSaid(recipient: string) {
  const memberships = new Map<string, Membership>()
  const addresses = new Map<string, string>()
  const sensitive = new Set<string>()
  const paused = new Set<string>()
  /** Every yes that was ever said. */
  const ever = new Set<string>()
  let organizations = recipient
  const keyOf = (person: string, segment: string) => `${segment}/${person}`
  const question = ({ purpose, recipient }: Asked) => `${purpose}/${recipient}`
  const of = (person: string, segment: string) => memberships.get(keyOf(person, segment))

  const may = (asked: Asked, person: string, segment: string): Wanted | undefined => {
    const membership = of(person, segment)
    const email = addresses.get(person)
    if (!membership || email === undefined || sensitive.has(segment) || paused.has(person)) return undefined
    return membership.yes.has(question(asked)) ? { email, since: membership.since } : undefined
  }

  return {
    recipient: () => organizations,
    rename: (to: string) => {
      organizations = to
    },
    join: (person: string, segment: string, now: Date) => {
      memberships.set(keyOf(person, segment), { since: now.getTime(), shown: new Set(), yes: new Set() })
    },
    leave: (person: string, segment: string) => memberships.delete(keyOf(person, segment)),
    isIn: (person: string, segment: string) => memberships.has(keyOf(person, segment)),
    show: (person: string, segment: string, asked: Asked) => of(person, segment)?.shown.add(question(asked)),
    wasShown: (person: string, segment: string, asked: Asked) =>
      of(person, segment)?.shown.has(question(asked)) ?? false,
    yes: (person: string, segment: string, asked: Asked) => {
      of(person, segment)?.yes.add(question(asked))
      ever.add(`${keyOf(person, segment)}/${asked.purpose}`)
    },
    /** Whether they ever said yes for that purpose, to whomever. */
    ever: (purpose: Purpose, person: string, segment: string) => ever.has(`${keyOf(person, segment)}/${purpose}`),
    withdraw: (person: string, segment: string) => of(person, segment)?.yes.clear(),
    prove: (person: string, address: string) => addresses.set(person, address),
    hasProven: (person: string) => addresses.has(person),
    pause: (person: string) => paused.add(person),
    goOn: (person: string) => paused.delete(person),
    isPaused: (person: string) => paused.has(person),
    /** Whatever they ever did or said is over; they may begin anew. */
    forget: (person: string) => {
      for (const all of [memberships, ever]) {
        for (const key of all.keys()) if (key.split('/')[1] === person) all.delete(key)
      }
      addresses.delete(person)
      paused.delete(person)
    },
    makeSensitive: (segment: string) => sensitive.add(segment),
    isSensitive: (segment: string) => sensitive.has(segment),
    may,

    /** Everybody who should be in a destination, by segment and person. */
    wanted(asked: Asked): Map<string, Wanted> {
      const all = [...memberships.keys()].map((key): [string, Wanted | undefined] => {
        const [segment = '', person = ''] = key.split('/')
        return [key, may(asked, person, segment)]
      })
      return new Map(all.filter((one): one is [string, Wanted] => one[1] !== undefined))
    },
  }
}

/** Whether two questions are the same. */
export function sameAsking(one: Asked, other: Asked): boolean {
  return one.purpose === other.purpose && one.recipient === other.recipient
}

type Named = Asked & { name: string }

/** The questions somebody reads, as they stand there. */
export function questionsIn(words: string): Named[] {
  return found(words, /^May (.+) write to you about (.+)\?$/gm, /^May (.+) see that you are in (.+)\?$/gm)
}

/** What somebody is thanked for. */
export function thanksIn(words: string): Named[] {
  return found(
    words,
    /^Thank you. From now on (.+) may write to you about (.+)\.$/gm,
    /^Thank you. From now on (.+) may see that you are in (.+)\.$/gm,
  )
}

function found(words: string, letters: RegExp, service: RegExp): Named[] {
  const read = (pattern: RegExp, purpose: Asked['purpose']) =>
    [...words.matchAll(pattern)].map(([, recipient = '', name = '']) => ({ purpose, recipient, name }))
  return [...read(letters, 'letters'), ...read(service, 'service')]
}
