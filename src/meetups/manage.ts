import type { Context } from '../command.ts'
import { endOf, isTimed, type Meetup, takesCheckIns } from '../core/meetup.ts'
import { named, whenWords } from '../core/meetup-words.ts'
import { lines, say, type Text } from '../core/say.ts'
import { address, type Button, type Card, type Reply } from '../reply.ts'
import { asOrganizer, type InsideMeetup } from './access.ts'
import { meetupFields, titleOf } from './cards.ts'

/** A meetup as who looks after it sees it: what others will read, and what can be done. */
export async function manageCard(context: Context, { meetup, found, isOrganizer }: InsideMeetup): Promise<Card> {
  const { store, now, organization, caller } = context
  const { id: m, state, seriesId } = meetup
  const to = (label: Text, target: string, more: Record<string, string | number> = {}): Button => ({
    label,
    press: address(target, { m, ...more }),
  })
  const clashes = isTimed(meetup) && state !== 'over' ? await store.meetupLists.clashes(meetup) : []
  const isUnsettled = state === 'draft' && !isTimed(meetup)
  const isNotYet = state === 'draft' || state === 'proposed'
  return {
    title: state === 'draft' ? say`Not announced yet: ${meetup.title}` : titleOf(meetup),
    body: lines(
      headWords(meetup, isOrganizer),
      clashes.length > 0 &&
        say`At the same time: ${clashes.reduce((all, one, i) => (i === 0 ? named(one) : say`${all}, ${named(one)}`), say``)}.`,
      await partnerWords(context, meetup),
      isOrganizer && (await afterWords(context, meetup, found.sensitive)),
    ),
    fields: await meetupFields(store, meetup, { mayKnow: true, name: organization.name, sensitive: found.sensitive }),
    buttons: [
      ...(state === 'draft' ? draftButtons(meetup, isOrganizer, isUnsettled, to) : []),
      ...(state === 'draft' && isOrganizer && meetup.capacity !== null ? [turnsButton(meetup)] : []),
      ...(state === 'proposed' && isOrganizer
        ? [
            to(say`Accept and announce`, 'meetup.announce'),
            to(say`Decline, with a reason`, 'meetup.decline'),
            to(say`Not this time`, 'meetup.when'),
          ]
        : []),
      ...(isNotYet && (isOrganizer || state === 'draft')
        ? [...editButtons('one', to), to(REPEAT, 'meetup.repeat', { a: 'one' })]
        : []),
      ...(state === 'planned' && isOrganizer ? editButtons('one', to) : []),
      ...(state === 'planned' && isOrganizer && seriesId !== null ? editButtons('all', to) : []),
      ...(state === 'planned' && isOrganizer && isTimed(meetup) && now < endOf(meetup)
        ? [to(say`Cancel it`, 'meetup.cancel')]
        : []),
      ...(state === 'planned' && isOrganizer ? [to(say`Who comes`, 'meetup.guests', { n: 0 })] : []),
      ...(isOrganizer && (takesCheckIns(meetup, now) || state === 'over')
        ? [to(say`Who is there`, 'meetup.list', { n: 0 })]
        : []),
      ...(isOrganizer && takesCheckIns(meetup, now) ? [to(say`Code to check in`, 'meetup.code')] : []),
      ...(isOrganizer && state === 'over' ? [to(say`Notes and photos`, 'meetup.notes')] : []),
      ...(state === 'draft' ? [to(say`Throw away`, 'meetup.discard')] : []),
      ...(state === 'proposed' && meetup.authorId === caller.id ? [to(say`Take it back`, 'meetup.discard')] : []),
      ...(state === 'finding' && isOrganizer && meetup.ballotId !== null
        ? [{ label: say`Look after the ballot`, press: address('ballot.manage', { b: meetup.ballotId }) }]
        : []),
    ],
  }
}

