import type { Context } from './command.ts'
import { sensitiveTerms } from './core/direction.ts'
import { type SeenBy, seenIn, type Told } from './core/room.ts'
import { say, type Text } from './core/say.ts'
import type { Found } from './option.ts'
import { address, type Card } from './reply.ts'

/** What somebody chose: into the community's room, where those see them of whom they read, or not. */
export type Room = Told | 'outside'

/** The words of that choice in a button. */
export const ROOMS = ['members', 'everyone', 'outside'] as const satisfies readonly Room[]

/** What is kept of the choice. */
export const toldBy = (room: Room | undefined): Told | null => (room === undefined || room === 'outside' ? null : room)

/** Who would see somebody in the community's room where they are now. */
export async function whoSees(
  { store, caller, where }: Context,
  found: Pick<Found, 'id' | 'visibility'>,
): Promise<SeenBy> {
  const carriers = await store.roomCare.carriersFor(found.id, { personId: caller.id, ...where })
  return seenIn(where.platform, carriers, found.visibility !== 'open')
}

/** Who sees the people in a room that somebody sees. */
export function sightOf(seen: Told, platform: string): Text {
  if (seen === 'everyone') return say`Everyone there sees who is in it.`
  return platform === 'slack'
    ? say`Its members, and whoever administers the workspace, see who is in it.`
    : say`Its members, and the server's administrators and moderators, see who is in it. A thread goes on saying who came and went.`
}

/** Nobody is put where others see them before they know it; the community is open to them all the same. */
export function roomCard(
  found: Found,
  seen: Exclude<SeenBy, 'nobody'>,
  onRequest: boolean,
  code: string | undefined,
  platform: string,
): Card {
  const { id: c, name } = found
  const to = (r: Room) =>
    onRequest ? address('join.ask', { c, r }) : address('join.in', { c, r, ...(code && { i: code }) })
  const [label, outside] =
    found.state === 'seed'
      ? [say`Pledge`, say`Pledge without the room`]
      : onRequest
        ? [say`Say why`, say`Say why, without the room`]
        : [say`Join`, say`Join without the room`]
  const has = found.state === 'seed' ? say`Once it opens it has a room.` : say`It has a room.`
  const asks = onRequest ? say` Its organizers let people in: tell them why you would like to join.` : say``
  return {
    title: say`Before you join ${{ strong: name }}`,
    body: say`${has} ${sightOf(seen, platform)}${asks}`,
    buttons: [
      { label, press: to(seen) },
      { label: outside, press: to('outside') },
    ],
  }
}

/** What somebody agrees to who joins a sensitive community. */
export function sensitiveCard({ organization }: Context, found: Found, code: string | undefined): Card {
  const args = { c: found.id, ...(code && { i: code }) }
  return {
    title: say`Before you join ${{ strong: found.name }}`,
    body: sensitiveTerms(found, organization),
    buttons: [
      { label: say`Yes, join`, press: address('join.agree', args) },
      { label: say`No`, press: address('join.no', { c: found.id }) },
    ],
  }
}

/** Why nobody can join it at this moment. */
export function notNow(found: Found): Text {
  const { name, state } = found
  switch (state) {
    case 'waiting':
      return say`Staff will look at ${{ strong: name }} first. Try again in a while.`
    case 'closed':
      return say`${{ strong: name }} has been closed.`
    case 'seed':
    case 'sunk':
    case 'declined':
      return say`${{ strong: name }} did not open. You can start it anew with ${{ typed: '/start-community' }}.`
    default:
      return say`${{ strong: name }} can't be joined right now.`
  }
}
