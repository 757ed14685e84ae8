import { readAnswer } from '../core/answer-link.ts'
import { type AccountRef, ON_THE_WEB } from '../core/person.ts'
import type { Tools, Tx } from './transaction.ts'
import { whoNow } from './turns.ts'

/** Who answers to which meetup by a link in a mail, and as which account of theirs. */
export interface Answering {
  meetupId: string
  account: AccountRef & { name: string }
}

/** Links in mails by which one person answers to one meetup. They hold what they say, so nothing of them is stored. */
export function answerLinks(tx: Tx, { keys }: Tools) {
  return {
    /**
     * What a link says by now. It is over once the meetup is, for whoever was forgotten, and where a community has become
     * sensitive, about which no mail is sent; undefined for what is none of ours.
     */
    async read(token: string, now: Date): Promise<Answering | 'ended' | undefined> {
      const link = readAnswer(keys, token)
      if (!link) return undefined
      if (link.endsAt <= now) return 'ended'
      const { meetupId } = link
      const personId = await whoNow(tx, link.personId)
      const accounts = await tx.account.findMany({ where: { personId }, orderBy: { id: 'asc' } })
      // Whoever has an account of the web acts as that one there; who has none, as one of a chat.
      const account = accounts.find(({ platform }) => platform === ON_THE_WEB.platform) ?? accounts[0]
      const meetup = await tx.meetup.findUnique({
        where: { id: meetupId },
        include: { community: true, partner: true },
      })
      if (!account || !meetup || meetup.community.sensitive || meetup.partner?.sensitive) return 'ended'
      const { platform, workspace, externalId, name } = account
      return { meetupId, account: { platform, workspace, externalId, name } }
    },
  }
}
