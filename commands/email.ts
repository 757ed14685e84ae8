import { type Context, command, press } from '../src/command.ts'
import { CODE_LIVES_MS, EMAIL_MAX, emailAddress, maskEmail } from '../src/core/person.ts'
import { Refusal } from '../src/core/refusal.ts'
import { lines, say, type Text } from '../src/core/say.ts'
import { text } from '../src/option.ts'
import { prove } from '../src/proving.ts'
import { address as addressOf, type Card, type Reply } from '../src/reply.ts'

const sixDigits = /^\d{6}$/

export default command({
  name: 'email',
  description: 'Give your e-mail address, then the code from the mail',
  permission: 'guest',
  options: { address: text('Your address, or the six-digit code you got', { max: EMAIL_MAX }).optional() },
  shows: [],
  async run(context, { address }) {
    if (address === undefined) return show(context)
    const words = address.trim()
    return sixDigits.test(words.replaceAll(/[\s-]/g, '')) ? enterCode(context, words) : give(context, words)
  },
  presses: {
    give: press({
      args: {},
      title: 'Your e-mail address',
      fields: { address: text('Your e-mail address', { max: EMAIL_MAX }) },
      run: (context, { address }) => give(context, address.trim()),
    }),
    code: press({
      args: {},
      title: 'The code from the mail',
      fields: { code: text('The six digits from the mail', { max: 10 }) },
      run: (context, { code }) => enterCode(context, code),
    }),
  },
})

const giveButton = { label: say`Give my address`, press: addressOf('email.give') }

async function show({ caller }: Context): Promise<Reply> {
  if (!caller.email) {
    return {
      text: say`You have not given an address. Type ${{ typed: '/email you@example.org' }}.`,
      card: { buttons: [giveButton] },
    }
  }
  const text = say`Your address is ${maskEmail(caller.email)}. To use another one, type ${{ typed: '/email you@example.org' }}.`
  return { text, card: { buttons: [giveButton] } }
}

/** The same answer for every address, so that nobody learns from it whose is known here. */
async function give(context: Context, typed: string): Promise<Reply> {
  const { store, caller, now } = context
  const checked = emailAddress.safeParse(typed)
  if (!checked.success) {
    throw new Refusal(
      say`“${typed.slice(0, EMAIL_MAX)}” is not an e-mail address. It looks like ${{ typed: '/email you@example.org' }}.`,
      'address',
    )
  }
  const email = checked.data
  const made = await store.codes.make(caller.id, caller.accountId, email, now)
  if (made === 'too many')
    throw new Refusal(say`You have asked for many codes within an hour. Wait an hour and try again.`)
  if (made !== 'kept quiet') await mailCode(context, email, made.code)
  const card: Card = { buttons: [{ label: say`Enter the code`, press: addressOf('email.code') }] }
  const told = say`A code is on its way to ${maskEmail(email)}. Type ${{ typed: '/email' }} and the six digits within 15 minutes.`
  return { text: told, card }
}

async function mailCode({ store, caller, organization, now }: Context, email: string, code: string): Promise<void> {
  const letter = {
    to: email,
    subject: say`Your code for ${organization.name}`,
    text: lines(
      say`Your code is ${{ strong: code }}`,
      say`Type it where you asked for it within 15 minutes: ${{ typed: `/email ${code}` }}`,
      say`If you did not ask for it, do nothing: without the code nothing happens.`,
    ),
  }
  await store.mails.want(caller.id, letter, now, new Date(now.getTime() + CODE_LIVES_MS))
}

async function enterCode(context: Context, typed: string): Promise<Reply> {
  const { store, caller, now } = context
  const tried = await store.codes.try(caller.id, caller.accountId, typed.replaceAll(/\D/g, ''), now)
  if ('none' in tried) {
    return {
      text: say`There is no code waiting for you: it is used, too old, or was tried too often. Ask for a new one with ${{ typed: '/email you@example.org' }}.`,
      card: { buttons: [giveButton] },
    }
  }
  if ('wrong' in tried) return { text: wrong(tried.triesLeft) }
  const { standing, asks } = await prove(context, tried.proven)
  return {
    ...(asks && { card: asks }),
    text: lines(
      say`Thank you, ${maskEmail(tried.proven)} is yours.`,
      standing.length > 0 &&
        say`It is used for what you said yes to: ${standing.map((one) => one.communityName).join(', ')}.`,
    ),
  }
}

function wrong(triesLeft: number): Text {
  const tries = { count: triesLeft, one: 'try', other: 'tries' }
  return triesLeft > 0
    ? say`That is not the code. You have ${tries} left.`
    : say`That is not the code, and it was the last try. Ask for a new one with ${{ typed: '/email you@example.org' }}.`
}
