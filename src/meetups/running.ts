import { endOf, type Meetup, MIRRORED_ON, THREADS_ON, type TimedMeetup } from '../core/meetup.ts'
import { named, whenWords } from '../core/meetup-words.ts'
import { occurrences } from '../core/recurrence.ts'
import { lines, say } from '../core/say.ts'
import { address, type Card } from '../reply.ts'
import type { WithStanding } from '../store/communities.ts'
import { afterButtons } from './cards.ts'
import { invitation } from './files.ts'
import { communitiesThere, type Here, offerSeats } from './seats.ts'
import { about, announcement, everyCard, nearTo } from './telling.ts'

/** Announces a meetup that is held: it takes place from now on, and all that follow it if it repeats. */
export async function announce(here: Here, meetup: TimedMeetup): Promise<void> {
  const { store, now } = here
  await store.meetups.plan(meetup, now)
  const planned = await store.meetups.get(meetup.id)
  const series = planned?.seriesId ? await store.meetups.series(planned.seriesId) : undefined
  if (planned && series) {
    const all = occurrences(series.startsAt, series.zone, series.repeats, { times: series.times })
    await store.meetups.repeat(planned, all.slice(1), now)
  }
  await show(here, { ...meetup, state: 'planned' })
}

/** Shows a meetup in the rooms of those who meet, and tells members who want to hear of it, each once. */
export async function show(here: Here, meetup: TimedMeetup): Promise<void> {
  const { store, now } = here
  const told = new Set<string>()
  for (const community of await communitiesThere(store, meetup)) await showIn(here, meetup, community, told)
  await store.meetups.shown(meetup.id, now)
}

/** The same in one community, where nobody who was `told` is told again. */
export async function showIn(
  here: Here,
  meetup: TimedMeetup,
  community: WithStanding,
  told = new Set<string>(),
): Promise<void> {
  const { store, now } = here
  const { id } = meetup
  const card = announcement(meetup, say`A meetup: ${meetup.title}`)
  const unmade = await store.cards.placeInRooms('meetup', id, community.id, now)
  // Said there once the room is made.
  for (const where of unmade) await store.posts.say({ communityId: community.id, ...where }, { card }, now)
  const isHidden = community.sensitive || community.visibility !== 'open'
  for (const room of await store.meetupLists.rooms(community.id)) {
    const { platform, workspace, externalId: place } = room
    // Everybody in the workspace sees its events.
    if (MIRRORED_ON.includes(platform) && !isHidden)
      await store.cards.place('meetup-event', id, { platform, workspace, place: '' }, now)
    if (THREADS_ON.includes(platform) && place !== null && !community.sensitive)
      await store.cards.place('meetup-thread', id, { platform, workspace, place }, now)
  }
  const members = (await store.meetupLists.members([community.id])).filter((one) => !told.has(one))
  for (const one of members) told.add(one)
  const how = { ...about(meetup, community, now), isUrgent: false }
  const content = { card, file: invitation(here, meetup, community) }
  await store.notices.tell(members, 'meetup', content, now, nearTo(community), how)
}

/** Of a series the next one to come is shown, and no other, so that a room is not full of them. */
export async function showNext(here: Here, { seriesId }: Meetup): Promise<void> {
  const { store, now } = here
  const next = seriesId === null ? undefined : await store.meetupLists.nextOf(seriesId, now)
  if (next && !next.shownAt) await show(here, next)
}

/** What is due of a meetup that is held: offers that ran out, reminders, its end, and seats that became free. */
export async function handleDue(here: Here, meetup: TimedMeetup): Promise<void> {
  const { store, now } = here
  const [community] = await communitiesThere(store, meetup)
  if (!community) return
  if (endOf(meetup) <= now) return end(here, meetup)
  const lapsed = await store.rsvps.lapse(meetup.id, now)
  const text = say`The seat that was kept for you at ${named(meetup)} went to the next. To stand in line again, say yes once more.`
  const card = { buttons: [{ label: say`Yes, I come`, press: address('meetups.yes', { m: meetup.id }) }] }
  await store.notices.tell(lapsed, 'seat', { text, card }, now, nearTo(community), about(meetup, community, now))
  await remind(here, meetup, community)
  await offerSeats(here, meetup, community)
  await store.meetups.reschedule(meetup.id)
  // Whoever left or was forgotten since is counted no more.
  await store.cards.redrawAll(everyCard(meetup.id), now)
}

async function remind(here: Here, meetup: TimedMeetup, community: WithStanding): Promise<void> {
  const { store, now } = here
  const which = await store.meetups.reminded(meetup.id, now)
  if (!which || meetup.startsAt <= now) return
  const who = await store.rsvps.whoIs(meetup.id, ['going'], { asked: true })
  const card: Card = {
    title: which === 'hour' ? say`Soon: ${meetup.title}` : say`Not long now: ${meetup.title}`,
    body: lines(
      say`${whenWords(meetup)}.`,
      meetup.place !== null && say`Where: ${meetup.place}`,
      meetup.access !== null && say`${meetup.access}`,
    ),
    buttons: [
      { label: say`I can't come`, press: address('meetups.no', { m: meetup.id }) },
      { label: say`More`, press: address('meetups.open', { m: meetup.id }) },
    ],
  }
  // It waits for the end of quiet hours, but not beyond the start.
  const how = { ...about(meetup, community, now), isUrgent: false, notAfter: meetup.startsAt }
  await store.notices.tell(who, 'soon', { card }, now, nearTo(community), how)
}

/** It is over: whoever was there is asked what it was worth, and its organizers what is to be kept of it. */
async function end(here: Here, meetup: TimedMeetup): Promise<void> {
  const { store, now } = here
  const { id: m } = meetup
  await store.meetups.change(m, { state: 'over' }, now)
  await store.meetups.reschedule(m)
  const told = new Set<string>()
  for (const community of await communitiesThere(store, meetup)) {
    const { sensitive } = community
    const card: Card = {
      title: say`It took place: ${meetup.title}`,
      ...(!sensitive && {
        body: say`Were you there? Say what it was worth to you; organizers see how many said what, and nobody else.`,
      }),
      buttons: afterButtons(m, sensitive),
    }
    await store.posts.sayInRooms(community.id, { card }, now)
    const look: Card = {
      title: say`How was it? ${meetup.title}`,
      body: say`Check in who was there within 12 hours, and keep a few words or a link to pictures for everybody.`,
      buttons: [{ label: say`Look after it`, press: address('meetup.manage', { m }) }],
    }
    const organizers = (await store.memberships.organizers(community.id)).filter((one) => !told.has(one))
    for (const one of organizers) told.add(one)
    await store.notices.tell(organizers, 'looking-after', { card: look }, now, nearTo(community), community)
  }
  await store.cards.redrawAll(everyCard(m), now)
  await showNext(here, meetup)
}
