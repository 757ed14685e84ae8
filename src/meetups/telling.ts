import { endOf, type RsvpState, type TimedMeetup } from '../core/meetup.ts'
import { whenWords } from '../core/meetup-words.ts'
import { lines, say, type Text } from '../core/say.ts'
import { address, type Card } from '../reply.ts'
import type { WithStanding } from '../store/communities.ts'

/** Who hears of a change: whoever may count on it. */
export const CONCERNED: RsvpState[] = ['going', 'offered', 'waiting', 'maybe']

/** Changes of what begins within this time wait for nobody's quiet hours (product.md, notices). */
const URGENT_MS = 86_400_000

/** Where people of a community are told things first. */
export const nearTo = ({ platform, workspace }: WithStanding) => ({ platform, workspace })

/** How a notice about a meetup is told: by mail with a link to answer, and soon before it at once. */
export function about(meetup: TimedMeetup, community: WithStanding, now: Date) {
  const isUrgent = meetup.startsAt.getTime() - now.getTime() < URGENT_MS
  return {
    id: community.id,
    sensitive: community.sensitive,
    isUrgent,
    meetup: { id: meetup.id, endsAt: endOf(meetup) },
  }
}

/** A meetup in short, with what can be answered to it. */
export function announcement(meetup: TimedMeetup, title: Text, body?: Text): Card {
  const { id: m } = meetup
  return {
    title,
    body: lines(say`${whenWords(meetup)}.`, body),
    buttons: [
      { label: say`Yes, I come`, press: address('meetups.yes', { m }) },
      { label: say`Maybe`, press: address('meetups.maybe', { m }) },
      { label: say`I can't come`, press: address('meetups.no', { m }) },
    ],
  }
}

/** Everything that shows a meetup. */
export const everyCard = (id: string) => ['meetup', 'meetup-event', 'meetup-thread'].map((card) => ({ card, id }))
