import type { Act, Actor, Party } from './acts.ts'
import type { Bare } from './bare.ts'
import { COMMUNITY, draws } from './museum.ts'
import type { Sent } from './tap.ts'

/** What one act of one person sent through the driver. */
export interface Recording {
  sent: Sent[]
  actor: Actor
  delivery: string
}

/** The very statements the router sent, for other people, by a program that knows nothing but to send them. */
export function asSent(name: string, bare: Bare, recordings: Record<Act, Recording>): Party {
  return {
    name,
    act: (act, actor, delivery) =>
      bare.transaction(async (query) => {
        const { sent, ...from } = recordings[act]
        const fill = filling(from, { actor, delivery })
        for (const one of sent) await query(one.text, one.values.map(fill), one.name)
      }),
  }
}

const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/

/** Puts one person's ids where the recorded one's were. Other ULIDs are drawn anew, once each: they are keys of new rows. */
function filling(from: Omit<Recording, 'sent'>, to: Omit<Recording, 'sent'>): (value: unknown) => unknown {
  const known = new Map([
    [from.delivery, to.delivery],
    [from.actor.id, to.actor.id],
    [from.actor.accountId, to.actor.accountId],
    [from.actor.externalId, to.actor.externalId],
    [COMMUNITY.id, COMMUNITY.id],
  ])
  return (value) => {
    if (typeof value !== 'string') return value
    if (!known.has(value) && ULID.test(value)) known.set(value, draws.id(new Date()))
    return known.get(value) ?? value
  }
}
