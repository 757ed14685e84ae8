import type { BackupFolder } from '../backup-folder.ts'
import type { Database } from '../store/database.ts'

const NEVER = new Date(0)

/**
 * Makes a backup, and notes that it was made: in the database, and beside the backups together with all that people did
 * until then, so that neither says that nothing is missing where something is. Gives the path of the file.
 */
export async function makeBackup(database: Database, folder: BackupFolder, name: string, now: Date): Promise<string> {
  // Before it, so that the backup says of which history it is.
  const history = await database.transaction((store) => store.restores.history(now))
  const file = await database.backup(now, 'lasting', (text) => folder.write(name, text))
  await folder.marks.addAll(await database.transaction((store) => store.marks.of(NEVER, now)), history, now)
  await database.transaction((store) => store.restores.backedUp(now))
  return file
}
