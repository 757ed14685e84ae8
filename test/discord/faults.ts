import { faultsWaiting, type Timing } from '../faults.ts'

/** Something that goes wrong with requests. */
export interface Fault extends Timing {
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
}

export type Faults = ReturnType<typeof createFaults>

/** A route with the names of its ids, or a path with the ids themselves. */
const HAS_ID = /\d{15,}/

/** The faults that wait for their request: by route, `POST /channels/:channel/messages`, or by path; or a part of either. */
export function createFaults(known: () => string[]) {
  const { add, strike, ...queue } = faultsWaiting<Fault>()
  return {
    ...queue,
    /** The next requests whose route or path contains these words suffer this. */
    next(place: string, fault: Fault): void {
      const plain = nameless(place)
      if (!HAS_ID.test(place) && !known().some((one) => nameless(one).includes(plain)))
        throw new Error(`no route contains ${place}`)
      add(plain, fault)
    },
    /** What strikes this request, if anything. */
    take: (route: string, path: string) => strike(nameless(route), path),
  }
}

/** What stands for an id in a route may be called anything. */
function nameless(route: string): string {
  return route.replaceAll(/:\w+/g, ':')
}
