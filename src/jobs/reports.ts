import { backoffMs, GIVE_UP_AFTER_MS, REST_MAX_MS } from '../core/backoff.ts'
import type { Draws } from '../core/ids.ts'
import { say } from '../core/say.ts'
import { holdBack } from '../news.ts'
import type { Segment, SegmentStore } from '../segments/segment-store.ts'
import type { ClaimedReport } from '../store/claimed-report.ts'
import type { Database } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import type { Outcome } from '../store/work.ts'
import { deliver, failed, type Heard, metIn, type Refused, SHORTEST_WAIT_MS } from './deliver.ts'
import { type Clock, EFFECT_MS, inTime, isHeld, type Job } from './job.ts'
import { listGone } from './list-gone.ts'

/** A configured segment store. */
export interface Destination {
  name: string
  store: SegmentStore
}

const REFUSED_WAIT_MS = 3_600_000
const TAKEN = "The list or tag it would get there is another community's: choose one for it with /destinations."

/**
 * Tells a destination what it should hold: wanted states, in batches, each person by their own result. It is a job for each, so
 * that a slow one holds up no other.
 */
export function reportsJob(database: Database, { name, store }: Destination, draws: Draws): Job {
  /** One request; false when no more is to be sent. Each is claimed on its own, since what it says must hold now. */
  async function send(clock: Clock): Promise<boolean> {
    const now = clock()
    const { lease, rows, more } = await database.transaction((open) => open.reports.claim(name, store.batch, now))
    if (rows.length === 0) return more
    const results = await tell(rows, clock, now)
    // One jitter for the batch: rows that failed together are tried together.
    const chance = draws.fraction()
    const refused = results.find((result): result is Refused => 'unauthorized' in result)
    const rests = await database.transaction(async (open) => {
      await noteStates(open, name, rows, results, now)
      const missed = rows.filter((row, i) => isMissed(row, results[i]))
      if (missed.length > 0) await open.reports.missed(missed, lease)
      for (const [outcome, same] of byOutcome(rows, results, now, chance)) {
        const met = same.map((row) => metIn(results[rows.indexOf(row)]))
        await open.reports.finish(same, lease, outcome, now, met)
        if ('stuck' in outcome)
          await open.staffNotes.tell(`failed/${name}`, say`Some reports to ${name} failed: ${outcome.stuck}`, now)
      }
      if (refused) {
        await open.destinations.pause(name, refused.why, now)
        await open.staffNotes.tell(`paused/${name}`, say`${name} is paused: ${refused.why}`, now)
      }
      if (rows[0]?.wanted === 'out') await open.listChoices.moveOn(name, now)
      return rest(open, name, results, now, chance)
    })
    // One that does not answer gets no second request in this run.
    return !refused && !rests && results.some((one) => one.result !== 'retry')
  }

  /** Makes the segment's list or tag where there is none yet, and tells the store of the batch. */
  async function tell(rows: ClaimedReport[], clock: Clock, now: Date): Promise<Heard[]> {
    const [first] = rows
    if (!first) return []
    const { segment: key, communityName, segmentId, communityId, wanted } = first
    const segment: Segment = { key, name: communityName, ...(segmentId && { id: segmentId }) }
    const hasTime = () => isHeld(now, clock)
    const { make } = store
    if (make && !segmentId) {
      // Who was never put into a list is not in it; after a restore there may be one that is not known of.
      if (wanted === 'out' && !first.mayHold) return rows.map(() => ({ result: 'applied' }))
      try {
        segment.id = await inTime(() => make(segment, AbortSignal.timeout(EFFECT_MS)))
      } catch (error) {
        return rows.map(() => failed(error))
      }
      const made = segment.id
      const stands = await database.transaction(async (open) =>
        (await open.listChoices.isTaken(name, communityId, made))
          ? undefined
          : open.destinations.call(name, communityId, made, now),
      )
      // Who left one of the two would leave both.
      if (stands === undefined) return rows.map(() => ({ result: 'rejected', ofAll: true, why: TAKEN }))
      segment.id = stands
    }
    const results = await deliver(store, segment, rows, hasTime)
    if (!results.some((one) => 'gone' in one)) return results
    await database.transaction((open) => listGone(open, name, { id: communityId, name: communityName }, now))
    return results
  }

  return {
    name: `reports/${name}`,
    schedule: { every: 'minute' },
    async run(clock) {
      // Whoever was the last on a list may have been forgotten.
      await database.transaction((open) => open.listChoices.moveOn(name, clock()))
      while (await send(clock));
    },
    next: async (_, open) => (await open.agenda()).reports.get(name),
  }
}

