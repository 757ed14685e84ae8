/** What is measured: a person joins, presses Yes, turns sharing off (and on again), and leaves. */
export const ACTS = ['join', 'on', 'off', 'leave'] as const
export type Act = (typeof ACTS)[number]

/** The order in which everyone acts in a round, which ends as it began; leaving has a yes to revoke. */
export const ROUND: Act[] = ['join', 'on', 'off', 'on', 'leave']

/** Someone who acts. Each party has its own people, so that all parties find the same rows. */
export interface Actor {
  id: string
  accountId: string
  externalId: string
  name: string
}

/** One way to carry out an act, the router's or a peer's. */
export interface Party {
  name: string
  act(act: Act, actor: Actor, delivery: string): Promise<void>
}

let deliveries = 0

/** The id of something a platform delivers; no two are alike. */
export function deliveryOf(actor: Actor): string {
  return `${actor.externalId}/${deliveries++}`
}
