import type { Community } from '../core/community.ts'
import type { Person } from '../core/person.ts'
import type { Tools, Tx } from './transaction.ts'

/** What organizers and staff did. */
export function audit(tx: Tx, { draws }: Tools) {
  return {
    /** Writes an act down; of a sensitive community nobody is named (product.md, law 7). */
    async note(
      actor: Person,
      role: 'organizer' | 'staff',
      act: string,
      now: Date,
      about: { community?: Pick<Community, 'id' | 'sensitive'>; detail?: string } = {},
    ): Promise<void> {
      const named = !about.community?.sensitive
      await tx.auditEntry.create({
        data: {
          id: draws.id(now),
          at: now,
          actorId: named ? actor.id : null,
          actorName: named ? actor.name : null,
          role,
          act,
          communityId: about.community?.id ?? null,
          detail: about.detail ?? null,
        },
      })
    },
  }
}
