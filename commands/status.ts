import { z } from 'zod'
import { type Context, command, press } from '../src/command.ts'
import { say } from '../src/core/say.ts'
import { address, type Card, type Reply } from '../src/reply.ts'

const name = z.string().regex(/^[a-z0-9]{1,20}$/)

export default command({
  name: 'status',
  description: 'What runs, what waits and what needs you',
  permission: 'staff',
  group: 'staff',
  options: {},
  run: async (context) => ({ card: await show(context) }),
  presses: {
    retry: press({ args: { d: name }, permission: 'staff', run: (context, { d }) => tryAgain(context, d) }),
  },
})

/** A destination that was paused, or gave up on somebody, is tried again with everything that waits for it. */
async function tryAgain(context: Context, destination: string): Promise<Reply> {
  const { store, caller, now } = context
  await store.destinations.resume(destination)
  await store.reports.retry(destination, now)
  await store.staffNotes.resolve(`paused/${destination}`, now)
  await store.audit.note(caller, 'staff', 'destination tried again', now, { detail: destination })
  return { update: { card: await show(context) } }
}

async function show({ store, now }: Context): Promise<Card> {
  await store.staffNotes.resolveMended(now)
  const notes = await store.staffNotes.open()
  const counts = await store.reports.counts()
  const destinations = await store.destinations.list()
  const undelivered = await store.mails.undeliverable()
  const paused = destinations.filter((one) => one.pausedReason !== null)
  const failing = destinations.filter(
    (one) => one.pausedReason === null && counts.some((count) => count.destination === one.name && count.failed > 0),
  )
  return {
    title: say`Status`,
    body:
      notes.length === 0
        ? say`Nothing needs you.`
        : say`${notes.map((note) => say`Since ${{ when: note.firstAt }}: ${note.text}`)}`,
    fields: [
      ...(undelivered > 0 ? [{ label: say`Mails that can't be delivered`, value: say`${undelivered}` }] : []),
      ...destinations.map((one) => {
        const { waiting = 0, failed = 0, failure = null } = counts.find((count) => count.destination === one.name) ?? {}
        const why = failure ? say` (${failure})` : say``
        const stopped = one.pausedReason ? say` Paused: ${one.pausedReason}.` : say``
        return {
          label: say`${one.name}: ${one.purpose} for ${one.recipient}`,
          value: say`${waiting} waiting, ${failed} failed${why}.${stopped}`,
        }
      }),
    ],
    buttons: [
      ...paused.map((one) => ({ label: say`Resume ${one.name}`, press: address('status.retry', { d: one.name }) })),
      ...failing.map((one) => ({ label: say`Retry ${one.name}`, press: address('status.retry', { d: one.name }) })),
    ],
  }
}
