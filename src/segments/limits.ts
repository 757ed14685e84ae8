/** What a store takes at once and in a time, by its documentation (2026-11; `../shared/segment-stores.md`, docs/connectors.md). */
export interface Limits {
  /** The most entries of one call of ours: as many as surely fit into the time one call may take. */
  batch: number
  /** Requests at once. */
  connections: number
  /** So many requests (or what else a call says that it holds) in so many milliseconds, however spread. */
  windows: { count: number; ms: number }[]
  /** How long to wait where it says no more than that it was too much. */
  waitMs: number
}

const SECOND_MS = 1_000
const MINUTE_MS = 60_000

export const LIMITS = {
  // One's own server: its makers name no limit, and one at a time is kind to it.
  mailman: { batch: 50, connections: 4, windows: [], waitMs: 10 * SECOND_MS },
  listmonk: { batch: 100, connections: 4, windows: [], waitMs: 10 * SECOND_MS },
  ghost: { batch: 50, connections: 4, windows: [], waitMs: 10 * SECOND_MS },
  // 500 kB and 2,500 events a request, 32 kB an event. How many events in a time is a setting: Twilio takes 1,000 a second from a
  // whole workspace and queues what is more, the organization's own included; one's own RudderStack takes what it can.
  segment: { batch: 500, connections: 1, windows: [], waitMs: 10 * SECOND_MS },
  // 10 connections at once; what is more is answered 429, or by a bare 403. Who is new takes two requests of half a second.
  mailchimp: { batch: 50, connections: 10, windows: [], waitMs: 10 * SECOND_MS },
  // For the whole portal, so that others of the organization's tools use of it too.
  hubspot: { batch: 100, connections: 1, windows: [{ count: 90, ms: 10 * SECOND_MS }], waitMs: 10 * SECOND_MS },
  // 10 a second, and 36,000 an hour; one less, as what is sent evenly may arrive closer together. 150 contacts a request.
  brevo: { batch: 30, connections: 5, windows: [{ count: 9, ms: SECOND_MS }], waitMs: 10 * SECOND_MS },
  // Each kind of request has a window of a second and one of a minute, which are for the whole account: profiles are read
  // and made 75 and 750 times, lists changed 10 and 150 times (made 150 a day), deletions, and the lists somebody is on, asked for 3 and 60 times.
  klaviyo: {
    batch: 100,
    connections: 5,
    windows: [
      { count: 70, ms: SECOND_MS },
      { count: 700, ms: MINUTE_MS },
    ],
    waitMs: 10 * SECOND_MS,
  },
  klaviyoLists: {
    batch: 100,
    connections: 5,
    windows: [
      { count: 9, ms: SECOND_MS },
      { count: 140, ms: MINUTE_MS },
    ],
    waitMs: 10 * SECOND_MS,
  },
  klaviyoDeletions: {
    batch: 1,
    connections: 1,
    windows: [
      { count: 2, ms: SECOND_MS },
      { count: 55, ms: MINUTE_MS },
    ],
    waitMs: 10 * SECOND_MS,
  },
} satisfies Record<string, Limits>
