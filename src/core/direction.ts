import { createHash } from 'node:crypto'
import type { Organization } from './organization.ts'
import { plainPen, say, type Text, write } from './say.ts'

/**
 * What a recipient may do. A destination serves exactly one of these; a person's yes is given to one of these and one
 * recipient, in the words below (product.md, law 1).
 */
export const PURPOSES = ['letters', 'service'] as const
export type Purpose = (typeof PURPOSES)[number]

/** One question that can be put to a person: may this recipient, for this purpose, know of this community? */
export interface Asking {
  purpose: Purpose
  recipient: string
}

/** One person's say-so, as it stands in the ledger. */
export interface Direction extends Asking {
  id: string
  communityId: string
  communityName: string
  wording: string
  wordingVersion: string
  at: Date
  place: string
  act: string
  revokedAt: Date | null
}

/** What leaves the house about a person who said yes. The connectors send these and nothing else. */
const FIELDS_SENT =
  'your e-mail address, a random code that stands for you, the number of your yes, and when you joined or left'

/** The question a person sees. */
export function question(asking: Asking, community: { name: string }): Text {
  const recipient = { strong: asking.recipient }
  switch (asking.purpose) {
    case 'letters':
      return say`May ${recipient} write to you about ${{ strong: community.name }}?`
    case 'service':
      return say`May ${recipient} see that you are in ${{ strong: community.name }}?`
    default:
      return asking.purpose satisfies never
  }
}

/** What stands under the question wherever there is a Yes: nobody agrees to what they were not shown. */
export function shortTerms(organization: Organization): Text {
  const notice = { link: organization.privacyNotice ?? '', label: organization.privacyNotice ?? '' }
  return say`With a yes, this is passed on: ${FIELDS_SENT}. Say yes only if you are ${organization.minimumAge} or older. Privacy notice: ${notice}`
}

/** What a yes means, in full: shown under "What exactly?". */
export function fullTerms(asking: Asking, community: { name: string }, organization: Organization): Text {
  const contact = organization.contact ? say` Questions: ${organization.contact}.` : say``
  return say`${useOf(asking, community)} Nothing else you do or write here is passed on. You can take your yes back at any time with ${{ typed: '/sharing' }}; leaving takes it back too.${contact}`
}

function useOf(asking: Asking, community: { name: string }): Text {
  switch (asking.purpose) {
    case 'letters':
      return say`Your address goes to ${{ strong: asking.recipient }}, who may then write to you about ${{ strong: community.name }}.`
    case 'service':
      return say`That you are in ${{ strong: community.name }} is shown to ${{ strong: asking.recipient }}, for when you turn to them.`
    default:
      return asking.purpose satisfies never
  }
}

/** Everything a person sees above a Yes, as one plain text for the ledger. */
export function wordingOf(
  asking: Asking,
  community: { name: string },
  organization: Organization,
  inFull = false,
): string {
  const texts = [
    question(asking, community),
    ...(inFull ? [fullTerms(asking, community, organization)] : []),
    shortTerms(organization),
  ]
  return texts.map((text) => write(text, plainPen)).join('\n')
}

/** A short name of exact words, carried by buttons and kept with questions: it says which words somebody saw. */
export function fingerprint(wording: string): string {
  return createHash('sha256').update(wording).digest('base64url').slice(0, 12)
}

/** What a person said yes to when they let a sensitive community keep their membership (GDPR, art. 9). */
export function sensitiveTerms(community: { name: string }, organization: Organization): Text {
  return say`That you are in ${{ strong: community.name }} may tell something private about you, such as your health, beliefs or love life. ${{ strong: organization.name }} stores it only so that this community can work. It is passed on to nobody, counted nowhere and listed nowhere. You can leave at any time, and it is deleted. Is that all right?`
}