/** Whether somebody is not where they were, and so nothing was done: a look finds out whether they have left, or all have. */
const isMissed = (row: ClaimedReport, heard: Heard | undefined) => heard?.result === 'left' && row.wanted === 'in'

/** What a store said of people besides taking them: that it does not write to them, or calls them otherwise now. */
async function noteStates(
  open: Store,
  destination: string,
  rows: ClaimedReport[],
  results: Heard[],
  now: Date,
): Promise<void> {
  const unknown = rows.filter((_, i) => results[i]?.result === 'unknown')
  if (unknown.length > 0) await open.reports.forgetIds(unknown)
  if (rows.some((row, i) => isMissed(row, results[i]))) await open.reconciling.lookNow(destination, now)
  const [first] = rows
  if (!first) return
  // All of a batch are of one community, and all in or all out.
  const { communityId: id, communityName: name, segment: slug, wanted } = first
  const of = (isThey: (heard: Heard) => boolean) =>
    rows.filter((_, i) => results[i] && isThey(results[i])).map((row) => row.personId)
  const left = wanted === 'out' ? rows.filter((_, i) => results[i]?.result === 'left') : []
  if (left.length > 0) {
    // They had left before they were taken off: a yes they still have, and have not given meanwhile, is not for there any more.
    const theirs = await open.reports.unchanged(left)
    const had = await open.suppressions.standing(destination, theirs, id, now, false)
    const ids = had.map((one) => one.id)
    if (ids.length > 0) await holdBack(open, destination, ids, { id, name, slug }, 'unsubscribed', now)
  }
  if (wanted === 'out') return
  const whys = new Set(results.flatMap((heard) => (heard.result === 'suppressed' ? heard.why : [])))
  for (const why of whys) {
    for (const isHere of [true, false]) {
      const ids = of((one) => one.result === 'suppressed' && one.why === why && (one.isHere ?? false) === isHere)
      if (ids.length > 0) await holdBack(open, destination, ids, isHere ? { id, name, slug } : undefined, why, now)
    }
  }
}

/**
 * Whether the destination is left in peace for a while: as long as it asks for, or longer each time it did not answer. One
 * batch finds out for all of them, however many wait.
 */
async function rest(open: Store, name: string, results: Heard[], now: Date, chance: number): Promise<boolean> {
  const state = await open.destinations.find(name)
  if (!state) return true
  const asked = results.flatMap((one) => ('isForAll' in one || one.result === 'wait' ? (one.afterMs ?? []) : []))
  const isDead = results.every((one) => 'isOpen' in one)
  if (asked.length === 0 && !isDead) {
    if (state.failures > 0 || state.restsUntil) await open.destinations.rest(name, null, 0)
    return false
  }
  const failures = isDead ? state.failures + 1 : 0
  const waitMs = asked.length > 0 ? Math.max(...asked) : Math.min(REST_MAX_MS, backoffMs(state.failures, chance))
  const until = new Date(now.getTime() + Math.max(SHORTEST_WAIT_MS, waitMs))
  await open.destinations.rest(name, until, failures)
  return true
}

/** Rows that went the same way together, so that each way is one statement. */
function byOutcome(batch: ClaimedReport[], results: Heard[], now: Date, chance: number): [Outcome, ClaimedReport[]][] {
  const groups = new Map<string, [Outcome, ClaimedReport[]]>()
  batch.forEach((row, i) => {
    if (isMissed(row, results[i])) return
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
    case 'left':
      return { done: true }
    case 'rejected':
      // A leave is never given up, however often it is refused: the person would stay there for good.
      return row.wanted === 'in'
        ? { stuck: heard.why, ...(!('ofAll' in heard) && { isRefused: true }) }
        : { again: new Date(now.getTime() + REFUSED_WAIT_MS), failure: heard.why }
    case 'suppressed':
      // Their report has turned to `out` for it (noteStates), and is told as that.
      return row.wanted === 'in' ? { unsent: now } : { done: true }
    case 'wait':
      // The destination rests meanwhile. Behind the others they would be begun with anew each time, and nobody came to an end.
      return { unsent: 'in place' }
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
