import type { Context } from '../command.ts'
import { communitiesOf, isTimed, type Meetup, type RsvpState, takesCheckIns } from '../core/meetup.ts'
import { Refusal } from '../core/refusal.ts'
import { lines, say, type Text } from '../core/say.ts'
import { address, type Button, type Card, type Reply } from '../reply.ts'
import type { Guest } from '../store/attendance.ts'
import { asOrganizer, insideMeetup } from './access.ts'
import { redrawn } from './answering.ts'
import { offerSeats } from './seats.ts'

const PAGE = 10

/** Checks somebody in by the code that is shown at the place. */
export async function checkInBy(context: Context, typed: string): Promise<Reply> {
  const { store, caller, now } = context
  const code = typed.replaceAll(/[^0-9]/g, '')
  const there = await store.meetupLists.goingOn(caller.id, now)
  const meetup = there.find((one) => takesCheckIns(one, now) && one.code === code)
  if (!meetup)
    throw new Refusal(
      say`No meetup of your communities has that code now. It has six digits, and stands where you meet.`,
      'code',
    )
  return checkIn(context, meetup)
}

async function checkIn(context: Context, meetup: Meetup): Promise<Reply> {
  const { store, caller } = context
  await store.meetups.toChange(meetup.id)
  const own = await store.rsvps.own(meetup, caller.id)
  const isNew = await noteThere(context, meetup, own?.personId ?? caller.id)
  return {
    text: isNew ? say`You are checked in to ${{ strong: meetup.title }}. Welcome!` : say`You are checked in already.`,
    redraw: redrawn(meetup.id),
  }
}

/** Somebody is there, at a meetup that is held; a seat that was kept for whoever came otherwise is free. False if it is known. */
async function noteThere(context: Context, meetup: Meetup, personId: string): Promise<boolean> {
  const { store, now } = context
  const isNew = await store.attendance.checkIn(meetup.id, personId, now)
  const community = isNew && (await store.communities.get(meetup.communityId))
  if (community && isTimed(meetup)) await offerSeats(context, meetup, community)
  return isNew
}

/** Tells how to check in where no code was given. */
export async function howToCheckIn(context: Context, m: string): Promise<Reply> {
  const { meetup } = await insideMeetup(context, m)
  return {
    text: say`At the place stands a code for ${{ strong: meetup.title }}. Type ${{ typed: '/check-in 123456' }} with it, or let an organizer check you in.`,
  }
}

/** The code that is shown at the place. */
export async function codeCard(context: Context, m: string): Promise<Reply> {
  const { meetup } = await asOrganizer(context, m)
  if (!takesCheckIns(meetup, context.now))
    throw new Refusal(say`People check in from two hours before it starts until twelve hours after it ends.`)
  return {
    card: {
      title: say`${meetup.code ?? ''}`,
      body: lines(
        say`The code to check in to ${{ strong: meetup.title }}. Show it at the place, not in the room: whoever has it can check in.`,
        say`It is typed as ${{ typed: `/check-in ${meetup.code ?? ''}` }}, or given on the page ${{ link: `${context.site}/do/check-in`, label: `${context.site}/do/check-in` }}.`,
      ),
    },
  }
}

const ON_LIST: RsvpState[] = ['going', 'came', 'offered', 'waiting', 'maybe']

/** Who comes, as organizers see it: in the order of their numbers. */
export async function guestsCard(context: Context, m: string, n: number): Promise<Reply> {
  const { store } = context
  const { meetup, found } = await asOrganizer(context, m)
  const rows = await store.attendance.list(m, ON_LIST, { skip: n * PAGE, take: PAGE + 1 })
  return {
    update: {
      card: {
        title: say`Who comes: ${meetup.title}`,
        ...(rows.length === 0 && { body: say`Nobody has answered yet.` }),
        fields: rows
          .slice(0, PAGE)
          .map((row) => ({ label: say`${{ person: row.who }}`, value: stateWords(row, found.sensitive) })),
        buttons: pages('meetup.guests', m, n, rows.length > PAGE),
      },
    },
  }
}

const STATES: Record<RsvpState, Text> = {
  going: say`comes`,
  came: say`is there`,
  offered: say`was offered a seat`,
  waiting: say`on the waitlist`,
  maybe: say`maybe`,
  no: say`no`,
  lapsed: say`did not answer`,
}

/** Of a sensitive community no number is told, to nobody. */
function stateWords({ state, guests, number, missed }: Guest, sensitive: boolean): Text {
  return say`${STATES[state]}${number === null || sensitive ? say`` : say`, number ${number}`}${guests > 0 ? say`, with ${{ count: guests, one: 'guest', other: 'guests' }}` : say``}${missed > 0 ? say`; did not come ${{ count: missed, one: 'time', other: 'times' }} lately` : say``}`
}

function pages(target: string, m: string, n: number, hasMore: boolean): Button[] {
  return [
    ...(n > 0 ? [{ label: say`Back`, press: address(target, { m, n: n - 1 }) }] : []),
    ...(hasMore ? [{ label: say`More`, press: address(target, { m, n: n + 1 }) }] : []),
    { label: say`Back to the meetup`, press: address('meetup.manage', { m }) },
  ]
}

