import { say } from './core/say.ts'
import type { Store } from './store/store.ts'

/** Kindred is in these workspaces of a platform. Staff hear of a new one, since anybody can bring it into one of their own. */
export async function tellMet(
  store: Store,
  platform: string,
  servers: { workspace: string; name: string }[],
  now: Date,
): Promise<void> {
  for (const { workspace, name } of await store.workspaces.met(platform, servers)) {
    await store.staffNotes.tell(
      `news/met/${platform}/${workspace}`,
      say`Kindred was brought into ${{ strong: name }} on ${platform}. If that is yours, accept it with ${{ typed: '/servers' }}; until then whoever runs it is no staff.`,
      now,
    )
  }
}

/** Kindred was taken out of a workspace. Nothing is changed: it may be brought back, and people keep their memberships. */
export async function tellExpelled(
  store: Store,
  { platform, workspace, name }: { platform: string; workspace: string; name: string },
  now: Date,
): Promise<void> {
  await store.workspaces.left(platform, workspace)
  await store.staffNotes.tell(
    `news/expelled/${platform}/${workspace}`,
    say`Kindred was removed from ${{ strong: name }} on ${platform}. Its people stay in their communities and are not reached there any more. Invite it again to go on.`,
    now,
  )
}
