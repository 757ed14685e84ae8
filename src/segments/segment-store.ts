import type { z } from 'zod'

/** What a connector needs to know of one person in one segment, and nothing else (product.md, law 1). */
export interface Entry {
  /** The stable random id that stands for the person. */
  person: string
  email: string
  since: Date
  direction: string
  /** Raised at every change of this person in this segment; receivers drop lower ones. */
  revision: number
  reason: 'joined' | 'left' | 'erased'
  /** When the change came about. */
  at: Date
}

/** Somebody who is forgotten everywhere, with what it takes to find them in a store. */
export interface Forgotten {
  /** The stable random id that stood for them, and the only thing about them that may stay. */
  person: string
  /** The address the store was told last; empty where it was told none. */
  email: string
  at: Date
}

/** How one entry of a batch went. */
export type Result =
  | { result: 'applied' }
  /** Taken, not proven to be applied. */
  | { result: 'accepted' }
  | { result: 'retry'; afterMs?: number; why: string }
  | { result: 'rejected'; why: string }
  /** Unsubscribed, bounced or complained there. */
  | { result: 'suppressed'; why: string }
  | { result: 'unknown'; why: string }

/**
 * A place the organization sends from. Every call may be repeated; `put` and `take` answer with one result per entry, in
 * order.
 */
export interface SegmentStore {
  /** The most entries of one call. */
  batch: number
  /** Whether it can be reached with these settings; throws a sentence that says what to do. */
  check(): Promise<void>
  put(segment: string, entries: Entry[], signal: AbortSignal): Promise<Result[]>
  take(segment: string, entries: Entry[], signal: AbortSignal): Promise<Result[]>
  /** Takes a person out of every segment and out of whatever the store keeps of the past, but for their number. */
  forget(person: Forgotten, signal: AbortSignal): Promise<Result>
  /** Lets go of its connections, at the end. */
  close?(): Promise<void>
}

/** A kind of segment store: its settings (with help), and how one is made of them. */
export interface Connector<S extends z.ZodObject = z.ZodObject> {
  name: string
  settings: S
  /** What two destinations must not share, since who said yes to one would be known to the other. May hold secrets. */
  place(settings: z.output<S>): string
  open(settings: z.output<S>, now: () => Date): SegmentStore
}

/** The whole batch can never succeed as it is: kept and shown to staff. */
export class Rejected extends Error {}

/** The key is refused (401, 403), or nothing more is wanted (410): pauses the destination, not the person. */
export class Unauthorized extends Error {}

/** Come again later; `afterMs` is what the store asked for (Retry-After). */
export class TryLater extends Error {
  readonly afterMs: number
  constructor(message: string, afterMs: number) {
    super(message)
    this.afterMs = afterMs
  }
}
