import { LEASE_MS } from '../core/backoff.ts'
import type { Draws } from '../core/ids.ts'
import { nextLook } from '../core/nightly.ts'
import { say } from '../core/say.ts'
import { somePeople } from '../core/small-numbers.ts'
import { VANISHED, vanishedNote, vanishedText } from '../destination-vanished.ts'
import { holdBack } from '../news.ts'
import { Gone, type Listed, type SegmentStore, TryLater, Unauthorized } from '../segments/segment-store.ts'
import type { Database } from '../store/database.ts'
import type { ListChoice } from '../store/list-choices.ts'
import type { LookedAfter, LookSegment, Mended } from '../store/reconciling.ts'
import type { Store } from '../store/store.ts'
import { type Clock, inTime, type Job } from './job.ts'
import { listGone, listSeen } from './list-gone.ts'
import type { Destination } from './reports.ts'

/** The first wait after a failure, which doubles; so many tries make a night. */
const [FIRST_WAIT_MS, LONGEST_WAIT_MS, TRIES] = [5 * 60_000, 3_600_000, 6]
/** Staff hear of it after so many failures in a row. */
const TOLD_AFTER = 3
/** The longest wait within a look; for more it is begun again, later, when what was read may have changed. */
const PATIENCE_MS = 120_000
/** What is left of a lease when it is taken anew. */
const RENEW_MS = LEASE_MS / 2

const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms))

/** Another process has taken over, or the destination is not to be asked any more. */
class Overtaken extends Error {}

/**
 * Asks a destination that can be asked whom it holds, every night and when staff want it, and mends what differs. It is a job
 * for each, so that one that takes long holds up no other.
 */
export function reconcileJob(database: Database, { name, store }: Destination, draws: Draws, pause = sleep): Job {
  async function look(clock: Clock): Promise<void> {
    const began = clock()
    const holder = draws.key()
    let heldAt = began
    const hold = async (open: Store) => {
      const now = clock()
      const until = new Date(now.getTime() + LEASE_MS)
      if (!(await open.leases.hold(open.reconciling.lease(name), holder, now, until))) throw new Overtaken()
      heldAt = now
    }
    const keep = async () => {
      if (clock().getTime() - heldAt.getTime() >= RENEW_MS) await database.transaction(hold)
    }
    /** Whether so much time has passed by the clock that there is, after as much by the machine's. */
    const wait = async (ms: number) => {
      const until = clock().getTime() + ms
      for (let left = ms; left > 0; left = until - clock().getTime()) {
        const before = clock().getTime()
        await pause(Math.min(left, RENEW_MS))
        if (clock().getTime() <= before) return false
        await keep()
      }
      return true
    }
    try {
      const segments = await database.transaction(async (open) => {
        await hold(open)
        return open.reconciling.segments(name)
      })
      const each: LookedAfter[] = []
      for (const segment of store.list ? segments : []) {
        const at = clock()
        const listed = await read(store, segment, keep, wait)
        await database.transaction(async (open) => {
          await hold(open)
          const now = clock()
          if (listed) each.push(await open.reconciling.look(name, segment, { listed, began: at }, store.absent, now))
          else await listGone(open, name, { id: segment.communityId, name: segment.name }, now)
        })
      }
      const choices: { chosen: ListChoice; isThere: boolean }[] = []
      for (const chosen of store.list ? await database.transaction((open) => open.listChoices.unseen(name)) : []) {
        choices.push({ chosen, isThere: await has(store, chosen) })
        await keep()
      }
      await database.transaction(async (open) => {
        await hold(open)
        const now = clock()
        const mended = await open.reconciling.mend(name, each, now)
        for (const [i, { segment }] of each.entries())
          await holdBackEach(open, name, segment, mended[i]?.gone ?? [], now)
        for (const { chosen, isThere } of choices) {
          const from = mended[each.findIndex(({ segment }) => segment.communityId === chosen.communityId)]
          // Who has left the list before is known by now; where that may be a slip nobody moves until staff have said so.
          if (!isThere || !from?.vanished) await listSeen(open, name, chosen, isThere, now)
        }
        await open.listChoices.moveOn(name, now)
        await ended(open, name, began, each, mended, now)
        await open.leases.letGo(open.reconciling.lease(name), holder)
      })
    } catch (error) {
      if (error instanceof Overtaken) return
      await database.transaction(async (open) => {
        await failed(open, name, error, clock())
        await open.leases.letGo(open.reconciling.lease(name), holder)
      })
    }
  }

  return {
    name: `reconcile/${name}`,
    schedule: { every: 'minute' },
    async run(clock) {
      if (await database.transaction((open) => open.reconciling.isDue(name, clock()))) await look(clock)
    },
    next: async (_, open) => (await open.agenda()).looks.get(name),
  }
}

