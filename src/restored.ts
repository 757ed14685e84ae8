import { forget } from './forgetting.ts'
import type { Database } from './store/database.ts'

/**
 * Finishes a restore before anything else runs: who asked to be forgotten after the backup was made is forgotten again.
 * Gives how many. Harmless where nothing was restored.
 */
export function forgetAgain(database: Database, now: Date): Promise<number> {
  return database.transaction(async (store) => {
    if (!(await store.restores.isUnfinished())) return 0
    let count = 0
    for await (const ids of store.restores.everybody()) {
      for (const id of await store.tombstones.among(ids)) {
        await forget({ store, now }, id)
        count++
      }
    }
    await store.restores.finish()
    return count
  })
}
