import { lines, say } from '../core/say.ts'
import type { Database } from '../store/database.ts'
import type { Job } from './job.ts'

/** Tells staff, in their room and by mail, what they should know: each matter at most once a day while it lasts. */
export function staffNotesJob(database: Database): Job {
  return {
    name: 'staff-notes',
    schedule: { every: 'minute' },
    async run(clock) {
      const now = clock()
      await database.transaction(async (store) => {
        const { staffRoom, staffEmail, name } = await store.organization.get()
        if (!staffRoom && !staffEmail) return
        await store.staffNotes.resolveMended(now)
        const notes = await store.staffNotes.takeUntold(now)
        if (notes.length === 0) return
        const text = lines(say`For staff:`, ...notes.map((note) => note.text), say`More: ${{ typed: '/status' }}`)
        if (staffRoom) await store.posts.say(staffRoom, { text }, now)
        if (staffEmail)
          await store.mails.want(null, { to: staffEmail, subject: say`Kindred at ${name} needs you`, text }, now)
      })
    },
    next: async (_, store) => (await store.agenda()).staffNotes,
  }
}