function headWords(meetup: Meetup, isOrganizer: boolean): Text | undefined {
  if (meetup.state === 'proposed') return say`Proposed. An organizer accepts or declines it.`
  if (meetup.state === 'finding') return say`A ballot looks for a time; its winner is announced.`
  if (meetup.state !== 'draft') return undefined
  const understood = isTimed(meetup)
    ? say`Understood: ${whenWords(meetup)} (${meetup.zone}).`
    : say`Several times were given: members choose by a ballot, and the winner is announced.`
  return isOrganizer ? understood : lines(understood, say`An organizer looks at it before others see it.`)
}

async function partnerWords({ store }: Context, { partnerId, joinedAt }: Meetup): Promise<Text | undefined> {
  const partner = partnerId === null ? undefined : await store.communities.get(partnerId)
  if (!partner || joinedAt) return undefined
  return say`Organizers of ${{ strong: partner.name }} are asked to join in once it is announced.`
}

/** What came of it, for organizers. */
async function afterWords(
  { store }: Context,
  { id, state, came }: Meetup,
  sensitive: boolean,
): Promise<Text | undefined> {
  if (state !== 'over' || sensitive) return undefined
  const after = await store.attendance.after(id)
  const next = await store.attendance.hostsNext(id)
  return lines(
    Math.max(came ?? 0, after.came) > 0 &&
      say`${{ count: Math.max(came ?? 0, after.came), one: 'person was', other: 'people were' }} checked in${after.came > 0 ? say`, ${after.missed} not` : say``}.`,
    after.worth + after.notWorth > 0 && say`Worth it for ${after.worth}, not for ${after.notWorth}.`,
    next.length > 0 &&
      say`Would host the next one: ${next.reduce((all, personId, i) => (i === 0 ? say`${{ person: personId }}` : say`${all}, ${{ person: personId }}`), say``)}.`,
  )
}

/** Whose turn it is on waitlists is set for the community, before anybody says yes. */
function turnsButton({ turns, id: m }: Meetup): Button {
  return turns === 'new'
    ? { label: say`Waitlist: who says yes first`, press: address('meetup.turns', { m, k: 'arrival' }) }
    : { label: say`Waitlist: who was not there yet first`, press: address('meetup.turns', { m, k: 'new' }) }
}

type To = (label: Text, target: string, more?: Record<string, string | number>) => Button

function draftButtons(meetup: Meetup, isOrganizer: boolean, isUnsettled: boolean, to: To): Button[] {
  const first = isUnsettled
    ? to(isOrganizer ? say`Let members choose` : say`Propose it`, 'meetup.announce')
    : to(isOrganizer ? say`Announce it` : meetup.byStaff ? say`Offer it` : say`Propose it`, 'meetup.announce')
  return [first, to(say`Not this time`, 'meetup.when')]
}

/** What can be changed, of this one or of it and all that follow. */
function editButtons(a: 'one' | 'all', to: To): Button[] {
  if (a === 'all')
    return [
      to(say`This and those that follow: what it is`, 'meetup.what', { a }),
      to(say`This and those that follow: seats`, 'meetup.seats', { a }),
      to(say`This and those that follow: more`, 'meetup.more', { a }),
    ]
  return [
    to(say`Change what it is`, 'meetup.what', { a }),
    to(say`Seats and guests`, 'meetup.seats', { a }),
    to(say`More about it`, 'meetup.more', { a }),
  ]
}

const REPEAT = say`Repeat, or with others`

/** Asks once more, since it can't be undone. */
export async function sureToCancel(context: Context, m: string): Promise<Reply> {
  const { meetup } = await asOrganizer(context, m)
  const { store } = context
  const following = await store.meetupLists.following(meetup)
  return {
    update: {
      card: {
        title: say`Cancel “${meetup.title}”?`,
        body: say`${whenWords(meetup)}. Everybody who answered is told.`,
        buttons: [
          { label: say`Cancel it now`, press: address('meetup.cancel-now', { m, a: 'one' }) },
          ...(following.length > 1
            ? [
                {
                  label: say`Cancel it and the ${following.length - 1} that follow`,
                  press: address('meetup.cancel-now', { m, a: 'all' }),
                },
              ]
            : []),
          { label: say`Leave it`, press: address('meetup.manage', { m }) },
        ],
      },
    },
  }
}
