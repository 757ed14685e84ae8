import type { Context } from './command.ts'
import { kindOf, NOTICE_KINDS, type NoticeKind, timeOfDay, type Way, wayLabel } from './core/notice.ts'
import { Refusal } from './core/refusal.ts'
import { say } from './core/say.ts'
import { address, type Card, type Reply } from './reply.ts'

/** How somebody hears of each kind of thing, and when not. */
export async function noticesCard({ store, caller, where }: Context): Promise<Card> {
  const { ways, quiet } = await store.notices.choices(caller.id)
  return {
    title: say`How you hear of things`,
    fields: [
      ...NOTICE_KINDS.map((one) => ({ label: kindOf(one).label, value: wayLabel(ways[one], where.platform) })),
      {
        label: say`Quiet hours`,
        value: quiet ? say`from ${quiet.from} to ${quiet.to}, by your clock; what waits comes afterwards` : say`none`,
      },
    ],
    buttons: [
      ...NOTICE_KINDS.map((one) => ({
        label: say`Change: ${kindOf(one).label}`,
        press: address('my.notice', { k: one }),
      })),
      { label: say`Set quiet hours`, press: address('my.quiet') },
    ],
  }
}

/** The ways one kind can take. */
export function waysCard(k: NoticeKind, { platform }: Context['where']): Card {
  const { label, ways } = kindOf(k)
  return {
    title: label,
    body: say`How would you like to hear of it?`,
    buttons: ways.map((way) => ({ label: wayLabel(way, platform), press: address('my.way', { k, w: way }) })),
  }
}

/** Chooses a way; mail only with an address that is theirs. */
export async function choose(context: Context, k: NoticeKind, way: Way): Promise<Reply> {
  const { store, caller } = context
  if (way === 'mail' && !caller.emailProvenAt)
    throw new Refusal(say`For that, give an address first: ${{ typed: '/email you@example.org' }}.`)
  await store.notices.choose(caller.id, k, way)
  return { update: { card: await noticesCard(context) } }
}

/** Sets the hours in which nothing comes, or ends them. */
export async function quiet(context: Context, typed: string): Promise<Reply> {
  const { store, caller } = context
  const words = typed.trim().toLowerCase()
  if (words === 'off' || words === 'none') await store.notices.quiet(caller.id, null)
  else {
    const [from, to, ...rest] = words.split(/\s*(?:-|–|to)\s*/).map((time) => timeOfDay.safeParse(time))
    if (!from?.success || !to?.success || rest.length > 0)
      throw new Refusal(say`“${typed}” are no quiet hours. They look like 22:00-08:00, or off.`, 'hours')
    await store.notices.quiet(caller.id, { from: from.data, to: to.data })
  }
  return { card: await noticesCard(context) }
}

/** The answer of somebody with nothing but an address to whether they are mailed at all. */
export async function byMail({ store, caller }: Context, isWanted: boolean): Promise<Reply> {
  for (const kind of NOTICE_KINDS) await store.notices.choose(caller.id, kind, isWanted ? 'mail' : 'chat')
  const told = isWanted
    ? say`You are mailed when something needs you. Each mail has a link that ends it.`
    : say`You are not mailed. What comes waits under Notices.`
  return { text: say`${told} To choose for each kind: ${{ typed: '/my notices' }}.` }
}
