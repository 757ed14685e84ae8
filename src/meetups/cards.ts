import type { Context, DrawCard } from '../command.ts'
import { communitiesOf, type Meetup, type Rsvp, takesAnswers, takesCheckIns } from '../core/meetup.ts'
import { hostWords, PLACE_LATER, placeWords, rulesWords, seatsWords, whenWords } from '../core/meetup-words.ts'
import { repeatsWords } from '../core/recurrence.ts'
import { lines, say, type Text } from '../core/say.ts'
import { address, type Button, type Card } from '../reply.ts'
import type { Series } from '../store/meetups.ts'
import type { Store } from '../store/store.ts'
import type { InsideMeetup } from './access.ts'

type Field = { label: Text; value: Text }

/** The meetup as everybody in a room sees it. */
export const drawMeetup: DrawCard = async (store, id, now, organization, where) => {
  const meetup = await store.meetups.get(id)
  const community = meetup && (await store.communities.get(meetup.communityId))
  if (!meetup || !community) return undefined
  if (!(await isShownAt(store, meetup, where)))
    return { text: say`A meetup stood here. It takes place without this community now.` }
  const isOpen = takesAnswers(meetup, now)
  return {
    card: {
      title: titleOf(meetup),
      fields: await meetupFields(store, meetup, {
        mayKnow: false,
        name: organization.name,
        sensitive: community.sensitive,
      }),
      buttons: isOpen ? answerButtons(meetup) : [],
    },
    // Whoever has the room's role hears of it once.
    calls: true,
  }
}

/** Whether one of the communities that meet has its room there; else they met together before, and do no more. */
export async function isShownAt(store: Store, meetup: Meetup, where: Place): Promise<boolean> {
  const there = await store.communities.ofPlace(where.platform, where.workspace, where.place, '')
  return there === undefined || communitiesOf(meetup).includes(there.id)
}

interface Place {
  platform: string
  workspace: string
  place: string
}

/** What it is called, and whether it takes place. */
export function titleOf({ title, state }: Meetup): Text {
  if (state === 'cancelled') return say`Cancelled: ${title}`
  return state === 'over' ? say`It took place: ${title}` : say`${title}`
}

/** What whoever comes needs to know. */
export function arrivalFields(meetup: Meetup, about: { name: string; sensitive: boolean }): Field[] {
  const host = hostWords(meetup, about)
  return [
    { label: say`When`, value: whenWords(meetup) },
    ...(meetup.place ? [{ label: say`Where`, value: say`${meetup.place}` }] : []),
    ...(host ? [{ label: say`Host`, value: say`${host}` }] : []),
    ...(meetup.access ? [{ label: say`Accessibility`, value: say`${meetup.access}` }] : []),
  ]
}

/** What there is to read of a meetup, for whoever may know the place or not. */
export async function meetupFields(
  store: Store,
  meetup: Meetup,
  { mayKnow, name, sensitive }: { mayKnow: boolean; name: string; sensitive: boolean },
): Promise<Field[]> {
  const { description, access, notes, photos, seriesId, state } = meetup
  const series = seriesId === null ? undefined : await store.meetups.series(seriesId)
  const place = placeWords(meetup, mayKnow)
  const host = hostWords(meetup, { name, sensitive })
  const there = []
  for (const id of communitiesOf(meetup)) there.push((await store.communities.get(id))?.name ?? '')
  const field = (label: Text, value: Text): Field => ({ label, value })
  return [
    field(say`When`, whenWords(meetup)),
    ...(series ? [field(say`Repeats`, seriesWords(series))] : []),
    ...(place ? [field(say`Where`, place === PLACE_LATER ? say`Place after you say yes` : say`${place}`)] : []),
    ...(host ? [field(say`Host`, say`${host}`)] : []),
    ...(description ? [field(say`What`, say`${description}`)] : []),
    ...(access ? [field(say`Accessibility`, say`${access}`)] : []),
    field(there.length > 1 ? say`Communities` : say`Community`, say`${there.join(' and ')}`),
    ...(state === 'planned'
      ? [field(say`Who comes`, seatsWords(meetup, await store.rsvps.seats(meetup.id), sensitive))]
      : []),
    ...(state === 'planned' || state === 'draft' ? rulesField(meetup) : []),
    ...(notes ? [field(say`How it was`, say`${notes}`)] : []),
    ...(photos ? [field(say`Photos`, say`${{ link: photos, label: 'Photos' }}`)] : []),
  ]
}

function seriesWords({ startsAt, zone, repeats, times }: Series): Text {
  return say`${repeatsWords(startsAt, zone, repeats)}, ${times} times`
}

function rulesField(meetup: Meetup): Field[] {
  const value = rulesWords(meetup)
  return value.values.some((part) => Array.isArray(part) && part.length > 0) ? [{ label: say`Rules`, value }] : []
}

