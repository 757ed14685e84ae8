import { say, type Text } from './say.ts'

/** Why a destination is not told of somebody who said yes: what it says of them itself, or that staff stopped it. */
export const SUPPRESSED_BY = ['unsubscribed', 'bounced', 'complained', 'stopped'] as const

/** One of those reasons. */
export type SuppressedBy = (typeof SUPPRESSED_BY)[number]

/** What ended it there: their own doing, or an address that does not work. */
export type EndedBy = Exclude<SuppressedBy, 'stopped'>

/** What somebody did, or what happened to them, as the rest of a sentence to them. */
export function endedText(reason: EndedBy): Text {
  switch (reason) {
    case 'unsubscribed':
      return say`you unsubscribed there`
    case 'bounced':
      return say`mail to your address came back`
    case 'complained':
      return say`you marked a letter from there as unwanted`
    default:
      return reason satisfies never
  }
}

/** Why a yes is on hold and since when, to whoever gave it, as the rest of a sentence. */
export function heldText(reason: SuppressedBy, since: Date): Text {
  return say`${reason === 'stopped' ? say`stopped by staff` : endedText(reason)}, on ${{ when: since }}`
}
