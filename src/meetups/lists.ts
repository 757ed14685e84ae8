import type { Context } from '../command.ts'
import type { MeetupState, RsvpState } from '../core/meetup.ts'
import { whenWords } from '../core/meetup-words.ts'
import { say, type Text } from '../core/say.ts'
import type { Found } from '../option.ts'
import { address, type Button, type Card } from '../reply.ts'
import type { ListedMeetup } from '../store/meetup-lists.ts'

const PAGE = 8

/** Which page of which meetups. */
export interface Listed {
  which: 'coming' | 'past'
  found: Found | undefined
  page: number
}

/** When the caller's communities meet, or met, with what they answered. */
export async function listCard(context: Context, { which, found, page }: Listed): Promise<Card> {
  const { store, caller, now } = context
  const listing = { personId: caller.id, communityId: found?.id, which, skip: page * PAGE, take: PAGE + 1 }
  const all = await store.meetupLists.list(listing, now)
  const waiting = page === 0 && which === 'coming' ? await store.meetupLists.lookedAfter(caller.id) : []
  const shown = all.slice(0, PAGE)
  const to = (n: number) => address('meetups.page', { k: which, n, ...(found && { c: found.id }) })
  // Of a series several have one title.
  const isAlone = ({ title }: ListedMeetup) => shown.filter((one) => one.title === title).length < 2
  const open = (one: ListedMeetup): Button => ({
    label: isAlone(one) ? say`${one.title}` : say`${{ when: one.startsAt }}: ${one.title}`,
    press: address('meetups.open', { m: one.id }),
  })
  const options = [
    ...shown.map(open),
    ...waiting.map((one) => ({
      label: say`${WAITING[one.state] ?? say``}: ${one.title}`,
      press: address('meetup.manage', { m: one.id }),
    })),
  ].slice(0, 25)
  const buttons: Button[] = [
    ...(page > 0 ? [{ label: say`Back`, press: to(page - 1) }] : []),
    ...(all.length > PAGE ? [{ label: say`More`, press: to(page + 1) }] : []),
    ...(which === 'coming' ? [{ label: say`My own calendar`, press: address('meetups.calendar') }] : []),
  ]
  return {
    title: which === 'coming' ? say`When communities meet` : say`Past meetups`,
    ...(shown.length === 0 && {
      body: which === 'coming' ? say`Nothing is planned. Plan something with ${{ typed: '/meetup' }}.` : say`None yet.`,
    }),
    fields: shown.map((one) => ({ label: say`${one.title}`, value: rowWords(one, which) })),
    ...(options.length > 0 && { choice: { label: say`Meetups`, options } }),
    ...(buttons.length > 0 && { buttons }),
  }
}

/** What nobody else sees yet. */
const WAITING: Partial<Record<MeetupState, Text>> = {
  draft: say`Not announced`,
  proposed: say`Proposed`,
  finding: say`A time is looked for`,
}

const ANSWERS: Record<RsvpState, Text> = {
  going: say`you come`,
  offered: say`a seat is kept for you`,
  waiting: say`you are on the waitlist`,
  maybe: say`maybe`,
  no: say`you can’t come`,
  lapsed: say`not taken in time`,
  came: say`you are there`,
}

function rowWords(one: ListedMeetup, which: Listed['which']): Text {
  return say`${one.communityName}, ${whenWords(one)}${which === 'coming' ? comingWords(one) : pastWords(one)}`
}

const comingWords = ({ answer }: ListedMeetup): Text => (answer === null ? say`` : say`: ${ANSWERS[answer]}`)

function pastWords({ answer, checkedInAt, wasCheckedIn }: ListedMeetup): Text {
  if (answer === 'came' || checkedInAt) return say`: you were there`
  if (answer !== 'going') return say``
  // Where nobody was checked in, nobody can tell who was there.
  return wasCheckedIn ? say`: you said yes and were not checked in` : say`: you said yes`
}
