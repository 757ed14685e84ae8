import type { z } from 'zod'

/** A community as a store is told of it. */
export interface Segment {
  /** Its slug: readable, never changed, and what stores that need no list of their own call it. */
  key: string
  name: string
  /** What the store calls its list or tag, once there is one. */
  id?: string
}

/** What a connector needs to know of one person in one segment, and nothing else (product.md, law 1). */
export interface Entry {
  /** The stable random id that stands for the person. */
  person: string
  /** Empty where the store knows people by address and must go on holding this one for somebody else. */
  email: string
  /** Other addresses, in lower case, under which the store may still hold them in this segment, and should not. */
  earlier: string[]
  /** Of whom it is known to have held in this segment: every address it may have been by. Given to stores with `absent`. */
  heldAs?: string[]
  /** What the store calls whoever has this address, where it said so before. */
  id?: string
  /** What it called them by an earlier address. */
  earlierId?: string
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
  /** Where it may hold them: without what it must go on holding for somebody else. */
  held: { segment: Segment; emails: string[]; ids: string[] }[]
  /** Whether their contact was made for us and serves nobody else, so that nothing of it need stay. */
  isOurs: boolean
  at: Date
}

/** How one entry of a batch went. */
export type Result =
  | ({ result: 'applied' } & Met)
  /** Taken, not proven to be applied. */
  | ({ result: 'accepted' } & Met)
  | { result: 'retry'; afterMs?: number; why: string }
  /** Not sent: the store takes no more for so long. */
  | { result: 'wait'; afterMs: number; why: string }
  | { result: 'rejected'; why: string }
  /** The store does not write to them any more; `isHere`: in this segment, and in others it may. */
  | { result: 'suppressed'; why: SuppressedWhy; isHere?: boolean }
  /** They had left by themselves before. Whom it is known to have held (`heldAs`) is then not put there again. */
  | { result: 'left' }
  /** The store does not know the id it was asked about. */
  | { result: 'unknown'; why: string }

/** What a store calls a person, and whether it did not know them before. */
export interface Met {
  id?: string
  isNew?: boolean
}

/** Why a store does not write to somebody: their own doing there, or an address that does not work. */
export type SuppressedWhy = 'unsubscribed' | 'bounced' | 'complained'

/** Somebody a store holds in a segment, by what it knows of them. */
export interface Listed {
  person?: string
  id?: string
  email?: string
  /** Held, and not written to; `isHere`: in this segment, and in others it may. */
  suppressed?: SuppressedWhy
  isHere?: boolean
  /** Nobody: it takes no more for now, and whoever reads goes on after so many milliseconds. */
  afterMs?: number
}

/** What a store tells of by itself. */
export type News = {
  /** The same however often it is told. */
  id: string
  at: Date
} & (
  | { kind: SuppressedWhy; person: Whom; campaign?: CampaignSeen; segment?: string }
  | { kind: 'sent' | 'opened' | 'clicked' | 'bought'; campaign: CampaignSeen; person?: Whom; count?: number }
)

/** A person as a store names them: any of these that it knows. */
export interface Whom {
  person?: string
  id?: string
  email?: string
}

/** A message that was sent, and to which of our lists or tags if that is known. */
export interface CampaignSeen {
  id: string
  title: string
  /** The list or tag, as the store calls it. */
  segment?: string
}

/** A request that came to `POST /hooks/<destination>`. */
export interface HookRequest {
  method: string
  /** The whole address it was sent to, as the sender knows it. */
  url: string
  /** Names in lower case. */
  headers: Record<string, string>
  body: string
}

/**
 * A place the organization sends from. Every call may be repeated; `put` and `take` answer with one result per entry, in
 * order.
 */
export interface SegmentStore {
  /** The most entries of one call. */
  batch: number
  /** Whether it can be reached with these settings; throws a sentence that says what to do. */
  check(): Promise<void>
  /** Finds the list or tag of a segment, or makes one, and gives what the store calls it. Left out where none is needed. */
  make?(segment: Segment, signal: AbortSignal): Promise<string>
  put(segment: Segment, entries: Entry[], signal: AbortSignal): Promise<Result[]>
  take(segment: Segment, entries: Entry[], signal: AbortSignal): Promise<Result[]>
  /** Takes a person out of every segment and out of whatever the store keeps of the past, but for their number. */
  forget(person: Forgotten, signal: AbortSignal): Promise<Result>
  /** Everybody it holds in a segment; left out where it can't be asked. `Gone` where there is no such list any more. */
  list?(segment: Segment, signal: AbortSignal): AsyncIterable<Listed>
  /** Set where whoever is not in a list any more has left it there themselves, as it tells that in no other way: by a look, or as `left`. */
  absent?: SuppressedWhy
  /** Set where it may tell of people as unsubscribed whom we have just taken out ourselves. */
  echoes?: true
  /** Reads what the store posts to us; throws `Forged` where the request is not proven to be the store's. */
  hear?(request: HookRequest): News[]
  /** Asks what is new since the cursor of the last time, where the store posts nothing. */
  poll?(cursor: string | undefined, signal: AbortSignal): Promise<{ news: News[]; cursor: string }>
  /** Lets go of its connections, at the end. */
  close?(): Promise<void>
}

/** A kind of segment store: its settings (with help), and how one is made of them. */
export interface Connector<S extends z.ZodObject = z.ZodObject> {
  name: string
  settings: S
  /** How it is connected, step by step, for docs/connectors.md; under ten. */
  steps: string[]
  /** What of an entry it passes on, in words. */
  fields: string
  /** Whether it knows people by their address alone, so that two who share one are one there. */
  byAddress: boolean
  /**
   * What two destinations must not share, since who said yes to one would be known to the other. May hold secrets. `name` is
   * the destination's own, for what is nowhere but here.
   */
  place(settings: z.output<S>, name: string): string
  open(settings: z.output<S>, now: () => Date): SegmentStore
}

/** Why nothing came of an answer that is not as its store documents it; what it says itself may hold addresses. */
export const NOT_UNDERSTOOD = 'It answered in a way that Kindred does not know.'

/** The whole batch can never succeed as it is: kept and shown to staff. */
export class Rejected extends Error {}

/** The list or tag of a segment is not there any more. */
export class Gone extends Error {}

/** What came to a hook is not proven to come from the store. */
export class Forged extends Error {}

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

/** Not sent: so many requests in so short a time are more than the store takes. */
export class NotYet extends TryLater {}
