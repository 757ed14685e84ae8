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
  /** How many such requests are left in peace first. */
  after?: number
}

export type Faults = ReturnType<typeof createFaults>

/** A route with the names of its ids, or a path with the ids themselves. */
const HAS_ID = /\d{15,}/

/** The faults that wait for their request: by route, `POST /channels/:channel/messages`, or by path; or a part of either. */
export function createFaults(known: () => string[]) {
  const waiting: { place: string; fault: Fault; peace: number; left: number }[] = []
  let duplicates = 0
  return {
    /** The next requests whose route or path contains these words suffer this. */
    next(place: string, fault: Fault): void {
      const plain = nameless(place)
      if (!HAS_ID.test(place) && !known().some((one) => nameless(one).includes(plain)))
        throw new Error(`no route contains ${place}`)
      waiting.push({ place: plain, fault, peace: fault.after ?? 0, left: fault.times ?? 1 })
    },

    /** The next interaction is sent this many times more. */
    duplicateNext(times = 1): void {
      duplicates = times
    },

    /** Faults that have not struck yet. */
    waiting: () => waiting.filter(({ left }) => left > 0).map(({ place, left }) => ({ place, left })),

    clear(): void {
      waiting.length = 0
      duplicates = 0
    },

    takeDuplicates(): number {
      const taken = duplicates
      duplicates = 0
      return taken
    },

    /** What strikes this request, if anything. */
    take(route: string, path: string): Fault | undefined {
      const places = [nameless(route), path]
      const found = waiting.find((one) => one.left > 0 && places.some((place) => place.includes(one.place)))
      if (!found) return undefined
      if (found.peace > 0) {
        found.peace -= 1
        return undefined
      }
      found.left -= 1
      return found.fault
    },
  }
}

/** What stands for an id in a route may be called anything. */
function nameless(route: string): string {
  return route.replaceAll(/:\w+/g, ':')
}