/** Everybody in a list, however many pages that takes, each of which has its own time; nothing where it is gone. */
async function read(
  store: SegmentStore,
  segment: LookSegment,
  keep: () => Promise<void>,
  wait: (ms: number) => Promise<boolean>,
): Promise<Listed[] | undefined> {
  const { key, name, id } = segment
  const given = new AbortController()
  const listed: Listed[] = []
  try {
    const entries = store.list?.({ key, name, ...(id && { id }) }, given.signal)[Symbol.asyncIterator]()
    for (;;) {
      const next = await inTime(async () => entries?.next())
      if (!next || next.done) return listed
      const { afterMs } = next.value
      if (afterMs === undefined) listed.push(next.value)
      // Where a given clock stands still, or the wait is long, it is asked from the beginning, later.
      else if (afterMs > PATIENCE_MS || !(await wait(afterMs))) throw new TryLater('It takes no more for now.', afterMs)
      await keep()
    }
  } catch (error) {
    if (error instanceof Gone && id !== null) return undefined
    throw error
  } finally {
    // Whatever is still under way is of no use any more.
    given.abort()
  }
}

/** Whether there is a list or tag of that name, by the first it says of it. */
async function has(store: SegmentStore, { key, name, id }: ListChoice): Promise<boolean> {
  const given = new AbortController()
  const entries = store.list?.({ key, name, id }, given.signal)[Symbol.asyncIterator]()
  try {
    const first = await inTime(async () => entries?.next())
    const afterMs = first?.done ? undefined : first?.value.afterMs
    // That it takes no more for now says nothing of the list.
    if (afterMs !== undefined) throw new TryLater('It takes no more for now.', afterMs)
    return true
  } catch (error) {
    if (error instanceof Gone) return false
    throw error
  } finally {
    given.abort()
  }
}

/** Each hears why they are told of no more, once for whatever is alike. */
async function holdBackEach(
  open: Store,
  destination: string,
  { communityId: id, name, key: slug }: LookSegment,
  gone: Mended['gone'],
  now: Date,
): Promise<void> {
  for (const why of new Set(gone.map((one) => one.why))) {
    for (const isHere of [true, false]) {
      const ids = gone.filter((one) => one.why === why && one.isHere === isHere).map((one) => one.personId)
      if (ids.length > 0) await holdBack(open, destination, ids, isHere ? { id, name, slug } : undefined, why, now)
    }
  }
}

async function ended(
  open: Store,
  name: string,
  began: Date,
  each: LookedAfter[],
  mended: Mended[],
  now: Date,
): Promise<void> {
  const { reconciling, staffNotes, organization } = open
  const sum = (kind: keyof LookedAfter['drift']) => each.reduce((all, one) => all + one.drift[kind], 0)
  const drift = {
    missing: sum('missing'),
    extra: sum('extra'),
    strangers: sum('strangers'),
    suppressed: sum('suppressed'),
  }
  const { name: organizations, zone } = await organization.get()
  await reconciling.ended(name, began, drift, nextLook(name, organizations, zone, now), now)
  await staffNotes.resolve(`reconcile/${name}`, now)
  // However long they have waited: a look that broke off told nobody.
  const held = (await open.reports.held()).find((one) => one.destination === name)?.count ?? 0
  if (held > 0) {
    const text = say`${name} holds ${somePeople(held)} of yours who have not said yes to that. They are so many at once that they stay until you say so: let them go with ${{ typed: `/destinations ${name}` }}.`
    await staffNotes.tell(`held/${name}`, text, now)
  }
  for (const kind of VANISHED) {
    const count = mended.reduce((all, one) => all + one[kind], 0)
    if (count > 0) await staffNotes.tell(vanishedNote(kind, name), vanishedText(kind, name, count), now)
    else await staffNotes.resolve(vanishedNote(kind, name), now)
  }
}

/** It is asked again soon, and after a few times in the next night. */
async function failed(open: Store, name: string, error: unknown, now: Date): Promise<void> {
  const { destinations, reconciling, staffNotes, organization } = open
  const why = error instanceof Error ? error.message : String(error)
  if (error instanceof TryLater) {
    // It said when to come again, which is no failure.
    await reconciling.comeAgain(name, new Date(now.getTime() + Math.max(error.afterMs, 1_000)))
    return
  }
  const failures = (await reconciling.unlisted(name)) + 1
  const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** ((failures - 1) % TRIES))
  const { name: organizations, zone } = await organization.get()
  const isOver = failures % TRIES === 0
  await reconciling.again(name, isOver ? nextLook(name, organizations, zone, now) : new Date(now.getTime() + waitMs))
  // Who is gone by then may be others than those whom staff meant.
  if (error instanceof Unauthorized || failures >= TOLD_AFTER) await reconciling.answer(name, null)
  if (error instanceof Unauthorized) {
    await destinations.pause(name, why, now)
    await staffNotes.tell(`paused/${name}`, say`${name} is paused: ${why}`, now)
  } else if (failures >= TOLD_AFTER) {
    const text = say`${name} does not say whom it holds, so it can't be seen whether that is right: ${why} It is asked again by itself.`
    await staffNotes.tell(`reconcile/${name}`, text, now)
  }
}
