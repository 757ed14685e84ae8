/** Something that goes wrong with requests. */
export interface Fault {
  /** Answers with this status and nothing done (500, 502, 503). */
  status?: number
  /** Refuses with this error code, nothing done. */
  code?: number
  /** 429: seconds to wait. */
  retryAfter?: number
  isGlobal?: boolean
  /** Real milliseconds until the request is looked at. */
  delayMs?: number
  /** Real milliseconds until the answer is sent, after it was done. */
  answerAfterMs?: number
  /** Cuts the connection: before anything is done, or after it is done and before it is told. */
  drop?: 'before' | 'after'
  /** How many requests it strikes; 1 unless told. */
  times?: number
}

export type Faults = ReturnType<typeof createFaults>

/** The faults that wait for their request, by route: `POST /channels/:channel/messages`, or a part of it. */
export function createFaults(known: () => string[]) {
  const waiting: { route: string; fault: Fault; left: number }[] = []
  let duplicates = 0
  return {
    /** The next requests whose route contains these words suffer this. */
    next(route: string, fault: Fault): void {
      const plain = nameless(route)
      if (!known().some((one) => nameless(one).includes(plain))) throw new Error(`no route contains ${route}`)
      waiting.push({ route: plain, fault, left: fault.times ?? 1 })
    },

    /** The next interaction is sent this many times more. */
    duplicateNext(times = 1): void {
      duplicates = times
    },

    /** Faults that have not struck yet. */
    waiting: () => waiting.filter(({ left }) => left > 0).map(({ route, left }) => ({ route, left })),

    clear(): void {
      waiting.length = 0
      duplicates = 0
    },

    takeDuplicates(): number {
      const taken = duplicates
      duplicates = 0
      return taken
    },

    take(route: string): Fault | undefined {
      const found = waiting.find((one) => one.left > 0 && nameless(route).includes(one.route))
      if (found) found.left -= 1
      return found?.fault
    },
  }
}

/** What stands for an id in a route may be called anything. */
function nameless(route: string): string {
  return route.replaceAll(/:\w+/g, ':')
}
