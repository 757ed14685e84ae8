import { askNext } from './asking.ts'
import { awaitingCard } from './ballots/awaiting.ts'
import type { Context } from './command.ts'
import { itemQuestion } from './content/asking.ts'
import { lines, say } from './core/say.ts'
import { insideMeetup } from './meetups/access.ts'
import { personalCard } from './meetups/cards.ts'
import { address, type Reply } from './reply.ts'

/** So many requests are shown at once; the next ones follow as these are answered. */
const SHOWN = 5

/**
 * What waits for the caller: requests to the communities they look after, else what is offered to those, else a seat, else
 * ballots, else a question they were not asked yet.
 */
export async function waiting(context: Context): Promise<Reply> {
  const { store, caller } = context
  const lookedAfter = (await store.communities.mine(caller.id)).filter(({ standing }) => standing.organizer)
  for (const community of lookedAfter) {
    const requests = await store.memberships.list(community.id, 'requested', SHOWN)
    if (requests.length === 0) continue
    return {
      card: {
        title: say`They ask to join ${{ strong: community.name }}`,
        fields: requests.map(({ personId, reason }) => ({
          label: say`${{ person: personId }}`,
          value: lines(reason !== null && say`${reason}`),
        })),
        buttons: requests.flatMap(({ personId: p, name }) => [
          { label: say`Accept ${name}`, press: address('join.accept', { c: community.id, p }) },
          { label: say`Decline ${name}`, press: address('join.decline', { c: community.id, p }) },
        ]),
      },
    }
  }
  for (const community of lookedAfter) {
    const item = await store.items.firstAsked(community.id)
    if (item) return { card: await itemQuestion(store, item, community) }
  }
  const [offered] = await store.meetupLists.offered(caller.id, context.now)
  if (offered) return { card: await personalCard(context, await insideMeetup(context, offered)) }
  const open = await store.ballots.awaiting(caller.id, context.now)
  if (open.some((one) => !one.hasVoted)) return { card: await awaitingCard(context, open) }
  const question = await askNext(context)
  return question ? { card: question } : { text: say`Nothing waits for you.` }
}
