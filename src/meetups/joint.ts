import type { Context } from '../command.ts'
import { isFoundByName, slugOf } from '../core/community.ts'
import { isTimed, type Meetup } from '../core/meetup.ts'
import { named } from '../core/meetup-words.ts'
import { Refusal } from '../core/refusal.ts'
import { say } from '../core/say.ts'
import { oneLine } from '../core/words.ts'
import type { Found } from '../option.ts'
import { address, type Reply } from '../reply.ts'
import type { WithStanding } from '../store/communities.ts'
import { showIn } from './running.ts'
import type { Here } from './seats.ts'
import { everyCard, nearTo } from './telling.ts'

const isHidden = ({ sensitive, visibility }: WithStanding) => sensitive || visibility !== 'open'

/** The other community of a joint meetup, by the name somebody typed: both are open to everybody, or one would tell of the other. */
export async function partnerOf({ store, caller }: Context, typed: string, found: Found): Promise<string> {
  const words = oneLine(typed)
  const partner = await store.communities.find(words, slugOf(words, ''), caller.id)
  if (!partner || !isFoundByName(partner, partner.standing) || partner.state !== 'open')
    throw new Refusal(say`There is no open community called “${words}” here.`, 'with')
  if (partner.id === found.id) throw new Refusal(say`Name another community than its own.`, 'with')
  if (isHidden(partner) || isHidden(found))
    throw new Refusal(say`Only communities that everybody may join can meet together.`, 'with')
  return partner.id
}

/** Asks the other community's organizers; who looks after both has said yes by asking. */
export async function askPartner(here: Here, meetup: Meetup, community: WithStanding, callerId = ''): Promise<void> {
  const { store, now } = here
  const partner = meetup.partnerId === null ? undefined : await store.communities.get(meetup.partnerId, callerId)
  if (!partner || meetup.joinedAt) return
  if (partner.standing.state === 'member' && partner.standing.organizer) return join(here, meetup, partner)
  const card = {
    title: say`Meet together? ${meetup.title}`,
    body: say`${{ strong: community.name }} would like to meet together with ${{ strong: partner.name }}: ${named(meetup)}. There is one list for both.`,
    buttons: [
      { label: say`Meet together`, press: address('meetup.join', { m: meetup.id }) },
      { label: say`Not this time`, press: address('meetup.apart', { m: meetup.id }) },
    ],
  }
  const organizers = await store.memberships.organizers(partner.id)
  await store.notices.tell(organizers, 'looking-after', { card }, now, nearTo(partner), partner)
}

/** The partner meets with them: at this one, and at all of its series that are still to come. */
async function join(here: Here, meetup: Meetup, partner: WithStanding): Promise<void> {
  const { store, now } = here
  await store.meetups.meetWith(meetup, now)
  const all =
    meetup.seriesId === null ? [await store.meetups.get(meetup.id)] : await store.meetupLists.following(meetup)
  for (const one of all) if (one && isTimed(one) && one.shownAt) await showIn(here, one, partner)
  await store.cards.redrawAll(everyCard(meetup.id), now)
}

/** What the other community's organizers answer. */
export async function answerPartner(context: Context, m: string, isTogether: boolean): Promise<Reply> {
  const { store, caller, now } = context
  const meetup = await store.meetups.toChange(m)
  const partner = meetup?.partnerId ? await store.communities.get(meetup.partnerId, caller.id) : undefined
  if (!meetup || !partner || partner.standing.state !== 'member' || !partner.standing.organizer)
    throw new Refusal(say`That was taken back, or is for the organizers of another community.`)
  if (meetup.joinedAt) return { update: { text: say`${{ strong: partner.name }} meets with them already.` } }
  if (meetup.state !== 'planned') throw new Refusal(say`“${meetup.title}” is not planned any more.`)
  const { communityId } = meetup
  const asking = await store.communities.get(communityId)
  const about = { community: partner }
  if (isTogether) {
    await join(context, meetup, partner)
    await store.audit.note(caller, 'organizer', 'meetup joined', now, about)
  } else await store.meetups.meetAlone(meetup)
  const text = isTogether
    ? say`${{ strong: partner.name }} meets with you: ${named(meetup)}. There is one list for both.`
    : say`${{ strong: partner.name }} does not meet with you this time: ${named(meetup)}.`
  if (asking)
    await store.notices.tell(
      await store.memberships.organizers(communityId),
      'looking-after',
      { text },
      now,
      nearTo(asking),
      asking,
    )
  return { update: { text: isTogether ? say`You meet together. It stands in your room now.` : say`They are told.` } }
}
