import { backoffMs } from '../core/backoff.ts'
import { type Draws, timeOf } from '../core/ids.ts'
import { MAILBOX } from '../core/person.ts'
import { say, type Text } from '../core/say.ts'
import type { Platform } from '../platform.ts'
import { Rejected, type SegmentStore, TryLater, Unauthorized } from '../segments/segment-store.ts'
import type { Database } from '../store/database.ts'
import type { ClaimedErasure } from '../store/erasures.ts'
import type { Store } from '../store/store.ts'
import type { Outcome } from '../store/work.ts'
import { BATCH, type Clock, EFFECT_MS, inTime, isHeld, type Job } from './job.ts'
import type { Destination } from './reports.ts'

/** What no repetition mends is tried again so often all the same: forgetting is never given up. */
const REFUSED_WAIT_MS = 3_600_000
const DAY_MS = 86_400_000

type OfDestination = ClaimedErasure & { kind: 'destination' }

/**
 * Carries a person's being forgotten to where they were told of: every destination, and the rooms they were in. Each
 * destination's word that it is done is passed on to the person, once, where they asked for it.
 */
export function erasuresJob(database: Database, platforms: Platform[], destinations: Destination[], draws: Draws): Job {
  const on = (name: string) => platforms.find((platform) => platform.name === name)

  /** Tells the destination; when to come back if it did not take it. */
  async function tell(erasure: OfDestination, store: SegmentStore, now: Date): Promise<Outcome> {
    const again = (waitMs: number, failure: string) => ({ again: new Date(now.getTime() + waitMs), failure })
    const backoff = (least = 0) => Math.max(least, backoffMs(erasure.attempts, draws.fraction()))
    try {
      const { person, email, isOurs, createdAt: at } = erasure
      const held = erasure.held.map(({ segment: { key, name, id }, ...who }) => ({
        segment: { key, name, ...(id && { id }) },
        ...who,
      }))
      const forgotten = { person, email, held, isOurs, at }
      const heard = await inTime(() => store.forget(forgotten, AbortSignal.timeout(EFFECT_MS)))
      if (heard.result === 'rejected') return again(REFUSED_WAIT_MS, heard.why)
      if (heard.result === 'wait') return { unsent: new Date(now.getTime() + heard.afterMs) }
      return heard.result === 'retry' ? again(backoff(heard.afterMs), heard.why) : { done: true }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      if (error instanceof Unauthorized) {
        await database.transaction(async (open) => {
          await open.destinations.pause(erasure.destination, why, now)
          await open.staffNotes.tell(
            `paused/${erasure.destination}`,
            say`${erasure.destination} is paused: ${why}`,
            now,
          )
        })
      }
      if (error instanceof Rejected) return again(REFUSED_WAIT_MS, why)
      return again(backoff(error instanceof TryLater ? error.afterMs : 0), why)
    }
  }

  async function forget(erasure: OfDestination, lease: string, now: Date): Promise<Outcome> {
    const { destination, recipient, receipt, isHeard } = erasure
    if (!isHeard) {
      const store = destinations.find((one) => one.name === destination)?.store
      if (!store) return { again: new Date(now.getTime() + REFUSED_WAIT_MS), failure: 'not connected' }
      const told = await tell(erasure, store, now)
      if (!('done' in told)) return told
      await database.transaction((open) => open.erasures.heard(erasure.id, lease, now))
    }
    if (!receipt) return { done: true }
    const text = say`${{ strong: recipient }} (${destination}) has been told to forget you, and says that it is done.`
    const target = { workspace: receipt.workspace, place: null, account: receipt.account }
    const reading = { names: {}, zone: receipt.zone, language: receipt.language }
    const tried = erasure.attempts > 0 ? timeOf(erasure.id) : undefined
    const outcome = await effect(erasure, now, async () =>
      receipt.platform === MAILBOX
        ? byMail(receipt.account, text, now)
        : on(receipt.platform)?.post(target, { text }, reading, erasure.id.slice(-25), tried),
    )
    // Then it is let be, since holding on would keep the address for the sake of a message.
    return 'stuck' in outcome ? { done: true } : outcome
  }

  const byMail = (to: string, text: Text, now: Date) =>
    database.transaction(async ({ mails, organization }) => {
      const { name } = await organization.get()
      await mails.want(null, { to, subject: say`${name}: you are forgotten`, text }, now)
    })

  /** Tried a few times. */
  async function effect(
    { attempts }: ClaimedErasure,
    now: Date,
    work: () => Promise<void> | undefined,
  ): Promise<Outcome> {
    try {
      await inTime(async () => work())
      return { done: true }
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error)
      if (attempts >= EFFECT_TRIES) return { stuck: failure }
      return { again: new Date(now.getTime() + backoffMs(attempts, draws.fraction())), failure }
    }
  }

  async function carryOut(erasure: ClaimedErasure, lease: string, now: Date): Promise<Outcome> {
    if (erasure.kind === 'destination') return forget(erasure, lease, now)
    const { platform, workspace, room: id, carrier = null, role = null, outgrown = null, adopted, account } = erasure
    const there = on(platform)
    // However long it is switched off: nobody who was forgotten stays inside.
    if (!there) return { again: new Date(now.getTime() + REFUSED_WAIT_MS), failure: 'not connected' }
    const outcome = await effect(erasure, now, () =>
      there.letOut(workspace, { id, carrier, role, outgrown, adopted }, account),
    )
    if (!('stuck' in outcome)) return outcome
    // Nobody who is to be out is given up on.
    await database.transaction(({ staffNotes }) =>
      staffNotes.tell(
        `news/out/${platform}/${workspace}`,
        say`Somebody can't be let out of a room on ${platform} that they are not to be in: ${outcome.stuck}. It is tried again every day.`,
        now,
      ),
    )
    return { again: new Date(now.getTime() + DAY_MS), failure: outcome.stuck }
  }

  async function run(clock: Clock): Promise<void> {
    for (;;) {
      const now = clock()
      const { lease, rows } = await database.transaction((open) => open.erasures.claim(BATCH, now))
      for (const erasure of rows) {
        if (!isHeld(now, clock)) return
        const outcome = await carryOut(erasure, lease, now)
        await database.transaction(async (open) => {
          await open.erasures.finish(erasure, lease, outcome, now)
          if (erasure.kind === 'destination') await tellStaff(open, erasure, outcome, now)
        })
      }
      if (rows.length < BATCH) return
    }
  }

  return {
    name: 'erasures',
    schedule: { every: 'minute' },
    run,
    next: async (_, open) => (await open.agenda()).erasures,
  }
}

/** About a day of trying. */
const EFFECT_TRIES = 30

/** Staff hear of a destination that refuses to forget somebody, until it has forgotten everybody. */
async function tellStaff(
  { staffNotes, erasures }: Store,
  { destination }: OfDestination,
  outcome: Outcome,
  now: Date,
): Promise<void> {
  const key = `erasure/${destination}`
  if ('failure' in outcome) {
    const why = outcome.failure
    await staffNotes.tell(
      key,
      say`${destination} has not yet forgotten somebody who wants to be forgotten: ${why}`,
      now,
    )
  } else if (!(await erasures.waiting()).some((one) => one.destination === destination)) {
    await staffNotes.resolve(key, now)
  }
}