/** Who is there, to be ticked one by one, and afterwards who did not come. */
export async function attendanceCard(context: Context, m: string, n: number): Promise<Card> {
  const { store, now } = context
  const { meetup, found } = await asOrganizer(context, m)
  const isOpen = takesCheckIns(meetup, now)
  const rows = await store.attendance.list(m, isOpen ? ON_LIST : ['going', 'came'], { skip: n * PAGE, take: PAGE + 1 })
  const shown = rows.slice(0, PAGE)
  const after = await store.attendance.after(m)
  return {
    title: say`Who is there: ${meetup.title}`,
    body: lines(
      rows.length === 0 && say`Nobody has said yes.`,
      !found.sensitive && say`${after.came} checked in, ${after.missed} not${isOpen ? say` yet` : say``}.`,
      !isOpen && say`Names are kept for six months; organizers see them, and each person their own.`,
    ),
    fields: shown.map(({ who, checkedInAt }) => ({
      label: say`${{ person: who }}`,
      value: checkedInAt ? say`is there` : isOpen ? say`not checked in` : say`did not come`,
    })),
    ...(isOpen &&
      shown.length > 0 && {
        choice: {
          label: say`Check in, or take it back`,
          options: shown.map(({ who, personId, checkedInAt }) => ({
            label: checkedInAt ? say`Not there: ${{ person: who }}` : say`There: ${{ person: who }}`,
            press: address('meetup.tick', { m, p: personId, y: checkedInAt ? 0 : 1, n }),
          })),
        },
      }),
    buttons: pages('meetup.list', m, n, rows.length > PAGE),
  }
}

/** An organizer checks somebody in, or takes that back. */
export async function tick(
  context: Context,
  m: string,
  { personId, isThere, page }: { personId: string; isThere: boolean; page: number },
): Promise<Reply> {
  const { store, now } = context
  const { meetup } = await asOrganizer(context, m)
  if (!takesCheckIns(meetup, now)) throw new Refusal(say`Until twelve hours after the end people can be checked in.`)
  if (!(await store.attendance.hasAnswered(m, personId)))
    throw new Refusal(say`They did not answer. Let them check in with the code.`)
  if (isThere) await noteThere(context, meetup, personId)
  else await store.attendance.checkOut(m, personId)
  return { update: { card: await attendanceCard(context, m, page) }, redraw: redrawn(m) }
}

/** What it was worth to somebody who was there. */
export async function sayWorth(context: Context, m: string, isWorth: boolean): Promise<Reply> {
  const own = await wasThere(context, m)
  await context.store.attendance.say(m, own.personId, { worth: isWorth })
  return { text: say`Thank you. Organizers see how many said so, and nobody else.` }
}

/** Somebody would host the next one; organizers hear of it. */
export async function hostNext(context: Context, m: string): Promise<Reply> {
  const { store, caller, where, now } = context
  const own = await wasThere(context, m)
  const { meetup, found } = await insideMeetup(context, m)
  if (!own.hostsNext) {
    await store.attendance.say(m, own.personId, { hostsNext: true })
    const text = say`${{ person: caller.id }} would host the next one after ${{ strong: meetup.title }}. Plan it with ${{ typed: '/meetup' }}.`
    await store.notices.tell(await store.memberships.organizers(found.id), 'looking-after', { text }, now, where, found)
  }
  return { text: say`Organizers know that you would host the next one.` }
}

async function wasThere(context: Context, m: string) {
  const { meetup } = await insideMeetup(context, m)
  const own = await context.store.rsvps.own(meetup, context.caller.id)
  if (meetup.state !== 'over') throw new Refusal(say`“${meetup.title}” is not over yet.`)
  if (own?.state !== 'going' && own?.state !== 'came')
    throw new Refusal(say`Only who was at “${meetup.title}” can say that.`)
  return own
}

/** Keeps a few words and a link to pictures, for everybody. */
export async function keepNotes(
  context: Context,
  m: string,
  words: { notes?: string | undefined; photos?: string | undefined },
): Promise<Reply> {
  const { store, now } = context
  const { meetup } = await asOrganizer(context, m)
  if (meetup.state !== 'over') throw new Refusal(say`“${meetup.title}” is not over yet.`)
  if (words.notes === undefined && words.photos === undefined)
    throw new Refusal(say`Nothing was given. Write a few words, or give a link.`)
  await store.meetups.change(
    m,
    {
      ...(words.notes !== undefined && { notes: words.notes }),
      ...(words.photos !== undefined && { photos: words.photos }),
    },
    now,
  )
  const said = lines(
    say`How it was: ${{ strong: meetup.title }}`,
    words.notes !== undefined && say`${words.notes}`,
    words.photos !== undefined && say`${{ link: words.photos, label: 'Photos' }}`,
  )
  for (const id of communitiesOf(meetup)) await store.posts.sayInRooms(id, { text: said }, now)
  return {
    text: say`Everybody in the room reads it, and it stands under ${{ typed: '/meetups' }}.`,
    redraw: [{ card: 'meetup', id: m }],
  }
}
