import type { Context } from './command.ts'
import {
  type Asking,
  fingerprint,
  fullTerms,
  question,
  sensitiveTerms,
  shortTerms,
  wordingOf,
} from './core/direction.ts'
import type { Organization } from './core/organization.ts'
import { ON_THE_WEB } from './core/person.ts'
import { lines, plainPen, say, write } from './core/say.ts'
import { address, type Card } from './reply.ts'
import type { AskingState } from './store/directions.ts'

/** The parts of a community a question needs. */
interface About {
  id: string
  name: string
}

/**
 * The next question a person has not been shown, about one community or any of theirs: may this recipient know? Shown
 * once, and noted as shown. Without a privacy notice to link to nobody is asked, and staff are told.
 */
export async function askNext(context: Context, community?: About & { sensitive: boolean }): Promise<Card | undefined> {
  if (community?.sensitive || context.isUnseen) return undefined
  const { store, caller } = context
  const askings = await store.directions.askings(caller.id, community?.id)
  const next = askings.find((asking) => !asking.standing && !asking.asked)
  if (!next || !(await mayAsk(context))) return undefined
  const about = { id: next.communityId, name: next.communityName }
  await noteAsked(context, next, about)
  return questionCard(context, next, about)
}

/** Notes which words the caller was shown. */
export async function noteAsked(
  { store, caller, organization, now }: Context,
  asking: Asking,
  community: About,
): Promise<void> {
  await store.directions.asked(caller.id, community.id, asking, printOf(asking, community, organization), now)
}

/** Which words a question about a community has at present. */
export function printOf(asking: Asking, community: { name: string }, organization: Organization): string {
  return fingerprint(wordingOf(asking, community, organization))
}

/** Whether people can be asked at all; if not, staff hear why. */
export async function mayAsk({ organization, store, now }: Context): Promise<boolean> {
  if (organization.privacyNotice) return true
  const what = say`Nobody can be asked whether the organization may know what they joined, because there is no privacy notice to link to. Set it with ${{ typed: '/setup privacy:https://...' }}.`
  await store.staffNotes.tell('no-privacy-notice', what, now)
  return false
}

/** The question with its answers. `inFull` adds what a yes means. */
export function questionCard(
  { organization }: Pick<Context, 'organization'>,
  asking: Asking,
  community: About,
  inFull = false,
): Card {
  const args = { c: community.id, q: printOf(asking, community, organization), ...(inFull && { f: 1 }) }
  const short = shortTerms(organization)
  const more = { label: say`What exactly?`, press: address('sharing.what', args) }
  return {
    title: question(asking, community),
    body: inFull ? lines(fullTerms(asking, community, organization), short) : short,
    buttons: [
      { label: say`Yes`, press: address('sharing.yes', args) },
      { label: say`Not now`, press: address('sharing.no', args) },
      ...(inFull ? [] : [more]),
    ],
  }
}

/** The question a button stood under; undefined when its words have changed since. */
export async function askingOf(context: Context, community: About, print: string): Promise<AskingState | undefined> {
  const askings = await context.store.directions.askings(context.caller.id, community.id)
  return askings.find((asking) => printOf(asking, community, context.organization) === print)
}

/** Writes down a yes with the exact words it was given to. One that is on hold ends, and this one is in force instead. */
export async function direct(
  context: Context,
  asking: Asking & Partial<Pick<AskingState, 'heldBy'>>,
  community: About,
  act: string,
  inFull = false,
): Promise<boolean> {
  const { store, caller, organization, now } = context
  if (asking.heldBy) await store.directions.withdraw(caller.id, community.id, asking, now)
  return store.directions.direct(
    {
      purpose: asking.purpose,
      recipient: asking.recipient,
      personId: caller.id,
      communityId: community.id,
      wording: wordingOf(asking, community, organization, inFull),
      wordingVersion: printOf(asking, community, organization),
      place: placeOf(context),
      act,
      deliveryId: context.delivery,
    },
    now,
  )
}

/** Writes down the yes to a sensitive community's keeping one's membership, with its words. */
export async function keepSensitiveConsent(context: Context, community: About, act: string): Promise<void> {
  const { store, caller, organization, now } = context
  const wording = write(sensitiveTerms(community, organization), plainPen)
  await store.directions.consentToMembership(
    {
      personId: caller.id,
      communityId: community.id,
      recipient: organization.name,
      wording,
      wordingVersion: fingerprint(wording),
      place: placeOf(context),
      act,
      deliveryId: context.delivery,
    },
    now,
  )
}

/** Where something was said, for the ledger. */
function placeOf({ where }: Context): string {
  if (where.platform === ON_THE_WEB.platform) return 'the web'
  return `${where.platform}, workspace ${where.workspace}, ${where.place ?? 'in private'}`
}
