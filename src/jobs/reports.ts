import { backoffMs, GIVE_UP_AFTER_MS } from '../core/backoff.ts'
import type { Draws } from '../core/ids.ts'
import { say } from '../core/say.ts'
import {
  type Entry,
  Rejected,
  type Result,
  type SegmentStore,
  TryLater,
  Unauthorized,
} from '../segments/segment-store.ts'
import type { Database } from '../store/database.ts'
import type { ClaimedReport } from '../store/reports.ts'
import type { Outcome } from '../store/work.ts'
import { type Clock, EFFECT_MS, inTime, isHeld, isOpenEnded, type Job } from './job.ts'

/** A configured segment store. */
export interface Destination {
  name: string
  store: SegmentStore
}

const REFUSED_WAIT_MS = 3_600_000
/** A store that asks for no wait at all gets a short one, so that no loop is hot. */
const SHORTEST_WAIT_MS = 1_000

/** Tells each destination what it should hold: wanted states, in batches, each person by their own result. */
export function reportsJob(database: Database, destinations: Destination[], draws: Draws): Job {
  /** One request; false when no more is to be sent. Each is claimed on its own, since what it says must hold now. */
  async function send({ name, store }: Destination, clock: Clock): Promise<boolean> {
    const now = clock()
    const { lease, rows, more } = await database.transaction((open) => open.reports.claim(name, store.batch, now))
    if (rows.length === 0) return more
    const results = await deliver(store, rows, () => isHeld(now, clock))
    const refused = results.find((result): result is Refused => 'unauthorized' in result)
    await database.transaction(async (open) => {
      for (const [outcome, same] of byOutcome(rows, results, now, draws)) {
        await open.reports.finish(same, lease, outcome, now)
        if ('stuck' in outcome)
          await open.staffNotes.tell(`failed/${name}`, say`Some reports to ${name} failed: ${outcome.stuck}`, now)
      }
      if (refused) {
        await open.destinations.pause(name, refused.why, now)
        await open.staffNotes.tell(`paused/${name}`, say`${name} is paused: ${refused.why}`, now)
      }
    })
    // One that does not answer gets no second request in this run, so that others are not held up by it.
    return !refused && results.some((one) => one.result !== 'retry')
  }

  return {
    name: 'reports',
    schedule: { every: 'minute' },
    async run(clock) {
      const running = await database.transaction((open) => open.destinations.list())
      for (const destination of destinations) {
        if (running.find((one) => one.name === destination.name)?.pausedAt) continue
        while (await send(destination, clock));
      }
    },
    next: async (_, open) => (await open.agenda()).reports,
  }
}

type Refused = { result: 'retry'; unauthorized: true; why: string }
type Unheard = { result: 'retry'; isOpen: boolean; why: string }
type Heard = Result | Refused | Unheard

/** One request; where the store refuses a batch as a whole, halves of it, so that one bad item never blocks the rest. */
async function deliver(store: SegmentStore, batch: ClaimedReport[], hasTime: () => boolean): Promise<Heard[]> {
  const [first] = batch
  if (!first) return []
  const all = (heard: Heard) => batch.map(() => heard)
  if (!hasTime()) return all({ result: 'retry', why: 'there was no time left for this one' })
  try {
    const call = first.wanted === 'in' ? store.put : store.take
    return await inTime(() => call(first.segment, batch.map(entryOf), AbortSignal.timeout(EFFECT_MS)))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    if (error instanceof Unauthorized) return all({ result: 'retry', unauthorized: true, why })
    if (error instanceof TryLater) return all({ result: 'retry', afterMs: error.afterMs, why })
    if (!(error instanceof Rejected)) return all({ result: 'retry', why, isOpen: isOpenEnded(error) })
    if (batch.length === 1) return all({ result: 'rejected', why })
    const middle = Math.ceil(batch.length / 2)
    const firstHalf = await deliver(store, batch.slice(0, middle), hasTime)
    return [...firstHalf, ...(await deliver(store, batch.slice(middle), hasTime))]
  }
}

function entryOf(row: ClaimedReport): Entry {
  return {
    person: row.personKey,
    email: row.email,
    since: row.since,
    direction: row.directionId ?? '',
    revision: row.revision,
    reason: row.reason,
    at: row.changedAt,
  }
}

/** Rows that went the same way together, so that each way is one statement. */
function byOutcome(batch: ClaimedReport[], results: Heard[], now: Date, draws: Draws): [Outcome, ClaimedReport[]][] {
  const groups = new Map<string, [Outcome, ClaimedReport[]]>()
  // One jitter for the batch: rows that failed together are tried together.
  const chance = draws.fraction()
  batch.forEach((row, i) => {
    const outcome = outcomeOf(row, results[i] ?? { result: 'retry', why: 'no answer for this one' }, now, chance)
    const key = JSON.stringify(outcome)
    const group = groups.get(key) ?? [outcome, []]
    group[1].push(row)
    groups.set(key, group)
  })
  return [...groups.values()]
}

function outcomeOf(row: ClaimedReport, heard: Heard, now: Date, chance: number): Outcome {
  switch (heard.result) {
    case 'applied':
    case 'accepted':
      return { done: true }
    case 'rejected':
      // A leave is never given up, however often it is refused: the person would stay there for good.
      return row.wanted === 'in'
        ? { stuck: heard.why }
        : { again: new Date(now.getTime() + REFUSED_WAIT_MS), failure: heard.why }
    case 'suppressed':
      return row.wanted === 'in' ? { stuck: heard.why } : { done: true }
    case 'retry':
    case 'unknown': {
      const failingMs = row.firstFailedAt ? now.getTime() - row.firstFailedAt.getTime() : 0
      // That somebody left is told however long it takes; giving up would keep them there for good.
      if (failingMs > GIVE_UP_AFTER_MS && row.wanted === 'in') return { stuck: heard.why }
      const waitMs = 'afterMs' in heard && heard.afterMs !== undefined ? heard.afterMs : backoffMs(row.attempts, chance)
      const isOpen = 'isOpen' in heard && heard.isOpen
      return {
        again: new Date(now.getTime() + Math.max(SHORTEST_WAIT_MS, waitMs)),
        failure: heard.why,
        ...(isOpen && { isOpen }),
      }
    }
    default:
      return heard satisfies never
  }
}
