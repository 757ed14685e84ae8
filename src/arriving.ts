import type { AccountRef, Person } from './core/person.ts'
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
    await store.people.seen(person.id, now)
  return person
}
