import { forget } from './forgetting.ts'
import type { Database } from './store/database.ts'

/** What people did after a backup was made, and was done again when it was restored. */
export interface DoneAgain {
  forgotten: number
  /** Yeses taken back, also by leaving. */
  takenBack: number
  /** People whom a destination must not be told of, as they unsubscribed there, for one. */
  heldBack: number
  /** People who paused, or went on. */
  paused: number
  /** Two who were one, and took that back. */
  parted: number
  /** Whether communities became sensitive: those are counted nowhere (product.md, law 7). */
  sensitive: boolean
}

/**
 * Finishes a restore before anything else runs: who asked to be forgotten after the backup was made is forgotten again, and
 * what was taken back, held back, paused, parted or made sensitive is so again, before any destination could be told otherwise. Harmless
 * where nothing was restored.
 */
export function doAgain(database: Database, now: Date): Promise<DoneAgain> {
  return database.transaction(async (store) => {
    const done: DoneAgain = { forgotten: 0, takenBack: 0, heldBack: 0, paused: 0, parted: 0, sensitive: false }
    const { restores, reports } = store
    if (!(await restores.isUnfinished())) return done
    for (const id of await restores.becameSensitive()) {
      await store.communities.lock(id)
      await store.communities.makeSensitive(id, now)
      await reports.settle({ communityId: id }, now)
      const { places } = await store.roomCare.leaveShown(id, now)
      await store.erasures.letOut(places, now)
      done.sensitive = true
    }
    // First: which yes is whose follows from it.
    done.parted = await restores.part(now)
    const concerned = await restores.takeBack()
    done.takenBack = concerned.length
    const heldBack = await restores.suppress()
    done.heldBack = heldBack.length
    concerned.push(...heldBack)
    for await (const people of restores.everybody()) {
      const ids = people.map((one) => one.id)
      const paused = await restores.pause(ids)
      done.paused += paused.length
      concerned.push(...paused)
      for (const id of await store.tombstones.among(ids)) {
        await forget({ store, now }, id)
        done.forgotten++
      }
    }
    if (concerned.length > 0) await reports.settle({ personIds: [...new Set(concerned)] }, now)
    await restores.finish()
    return done
  })
}
