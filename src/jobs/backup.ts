import type { BackupFolder } from '../backup-folder.ts'
import { say } from '../core/say.ts'
import { nextDaily, type Schedule } from '../core/schedule.ts'
import type { Database } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import { lastRun } from './daily.ts'
import type { Job } from './job.ts'
import { makeBackup } from './make-backup.ts'

const AT = '02:30'
const NAME = 'backup'
/** When one was last begun: whoever begins has this long before another tries, whether the first failed or was killed. */
const BEGUN = 'backup/begun'
const AGAIN_MS = 3_600_000
const NEVER = new Date(0)

/** A backup every night, once over all processes; and one at once when somebody asks for it beside the running house. */
export function backupJob(database: Database, folder: BackupFolder, zone: string): Job {
  const at = { daily: AT, zone }
  // Asked for in between, it is made within a minute.
  const schedule: Schedule = { every: 'minute' }

  /** Not inside a transaction, since it may take minutes. Staff hear of one that fails, until one is made. */
  async function make(name: string, now: Date): Promise<boolean> {
    try {
      await makeBackup(database, folder, name, now)
      await database.transaction((store) => store.staffNotes.resolve(NAME, now))
      return true
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      await database.transaction((store) => store.staffNotes.tell(NAME, say`The backup could not be made: ${why}`, now))
      return false
    }
  }

  async function nextNight(store: Store, now: Date): Promise<Date> {
    const night = nextDaily(at, await lastRun(store, NAME, now))
    const again = new Date((await lastRun(store, BEGUN, NEVER)).getTime() + AGAIN_MS)
    return night > again ? night : again
  }

  return {
    name: NAME,
    schedule,
    async run(clock) {
      const now = clock()
      if (await folder.isWanted()) {
        await make(folder.momentName(now), now)
        return folder.want(false)
      }
      const isOurs = await database.transaction(async (store) => {
        if (!(await store.jobRuns.alone(NAME)) || (await nextNight(store, now)) > now) return false
        await store.jobRuns.ran(BEGUN, now)
        return true
      })
      if (!isOurs || !(await make(folder.nightlyName(now, zone), now))) return
      await database.transaction((store) => store.jobRuns.ran(NAME, now))
    },
    next: async (now, store) => ((await folder.isWanted()) ? now : nextNight(store, now)),
  }
}

/**
 * Removes old backups from this process's own folder: each night, and at every start, whoever made the newest. Whoever is
 * forgotten was told that none is older than seven days.
 */
export function oldBackupsJob(folder: BackupFolder, zone: string): Job {
  const schedule = { daily: AT, zone }
  let last: Date | undefined
  return {
    name: 'old-backups',
    schedule,
    async run(clock) {
      const now = clock()
      await folder.dropOld(now, zone)
      last = now
    },
    next: async (now) => (last ? nextDaily(schedule, last) : now),
  }
}
