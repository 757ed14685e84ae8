import { command } from '../src/command.ts'
import { say } from '../src/core/say.ts'

export default command({
  name: 'status',
  description: 'What runs, what waits and what needs you',
  permission: 'staff',
  group: 'staff',
  options: {},
  async run({ store }) {
    const notes = await store.staffNotes.open()
    const counts = await store.reports.counts()
    const destinations = await store.destinations.list()
    return {
      card: {
        title: say`Status`,
        body:
          notes.length === 0
            ? say`Nothing needs you.`
            : say`${notes.map((note) => say`Since ${{ when: note.firstAt }}: ${note.text}`)}`,
        fields: destinations.map((one) => {
          const {
            waiting = 0,
            failed = 0,
            failure = null,
          } = counts.find((count) => count.destination === one.name) ?? {}
          const why = failure ? say` (${failure})` : say``
          const paused = one.pausedReason ? say` Paused: ${one.pausedReason}.` : say``
          return {
            label: say`${one.name}: ${one.purpose} for ${one.recipient}`,
            value: say`${waiting} waiting, ${failed} failed${why}.${paused}`,
          }
        }),
      },
    }
  },
})
