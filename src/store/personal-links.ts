import { sameEmail } from '../core/person.ts'
import { type PersonalLink, readPersonal, writePersonal } from '../core/personal-link.ts'
import { tombstones } from './tombstones.ts'
import type { Tools, Tx } from './transaction.ts'

/** Links into one community, each written to one address. They hold what they say, so nothing of them is stored. */
export function personalLinks(tx: Tx, tools: Tools) {
  const { keys } = tools
  const forgotten = (emails: string[]) => tombstones(tx, tools).ofAddresses(emails)
  return {
    /** One for each address, by the address as addresses are compared; none for whoever was forgotten. */
    async make(communityId: string, emails: string[], now: Date): Promise<Map<string, string>> {
      const each = new Map(emails.map((email) => [sameEmail(email), email]))
      const gone = await forgotten([...each.keys()])
      return new Map(
        [...each]
          .filter(([same]) => !gone.has(same))
          .map(([same, email]) => [same, writePersonal(keys, { communityId, email, madeAt: now })]),
      )
    },

    /** What a link says. Of somebody who was forgotten since, it is over too; undefined for what is none of ours. */
    async read(token: string, now: Date): Promise<PersonalLink | 'ended' | undefined> {
      const link = readPersonal(keys, token, now)
      if (typeof link !== 'object') return link
      return (await forgotten([link.email])).size > 0 ? 'ended' : link
    },
  }
}
