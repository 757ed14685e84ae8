import { METHODS } from './methods.ts'

/** Something that goes wrong with calls. */
export interface Fault {
  /** Answers with this status and nothing done (500, 502, 503). */
  status?: number
  /** Refuses with this error, nothing done. */
  error?: string
  /** 429: seconds to wait. */
  retryAfter?: number
  /** Real milliseconds until the call is looked at. */
  delayMs?: number
  /** Real milliseconds until the answer is sent, after it was done. */
  answerAfterMs?: number
  /** Cuts the connection: before anything is done, or after it is done and before it is told. */
  drop?: 'before' | 'after'
  /** How many calls it strikes; 1 unless told. */
  times?: number
  /** How many such calls are left in peace first. */
  after?: number
}

/** Calls that are none of the Web API's methods. */
const OTHERS = ['response_url', 'upload']

export type Faults = ReturnType<typeof createFaults>

/** The faults that wait for their call: by method, or a part of its name such as `conversations.`; `response_url` too. */
export function createFaults() {
  const waiting: { place: string; fault: Fault; peace: number; left: number }[] = []
  let duplicates = 0
  return {
    /** The next calls whose method's name contains these words suffer this. */
    next(place: string, fault: Fault): void {
      if (![...METHODS.keys(), ...OTHERS].some((one) => one.includes(place))) throw new Error(`no method ${place}`)
      waiting.push({ place, fault, peace: fault.after ?? 0, left: fault.times ?? 1 })
    },

    /** The next payload is sent this many times more, to another connection each where there are several. */
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

    /** What strikes this call, if anything. */
    take(method: string): Fault | undefined {
      const found = waiting.find((one) => one.left > 0 && method.includes(one.place))
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
