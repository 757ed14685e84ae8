import { say } from './core/say.ts'
import { roughly, somePeople } from './core/small-numbers.ts'
import type { Store } from './store/store.ts'

/**
 * Makes every report what memberships and yeses say, after a setting changed. Where that would take a great part of a
 * segment out at once, those wait, and staff are told: more often than not it is a slip (segment-stores.md, rule 3).
 */
export async function settleAll(store: Store, now: Date): Promise<void> {
  for (const { destination, count } of await store.reports.settle('all', now)) {
    const text = say`A changed setting would take ${somePeople(count)} out of ${destination} at once, so they stay until you say so. If it was a slip, set it back; if not, let them go with ${{ typed: '/status' }}.`
    await store.staffNotes.tell(`held/${destination}`, text, now)
  }
  const held = await store.reports.held()
  for (const { name, started } of await store.destinations.list()) {
    if (!held.some((one) => one.destination === name)) await store.staffNotes.resolve(`held/${name}`, now)
    if (started) continue
    // A dry run: what a start would do, before it is done.
    const { said, notSaid } = await store.destinations.dryRun(name)
    const text = say`${name} is not started yet. Started, it is told of ${somePeople(said)} who have said yes to it; ${roughly(notSaid)} have not, and are asked once, at their next own act. Nobody is passed on before you start it with ${{ typed: '/status' }}.`
    await store.staffNotes.tell(`new/${name}`, text, now)
  }
}
