import {
  type Entry,
  Gone,
  NotYet,
  Rejected,
  type Result,
  type Segment,
  type SegmentStore,
  TryLater,
  Unauthorized,
} from '../segments/segment-store.ts'
import type { ClaimedReport } from '../store/claimed-report.ts'
import { EFFECT_MS, inTime, isOpenEnded } from './job.ts'

/** A store that asks for no wait at all gets a short one, so that no loop is hot. */
export const SHORTEST_WAIT_MS = 1_000

export type Refused = { result: 'retry'; unauthorized: true; why: string }
type Unheard = { result: 'retry'; isOpen: boolean; why: string }
type Throttled = { result: 'retry'; isForAll: true; afterMs: number; why: string }
type Lost = { result: 'wait'; gone: true; afterMs: number; why: string }
/** Refused with all that went along; what it is for is nobody's own. */
type Turned = { result: 'rejected'; ofAll: true; why: string }
/** What became of an entry: what the store said of it, or what was thrown for all of them. */
export type Heard = Result | Refused | Unheard | Throttled | Lost | Turned

const ID_MAX = 500

/** One request; where the store refuses a batch as a whole, halves of it, so that one bad item never blocks the rest. */
export async function deliver(
  store: SegmentStore,
  segment: Segment,
  batch: ClaimedReport[],
  hasTime: () => boolean,
): Promise<Heard[]> {
  const [first] = batch
  if (!first) return []
  if (!hasTime())
    return batch.map(() => ({ result: 'wait', afterMs: SHORTEST_WAIT_MS, why: 'there was no time left for this one' }))
  try {
    const call = first.wanted === 'in' ? store.put : store.take
    const entries = batch.map((row) => entryOf(row, store.absent !== undefined))
    return await inTime(() => call(segment, entries, AbortSignal.timeout(EFFECT_MS)))
  } catch (error) {
    // Out of a list that is not there they are already.
    if (error instanceof Gone && first.wanted === 'out') return batch.map(() => ({ result: 'applied' }))
    if (!(error instanceof Rejected) || batch.length === 1) return batch.map(() => failed(error))
    const middle = Math.ceil(batch.length / 2)
    const firstHalf = await deliver(store, segment, batch.slice(0, middle), hasTime)
    const heard = [...firstHalf, ...(await deliver(store, segment, batch.slice(middle), hasTime))]
    const isTaken = heard.some(({ result }) => result === 'applied' || result === 'accepted')
    // Where others were taken it is about what is told of these.
    return heard.map((one) => ('ofAll' in one && isTaken ? { result: 'rejected', why: one.why } : one))
  }
}

/** What became of an entry by an error that was thrown for all of them. */
export function failed(error: unknown): Heard {
  const why = error instanceof Error ? error.message : String(error)
  if (error instanceof Unauthorized) return { result: 'retry', unauthorized: true, why }
  if (error instanceof NotYet) return { result: 'wait', afterMs: error.afterMs, why }
  if (error instanceof TryLater) return { result: 'retry', isForAll: true, afterMs: error.afterMs, why }
  if (error instanceof Gone) return { result: 'wait', gone: true, afterMs: 0, why }
  if (error instanceof Rejected) return { result: 'rejected', ofAll: true, why }
  return { result: 'retry', why, isOpen: isOpenEnded(error) }
}

/** What no database takes, or is far too long, calls nobody. */
const isKept = (id: string) => id.length <= ID_MAX && !/[\0\p{Surrogate}]/u.test(id)

/** What the store calls whom it took, and whether it is sure to hold them. */
export function metIn(heard: Heard | undefined): { id?: string; isNew?: boolean; isProven?: boolean } {
  if (heard?.result !== 'applied' && heard?.result !== 'accepted') return {}
  return {
    ...(heard.id !== undefined && isKept(heard.id) && { id: heard.id }),
    ...(heard.isNew && { isNew: true }),
    isProven: heard.result === 'applied',
  }
}

function entryOf(row: ClaimedReport, tellsByAbsence: boolean): Entry {
  return {
    person: row.personKey,
    email: row.email,
    earlier: row.earlier,
    ...(tellsByAbsence && { heldAs: row.heldAs }),
    ...(row.id && { id: row.id }),
    ...(row.earlierId && { earlierId: row.earlierId }),
    since: row.since,
    direction: row.directionId ?? '',
    revision: row.revision,
    reason: row.reason,
    at: row.changedAt,
  }
}
