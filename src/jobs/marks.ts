import type { BackupFolder } from '../backup-folder.ts'
import type { Database } from '../store/database.ts'
import type { Mark } from '../store/marks.ts'
import type { Store } from '../store/store.ts'
import type { Job } from './job.ts'

/** Another process's clock may be behind, and its transaction may have ended later. */
const OVERLAP_MS = 600_000
const DAY_MS = 86_400_000
const NEVER = new Date(0)

/**
 * Keeps the marks of what people did beside the backups as soon as it is done, so that an older backup undoes nothing of it,
 * whatever became of the database: who was forgotten, which yes or union was taken back, who unsubscribed, who paused, what became sensitive.
 */
export function marksJob(database: Database, folder: BackupFolder): Job {
  /** The last mark of each hash that stands in the file. */
  let written: Map<string, Mark> | undefined
  let latest = NEVER
  let dropped = NEVER

  const missing = async (store: Store, now: Date): Promise<Mark[]> => {
    written ??= new Map((await folder.marks.all()).map((mark) => [mark.hash, mark]))
    const stands = written
    const since = new Date(Math.max(0, latest.getTime() - OVERLAP_MS))
    const found = await store.marks.of(since, now)
    const paused = new Set(found.flatMap((mark) => (mark.kind === 'paused' ? [mark.hash] : [])))
    // The database does not say who went on: it is whoever is marked and paused no more.
    const resumed = [...stands.values()].filter((mark) => mark.kind === 'paused' && !paused.has(mark.hash))
    const marks = [
      ...found.filter((mark) => !isSame(mark, stands.get(mark.hash))),
      ...resumed.map(({ hash }): Mark => ({ hash, kind: 'resumed', at: now })),
    ]
    if (marks.length === 0) latest = latestOf(found, latest)
    return marks
  }

  const nextDrop = () => new Date(dropped.getTime() + DAY_MS)

  return {
    name: 'marks',
    schedule: { every: 'minute' },
    async run(clock) {
      const now = clock()
      const history = await database.transaction((store) => store.restores.history(now))
      if ((await folder.marks.reach()).history?.getTime() !== history.getTime()) {
        written = undefined
        latest = NEVER
      }
      const marks = await database.transaction((store) => missing(store, now))
      await folder.marks.add(marks, history)
      for (const mark of marks) written?.set(mark.hash, mark)
      latest = latestOf(marks, latest)
      if (now < nextDrop()) return
      await folder.marks.drop(now)
      dropped = now
    },
    next: async (now, store) => ((await missing(store, now)).length > 0 ? now : nextDrop()),
  }
}

/** When something became sensitive is not stored, so that it is sensitive is all there is to compare. */
function isSame(mark: Mark, stands: Mark | undefined): boolean {
  if (mark.kind !== stands?.kind) return false
  return mark.kind === 'sensitive' || mark.at.getTime() === stands.at.getTime()
}

const latestOf = (marks: Mark[], before: Date) =>
  marks.reduce((latest, { kind, at }) => (kind !== 'sensitive' && at > latest ? at : latest), before)
