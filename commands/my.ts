import { z } from 'zod'
import { type Context, command, press } from '../src/command.ts'
import { isWanted } from '../src/core/community.ts'
import { NOTICE_KINDS } from '../src/core/notice.ts'
import { timeZone } from '../src/core/organization.ts'
import { MAILBOX, ON_THE_WEB } from '../src/core/person.ts'
import { Refusal } from '../src/core/refusal.ts'
import { lines, say } from '../src/core/say.ts'
import { oneLine } from '../src/core/words.ts'
import { forget } from '../src/forgetting.ts'
import { byMail, choose, hear, muteCard, mutesCard, noticesCard, quiet, waysCard } from '../src/hearing.ts'
import { openCommunity } from '../src/opening.ts'
import { choice, community, text } from '../src/option.ts'
import { communitiesCard, dataCard, forgetCard, overview, receiptWay, votesCard } from '../src/own.ts'
import { address, type Reply } from '../src/reply.ts'
import type { UnionAnswer } from '../src/store/unions.ts'
import { apartText, otherSharesText, shareText, undoneText, unitedText } from '../src/uniting.ts'
import { waiting } from '../src/waiting.ts'

const page = z.coerce.number().int().min(0).max(10_000).optional()
const kind = z.enum(NOTICE_KINDS)
const union = z.ulid()
const NAME_MAX = 60

export default command({
  name: 'my',
  description: 'My communities and data',
  permission: 'guest',
  options: {
    part: choice('What to look at', ['communities', 'waiting', 'data', 'votes', 'notices', 'zone', 'name']).optional(),
    value: text('For zone: one such as Europe/Berlin; for notices: quiet hours such as 22:00-08:00; for name: yours', {
      max: 60,
    }).optional(),
  },
  shows: ['part'],
  async run(context, { part, value }) {
    if (part === 'communities') return { card: await communitiesCard(context, 0) }
    if (part === 'waiting') return waiting(context)
    if (part === 'data') return { card: await dataCard(context) }
    if (part === 'votes') return { card: await votesCard(context) }
    if (part === 'notices') return value ? quiet(context, value) : { card: await noticesCard(context) }
    if (part === 'name') return name(context, value)
    if (part === 'zone') return value ? setZone(context, value) : showZone(context)
    return { card: await overview(context) }
  },
  presses: {
    communities: press({
      args: { n: page },
      run: async (context, { n = 0 }) => ({ update: { card: await communitiesCard(context, n) } }),
    }),
    data: press({ args: {}, run: async (context) => ({ update: { card: await dataCard(context) } }) }),
    file: press({ args: {}, run: file }),
    pause: press({ args: {}, run: (context) => pause(context, true) }),
    resume: press({ args: {}, run: (context) => pause(context, false) }),
    forget: press({ args: {}, run: async (context) => ({ update: { card: await forgetCard(context) } }) }),
    'forget-now': press({ args: {}, run: forgetNow }),
    keep: press({ args: {}, run: async () => ({ update: { text: say`Everything stays as it is.` } }) }),
    zone: press({
      args: {},
      title: 'My time zone',
      fields: { zone: text('Time zone, such as Europe/Berlin', { max: 60 }) },
      run: (context, { zone }) => setZone(context, zone),
    }),
    notices: press({ args: {}, run: async (context) => ({ update: { card: await noticesCard(context) } }) }),
    notice: press({
      args: { k: kind },
      run: async (context, { k }) => ({ update: { card: waysCard(k, context.where) } }),
    }),
    way: press({
      args: { k: kind, w: z.enum(['room', 'chat', 'mail', 'none']) },
      run: (context, { k, w }) => choose(context, k, w),
    }),
    mutes: press({
      args: { n: z.coerce.number().int().min(0).max(10_000).default(0) },
      run: async (context, { n }) => ({ update: { card: await mutesCard(context, n) } }),
    }),
    mute: press({
      args: { c: community('Community') },
      permission: 'member',
      run: async (_, { c }) => ({ update: { card: muteCard(c) } }),
    }),
    hear: press({
      args: { c: community('Community'), h: z.enum(['snooze', 'mute', 'hear']) },
      permission: 'member',
      run: (context, { c, h }) => hear(context, c.id, h),
    }),
    'by-mail': press({ args: { y: z.literal('1').optional() }, run: (context, { y }) => byMail(context, y === '1') }),
    quiet: press({
      args: {},
      title: 'Quiet hours',
      fields: { hours: text('From and to, such as 22:00-08:00, or off', { max: 20 }) },
      run: (context, { hours }) => quiet(context, hours),
    }),
    one: press({
      args: { u: union, h: z.literal('1').optional() },
      run: (context, { u, h }) => answerUnion(context, u, h ? 'all' : 'yes'),
    }),
    shared: press({ args: { u: union }, run: (context, { u }) => answerUnion(context, u, 'no') }),
    separate: press({ args: { u: union }, run: separate }),
  },
})

/** Everything stored about the caller, as a file of their own. */
async function file({ store, caller, now, organization }: Context): Promise<Reply> {
  const record = await store.records.of(caller.id)
  const about = { madeAt: now.toISOString(), organization: organization.name, ...record }
  const name = `kindred-${now.toISOString().slice(0, 10)}.json`
  return {
    text: say`This is everything stored about you.`,
    file: { name, type: 'application/json', text: JSON.stringify(about, null, 2) },
  }
}

