import { ASKED_FROM } from '../core/agreement.ts'
import { quartersBefore } from '../core/when.ts'
import type { Store } from '../store/store.ts'
import { askForAgreement } from './asking.ts'

/** So many answers make a quarter one that says something. */
const ANSWERS_MIN = 10
const PAUSE_MONTHS = 3

/** Asks communities that have grown what they want to receive: everybody starts with the same, until they decide. */
export async function askGrown(store: Store, now: Date): Promise<void> {
  for (const id of await store.agreements.neverAsked(ASKED_FROM)) {
    // Its organizers are writing one.
    if (await store.agreements.draft(id)) continue
    const community = await store.communities.get(id)
    if (!community) continue
    const draft = await store.agreements.get(
      await store.agreements.propose(id, await store.agreements.current(id), null, now),
    )
    if (draft) await askForAgreement(store, draft, community, now, null)
  }
}

/**
 * Asks whether to pause, where what was sent in each of the last two quarters was worth it to fewer than it was not, by ten
 * answers at least. Once a quarter.
 */
export async function askToPause(store: Store, now: Date): Promise<void> {
  const { zone } = await store.organization.get()
  const [last, before] = quartersBefore(now, zone)
  const isBad = ({ worth, not }: { worth: number; not: number }) => worth + not >= ANSWERS_MIN && worth < not
  const bad = (await store.itemAnswers.valueIn(last.from, last.to)).filter(isBad)
  const badBefore = new Set(
    (await store.itemAnswers.valueIn(before.from, before.to)).filter(isBad).map((one) => one.communityId),
  )
  for (const { communityId } of bad) {
    if (!badBefore.has(communityId)) continue
    const community = await store.communities.get(communityId)
    if (community?.state !== 'open' || (await store.agreements.pauseAskedSince(communityId, last.to))) continue
    if (await store.agreements.asked(communityId)) continue
    const pausedUntil = new Date(now)
    pausedUntil.setUTCMonth(pausedUntil.getUTCMonth() + PAUSE_MONTHS)
    const current = await store.agreements.current(communityId)
    const id = await store.agreements.propose(communityId, current, pausedUntil, now)
    const draft = await store.agreements.get(id)
    if (draft) await askForAgreement(store, draft, community, now, null)
  }
}
