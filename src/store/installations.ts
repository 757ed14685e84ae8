import { z } from 'zod'
import type { Tools, Tx } from './transaction.ts'

/** Kindred as it was let into one workspace of a platform. */
export interface Installation {
  workspace: string
  name: string
  token: string
  installedAt?: Date
}

const secrets = z.object({ token: z.string() })

/** The keys to workspaces, sealed: whoever has the database alone can do nothing there. */
export function installations(tx: Tx, { keys }: Tools) {
  return {
    /** How a workspace is reached; nothing where Kindred was not let in. */
    async get(platform: string, workspace: string): Promise<Installation | undefined> {
      const row = await tx.installation.findUnique({ where: { platform_workspace: { platform, workspace } } })
      const words = row ? keys.open(row.sealed) : undefined
      return row && words !== undefined ? opened(row, words) : undefined
    },

    /** Keeps how a workspace is reached, in the place of what was known of it. */
    async put(platform: string, { workspace, name, token }: Installation, now: Date): Promise<void> {
      const row = { name, sealed: keys.seal(JSON.stringify({ token })), installedAt: now }
      await tx.installation.upsert({
        where: { platform_workspace: { platform, workspace } },
        create: { platform, workspace, ...row },
        update: row,
      })
    },

    /** Kindred was taken out of a workspace, and that token is not taken any more; a newer one is kept. */
    async remove(platform: string, workspace: string, token: string): Promise<void> {
      const there = await this.get(platform, workspace)
      if (there?.token === token) await tx.installation.deleteMany({ where: { platform, workspace } })
    },
  }
}

function opened({ workspace, name, installedAt }: Omit<Required<Installation>, 'token'>, words: string): Installation {
  return { workspace, name, installedAt, ...secrets.parse(JSON.parse(words)) }
}
