import type { BackupFolder } from '../backup-folder.ts'
import type { Database } from '../store/database.ts'
import type { Tombstone } from '../store/tombstones.ts'
import type { Job } from './job.ts'

/** Another process's clock may be behind, and its transaction may have ended later. */
const OVERLAP_MS = 600_000

/**
 * Keeps the marks of who was forgotten beside the backups as soon as they exist, so that an older backup brings nobody
 * back, whatever became of the database.
 */
export function tombstonesJob(database: Database, folder: BackupFolder): Job {
  const written = new Set<string>()
  let latest = new Date(0)
  const nameOf = ({ hash, at }: Tombstone) => `${hash} ${at.getTime()}`
  const missing = async () => {
    const since = new Date(Math.max(0, latest.getTime() - OVERLAP_MS))
    const marks = await database.transaction((store) => store.tombstones.since(since))
    return marks.filter((mark) => !written.has(nameOf(mark)))
  }
  return {
    name: 'tombstones',
    schedule: { every: 'minute' },
    async run() {
      const marks = await missing()
      await folder.addMarks(marks)
      for (const mark of marks) {
        written.add(nameOf(mark))
        if (mark.at > latest) latest = mark.at
      }
    },
    next: async (now) => ((await missing()).length > 0 ? now : undefined),
  }
}
