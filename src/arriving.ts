import { type AccountRef, EVERYWHERE, type Person } from './core/person.ts'
import type { Opening } from './store/deliveries.ts'
import type { Store } from './store/store.ts'

/** Once a day is enough to know who is gone for years. */
const DAY_MS = 86_400_000

/** Who acts, and where. */
interface Act {
  account: AccountRef & { name: string; isProvisional?: boolean; language?: string }
  where: { platform: string; workspace: string }
  now: Date
}

/** Meets whoever acts, and keeps what their act tells about them: name, language, day, workspace; whoever was away is back. */
export async function arrive(store: Store, opening: Opening, { account, where, now }: Act): Promise<Person> {
  const person = opening.person ?? (await store.people.meet(account, account.name, now, where.workspace))
  const isRenamed = !account.isProvisional && opening.accountName !== account.name
  if (opening.person && isRenamed) await store.people.rename(person, account.name)
  if (opening.person && opening.isNewHere) await store.people.metIn(person.accountId, where.workspace)
  if (opening.lacksPlace) await store.roomCare.letBack(person.id, where.platform, where.workspace, now)
  if (account.language && account.language !== person.language) await store.people.speaks(person.id, account.language)
  if (opening.lastSeenAt && now.getTime() - opening.lastSeenAt.getTime() >= DAY_MS)
    // The day is enough: a time would tell when somebody voted in secret.
    await store.people.seen(person.id, new Date(now.getTime() - (now.getTime() % DAY_MS)))
  return person
}

/** What somebody is called where they act, and whether they are staff there. */
export function actingAs(
  { organization, isOurs, accountName }: Opening,
  account: AccountRef & { name: string; isProvisional?: boolean; isStaff: boolean },
): Pick<Person, 'name' | 'isStaff'> {
  // An id that means somebody in one workspace alone is anybody's in a workspace that is not the organization's own.
  const isTheirs = account.workspace === EVERYWHERE || isOurs
  const isNamed = isTheirs && organization.staffIds.includes(`${account.platform}:${account.externalId}`)
  return {
    name: (account.isProvisional && accountName) || account.name,
    isStaff: isNamed || (account.isStaff && isOurs),
  }
}
