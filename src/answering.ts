import { mayAsk, printOf, questionCard } from './asking.ts'
import type { Context } from './command.ts'
import { say } from './core/say.ts'
import { enterCard } from './opening.ts'
import type { Found } from './option.ts'
import type { Reply } from './reply.ts'

const ANSWERED: Reply = { update: { text: say`That request was answered already.` } }

/** An organizer lets in whoever asked, as the person they are by now. */
export async function accept(context: Context, c: Found, p: string): Promise<Reply> {
  const { store, caller, where, now } = context
  const asker = await store.memberships.askerOf(c.id, p)
  if (!asker) return ANSWERED
  // They are let in where they asked. Whose request stayed behind has no account until it comes back.
  const { platform, workspace } =
    (await store.memberships.askedFrom(c.id, asker)) ??
    (await store.people.account(asker, where.platform, where.workspace)) ??
    where
  await store.memberships.join(c, { personId: asker, platform, workspace }, 'request', now)
  await store.audit.note(caller, 'organizer', 'request accepted', now, { community: c })
  const text = say`Your request was accepted: you're in ${{ strong: c.name }}.`
  const [asking] = c.sensitive || !(await mayAsk(context)) ? [] : await store.destinations.list()
  const card = c.sensitive ? enterCard(c) : asking && questionCard(context, asking, c)
  const shown = await store.notices.tell([asker], 'answered', { text, ...(card && { card }) }, now, where, c)
  if (asking && shown.length > 0) {
    await store.directions.asked(asker, c.id, asking, printOf(asking, c, context.organization), now)
  }
  return { update: { text: say`${{ person: asker }} is in ${{ strong: c.name }} now.` } }
}

/** An organizer does not let them in, and they hear why. */
export async function decline(
  { store, caller, where, now }: Context,
  c: Found,
  p: string,
  reason: string,
): Promise<Reply> {
  const asker = await store.memberships.askerOf(c.id, p)
  if (!asker || !(await store.memberships.decline(c.id, asker))) return ANSWERED
  await store.audit.note(caller, 'organizer', 'request declined', now, { community: c })
  const told = say`Your request to join ${{ strong: c.name }} was declined: ${reason}`
  await store.notices.tell([asker], 'answered', { text: told }, now, where, c)
  return { update: { text: say`You declined the request of ${{ person: asker }}. They see your reason.` } }
}
