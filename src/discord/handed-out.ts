import type { Plan } from './carriers.ts'

/** What this process made, and for which room: asked for again it is the same, and nobody else's. */
export interface HandedOut {
  note(plan: Plan, id: string): void
  isFor(plan: Plan, id: string): boolean
  isForAnother(plan: Plan, id: string): boolean
}

/** Remembers threads and roles by the room they were made for; one entry for each room this process made. */
export function handedOut(): HandedOut {
  const rooms = new Map<string, string>()
  return {
    note: (plan, id) => void rooms.set(id, roomOf(plan)),
    isFor: (plan, id) => rooms.get(id) === roomOf(plan),
    isForAnother: (plan, id) => rooms.has(id) && rooms.get(id) !== roomOf(plan),
  }
}

/** A room's name is its own as long as the room is wanted; one wanted later may have it again. */
function roomOf({ guild, name, since }: Plan): string {
  return `${guild}/${name}/${since.getTime()}`
}
