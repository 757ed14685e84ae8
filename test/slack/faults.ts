import { faultsWaiting, type Timing } from '../faults.ts'
import { METHODS } from './methods.ts'

/** Something that goes wrong with calls. */
export interface Fault extends Timing {
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
}

/** Calls that are none of the Web API's methods. */
const OTHERS = ['response_url', 'upload']

export type Faults = ReturnType<typeof createFaults>

/** The faults that wait for their call: by method, or a part of its name such as `conversations.`; `response_url` too. */
export function createFaults() {
  const { add, strike, ...queue } = faultsWaiting<Fault>()
  return {
    ...queue,
    /** The next calls whose method's name contains these words suffer this. */
    next(place: string, fault: Fault): void {
      if (![...METHODS.keys(), ...OTHERS].some((one) => one.includes(place))) throw new Error(`no method ${place}`)
      add(place, fault)
    },
    /** What strikes this call, if anything. */
    take: (method: string) => strike(method),
  }
}
