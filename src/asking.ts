import type { Context } from './command.ts'
import {
  type Asking,
  fingerprint,
  question,
  sensitiveTerms,
  terms,
  WORDING_VERSION,
  wordingOf,
} from './core/direction.ts'
import { plainPen, say, write } from './core/say.ts'
import { address, type Card } from './reply.ts'
import type { AskingState } from './store/directions.ts'

/** The parts of a community a question needs. */
interface About {
  id: string
  name: string
}

/**
 * The next question about a community that its new member has not been shown: may this recipient know? Shown once, and
 * noted as shown. Without a privacy notice to link to nobody is asked, and staff are told.
 */
export async function askNext(context: Context, community: About & { sensitive: boolean }): Promise<Card | undefined> {
  if (community.sensitive) return undefined
  const { store, caller, now } = context
  const askings = await store.directions.askings(caller.id, community.id)
  const next = askings.find((asking) => !asking.standing && !asking.asked)
  if (!next || !(await mayAsk(context))) return undefined
  await store.directions.asked(caller.id, community.id, next, WORDING_VERSION, now)
  return questionCard(context, next, community)
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
  const args = { c: community.id, q: fingerprint(wordingOf(asking, community, organization)) }
  const more = { label: say`What exactly?`, press: address('sharing.what', args) }
  return {
    title: question(asking, community),
    ...(inFull && { body: terms(asking, community, organization) }),
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
  return askings.find((asking) => fingerprint(wordingOf(asking, community, context.organization)) === print)
}

/** Writes down a yes with the exact words it was given to. */
export async function direct(context: Context, asking: Asking, community: About, act: string): Promise<boolean> {
  const { store, caller, organization, now } = context
  return store.directions.direct(
    {
      purpose: asking.purpose,
      recipient: asking.recipient,
      personId: caller.id,
      communityId: community.id,
      wording: wordingOf(asking, community, organization),
      wordingVersion: WORDING_VERSION,
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
  await store.directions.consentToMembership(
    {
      personId: caller.id,
      communityId: community.id,
      recipient: organization.name,
      wording: write(sensitiveTerms(community, organization), plainPen),
      wordingVersion: WORDING_VERSION,
      place: placeOf(context),
      act,
      deliveryId: context.delivery,
    },
    now,
  )
}

/** Where something was said, for the ledger. */
function placeOf({ where }: Context): string {
  return `${where.platform}, workspace ${where.workspace}, ${where.place ?? 'in private'}`
}
