import { EVERYWHERE } from '../core/person.ts'
import { Prisma } from './generated/client.ts'

/** Whether an account `a` belongs to the workspace of a room `r`: it is of that workspace alone, or was met there. */
export const MET_AT_ROOM = Prisma.sql`a.platform = r.platform and (a.workspace = r.workspace or exists (
  select 1 from presences seen where seen.account_id = a.id and seen.workspace = r.workspace))`

/** The workspaces an account of a platform may be stored under, seen from one of them. */
export function reachedFrom(workspace: string): string[] {
  return [...new Set([workspace, EVERYWHERE])]
}
