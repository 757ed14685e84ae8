import { z } from 'zod'
import { askingOf, askNext, direct, mayAsk, noteAsked, printOf, questionCard } from '../src/asking.ts'
import { type Context, command, press } from '../src/command.ts'
import { fingerprint, question, shortTerms, wordingOf } from '../src/core/direction.ts'
import { heldText } from '../src/core/held.ts'
import { Refusal } from '../src/core/refusal.ts'
import { lines, say, type Text } from '../src/core/say.ts'
import { isOff, ledger } from '../src/ledger.ts'
import { choice, community, type Found } from '../src/option.ts'
import { address, type Content, type Reply } from '../src/reply.ts'
import type { AskingState } from '../src/store/directions.ts'

/** A short name of the words the button stood under. */
const print = z.string().regex(/^[\w-]{12}$/)

export default command({
  name: 'sharing',
  description: 'What the organization may know about you',
  permission: 'guest',
  options: {
    community: community('A community, or "all"', 'named').optional(),
    answer: choice('Turn it on or off', ['on', 'off']).optional(),
  },
  shows: ['community'],
  async run(context, { community: found, answer }) {
    if (found && found.standing.state !== 'member') throw new Refusal(notIn(found))
    if (answer === 'off') return turnOff(context, found)
    if (answer === 'on') return turnOn(context, found)
    return ledger(context, found)
  },
  presses: {
    yes: press({
      args: { c: community('Community'), q: print, f: z.literal('1').optional() },
      async run(context, { c, q, f }) {
        const { asking, stale } = await standingQuestion(context, c, q)
        if (!asking) return { update: stale }
        await direct(context, asking, c, 'pressed Yes', f === '1')
        return { update: await thanks(context, c, [asking]) }
      },
    }),
    no: press({
      args: { c: community('Community'), q: print, f: z.literal('1').optional() },
      async run(context, { c, q }) {
        const { asking, stale } = await standingQuestion(context, c, q)
        if (!asking) return { update: stale }
        await noteAsked(context, asking, c)
        if (asking.heldBy && asking.heldSince) {
          const text = say`It stays on hold: ${heldText(asking.heldBy, asking.heldSince)}. To say yes anew: ${{ typed: `/sharing ${c.slug ?? ''} on` }}.`
          return { update: { text } }
        }
        if (asking.standing) {
          const text = say`You said yes to that before, and it is still on. To take it back: ${{ typed: `/sharing ${c.slug ?? ''} off` }}.`
          return { update: { text } }
        }
        const text = say`All right, that is not passed on about you and ${{ strong: c.name }}. If you change your mind: ${{ typed: `/sharing ${c.slug ?? ''} on` }}.`
        return { update: await withNext(context, c, { text }) }
      },
    }),
    what: press({
      args: { c: community('Community'), q: print },
      async run(context, { c, q }) {
        const { asking, stale } = await standingQuestion(context, c, q)
        return { update: asking ? { card: questionCard(context, asking, c, true) } : stale }
      },
    }),
    off: press({
      args: { c: community('Community') },
      run: (context, { c }) => turnOff(context, c),
    }),
    back: press({ args: { y: z.ulid() }, run: (context, { y }) => takeBack(context, y) }),
    'all-on': press({
      args: { q: print },
      run: (context, { q }) => turnOnAll(context, q),
    }),
  },
})

type Pressed = { asking: AskingState; stale?: never } | { asking?: never; stale: Content }

/** The question pressed, or what to say where its words have changed or the person is not in the community. */
async function standingQuestion(context: Context, c: Found, q: string): Promise<Pressed> {
  if (c.standing.state !== 'member') throw new Refusal(notIn(c))
  const asking = await askingOf(context, c, q)
  if (asking) return { asking }
  const [fresh] = (await mayAsk(context)) ? await context.store.directions.askings(context.caller.id, c.id) : []
  const text = say`The question has changed since it was put to you. Nothing was passed on.`
  return { stale: { text, ...(fresh && { card: questionCard(context, fresh, c) }) } }
}

async function thanks(context: Context, c: Found, given: AskingState[]): Promise<Content> {
  const { caller, store } = context
  const pausedAt = await store.people.pausedSince(caller.id)
  const text = lines(
    ...given.map((asking) => granted(asking, c)),
    pausedAt !== null && say`That is once you go on: you have paused everything (${{ typed: '/my' }}).`,
    say`You can take it back at any time: ${{ typed: `/sharing ${c.slug ?? ''} off` }}.`,
  )
  if (caller.emailProvenAt) return withNext(context, c, { text })
  return {
    text,
    card: {
      title: say`Which address should they use?`,
      body: say`Nothing is passed on until you have given an address and proven that it is yours: ${{ typed: '/email you@example.org' }}.`,
      buttons: [{ label: say`Give my address`, press: address('email.give') }],
    },
  }
}

