import { say, type Text } from './say.ts'

/** What ended that a destination is told of somebody: their own doing there, or an address that does not work. */
export type EndedBy = 'unsubscribed' | 'bounced' | 'complained'

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
export function heldText(reason: EndedBy | 'stopped', since: Date): Text {
  return say`${reason === 'stopped' ? say`stopped by staff` : endedText(reason)}, on ${{ when: since }}`
}
