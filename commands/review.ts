import { type Context, command, press } from '../src/command.ts'
import { lines, say } from '../src/core/say.ts'
import { howOthersCome, openCommunity } from '../src/opening.ts'
import { community, type Found, text } from '../src/option.ts'
import { address, type Card, type Content, type Reply } from '../src/reply.ts'
import type { Store } from '../src/store/store.ts'

export default command({
  name: 'review',
  description: 'New communities that wait for staff',
  permission: 'staff',
  group: 'staff',
  options: {},
  shows: [],
  async run({ store }) {
    const [first, ...more] = await store.communities.waitingForStaff()
    if (!first) return { text: say`No community waits for you.` }
    const others = { count: more.length, one: 'more waits', other: 'more wait' }
    return { ...(more.length > 0 && { text: say`The oldest first; ${others}.` }), card: cardOf(first) }
  },
  presses: {
    approve: press({ args: { c: community('Community') }, permission: 'staff', run: approve }),
    decline: press({
      args: { c: community('Community') },
      permission: 'staff',
      title: 'Decline a community',
      fields: { reason: text('Reason, which its founder will see', { max: 500, long: true }) },
      run: decline,
    }),
  },
  cards: { review: draw },
})

const ANSWERED: Reply = { text: say`Somebody answered that already.` }

function cardOf(waiting: { id: string; name: string; need: string; sensitive: boolean }): Card {
  return {
    title: say`A new community: ${{ strong: waiting.name }}`,
    body: waiting.sensitive ? say`${waiting.need} (sensitive)` : say`${waiting.need}`,
    buttons: [
      { label: say`Approve ${waiting.name}`, press: address('review.approve', { c: waiting.id }) },
      { label: say`Decline ${waiting.name}`, press: address('review.decline', { c: waiting.id }) },
    ],
  }
}

/** What staff see in their room. */
async function draw(store: Store, id: string): Promise<Content | undefined> {
  const waiting = await store.communities.get(id)
  if (!waiting) return undefined
  if (waiting.state === 'waiting') return { card: cardOf(waiting) }
  return {
    text:
      waiting.state === 'declined'
        ? say`${{ strong: waiting.name }} was declined.`
        : say`${{ strong: waiting.name }} was approved.`,
  }
}

/** From now on people see it; its days count from here. */
async function approve(context: Context, { c }: { c: Found }): Promise<Reply> {
  const { store, now } = context
  await store.communities.lock(c.id)
  const waiting = await store.communities.get(c.id)
  if (waiting?.state !== 'waiting') return ANSWERED
  if ((await store.memberships.pledges(c.id)) === 0) {
    await store.communities.end(c.id, 'declined', now)
    return settle(
      context,
      c,
      'community ended',
      undefined,
      say`Its founder has taken it back: ${{ strong: c.name }} is gone.`,
    )
  }
  const wantedForMs = (c.deadline ?? now).getTime() - c.createdAt.getTime()
  await store.communities.plant(c.id, new Date(now.getTime() + wantedForMs))
  if (c.pledgesNeeded <= 1) await openCommunity(context, c)
  else if (c.place && !c.sensitive && c.visibility !== 'secret') {
    await store.cards.place('seed', c.id, { platform: c.platform, workspace: c.workspace, place: c.place }, now)
  }
  const told = lines(say`Staff approved ${{ strong: c.name }}.`, howOthersCome(context, c))
  return settle(context, c, 'community approved', told, say`You approved ${{ strong: c.name }}.`)
}

async function decline(context: Context, { c, reason }: { c: Found; reason: string }): Promise<Reply> {
  const { store, now } = context
  await store.communities.lock(c.id)
  if ((await store.communities.get(c.id))?.state !== 'waiting') return ANSWERED
  await store.communities.end(c.id, 'declined', now)
  const told = say`Staff declined ${{ strong: c.name }}: ${reason}`
  return settle(
    context,
    c,
    'community declined',
    told,
    say`You declined ${{ strong: c.name }}. Its founder sees your reason.`,
  )
}

async function settle(
  { store, caller, where, now }: Context,
  c: Found,
  act: string,
  told: Content['text'],
  text: Content['text'],
): Promise<Reply> {
  if (c.founderId && told) await store.notices.tell([c.founderId], 'answered', { text: told }, now, where, c)
  await store.staffNotes.resolve(`waiting/${c.id}`, now)
  await store.audit.note(caller, 'staff', act, now, { community: c })
  return { ...(text && { text }), redraw: [{ card: 'review', id: c.id }] }
}
