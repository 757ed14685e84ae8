import type { Carrier } from '../core/room.ts'
import type { Tx } from './transaction.ts'

/** What staff chose for the rooms of a workspace. */
export interface RoomChoice {
  carrier?: Carrier
  /** The category under which channels stand, by the platform's id. */
  category?: string
}

export function workspaces(tx: Tx) {
  return {
    /** What was chosen for a workspace; nothing where nobody chose. */
    async get(platform: string, workspace: string): Promise<RoomChoice> {
      const row = await tx.workspace.findUnique({ where: { platform_workspace: { platform, workspace } } })
      // Only `choose` writes carriers.
      return row ? { carrier: row.carrier as Carrier, ...(row.category && { category: row.category }) } : {}
    },

    /** Chooses for rooms that are made from now on. */
    async choose(platform: string, workspace: string, carrier: Carrier, category: string | undefined): Promise<void> {
      const row = { carrier, category: category ?? null }
      await tx.workspace.upsert({
        where: { platform_workspace: { platform, workspace } },
        create: { platform, workspace, ...row },
        update: row,
      })
    },
  }
}