function granted(asking: Pick<AskingState, 'purpose' | 'recipient'>, c: { name: string }): Text {
  return asking.purpose === 'letters'
    ? say`Thank you. From now on ${{ strong: asking.recipient }} may write to you about ${{ strong: c.name }}.`
    : say`Thank you. From now on ${{ strong: asking.recipient }} may see that you are in ${{ strong: c.name }}.`
}

async function withNext(context: Context, c: Found, content: Content): Promise<Content> {
  const card = await askNext(context, c)
  return card ? { ...content, card } : content
}

async function turnOff({ store, caller, now }: Context, found: Found | undefined): Promise<Reply> {
  const standing = (await store.directions.of(caller.id, found?.id)).filter((one) => !one.revokedAt)
  for (const one of standing) await store.directions.withdraw(caller.id, one.communityId, one, now)
  const about = found ? say` about ${{ strong: found.name }}` : say``
  if (standing.length === 0) return { text: say`There was nothing to take back${about}: nobody is told anything.` }
  return { text: say`Your yes${about} is taken back. Whoever was told is told now that it is over.` }
}

/** One yes of several about the same community; the others stand. */
async function takeBack({ store, caller, now }: Context, id: string): Promise<Reply> {
  const one = (await store.directions.of(caller.id)).find((each) => each.id === id && !each.revokedAt)
  if (!one) return { update: { text: say`That yes is taken back already.` } }
  await store.directions.withdraw(caller.id, one.communityId, one, now)
  const text = say`Your yes to ${{ strong: one.recipient }} about ${{ strong: one.communityName }} is taken back, and it is told now that it is over. Your other yeses stand.`
  return { update: { text } }
}

/** Words a person has been shown once stand for `on` at once; others are shown first, with their question. */
async function turnOn(context: Context, found: Found | undefined): Promise<Reply> {
  const { store, caller } = context
  if (!(await mayAsk(context)))
    throw new Refusal(say`The organization has not said yet what it would do with it, so it can't be turned on.`)
  if (!found) return askAll(context)
  if (found.sensitive)
    throw new Refusal(
      say`${{ strong: found.name }} is a sensitive community: nothing about it is passed on to anybody.`,
    )
  const askings = await store.directions.askings(caller.id, found.id)
  if (askings.length === 0) throw new Refusal(say`There is nobody to pass anything on to.`)
  const off = askings.filter(isOff)
  if (off.length === 0)
    return { text: say`It is on already for ${{ strong: found.name }}.`, ...(await ledger(context, found)) }
  const shown = off.filter((asking) => asking.askedVersion === printOf(asking, found, context.organization))
  for (const asking of shown) await direct(context, asking, found, `typed /sharing ${found.slug ?? ''} on`)
  if (shown.length > 0) return thanks(context, found, shown)
  const [first] = off
  if (!first) return ledger(context, found)
  await noteAsked(context, first, found)
  return { card: questionCard(context, first, found, true) }
}

/** One press for all communities: every question is listed in full sight of who gets what. */
async function askAll(context: Context): Promise<Reply> {
  const off = await asleep(context)
  if (off.length === 0) return { text: say`There is nothing to turn on.`, ...(await ledger(context, undefined)) }
  return {
    card: {
      title: say`Say yes to all of these?`,
      body: lines(
        ...off.map((asking) => question(asking, { name: asking.communityName })),
        shortTerms(context.organization),
      ),
      buttons: [{ label: say`Yes to all`, press: address('sharing.all-on', { q: printOfAll(context, off) }) }],
    },
  }
}

/** A yes to the questions that were listed, and to no other: where there are others now, they are listed again. */
async function turnOnAll(context: Context, q: string): Promise<Reply> {
  const off = await asleep(context)
  if (!(await mayAsk(context))) throw new Refusal(say`The organization has not said yet what it would do with it.`)
  if (printOfAll(context, off) !== q) {
    const { card } = await askAll(context)
    return {
      update: {
        text: say`The list has changed since it was shown to you. Nothing was passed on.`,
        ...(card && { card }),
      },
    }
  }
  for (const asking of off) {
    await direct(context, asking, { id: asking.communityId, name: asking.communityName }, 'pressed Yes to all')
  }
  const text = say`Thank you: ${{ count: off.length, one: 'yes', other: 'yeses' }} noted. ${{ typed: '/sharing' }} shows them all.`
  return { update: { text } }
}

async function asleep({ store, caller }: Context): Promise<AskingState[]> {
  return (await store.directions.askings(caller.id)).filter(isOff)
}

/** A short name of all these questions in their words. */
function printOfAll({ organization }: Context, askings: AskingState[]): string {
  return fingerprint(
    askings.map((asking) => wordingOf(asking, { name: asking.communityName }, organization)).join('\n'),
  )
}

function notIn(found: Found): Text {
  return say`You are not in ${{ strong: found.name }}, so nobody is told anything about you and it.`
}
