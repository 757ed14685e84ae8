import { openDestinations } from '../../src/segments/connectors.ts'
import type { Entry, HookRequest, Segment, SegmentStore } from '../../src/segments/segment-store.ts'
import type { Rig } from './rig.ts'

/** When tests of connectors take place. */
export const AT = new Date('2026-01-05T12:00:00Z')
const signal = new AbortController().signal

/** A store as a destination of these settings is opened. */
export function openStore(connector: string, settings: Record<string, string>, now: () => Date): SegmentStore {
  const [one] = openDestinations([{ name: 'tool', connector, settings }], now)
  if (!one) throw new Error('it was not opened')
  return one.store
}

/** A store with the rig's settings, or with others in their place. */
export function opened(rig: Rig, now: () => Date, settings: Record<string, string> = {}): SegmentStore {
  return openStore(rig.connector, { ...rig.settings, ...settings }, now)
}

/** What a connector is told of somebody who said yes. */
export function entryOf(name: string, more: Partial<Entry> = {}): Entry {
  return {
    ...{ person: `person-of-${name}`, email: `${name}@example.org`, earlier: [], since: AT, at: AT },
    ...{ direction: `yes-of-${name}`, revision: 1, reason: 'joined' },
    ...more,
  }
}

/** The segment with its list or tag. */
export async function made(store: SegmentStore, key: string, name = `The ${key}`): Promise<Segment> {
  const id = await store.make?.({ key, name }, signal)
  return { key, name, ...(id !== undefined && { id }) }
}

/** What a store posts to us. */
export const posted = (more: Partial<HookRequest>): HookRequest => ({
  ...{ method: 'POST', url: 'https://kindred.example.org/hooks/tool', headers: {}, body: '' },
  ...more,
})

/** What came of a piece of work that fails. */
export const failureOf = (work: Promise<unknown>) => work.then(() => undefined).catch((error: unknown) => error)
