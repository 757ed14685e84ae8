import { openDestinations } from '../../src/segments/connectors.ts'
import type { Entry, HookRequest, Segment, SegmentStore } from '../../src/segments/segment-store.ts'

export const AT = new Date('2026-01-05T12:00:00Z')
const signal = new AbortController().signal

/** An entry about somebody who said yes. */
export const entry = (name: string, more: Partial<Entry> = {}): Entry => ({
  ...{ person: `person-of-${name}`, email: `${name}@example.org`, earlier: [] },
  ...{ since: AT, direction: `yes-of-${name}`, revision: 1, reason: 'joined', at: AT },
  ...more,
})

/** A store as a destination of these settings. */
export function openStore(connector: string, settings: Record<string, string>, now: () => Date): SegmentStore {
  const [one] = openDestinations([{ name: 'tool', connector, settings }], now)
  if (!one) throw new Error('it was not opened')
  return one.store
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
