import { z } from 'zod'
import { askNext } from '../src/asking.ts'
import { type Context, command, press } from '../src/command.ts'
import { Refusal } from '../src/core/refusal.ts'
import { lines, say } from '../src/core/say.ts'
import { whoSees } from '../src/entering.ts'
import { lookForOrganizer, tellUnlookedAfter } from '../src/opening.ts'
import { community, type Found, text } from '../src/option.ts'
import { address, type Card, type Content, type Reply } from '../src/reply.ts'

const UNDO_MS = 3_600_000
const REASON_MAX = 500
/** How many members the last organizer is offered to hand over to. */
const OFFERED = 5

const words = {
  reason: text('A word to its organizers, if you like; nobody else sees it', {
    max: REASON_MAX,
    long: true,
  }).optional(),
}

export default command({
  name: 'leave',
  description: 'Leave a community',
  permission: 'guest',
  options: { community: community('The community'), ...words },
  run: leave,
  presses: {
    undo: press({ args: { c: community('Community') }, run: undo }),
    name: press({
      args: { c: community('Community'), p: z.ulid(), d: z.string().optional() },
      permission: 'organizer',
      run: handOver,
    }),
    search: press({
      args: { c: community('Community'), d: z.string().optional() },
      permission: 'organizer',
      async run(context, { c, d }) {
        const left = await go(context, c, await reasonOf(context, d))
        await lookForOrganizer(context, c)
        return { update: left }
      },
    }),
    volunteer: press({
      args: { c: community('Community') },
      permission: 'member',
      run: volunteer,
    }),
  },
})

async function leave(
  context: Context,
  { community: found, reason }: { community: Found; reason?: string | undefined },
): Promise<Reply> {
  const { store, caller, now } = context
  const { state, organizer } = found.standing
  if (state === 'pledged') return takeBack(context, found)
  if (state === 'requested') {
    await store.memberships.takeBack(found, caller.id, now, 'requested')
    return { text: say`Your request to join ${{ strong: found.name }} is taken back.` }
  }
  if (state !== 'member') return { text: say`You are not in ${{ strong: found.name }}.` }
  // Two last organizers leaving at once must see each other.
  if (organizer) await store.communities.lock(found.id)
  const organizers = organizer ? await store.memberships.organizers(found.id) : []
  const others =
    organizers.length === 1
      ? (await store.memberships.list(found.id, 'member', OFFERED + 1)).filter((one) => one.personId !== caller.id)
      : []
  if (others.length === 0) return go(context, found, reason)
  const kept = reason ? { d: await store.drafts.keep(caller.id, 'leave', { reason }, now) } : {}
  const card: Card = {
    title: say`Who looks after ${{ strong: found.name }} when you are gone?`,
    body: say`You are its only organizer. Name someone, or let the others be asked; then you have left.`,
    buttons: [
      // In a sensitive community nobody is shown who else is in it.
      ...(found.sensitive ? [] : others.slice(0, OFFERED)).map((one) => ({
        label: say`Name ${one.name}`,
        press: address('leave.name', { c: found.id, p: one.personId, ...kept }),
      })),
      { label: say`Ask the others`, press: address('leave.search', { c: found.id, ...kept }) },
    ],
  }
  return { card }
}

async function takeBack({ store, caller, now }: Context, found: Found): Promise<Reply> {
  await store.memberships.takeBack(found, caller.id, now)
  return {
    text: say`Your pledge for ${{ strong: found.name }} is taken back.`,
    redraw: [{ card: 'seed', id: found.id }],
  }
}

