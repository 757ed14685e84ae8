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

/** Raised whenever a sentence below changes, so that the ledger tells which words somebody saw. */
export const WORDING_VERSION = '1'

/** What leaves the house about a person who said yes. The connectors send these fields and no other. */
export const FIELDS_SENT = 'your e-mail address, a random number that stands for you, the date you joined'

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

/** What a yes means, in full: shown under "What exactly?", and stored with every yes together with the question. */
export function terms(asking: Asking, community: { name: string }, organization: Organization): Text {
  const use = useOf(asking, community)
  return say`${use} What is passed on: that you are in ${{ strong: community.name }}, ${FIELDS_SENT}. Nothing else you do or write here is passed on. By saying yes you confirm that you are ${organization.minimumAge} or older. You can take your yes back at any time with ${{ typed: '/sharing' }}; leaving takes it back too. Privacy notice: ${{ link: organization.privacyNotice ?? '', label: organization.privacyNotice ?? '' }}`
}

function useOf(asking: Asking, community: { name: string }): Text {
  switch (asking.purpose) {
    case 'letters':
      return say`Your address goes to ${{ strong: asking.recipient }}, who may then write to you about ${{ strong: community.name }}.`
    case 'service':
      return say`It is shown to ${{ strong: asking.recipient }}, for when you turn to them.`
    default:
      return asking.purpose satisfies never
  }
}

/** Everything a person sees before a yes, as one plain text for the ledger. */
export function wordingOf(asking: Asking, community: { name: string }, organization: Organization): string {
  return `${write(question(asking, community), plainPen)}\n${write(terms(asking, community, organization), plainPen)}`
}

/** A short name of exact words, carried by the buttons: a press answers the words it stood under, or nothing. */
export function fingerprint(wording: string): string {
  return createHash('sha256').update(`${WORDING_VERSION}\n${wording}`).digest('base64url').slice(0, 12)
}

/** What a person said yes to when they let a sensitive community keep their membership (GDPR, art. 9). */
export function sensitiveTerms(community: { name: string }, organization: Organization): Text {
  return say`That you are in ${{ strong: community.name }} may tell something private about you, such as your health, beliefs or love life. ${{ strong: organization.name }} stores it only so that this community can work. It is passed on to nobody, counted nowhere and listed nowhere. You can leave at any time, and it is deleted. Is that all right?`
}
