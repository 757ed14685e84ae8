/** What one process at a time holds, so that nothing is answered twice. */
export interface Turn {
  /** Takes or keeps it for a while; false while another process has it. */
  take(forMs: number): Promise<boolean>
  giveBack(): Promise<void>
}

/** A turn is kept by renewing it well before it ends, and taken over by others soon after: within 25 seconds. */
export const TURN_MS = 20_000
export const RENEW_MS = 5_000
/** Whoever is not ready for so long lets others try, and tries again only after another's look at it. */
export const READY_MS = 60_000
export const REST_MS = TURN_MS

/** Nobody answered in time. */
export class Late extends Error {}

/** What comes of work, or a failure once it took too long; the work itself is not stopped. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late(`no answer within ${Math.ceil(ms / 1000)} seconds`)), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