/** Whether they come. */
function answerButtons({ id: m }: Meetup): Button[] {
  return [
    { label: say`Yes, I come`, press: address('meetups.yes', { m }) },
    { label: say`Maybe`, press: address('meetups.maybe', { m }) },
    { label: say`I can't come`, press: address('meetups.no', { m }) },
    { label: say`More`, press: address('meetups.open', { m }) },
  ]
}

/** Whether somebody may know where it is. */
export const mayKnowPlace = ({ placeHidden }: Meetup, own: Rsvp | undefined, isOrganizer: boolean): boolean =>
  !placeHidden || isOrganizer || own?.state === 'going'

/** The meetup as one person sees it, with all they can do. */
export async function personalCard(context: Context, inside: InsideMeetup): Promise<Card> {
  const { store, caller, now, organization } = context
  const { meetup, found, isOrganizer } = inside
  const own = await store.rsvps.own(meetup, caller.id)
  const mayKnow = mayKnowPlace(meetup, own, isOrganizer)
  return {
    title: titleOf(meetup),
    ...(own && takesAnswers(meetup, now) && { body: ownWords(meetup, own, found.sensitive) }),
    fields: await meetupFields(store, meetup, { mayKnow, name: organization.name, sensitive: found.sensitive }),
    buttons: [
      ...(takesAnswers(meetup, now) ? personalButtons(meetup, own) : []),
      ...(meetup.state === 'over' && (own?.state === 'going' || own?.state === 'came')
        ? afterButtons(meetup.id, found.sensitive)
        : []),
      ...(meetup.announcedAt ? [{ label: say`Calendar file`, press: address('meetups.file', { m: meetup.id }) }] : []),
      ...(isOrganizer || (meetup.state === 'draft' && meetup.authorId === caller.id)
        ? [{ label: say`Look after it`, press: address('meetup.manage', { m: meetup.id }) }]
        : []),
      ...(takesCheckIns(meetup, now) && !own?.checkedInAt
        ? [{ label: say`Check in`, press: address('meetups.here', { m: meetup.id }) }]
        : []),
    ],
  }
}

/** What somebody has answered, and where they stand. */
export function ownWords({ offerMinutes: _, ...meetup }: Meetup, own: Rsvp, sensitive: boolean): Text {
  const { state, guests, number, offeredUntil, checkedInAt } = own
  const withGuests = guests > 0 ? say` with ${{ count: guests, one: 'guest', other: 'guests' }}` : say``
  const numbered = number !== null && !sensitive ? say`, number ${number}` : say``
  switch (state) {
    case 'going':
      return checkedInAt ? say`You are there.` : say`You come${withGuests}${numbered}.`
    case 'offered':
      return lines(
        say`A seat is kept for you${withGuests}${offeredUntil ? say` until ${{ when: offeredUntil }}` : say``}: take it, or pass.`,
      )
    case 'waiting':
      return say`You are on the waitlist${withGuests}${numbered}.`
    case 'maybe':
      return say`You said: maybe. No seat is kept for you.`
    case 'lapsed':
      return say`A seat was kept for you, and you did not take it in time. Say yes again to stand in line anew.`
    case 'no':
      return say`You said that you can't come.`
    case 'came':
      return meetup.state === 'planned' ? say`You are there.` : say`You were there.`
    default:
      return state satisfies never
  }
}

/** What can be done besides, from where somebody stands. */
function personalButtons(meetup: Meetup, own: Rsvp | undefined): Button[] {
  const { id: m, guests } = meetup
  const to = (label: Text, target: string, more: Record<string, number> = {}): Button => ({
    label,
    press: address(target, { m, ...more }),
  })
  const state = own?.state ?? 'no'
  const comes = state === 'going' || state === 'waiting'
  return [
    ...(state === 'offered' ? [to(say`Take it`, 'meetups.take'), to(say`Pass`, 'meetups.pass')] : []),
    ...(comes || state === 'offered' ? [] : [to(say`Yes, I come`, 'meetups.yes')]),
    ...(comes && guests > 0 ? [to(say`Bring guests`, 'meetups.guests')] : []),
    ...(comes && own?.remind !== true ? [to(say`Remind me`, 'meetups.remind', { y: 1 })] : []),
    ...(comes && own?.remind === true ? [to(say`No reminder`, 'meetups.remind', { y: 0 })] : []),
    ...(state === 'maybe' || state === 'offered' ? [] : [to(say`Maybe`, 'meetups.maybe')]),
    ...(own && (comes || state === 'maybe') ? [to(say`I can't come`, 'meetups.no')] : []),
    ...(own ? [] : [to(say`I can't come`, 'meetups.no')]),
  ]
}

/** What somebody who was there is asked afterwards; of a sensitive community nobody could be told how many said what. */
export function afterButtons(m: string, sensitive: boolean): Button[] {
  return [
    ...(sensitive
      ? []
      : [
          { label: say`Worth it`, press: address('meetups.worth', { m, y: 1 }) },
          { label: say`Not for me`, press: address('meetups.worth', { m, y: 0 }) },
        ]),
    { label: say`I host the next one`, press: address('meetups.next', { m }) },
  ]
}
