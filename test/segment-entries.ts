import type { Forgotten, Segment } from '../src/segments/segment-store.ts'

/** A segment as a store is told of it. */
export const segmentCalled = (key: string, id?: string): Segment => ({ key, name: key, ...(id && { id }) })

/** Somebody to be forgotten who is held nowhere else than by their number. */
export const forgotten = (person: string, at: Date, more: Partial<Forgotten> = {}): Forgotten => ({
  ...{ person, at, email: '', held: [], isOurs: false },
  ...more,
})
