import type { SuppressedWhy } from '../../src/segments/segment-store.ts'
import type { FakeServer } from './fake-server.ts'

/** A fake of a store, and what the organization's own people can see and do in it by hand. */
export interface Rig {
  connector: string
  /** The destination's variables, without its name in front. */
  settings: Record<string, string>
  server: FakeServer
  /** The addresses it would write to, in lower case, on the list or tag of a community; empty where there is none. */
  holds(community: string): string[]
  /** Every address it knows anything of. */
  contacts(): string[]
  /** All it keeps, as one text: to look for what should not be there. */
  kept(): string
  /** The key works no more; or works again. */
  revoke(isRevoked: boolean): void
  /** From now on this address is refused, as one that cannot be one. */
  refuseAddress(email: string): void
  /** Whether it takes an address from nobody but the person themselves any more. Left out where it takes every one. */
  bars?(email: string): boolean
  /** The person does this there. Left out where people cannot. */
  suppress?(email: string, why: SuppressedWhy, community: string): void
  /** The person leaves the list of one community there, and no other. Left out where it does not tell that apart. */
  leavesList?(email: string, community: string): void
  /** The person subscribes anew there, by the store's own means. */
  unsuppress?(email: string, community: string): void
  /** From now on it asks everybody it takes to confirm by mail. Left out where a setting of ours says so, or it never does. */
  asksFirst?(): void
  /** By hand, in the store's own interface. */
  byHand?: {
    put(community: string, email: string): void
    take(community: string, email: string): void
    rename(community: string, name: string): void
    drop(community: string): void
    /** The contact is deleted as a whole. */
    deleteContact(email: string): void
    /** Somebody the organization knew before Kindred. */
    knew(email: string): void
  }
  close(): Promise<void>
}

export type OpenRig = (now: () => Date) => Promise<Rig>