async function pause(context: Context, isPaused: boolean): Promise<Reply> {
  const { store, caller, now } = context
  for (const personId of await store.people.pause(caller.id, isPaused ? now : null))
    await store.reports.settle({ personId }, now)
  const told = isPaused
    ? say`Everything is paused: whoever was told of you is told that it is over for now, and you get no notices but those somebody waits for you to answer. Your communities and yeses stay for when you go on.`
    : say`You go on where you paused: your yeses count again, and notices come as before.`
  return { update: { text: told, card: await overview(context) } }
}

async function forgetNow(context: Context): Promise<Reply> {
  const { store, caller, organization, where } = context
  const recipients = await store.sent.recipientsOf(caller.id)
  const account = await store.people.accountOf(caller.accountId)
  const { platform, workspace } = where
  const reading = { zone: caller.zone ?? organization.zone, language: caller.language ?? organization.language }
  // Their account on the web is gone by then, and with it all pages of their own.
  const there =
    platform === ON_THE_WEB.platform ? mailbox(caller) : account ? { platform, workspace, account } : undefined
  await forget(context, caller.id, there && { ...there, ...reading })
  return {
    update: {
      text: lines(
        say`You are forgotten here.`,
        recipients.length > 0 &&
          say`These are told to forget you too: ${recipients.join(', ')}. You hear ${receiptWay(where)} when each says that it is done.`,
        say`Backups that hold you are gone within 7 days. If you ever want to come back: ${{ typed: '/join' }}.`,
      ),
    },
  }
}

function mailbox({ email, emailProvenAt }: Context['caller']) {
  return email && emailProvenAt ? { platform: MAILBOX, workspace: '', account: email } : undefined
}

async function setZone({ store, caller }: Context, typed: string): Promise<Reply> {
  const parsed = timeZone.safeParse(typed.trim())
  if (!parsed.success) throw new Refusal(say`“${typed}” is not a time zone. It looks like Europe/Berlin.`, 'zone')
  await store.people.setZone(caller.id, parsed.data)
  return { text: say`From now on times are shown to you in ${parsed.data}.` }
}

/** What others read. In a chat it is what one is called there. */
async function name({ store, caller, where }: Context, typed: string | undefined): Promise<Reply> {
  if (typed === undefined)
    return { text: say`You are called ${caller.name} here. Another name: ${{ typed: '/my name Ana' }}` }
  if (where.platform !== 'web') throw new Refusal(say`Here you are called as in this chat. Change it there.`)
  const words = oneLine(typed).slice(0, NAME_MAX)
  if (!words) throw new Refusal(say`A name needs some letters.`, 'value')
  await store.people.rename(caller, words)
  return { text: say`From now on you are called ${words} here.` }
}

async function showZone({ caller, organization }: Context): Promise<Reply> {
  const text = caller.zone
    ? say`Times are shown to you in ${caller.zone}.`
    : say`Times are shown to you in the organization's zone, ${organization.zone}.`
  return { text, card: { buttons: [{ label: say`Another time zone`, press: address('my.zone') }] } }
}

/** The caller's answer to whether they are one person with the other account; the second yes unites them. */
async function answerUnion(context: Context, u: string, answer: UnionAnswer): Promise<Reply> {
  const { store, caller, now } = context
  const answered = await store.unions.answer(u, caller.id, answer, now)
  const { outcome } = answered
  switch (outcome) {
    case 'over':
      return {
        update: {
          text: say`That question is over. If both accounts are yours, prove the address again with ${{ typed: '/email' }}.`,
        },
      }
    case 'already':
      return {
        update: {
          text: say`Your accounts are one person here already.`,
          card: { buttons: [{ label: say`Undo uniting my accounts`, press: address('my.separate', { u }) }] },
        },
      }
    case 'shared':
      return { update: { text: answer === 'no' ? shareText() : otherSharesText() } }
    case 'undone':
      return { update: { text: undoneText() } }
    case 'waits':
      return {
        update: { text: say`Noted. Once the other account says yes too, within 24 hours, you are one person here.` },
      }
    case 'united': {
      const { other, staysBehind, othersStayBehind, seeds } = answered
      if (other) await store.posts.say({ ...other, accountId: other.id }, { text: unitedText(othersStayBehind) }, now)
      return { update: { text: unitedText(staysBehind) }, redraw: seeds.map((id) => ({ card: 'seed', id })) }
    }
    default:
      return outcome satisfies never
  }
}

async function separate(context: Context, { u }: { u: string }): Promise<Reply> {
  const { store, caller, now } = context
  const undone = await store.unions.undo(u, caller, now)
  if (!undone) throw new Refusal(say`That can't be undone any more.`)
  const { other, seeds } = undone
  if (other) await store.posts.say({ ...other, accountId: other.id }, { text: apartText() }, now)
  for (const id of seeds) await openIfEnough(context, id)
  return {
    update: { text: say`Undone: your accounts are two people here again, each with what was theirs.` },
    redraw: seeds.map((id) => ({ card: 'seed', id })),
  }
}

/** Who pledged twice as one person are two again, and may be the last that a seed needed. */
async function openIfEnough(context: Context, id: string): Promise<void> {
  const { store } = context
  await store.communities.lock(id)
  const seed = await store.communities.get(id)
  if (seed?.state !== 'seed' || !isWanted(seed, context.now)) return
  if ((await store.memberships.pledges(id)) < seed.pledgesNeeded) return
  // By a card of its own, whoever of them pressed.
  await openCommunity(context, seed, '')
}
