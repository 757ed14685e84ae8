import { openDestinations } from '../../src/segments/connectors.ts'
import type { Entry, SegmentStore } from '../../src/segments/segment-store.ts'
import type { Rig } from './rig.ts'

/** When tests of connectors take place. */
export const AT = new Date('2026-01-05T12:00:00Z')

/** A store as a destination with the rig's settings is opened, or with others in their place. */
export function opened(rig: Rig, now: () => Date, settings: Record<string, string> = {}): SegmentStore {
  const wanted = { name: 'tool', connector: rig.connector, settings: { ...rig.settings, ...settings } }
  const [one] = openDestinations([wanted], now)
  if (!one) throw new Error('it was not opened')
  return one.store
}

/** What a connector is told of somebody. */
export function entryOf(name: string, more: Partial<Entry> = {}): Entry {
  return {
    ...{ person: `person-of-${name}`, email: `${name}@example.org`, earlier: [], since: AT, at: AT },
    ...{ direction: `yes-of-${name}`, revision: 1, reason: 'joined' },
    ...more,
  }
}
