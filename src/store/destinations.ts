import type { Purpose } from '../core/direction.ts'
import type { Tx } from './transaction.ts'

/** A destination as the configuration names it. Without a recipient of its own it serves the organization's. */
export interface Configured {
  name: string
  connector: string
  purpose: Purpose
  recipient?: string | undefined
}

/** A destination as staff see it. */
export interface DestinationState extends Configured {
  recipient: string
  pausedAt: Date | null
  pausedReason: string | null
}

export function destinations(tx: Tx) {
  return {
    /** Writes down what the configuration names; what it names no more is kept, unconnected, for what it still holds. */
    async connect(configured: Configured[], organizations: string): Promise<void> {
      await tx.destination.updateMany({
        where: { name: { notIn: configured.map((one) => one.name) } },
        data: { connected: false },
      })
      for (const { name, recipient, ...one } of configured) {
        const row = { ...one, recipient: recipient ?? organizations, named: recipient !== undefined, connected: true }
        await tx.destination.upsert({ where: { name }, create: { name, ...row }, update: row })
      }
    },

    /** The organization's recipient has another name now. */
    async rename(recipient: string): Promise<void> {
      await tx.destination.updateMany({ where: { named: false }, data: { recipient } })
    },

    async list(): Promise<DestinationState[]> {
      const rows = await tx.destination.findMany({ where: { connected: true }, orderBy: { name: 'asc' } })
      // `connect` alone writes purposes, and takes only these.
      return rows.map((row) => ({ ...row, purpose: row.purpose as Purpose }))
    },

    async pause(name: string, reason: string, now: Date): Promise<void> {
      await tx.destination.update({ where: { name }, data: { pausedAt: now, pausedReason: reason } })
    },

    async resume(name: string): Promise<void> {
      await tx.destination.update({ where: { name }, data: { pausedAt: null, pausedReason: null } })
    },
  }
}
