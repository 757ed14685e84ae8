import { mayAsk, printOf, questionCard } from './asking.ts'
import type { Context } from './command.ts'
import { ON_THE_WEB } from './core/person.ts'
import type { Told } from './core/room.ts'
import { say, type Text } from './core/say.ts'
import { address, type Card } from './reply.ts'
import type { WithStanding } from './store/communities.ts'

/** More than any number of pledges that may be asked for. */
const ALL = 10_000

/**
 * Opens a community: pledgers become members, its room is wanted and welcomes them, and each of them hears of it in
 * private together with the first question. Whoever's press opened it is told by the reply to that press.
 */
export async function openCommunity(
  context: Context,
  community: WithStanding,
  toldByReply = context.caller.id,
): Promise<void> {
  const { store, now, where } = context
  const { id, slug, platform, workspace, sensitive, visibility, name, need } = community
  await store.communities.open(id, now)
  // Of a hidden one no other workspace learns by a room that nobody there asked for.
  const others = sensitive || visibility === 'secret' ? [] : await store.rooms.workspacesOf(id)
  for (const where of [{ platform, workspace }, ...others]) {
    await store.rooms.want(id, where.platform, where.workspace, slug ?? id, now)
  }
  if (!sensitive) await store.rooms.wantMembers(id, now)
  const welcome = say`Welcome to ${{ strong: name }}! It is for ${need}. Type ${{ typed: '/about' }} here to see more.`
  await store.posts.sayInRooms(id, { text: welcome }, now)
  if ((await store.memberships.organizers(id)).length === 0) await lookForOrganizer(context, community)
  const members = await store.memberships.list(id, 'member', ALL)
  const pledgers = members.map((member) => member.personId).filter((personId) => personId !== toldByReply)
  const asking = sensitive || !(await mayAsk(context)) ? undefined : (await store.destinations.list())[0]
  const told = say`${{ strong: name }} has opened, and you are in.`
  const card = sensitive ? enterCard(community) : asking && questionCard(context, asking, community)
  const shown = await store.notices.tell(
    pledgers,
    'opened',
    { text: told, ...(card && { card }) },
    now,
    where,
    community,
  )
  // Whoever was not shown the question is asked at their next own act.
  if (asking) {
    await store.directions.askedAll(id, shown, asking, printOf(asking, community, context.organization), now)
  }
}

/** Entering a room is a press of its own where others see who came, unless they read that and pressed already. */
export function enterCard(community: { id: string; name: string }, seen: Told = 'members'): Card {
  const who =
    seen === 'everyone'
      ? say`everyone there will see it.`
      : say`the others there will see you, and so will whoever runs the place.`
  return {
    body: say`${{ strong: community.name }} has a room. If you enter it, ${who}`,
    buttons: [{ label: say`Enter the room`, press: address('join.enter', { c: community.id, r: seen }) }],
  }
}

/** Asks the room for someone to look after it, and lets staff know that nobody does. */
export async function lookForOrganizer(
  context: Pick<Context, 'store' | 'now'>,
  community: WithStanding,
): Promise<void> {
  const { store, now } = context
  const card: Card = {
    title: say`${{ strong: community.name }} is looking for an organizer`,
    body: say`An organizer answers requests and keeps the room friendly. Who would help?`,
    buttons: [{ label: say`I'll do it`, press: address('leave.volunteer', { c: community.id }) }],
  }
  await store.posts.sayInRooms(community.id, { card }, now)
  await tellUnlookedAfter(context, community)
}

/** Lets staff know that nobody looks after a community. */
export async function tellUnlookedAfter(
  { store, now }: Pick<Context, 'store' | 'now'>,
  community: WithStanding,
): Promise<void> {
  const about =
    community.sensitive || community.visibility === 'secret'
      ? say`A hidden community has no organizer.`
      : say`${{ strong: community.name }} has no organizer.`
  await store.staffNotes.tell(`no-organizer/${community.id}`, about, now)
}

/** What a founder tells others, so that they can come. */
export function howOthersCome({ where, site }: Context, { slug, visibility, sensitive }: WithStanding): Text {
  if (visibility === 'secret')
    return say`Nobody can find it. Let people in with codes: ${{ typed: `/invite ${slug ?? ''}` }}.`
  // A hidden one has no page for who is not in it, but whoever is given its name can join it.
  const page = sensitive ? `${site}/do/join?community=${slug}` : `${site}/c/${slug}`
  const join = where.platform === ON_THE_WEB.platform ? { link: page, label: page } : { typed: `/join ${slug ?? ''}` }
  return sensitive ? say`It is listed nowhere. Tell people how to come: ${join}.` : say`Others come with ${join}.`
}