/** The leaving itself. Reports, directions and rooms follow in the same statement. */
async function go(context: Context, found: Found, reason: string | undefined): Promise<Content> {
  const { store, caller, where, now } = context
  const organizers = await store.memberships.organizers(found.id)
  const left = await store.memberships.leave(found, caller.id, now, where.place)
  if (left === 'was not in it') return { text: say`You are not in ${{ strong: found.name }}.` }
  if (reason) {
    const word = say`Someone left ${{ strong: found.name }} and tells its organizers: ${reason.slice(0, REASON_MAX)}`
    const others = organizers.filter((id) => id !== caller.id)
    await store.notices.tell(others, 'looking-after', { text: word }, now, where, found)
  }
  if (organizers.length > 0 && (await store.memberships.organizers(found.id)).length === 0) {
    // Who looked after it as whoever they were before they were united was not asked who would.
    await (found.standing.organizer ? tellUnlookedAfter : lookForOrganizer)(context, found)
  }
  const text = lines(
    say`You have left ${{ strong: found.name }}.`,
    left === 'left and revoked' && say`Whoever was told that you were in it is told now that you are not.`,
    found.sensitive && say`That you were in it has been deleted.`,
  )
  if (found.sensitive) return { text }
  return { text, card: { buttons: [{ label: say`Undo`, press: address('leave.undo', { c: found.id }) }] } }
}

/** A fresh join, without asking its organizers again; what the organization may know is asked anew. */
async function undo(context: Context, { c }: { c: Found }): Promise<Reply> {
  const { store, caller, where, now } = context
  const { state, leftAt } = c.standing
  if (state !== 'left' || !leftAt || now.getTime() - leftAt.getTime() > UNDO_MS) {
    throw new Refusal(say`That was too long ago. Type ${{ typed: `/join ${c.slug ?? ''}` }} to join again.`)
  }
  // Its membership asks for a yes of its own, which joining puts first.
  if (c.sensitive) {
    throw new Refusal(
      say`${{ strong: c.name }} is a sensitive community now. Type ${{ typed: `/join ${c.slug ?? ''}` }} to join again.`,
    )
  }
  const isOutside = (await whoSees(context, c)) !== 'nobody' && !(await store.roomCare.toldOf(c.id, caller.id))
  const told = isOutside ? null : undefined
  if (!(await store.memberships.join(c, { personId: caller.id, ...where }, 'undo', now, told))) {
    throw new Refusal(say`${{ strong: c.name }} can't be joined right now.`)
  }
  const card = await askNext(context, c)
  return { update: { text: say`You're back in ${{ strong: c.name }}.`, ...(card && { card }) } }
}

async function handOver(
  context: Context,
  { c, p, d }: { c: Found; p: string; d?: string | undefined },
): Promise<Reply> {
  const { store, caller, where, now } = context
  const named = await store.people.whoNow(p)
  if (named === caller.id || !(await store.memberships.makeOrganizer(c.id, named))) {
    throw new Refusal(
      say`${{ person: named }} is not in ${{ strong: c.name }} any more. Type ${{ typed: `/leave ${c.slug ?? ''}` }} again.`,
    )
  }
  const told = say`You look after ${{ strong: c.name }} now: its last organizer left and named you. If you would rather not, type ${{ typed: `/leave ${c.slug ?? ''}` }} or ask the others in the room.`
  await store.notices.tell([named], 'looking-after', { text: told }, now, where, c)
  await store.audit.note(caller, 'organizer', 'organizer named', now, { community: c })
  return { update: await go(context, c, await reasonOf(context, d)) }
}

async function volunteer({ store, caller, now }: Context, { c }: { c: Found }): Promise<Reply> {
  await store.communities.lock(c.id)
  if ((await store.memberships.organizers(c.id)).length > 0) {
    return { text: say`Thank you. Somebody else was faster: ${{ strong: c.name }} has an organizer.` }
  }
  await store.memberships.makeOrganizer(c.id, caller.id)
  await store.audit.note(caller, 'organizer', 'became organizer', now, { community: c })
  await store.staffNotes.resolve(`no-organizer/${c.id}`, now)
  await store.posts.sayInRooms(
    c.id,
    { text: say`${{ person: caller.id }} looks after this community from now on.` },
    now,
    { personId: caller.id, unnamed: { text: say`Somebody looks after this community from now on.` } },
  )
  return {
    text: say`Thank you! You look after ${{ strong: c.name }} now. ${{ typed: '/help' }} shows what organizers can do.`,
  }
}

async function reasonOf({ store, caller, now }: Context, draft: string | undefined): Promise<string | undefined> {
  return draft === undefined ? undefined : (await store.drafts.read(draft, caller.id, 'leave', now))?.reason
}
