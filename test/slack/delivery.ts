import type { Faults } from './faults.ts'
import type { Waits } from './waits.ts'
import type { Json, World } from './world.ts'

/** Time in which a payload has to be acknowledged. */
export const ACK_MS = 3_000
/** When an event is sent again, counted from its first sending. */
const AGAIN_MS = [0, 60_000, 300_000]

/** Something for the app. */
export interface Envelope {
  type: 'slash_commands' | 'interactive' | 'events_api'
  payload: Json
  /** Whether the acknowledgement may carry an answer. */
  accepts: boolean
  retry?: { attempt: number; reason: string }
}

/** What became of it: acknowledged, maybe with an answer, or not. */
export type Carried = { isAcked: true; body: unknown } | { isAcked: false; why: string; isFinal?: boolean }

/** A way to the app: sockets, or signed requests. */
export interface Carrier {
  /** Sends it, and so many copies of it. */
  carry(envelope: Envelope, copies: number): Promise<Carried>
}

export type Delivery = ReturnType<typeof createDelivery>

/** Takes payloads to the app by the way in use; events that are not acknowledged are sent again. */
export function createDelivery(world: World, waits: Waits, faults: Faults, carrier: () => Carrier) {
  const lost: Json[] = []
  const carry = (envelope: Envelope) => carrier().carry(envelope, faults.takeDuplicates())

  async function repeat(envelope: Envelope): Promise<void> {
    const first = world.clock.now()
    let carried = await carry(envelope)
    for (const [index, after] of AGAIN_MS.entries()) {
      if (carried.isAcked) return
      if (carried.isFinal || !(await waits.until(first + after))) break
      carried = await carry({ ...envelope, retry: { attempt: index + 1, reason: carried.why } })
    }
    if (!carried.isAcked) lost.push(envelope.payload)
  }

  return {
    /** Something a person did: it is sent once. */
    send: carry,

    /** An event: sent until it is acknowledged, three times more at most. */
    event(payload: Json): void {
      void repeat({ type: 'events_api', payload, accepts: false })
    },

    /** Events that never were acknowledged. */
    lost,
  }
}
