import type { Context } from './command.ts'
import { maskEmail, placeName } from './core/person.ts'
import { say, type Text } from './core/say.ts'
import { address, type Card } from './reply.ts'

type Asks = Pick<Context, 'store' | 'caller' | 'where' | 'now'>

/**
 * Asks two people who have proven the same address whether they are one, each in their own chat; the one who speaks right
 * now is given the question to answer at once (product.md, law 9).
 */
export async function askWhetherOne(context: Asks, email: string): Promise<Card | undefined> {
  const { store, caller, where, now } = context
  const asked = await store.unions.ask(caller.id, email, now)
  for (const { id, other } of asked) {
    const account = await store.people.account(other, where.platform, where.workspace)
    if (!account) continue
    const card = await questionFor(context, id, other, caller.id, email)
    const { platform, workspace } = account
    await store.posts.say({ accountId: account.id, platform, workspace }, { card }, now)
  }
  const [first] = asked
  return first && questionFor(context, first.id, caller.id, first.other, email)
}

async function questionFor(
  { store }: Asks,
  union: string,
  person: string,
  other: string,
  email: string,
): Promise<Card> {
  const { accounts } = await store.people.ownOf(other)
  const platforms = [...new Set(accounts.map((account) => placeName(account.platform, '')))].join(', ')
  const hidden = await store.unions.hiddenOf(person)
  return {
    title: say`Is that you?`,
    body: say`The address ${maskEmail(email)} is also used by an account on ${platforms}. If both are you, your communities and settings become one, once the other account says yes too within 24 hours: what one account never set is taken from the other, and if one is paused, both are. You can undo it for 30 days. If you share the address, nothing changes, and neither of you sees anything of the other.${aboutHidden(hidden)}`,
    buttons: [
      {
        label: hidden > 0 ? say`Yes, my hidden ones stay behind` : say`Yes, one person`,
        press: address('my.one', { u: union }),
      },
      ...(hidden > 0 ? [{ label: say`Yes, and take them along`, press: address('my.one', { u: union, h: 1 }) }] : []),
      { label: say`No, we share it`, press: address('my.shared', { u: union }) },
    ],
  }
}

function aboutHidden(hidden: number): Text {
  if (hidden === 0) return say``
  const communities = { count: hidden, one: 'community', other: 'communities' }
  return say` You are in ${communities} nobody else can find: take them along, and the other account sees them too; or they stay behind where neither account sees them, for 30 days, in case you undo it; then you leave them.`
}

/** Told to each of two accounts that became one person. */
export function unitedText(staysBehind: boolean): Text {
  const hidden = staysBehind
    ? say` Your hidden communities stay behind for 30 days, in case you undo it; then you leave them.`
    : say``
  return say`Your accounts are one person here from now on. You can undo it for 30 days: ${{ typed: '/my data' }}.${hidden}`
}

/** Told to who says that two people share the address. */
export function shareText(): Text {
  return say`All right: two people share this address. Both can use it, and neither sees anything of the other. If that was a mistake, prove the address again with ${{ typed: '/email' }} after a day.`
}

/** Told to who says yes to a union that was undone. */
export function undoneText(): Text {
  return say`You were one person here, and one of your accounts undid it. To be asked again, prove the address anew with ${{ typed: '/email' }} after a day.`
}

/** Told to the account that did not undo it. */
export function apartText(): Text {
  return say`The other account undid that you are one person here: your accounts are two people here again, each with what was theirs.`
}

/** Told to who says yes where the other account said no. */
export function otherSharesText(): Text {
  return say`The other account said that you share the address, so everything stays apart.`
}
