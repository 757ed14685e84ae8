import { z } from 'zod'
import { type Context, type Press, press } from './command.ts'
import type { Card } from './reply.ts'

/** A destination's name, as buttons carry it. */
export const destinationName = z.string().regex(/^[a-z0-9]{1,20}$/)

/** What staff do about a destination from two commands; `show` draws the card that the button stood under. */
export function destinationPresses(
  show: (context: Context, destination: string) => Promise<Card>,
): Record<string, Press> {
  const act = (run: (context: Context, destination: string) => Promise<string>) =>
    press({
      args: { d: destinationName },
      permission: 'staff',
      async run(context, { d }) {
        const { store, caller, now } = context
        const done = await run(context, d)
        await store.audit.note(caller, 'staff', done, now, { detail: d })
        return { update: { card: await show(context, d) } }
      },
    })
  return { retry: act(tryAgain), ignore: act(ignore), start: act(start), release: act(release), pause: act(pause) }
}

/** A destination that was paused, or gave up on somebody, is tried again with everything that waits for it. */
async function tryAgain({ store, now }: Context, destination: string): Promise<string> {
  await store.destinations.resume(destination)
  await store.destinations.rest(destination, null, 0)
  await store.reports.retry(destination, now)
  await store.staffNotes.resolve(`paused/${destination}`, now)
  return 'destination tried again'
}

/** What it refused for good is let be. */
async function ignore({ store }: Context, destination: string): Promise<string> {
  await store.reports.ignore(destination)
  return 'failed reports ignored'
}

async function pause({ store, now }: Context, destination: string): Promise<string> {
  await store.destinations.pause(destination, 'by staff', now)
  return 'destination paused'
}

/** Staff have seen how many a new destination would be told of. */
async function start({ store, now }: Context, destination: string): Promise<string> {
  await store.destinations.start(destination)
  await store.staffNotes.resolve(`new/${destination}`, now)
  return 'destination started'
}

/** People held back because a setting would have taken out many at once are let go. */
async function release({ store, now }: Context, destination: string): Promise<string> {
  await store.reports.releaseHeld(destination, now)
  await store.staffNotes.resolve(`held/${destination}`, now)
  return 'held removals let go'
}
