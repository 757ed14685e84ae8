import type { Context, Permission } from './command.ts'
import { Refusal } from './core/refusal.ts'
import { say } from './core/say.ts'
import type { Found } from './option.ts'

const NOT_ACCEPTED = say`Staff of the organization have not accepted this place as theirs. They do that with ${{ typed: '/servers' }} where they are at home.`

/** Refuses whoever is not allowed; the rule for buttons is the same as for typed commands. */
export async function permit(permission: Permission, context: Context, community: Found | undefined): Promise<void> {
  const { caller, store, where, runsIt } = context
  const { standing, name, slug } = community ?? {}
  switch (permission) {
    case 'guest':
      return
    case 'member':
      if (standing?.state === 'member') return
      throw new Refusal(
        say`Only members of ${name ?? 'the community'} can do that. Join with ${{ typed: `/join ${slug ?? ''}` }}.`,
      )
    case 'organizer':
      if (standing?.organizer) return
      throw new Refusal(say`Only organizers of ${name ?? 'the community'} can do that.`)
    case 'staff':
      if (caller.isStaff) return runsIt ? store.workspaces.acceptFirst(where) : undefined
      throw new Refusal(runsIt ? NOT_ACCEPTED : say`Only staff of the organization can do that.`)
    default:
      permission satisfies never
  }
}
