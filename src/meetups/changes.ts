import type { TimedMeetup } from '../core/meetup.ts'
import { named, whenWords } from '../core/meetup-words.ts'
import { lines, say, type Text } from '../core/say.ts'
import { invitation } from './files.ts'
import { showNext } from './running.ts'
import { communitiesThere, type Here } from './seats.ts'
import { about, announcement, CONCERNED, everyCard, nearTo } from './telling.ts'

/** Another time or place: everybody who may count on it is told, and asked again. */
export async function moved(here: Here, before: TimedMeetup, after: TimedMeetup): Promise<void> {
  const { store, now } = here
  const isAtOtherTime = before.startsAt.getTime() !== after.startsAt.getTime()
  if (isAtOtherTime) {
    await store.meetups.remindAt(after.id, after.startsAt, now)
    await store.attendance.takeBack(after, now)
  }
  const there = await communitiesThere(store, after)
  const [community] = there
  if (!community) return
  const card = announcement(
    after,
    say`Changed: ${after.title}`,
    lines(
      (isAtOtherTime || before.minutes !== after.minutes) && say`Before it was ${whenWords(before)}.`,
      before.place !== after.place && placeChanged(after),
      say`Your answer stands until you give another. Does it suit you still?`,
    ),
  )
  const told = { card, file: invitation(here, after, community) }
  const how = about(before.startsAt < after.startsAt ? { ...after, startsAt: before.startsAt } : after, community, now)
  await store.notices.tell(await store.rsvps.whoIs(after.id, CONCERNED), 'changed', told, now, nearTo(community), how)
  // Of a series a room knows only what was shown there.
  if (!after.shownAt) return
  const text = lines(
    say`${{ strong: after.title }} is changed. It is ${whenWords(after)}.`,
    before.place !== after.place && placeChanged(after),
  )
  for (const one of there) await store.posts.sayInRooms(one.id, { text }, now)
}

function placeChanged({ place, placeHidden }: TimedMeetup): Text {
  if (place === null) return say`There is no place for it any more.`
  if (placeHidden) return say`The place is another one; who comes finds it under ${{ typed: '/meetups' }}.`
  return say`Where: ${place}`
}

/**
 * They do not take place: one, or several of a series, the first of them first. Everybody who may count on any of them is told
 * once.
 */
export async function cancel(here: Here, meetups: TimedMeetup[]): Promise<void> {
  const { store, now } = here
  const [first] = meetups
  if (!first) return
  const concerned = new Set<string>()
  for (const { id, sequence } of meetups) {
    for (const who of await store.rsvps.whoIs(id, CONCERNED)) concerned.add(who)
    await store.meetups.change(id, { state: 'cancelled', sequence: sequence + 1 }, now)
    await store.meetups.reschedule(id)
  }
  const there = await communitiesThere(store, first)
  const [community] = there
  if (!community) return
  const isOne = meetups.length === 1
  const text = isOne ? say`${named(first)} is cancelled.` : say`${named(first)} and those that follow are cancelled.`
  const file = invitation(here, { ...first, state: 'cancelled', sequence: first.sequence + 1 }, community)
  const { meetup: _, ...how } = about(first, community, now)
  await store.notices.tell([...concerned], 'changed', { text, ...(isOne && { file }) }, now, nearTo(community), how)
  // As above.
  if (meetups.some(({ shownAt }) => shownAt))
    for (const one of there) await store.posts.sayInRooms(one.id, { text }, now)
  await store.cards.redrawAll(
    meetups.flatMap(({ id }) => everyCard(id)),
    now,
  )
  await showNext(here, first)
}
