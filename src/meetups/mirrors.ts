import type { DrawCard } from '../command.ts'
import { endOf, isTimed, type Meetup } from '../core/meetup.ts'
import { PLACE_LATER, placeWords } from '../core/meetup-words.ts'
import { say } from '../core/say.ts'
import type { PlatformEvent } from '../reply.ts'
import { isShownAt } from './cards.ts'
import { communitiesThere } from './seats.ts'

/** Where none was given. */
const NO_PLACE = 'See the community’s room'

/** The meetup among a platform's own events, which everybody in the workspace sees: so never its hidden place. */
export const drawEvent: DrawCard = async (store, id) => {
  const meetup = await store.meetups.get(id)
  if (!meetup || !isTimed(meetup)) return undefined
  // A community may have become one nobody is to hear of.
  const open = (await communitiesThere(store, meetup)).filter((one) => !one.sensitive && one.visibility === 'open')
  const isHidden = !open.some((one) => one.id === meetup.communityId)
  const { title, description, access, startsAt } = meetup
  return {
    event: {
      title,
      description: [open.map(({ name }) => name).join(' and '), description, access].filter(Boolean).join('\n'),
      place: meetup.placeHidden ? PLACE_LATER : (placeWords(meetup, false) ?? NO_PLACE),
      startsAt,
      endsAt: endOf(meetup),
      state: isHidden ? 'cancelled' : stateOf(meetup),
    },
  }
}

function stateOf({ state }: Meetup): PlatformEvent['state'] {
  if (state === 'cancelled') return 'cancelled'
  return state === 'over' ? 'over' : 'planned'
}

/** A thread for those who come, under the meetup's card. */
export const drawThread: DrawCard = async (store, id, _now, _organization, where) => {
  const meetup = await store.meetups.get(id)
  const community = meetup && (await store.communities.get(meetup.communityId))
  if (!meetup || !community) return undefined
  const isDone = meetup.state === 'over' || meetup.state === 'cancelled'
  // In a sensitive community nobody is shown to others by a thread.
  const isOver = isDone || community.sensitive || !(await isShownAt(store, meetup, where))
  return {
    thread: {
      title: meetup.title,
      isOver,
      accounts: isOver ? [] : await store.rsvps.accountsIn(id, where),
      opening: say`Here those who come can talk. Whoever is in the room can see who is in this thread.`,
      ending:
        meetup.state === 'cancelled'
          ? say`It is cancelled, so this thread is closed.`
          : say`It is over, so this thread is closed.`,
      under: { card: 'meetup', id },
    },
  }
}
