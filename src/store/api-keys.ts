import { API_SCOPES, type ApiScope } from '../core/api-scope.ts'
import type { Tools, Tx } from './transaction.ts'

/** A key by which another department reads over the API, as staff see it. */
export interface ApiKey {
  id: string
  name: string
  destination: string
  scopes: ApiScope[]
  createdAt: Date
  usedAt: Date | null
}

/** So that a key that got about is recognized for what it is. */
const PREFIX = 'kindred_'

/** Keys of the read API. What a department holds is kept nowhere, only a keyed hash of it. */
export function apiKeys(tx: Tx, { draws, keys }: Tools) {
  const shown = { id: true, name: true, destination: true, scopes: true, createdAt: true, usedAt: true }
  const keyOf = <T extends { scopes: string[] }>(row: T) => ({
    ...row,
    scopes: API_SCOPES.filter((scope) => row.scopes.includes(scope)),
  })
  return {
    /** Makes one that reads what was directed to a destination; gives what the department is to hold, this once. */
    async make(
      { name, destination, scopes }: Pick<ApiKey, 'name' | 'destination' | 'scopes'>,
      createdBy: string,
      now: Date,
    ): Promise<string> {
      const token = `${PREFIX}${draws.secret()}`
      const hash = keys.hash('api', token)
      await tx.apiToken.create({
        data: { id: draws.id(now), name, destination, scopes, hash, createdBy, createdAt: now },
      })
      return token
    },

    /** Those that work, the newest first. */
    async list(skip: number, take: number): Promise<ApiKey[]> {
      const order = [{ createdAt: 'desc' as const }, { id: 'desc' as const }]
      const rows = await tx.apiToken.findMany({ where: { revokedAt: null }, select: shown, orderBy: order, skip, take })
      return rows.map(keyOf)
    },

    /** One that works. */
    async get(id: string): Promise<ApiKey | undefined> {
      const row = await tx.apiToken.findUnique({ where: { id, revokedAt: null }, select: shown })
      return row ? keyOf(row) : undefined
    },

    /** The one that somebody shows; undefined where it is none of ours, or was removed. */
    async shown(token: string): Promise<ApiKey | undefined> {
      const where = { hash: { in: keys.hashes('api', token) }, revokedAt: null }
      const row = await tx.apiToken.findFirst({ where, select: shown })
      return row ? keyOf(row) : undefined
    },

    /** It is worth nothing from now on. */
    async remove(id: string, now: Date): Promise<void> {
      await tx.apiToken.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: now } })
    },
  }
}
