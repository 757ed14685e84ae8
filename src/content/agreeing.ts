import { ASKED_FROM } from '../core/agreement.ts'
import { quartersBefore } from '../core/when.ts'
import type { Store } from '../store/store.ts'
import { askForAgreement } from './asking.ts'

/** So many answers make a quarter one that says something. */
const ANSWERS_MIN = 10
const PAUSE_MONTHS = 3

/** Communities that have grown, and were never asked what they want to receive. */
export function grown(store: Store): Promise<string[]> {
  return store.agreements.neverAsked(ASKED_FROM)
}

/** Asks one of them, about what it started with, until which it has decided nothing. */
export async function askGrown(store: Store, id: string, now: Date): Promise<void> {
  await store.communities.lock(id, 'lightly')
  const community = await store.communities.get(id)
  // Another process may have asked meanwhile, or its organizers are writing one.
  if (!community || !(await store.agreements.neverAsked(ASKED_FROM, id)).length) return
  if (await store.agreements.draft(id)) return
  const draft = await store.agreements.get(
    await store.agreements.propose(id, await store.agreements.current(id), null, now),
  )
  if (draft) await askForAgreement(store, draft, community, now, null)
}

/**
 * Communities where what was sent in each of the last two quarters was worth it to fewer than it was not, by ten answers at
 * least.
 */
export async function notWorthIt(store: Store, now: Date): Promise<string[]> {
  const { zone } = await store.organization.get()
  const [last, before] = quartersBefore(now, zone)
  const isBad = ({ worth, not }: { worth: number; not: number }) => worth + not >= ANSWERS_MIN && worth < not
  const badIn = async ({ from, to }: typeof last) =>
    (await store.itemAnswers.valueIn(from, to)).filter(isBad).map(({ communityId }) => communityId)
  const badBefore = new Set(await badIn(before))
  return (await badIn(last)).filter((id) => badBefore.has(id))
}

/** Asks one of them whether to pause, once a quarter. */
export async function askToPause(store: Store, id: string, now: Date): Promise<void> {
  await store.communities.lock(id, 'lightly')
  const { zone } = await store.organization.get()
  const [last] = quartersBefore(now, zone)
  const community = await store.communities.get(id)
  if (community?.state !== 'open' || (await store.agreements.pauseAskedSince(id, last.to))) return
  if (await store.agreements.asked(id)) return
  const pausedUntil = new Date(now)
  pausedUntil.setUTCMonth(pausedUntil.getUTCMonth() + PAUSE_MONTHS)
  const draft = await store.agreements.get(
    await store.agreements.propose(id, await store.agreements.current(id), pausedUntil, now),
  )
  if (draft) await askForAgreement(store, draft, community, now, null)
}
