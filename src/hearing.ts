import type { Context } from './command.ts'
import { kindOf, NOTICE_KINDS, type NoticeKind, timeOfDay, type Way, wayLabel } from './core/notice.ts'
import { Refusal } from './core/refusal.ts'
import { lines, say, type Text } from './core/say.ts'
import { address, type Card, type Reply } from './reply.ts'
import type { Muted } from './store/mutes.ts'

/** How somebody hears of each kind of thing, and when not. */
export async function noticesCard({ store, caller, where, now }: Context): Promise<Card> {
  const { ways, quiet } = await store.notices.choices(caller.id)
  const muted = (await store.mutes.of(caller.id, now)).filter(({ until }) => until !== null)
  return {
    title: say`How you hear of things`,
    fields: [
      ...NOTICE_KINDS.map((one) => ({ label: kindOf(one).label, value: wayLabel(ways[one], where.platform) })),
      ...(muted.length > 0 ? [{ label: say`Muted`, value: lines(...muted.map(mutedWords)) }] : []),
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
      { label: say`Mute or snooze a community`, press: address('my.mutes') },
    ],
  }
}

/** A snooze ends by itself; a mute is one that nobody waits for. */
const SNOOZE_MS = 30 * 86_400_000
const MUTE_MS = 100 * 365 * 86_400_000
/** So many communities are on one page. */
const PAGE = 20

function mutedWords({ name, until, isMuted }: Muted): Text {
  return isMuted || until === null ? say`${name}` : say`${name}, until ${{ when: until }}`
}

/** One's communities, each to be heard of or not. */
export async function mutesCard({ store, caller, now }: Context, skip = 0): Promise<Card> {
  const all = await store.mutes.of(caller.id, now)
  const shown = all.slice(skip, skip + PAGE)
  const to = (label: Text, n: number) => ({ label, press: address('my.mutes', { n }) })
  return {
    title: say`Mute or snooze a community`,
    body: say`You stay a member, its room stays as it is, and what somebody waits for you to answer still comes. Everything else about it is not told to you: for 30 days, or until you choose otherwise.`,
    fields: shown.map((one) => ({
      label: say`${one.name}`,
      value: one.until === null ? say`heard` : one.isMuted ? say`muted` : say`snoozed until ${{ when: one.until }}`,
    })),
    ...(shown.length > 0 && {
      choice: {
        label: say`Which community?`,
        options: shown.map(({ id, name }) => ({ label: say`${name}`, press: address('my.mute', { c: id }) })),
      },
    }),
    buttons: [
      ...(skip > 0 ? [to(say`Earlier`, Math.max(0, skip - PAGE))] : []),
      ...(all.length > skip + PAGE ? [to(say`More`, skip + PAGE)] : []),
      { label: say`Back`, press: address('my.notices') },
    ],
  }
}

/** What can be chosen for one of them. */
export function muteCard({ id, name }: { id: string; name: string }): Card {
  const to = (label: Text, h: string) => ({ label, press: address('my.hear', { c: id, h }) })
  return {
    title: say`${name}`,
    buttons: [to(say`Snooze for 30 days`, 'snooze'), to(say`Mute`, 'mute'), to(say`Hear of it`, 'hear')],
  }
}

/** Mutes a community, snoozes it, or hears of it again. */
export async function hear(context: Context, communityId: string, how: 'snooze' | 'mute' | 'hear'): Promise<Reply> {
  const { store, caller, now } = context
  const ms = { snooze: SNOOZE_MS, mute: MUTE_MS, hear: 0 }[how]
  await store.mutes.set(caller.id, communityId, ms === 0 ? null : new Date(now.getTime() + ms))
  return { update: { card: await mutesCard(context) } }
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
