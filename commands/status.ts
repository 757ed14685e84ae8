import { z } from 'zod'
import { type Context, command, press } from '../src/command.ts'
import { say } from '../src/core/say.ts'
import { address, type Card } from '../src/reply.ts'

export default command({
  name: 'status',
  description: 'What runs, what waits and what needs you',
  permission: 'staff',
  group: 'staff',
  options: {},
  run: async (context) => ({ card: await show(context) }),
  presses: {
    resume: press({
      args: { d: z.string().max(20) },
      permission: 'staff',
      async run(context, { d }) {
        const { store, caller, now } = context
        await store.destinations.resume(d)
        await store.staffNotes.resolve(`paused/${d}`, now)
        await store.audit.note(caller, 'staff', 'destination resumed', now, { detail: d })
        return { update: { card: await show(context) } }
      },
    }),
  },
})

async function show({ store }: Context): Promise<Card> {
  const notes = await store.staffNotes.open()
  const counts = await store.reports.counts()
  const destinations = await store.destinations.list()
  const paused = destinations.filter((one) => one.pausedReason !== null)
  return {
    title: say`Status`,
    body:
      notes.length === 0
        ? say`Nothing needs you.`
        : say`${notes.map((note) => say`Since ${{ when: note.firstAt }}: ${note.text}`)}`,
    fields: destinations.map((one) => {
      const { waiting = 0, failed = 0, failure = null } = counts.find((count) => count.destination === one.name) ?? {}
      const why = failure ? say` (${failure})` : say``
      const stopped = one.pausedReason ? say` Paused: ${one.pausedReason}.` : say``
      return {
        label: say`${one.name}: ${one.purpose} for ${one.recipient}`,
        value: say`${waiting} waiting, ${failed} failed${why}.${stopped}`,
      }
    }),
    buttons: paused.map((one) => ({
      label: say`Resume ${one.name}`,
      press: address('status.resume', { d: one.name }),
    })),
  }
}
