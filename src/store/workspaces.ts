import { BROUGHT_BY_ANYONE } from '../core/organization.ts'
import { EVERYWHERE } from '../core/person.ts'
import type { Carrier } from '../core/room.ts'
import { Prisma } from './generated/client.ts'
import type { Tx } from './transaction.ts'

/** What staff chose for the rooms of a workspace. */
export interface RoomChoice {
  carrier?: Carrier
  /** The category under which channels stand, by the platform's id. */
  category?: string
}

/** A workspace that Kindred was brought into. */
export interface WorkspaceMet {
  platform: string
  workspace: string
  name: string
  /** The organization's own: who runs it is staff. */
  ours: boolean
}

export function workspaces(tx: Tx) {
  return {
    /** Workspaces of a platform by name. Gives those that were not known, where one is the organization's already. */
    async met(
      platform: string,
      names: { workspace: string; name: string }[],
    ): Promise<{ workspace: string; name: string }[]> {
      if (names.length === 0) return []
      return tx.$queryRaw(Prisma.sql`
        with before as (select workspace from workspaces where platform = ${platform}),
        written as (
          insert into workspaces (platform, workspace, name)
          select ${platform}, each.workspace, each.name
          from unnest(${names.map((one) => one.workspace)}::text[], ${names.map((one) => one.name)}::text[]) as each (workspace, name)
          on conflict (platform, workspace) do update set name = excluded.name
          returning workspace, name)
        select workspace, name from written where workspace not in (select workspace from before)
          and exists (select 1 from workspaces o where o.platform = ${platform} and o.ours) order by name`)
    },

    /** All that Kindred knows by name, those nobody accepted first. */
    async list(): Promise<WorkspaceMet[]> {
      return tx.$queryRaw(Prisma.sql`
        select platform, workspace, coalesce(name, workspace) as name, ours from workspaces
        where platform = any(${[...BROUGHT_BY_ANYONE]}) order by ours, name, workspace`)
    },

    /** Takes a workspace for the organization's own, or no longer; false where it is the last of its platform. */
    async accept(platform: string, workspace: string, ours: boolean): Promise<boolean> {
      const changed = await tx.$executeRaw(Prisma.sql`
        update workspaces set ours = ${ours} where platform = ${platform} and workspace = ${workspace}
          and (${ours} or exists (select 1 from workspaces o where o.platform = ${platform} and o.workspace <> ${workspace} and o.ours))`)
      return changed > 0
    },

    /** Kindred is out of one that is not the organization's own: there is nothing to decide on any more. */
    async left(platform: string, workspace: string): Promise<void> {
      await tx.workspace.deleteMany({ where: { platform, workspace, ours: false, carrier: null } })
    },

    /** The first one in which staff do something is the organization's own; the others are accepted from there. */
    async acceptFirst({ platform, workspace }: { platform: string; workspace: string }): Promise<void> {
      if (!BROUGHT_BY_ANYONE.includes(platform) || workspace === EVERYWHERE) return
      await tx.$executeRaw(Prisma.sql`
        insert into workspaces (platform, workspace, ours)
        select ${platform}, ${workspace}, true
        where not exists (select 1 from workspaces o where o.platform = ${platform} and o.ours)
        on conflict (platform, workspace) do update set ours = true`)
    },

    /** What was chosen for a workspace; nothing where nobody chose. */
    async get(platform: string, workspace: string): Promise<RoomChoice> {
      const row = await tx.workspace.findUnique({ where: { platform_workspace: { platform, workspace } } })
      return {
        // Only `choose` writes carriers.
        ...(row?.carrier && { carrier: row.carrier as Carrier }),
        ...(row?.category && { category: row.category }),
      }
    },

    /** Chooses for rooms that are made from now on. */
    async choose(
      { platform, workspace }: { platform: string; workspace: string },
      carrier: Carrier,
      category: string | undefined,
      now: Date,
      isAnother: boolean,
    ): Promise<void> {
      const row = { carrier, category: category ?? null }
      await tx.workspace.upsert({
        where: { platform_workspace: { platform, workspace } },
        create: { platform, workspace, ...row },
        update: row,
      })
      // Those that went on without a room have one now, if there is one to have.
      if (isAnother && carrier !== 'none')
        await tx.room.updateMany({
          where: { platform, workspace, carrier: 'none' },
          data: { carrier: null, dueAt: now, attempts: 0 },
        })
    },
  }
}
