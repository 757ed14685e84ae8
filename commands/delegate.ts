import { z } from 'zod'
import { type Context, command, press } from '../src/command.ts'
import { mentionedIn } from '../src/core/person.ts'
import { Refusal } from '../src/core/refusal.ts'
import { say } from '../src/core/say.ts'
import { community, type Found, text } from '../src/option.ts'
import { address, type Button, type Card, type Reply } from '../src/reply.ts'

const p = z.ulid()
const c = community('Community')

export default command({
  name: 'delegate',
  description: 'Let a member vote for me',
  permission: 'member',
  options: {
    member: text('Whom, by the name you see or as @name; left out, shows what holds', { max: 100 }).optional(),
    community: community('In which community'),
  },
  shows: [],
  run: (context, { member, community: found }) => (member === undefined ? show(context) : ask(context, found, member)),
  presses: {
    accept: press({ args: { c, p }, permission: 'member', run: accept }),
    decline: press({ args: { c, p }, permission: 'member', run: decline }),
    end: press({ args: { c }, run: end }),
  },
})

/**
 * Asks a member. The answer is the same whether somebody of that name is a member or not: who is in a community is not found
 * out by asking.
 */
async function ask({ store, caller, where, now }: Context, found: Found, typed: string): Promise<Reply> {
  if (found.sensitive || found.visibility === 'secret')
    throw new Refusal(
      say`${{ strong: found.name }} is hidden, so nobody is asked by name there: everybody votes themselves.`,
    )
  const name = typed.trim().replace(/^@/, '')
  const called = await store.delegations.membersCalled(found.id, name, where)
  if (called.includes(caller.id)) throw new Refusal(say`That is you. Your own vote counts anyway.`, 'member')
  await takeBack({ store, caller, where, now }, found)
  const [delegateId, ...others] = called
  if (delegateId !== undefined && others.length === 0) {
    await store.delegations.ask(found.id, caller.id, delegateId, now)
    const args = { c: found.id, p: caller.id }
    const card: Card = {
      title: say`${{ person: caller.id }} asks you to vote for them`,
      body: say`In ${{ strong: found.name }}: where they do not vote themselves, your vote counts for them too; never on secret ballots. They can take it back at any time.`,
      buttons: [
        { label: say`Accept`, press: address('delegate.accept', args) },
        { label: say`Decline`, press: address('delegate.decline', args) },
      ],
    }
    await store.notices.tell([delegateId], 'delegate', { card }, now, where, found)
  }
  return {
    // Whoever mentions somebody reads no number of an account.
    text: mentionedIn(name)
      ? say`If whom you mention is a member of ${{ strong: found.name }}, they are asked now, and you hear from them. Until they accept, and whenever you vote yourself, only your own vote counts. Whoever voted for you before does so no more.`
      : say`If exactly one member of ${{ strong: found.name }} is called “${name}”, they are asked now, and you hear from them. Until they accept, and whenever you vote yourself, only your own vote counts. Whoever voted for you before does so no more.`,
    card: { buttons: [{ label: say`Take it back`, press: address('delegate.end', { c: found.id }) }] },
  }
}

async function accept(context: Context, { c: found, p: personId }: { c: Found; p: string }): Promise<Reply> {
  const { store, caller, where, now } = context
  if (!(await store.delegations.accept(found.id, personId, caller.id, now)))
    throw new Refusal(say`They do not ask you any more.`)
  const text = say`${{ person: caller.id }} votes for you in ${{ strong: found.name }} wherever you do not vote yourself. Take it back with ${{ typed: '/delegate' }}.`
  await store.notices.tell([personId], 'delegate', { text }, now, where, found)
  return {
    update: {
      text: say`From now on your vote in ${{ strong: found.name }} counts for ${{ person: personId }} too, where they do not vote themselves.`,
    },
  }
}

async function decline(context: Context, { c: found, p: personId }: { c: Found; p: string }): Promise<Reply> {
  const { store, caller, where, now } = context
  if (await store.delegations.end(found.id, personId, caller.id)) {
    const text = say`${{ person: caller.id }} does not vote for you in ${{ strong: found.name }}. Your own vote counts, as always.`
    await store.notices.tell([personId], 'delegate', { text }, now, where, found)
  }
  return { update: { text: say`You do not vote for ${{ person: personId }} in ${{ strong: found.name }}.` } }
}

/** Nobody votes for the caller any more; whoever had accepted it hears so. */
async function takeBack(
  { store, caller, where, now }: Pick<Context, 'store' | 'caller' | 'where' | 'now'>,
  found: Found,
): Promise<void> {
  const mine = await store.delegations.of(caller.id)
  const accepted = mine.filter((one) => one.communityId === found.id && one.personId === caller.id && one.isAccepted)
  await store.delegations.end(found.id, caller.id)
  const text = say`${{ person: caller.id }} votes in ${{ strong: found.name }} themselves again.`
  for (const { delegateId } of accepted) await store.notices.tell([delegateId], 'delegate', { text }, now, where, found)
}

async function end(context: Context, { c: found }: { c: Found }): Promise<Reply> {
  await takeBack(context, found)
  return { update: { text: say`You vote in ${{ strong: found.name }} yourself.` } }
}

/**
 * Who votes for the caller, and for whom the caller votes. Of whom they asked nothing is shown before that one answers, since
 * it would tell who is a member.
 */
async function show({ store, caller }: Context): Promise<Reply> {
  const all = await store.delegations.of(caller.id)
  const mine = all.filter((one) => one.personId === caller.id && one.isAccepted)
  const others = all.filter((one) => one.delegateId === caller.id)
  const buttons: Button[] = [
    ...mine.map((one) => ({
      label: say`Vote myself in ${one.communityName}`,
      press: address('delegate.end', { c: one.communityId }),
    })),
    ...others.map((one) => ({
      label: say`Stop voting for others in ${one.communityName}`,
      press: address('delegate.decline', { c: one.communityId, p: one.personId }),
    })),
  ]
  const none = mine.length + others.length === 0
  return {
    card: {
      title: say`Who votes for whom`,
      body: none
        ? say`Nobody votes for you, and you for nobody. Ask a member: ${{ typed: '/delegate @name' }}`
        : say`You can end each of these at any time.`,
      fields: [
        ...mine.map((one) => ({
          label: say`${one.communityName}`,
          value: say`${{ person: one.delegateId }} votes for you.`,
        })),
        ...others.map((one) => ({
          label: say`${one.communityName}`,
          value: one.isAccepted
            ? say`You vote for ${{ person: one.personId }}.`
            : say`${{ person: one.personId }} asks you.`,
        })),
      ],
      buttons: buttons.slice(0, BUTTONS_MAX),
    },
  }
}

/** No platform shows more beside a card. */
const BUTTONS_MAX = 20
