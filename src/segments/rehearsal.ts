import { type SegmentStore, TryLater, Unauthorized } from './segment-store.ts'

/** What a rehearsed destination may suffer: see docs/terminal.md. */
export const FAULTS = ['up', 'down', 'slow', '429', '401'] as const
export type Fault = (typeof FAULTS)[number]

const RETRY_AFTER_MS = 60_000

/** A segment store that can be made to fail, around one that really works. */
export function rehearsed(store: SegmentStore): { store: SegmentStore; suffer(fault: Fault): void } {
  let fault: Fault = 'up'
  const through = async <T>(work: () => Promise<T>): Promise<T> => {
    switch (fault) {
      case 'up':
        return work()
      case 'down':
        throw new Error('connection refused')
      case 'slow':
        // The worst of slowness: it was carried out, and nobody heard.
        await work()
        throw new DOMException('no answer within 15 seconds', 'TimeoutError')
      case '429':
        throw new TryLater('too many requests', RETRY_AFTER_MS)
      case '401':
        throw new Unauthorized('the key was refused')
      default:
        return fault satisfies never
    }
  }
  const { poll } = store
  return {
    store: {
      ...store,
      ...(store.make && {
        make: (segment, signal) => through(() => store.make?.(segment, signal) ?? Promise.resolve('')),
      }),
      put: (segment, entries, signal) => through(() => store.put(segment, entries, signal)),
      take: (segment, entries, signal) => through(() => store.take(segment, entries, signal)),
      ...(poll && { poll: (cursor, signal) => through(() => poll(cursor, signal)) }),
      forget: (person, signal) => through(() => store.forget(person, signal)),
    },
    suffer: (next) => {
      fault = next
    },
  }
}
