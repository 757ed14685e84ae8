import { z } from 'zod'
import { accept, decline } from '../src/answering.ts'
import { askNext, keepSensitiveConsent } from '../src/asking.ts'
import { type Context, command, press } from '../src/command.ts'
import { isWanted } from '../src/core/community.ts'
import { Refusal } from '../src/core/refusal.ts'
import { say, type Text } from '../src/core/say.ts'
import { notNow, ROOMS, type Room, roomCard, sensitiveCard, toldBy, whoSees } from '../src/entering.ts'
import { enterCard, openCommunity } from '../src/opening.ts'
import { community, type Found, invitation, text } from '../src/option.ts'
import { communityNamed } from '../src/own.ts'
import { address, type Reply } from '../src/reply.ts'

const REASON_MAX = 500

const room = z.enum(ROOMS)

export default command({
  name: 'join',
  description: 'Join a community, or pledge to one that is wanted',
  permission: 'guest',
  options: {
    community: community('Its name, or an invitation code', 'any'),
    code: invitation('An invitation code').optional(),
  },
  run: (context, { community, code }) => enter(context, community, { code }),
  presses: {
    pledge: press({
      args: { c: community('Community') },
      run: (context, { c }) => enter(context, c, {}),
    }),
    in: press({
      args: { c: community('Community'), i: invitation('Invitation').optional(), r: room },
      run: async (context, { c, i, r }) => inPlace(await enter(context, c, { code: i, room: r })),
    }),
    back: press({
      args: { c: community('Community') },
      async run({ store, caller, now }, { c }) {
        const taken = await store.memberships.takeBack(c, caller.id, now)
        if (!taken) return { text: say`You have no pledge here to take back.` }
        return { text: say`Your pledge for ${{ strong: c.name }} is taken back.`, redraw: [{ card: 'seed', id: c.id }] }
      },
    }),
    agree: press({
      args: { c: community('Community'), i: invitation('Invitation').optional() },
      run: (context, { c, i }) => enter(context, c, { code: i, agreed: true }),
    }),
    no: press({
      args: { c: community('Community') },
      run: async () => ({ update: { text: say`All right, nothing was stored.` } }),
    }),
    enter: press({
      args: { c: community('Community'), r: room.optional() },
      permission: 'member',
      async run(context, { c, r = 'members' }) {
        const { store, caller, where, now } = context
        const carriers = await store.roomCare.carriersFor(c.id, { personId: caller.id, ...where })
        if (carriers.length > 0 && carriers.every((one) => one === 'none'))
          return {
            update: { text: say`There is no room of ${{ strong: c.name }} here. You hear of everything in private.` },
          }
        // An old card: more people see it by now.
        if (r === 'members' && (await whoSees(context, c)) === 'everyone')
          return { update: { card: enterCard(c, 'everyone') } }
        const entrance = { personId: caller.id, ...where }
        if (!(await store.memberships.wantPlace(c, entrance, toldBy(r) ?? undefined, now)))
          throw new Refusal(
            say`${{ strong: c.name }} has no room where you are. Type ${{ typed: `/join ${c.slug ?? ''}` }} where you joined it.`,
          )
        return { update: { text: say`You are being let into the room of ${{ strong: c.name }}.` } }
      },
    }),
    ask: press({
      args: { c: community('Community'), r: room.optional(), y: z.literal('1').optional() },
      title: 'Ask to join',
      fields: { reason: text('Why would you like to join?', { max: REASON_MAX, long: true }) },
      run: ask,
    }),
    accept: press({
      args: { c: community('Community'), p: z.ulid() },
      permission: 'organizer',
      run: (context, { c, p }) => accept(context, c, p),
    }),
    decline: press({
      args: { c: community('Community'), p: z.ulid() },
      permission: 'organizer',
      title: 'Decline a request',
      fields: { reason: text('Reason, which the person will see', { max: REASON_MAX, long: true }) },
      run: (context, { c, p, reason }) => decline(context, c, p, reason),
    }),
  },
})

interface Way {
  code?: string | undefined
  /** They said yes to a sensitive community's keeping their membership. */
  agreed?: boolean
  /** What they chose once they knew who sees the room. */
  room?: Room
}

async function enter(context: Context, found: Found, way: Way): Promise<Reply> {
  const { standing, name } = found
  if (standing.state === 'member') return insideAlready(context, found)
  if (standing.state === 'pledged') return { text: say`You have pledged for ${{ strong: name }} already.` }
  if (standing.state === 'requested')
    return { text: say`You have asked to join ${{ strong: name }}. Its organizers will answer you.` }
  if (found.state !== 'open' && !isWanted(found, context.now)) throw new Refusal(notNow(found))
  const invited =
    way.code !== undefined && (await context.store.invitations.communityOf(way.code, context.now)) === found.id
  if (found.visibility === 'secret' && !invited)
    throw new Refusal(say`You need an invitation code to join that community.`)
  if (found.sensitive && !way.agreed) return { card: sensitiveCard(context, found, way.code) }
  const seen = found.sensitive || way.room ? 'nobody' : await whoSees(context, found)
  const onRequest = found.state === 'open' && found.visibility === 'request' && !invited
  if (seen !== 'nobody') return { card: roomCard(found, seen, onRequest, way.code, context.where.platform) }
  if (found.state === 'seed') return pledge(context, found, way)
  if (onRequest) {
    const sayWhy = { label: say`Say why`, press: address('join.ask', { c: found.id, ...(way.agreed && { y: '1' }) }) }
    return {
      text: say`${{ strong: name }} lets people in on request. Tell its organizers why you would like to join.`,
      card: { buttons: [sayWhy] },
    }
  }
  return become(context, found, way)
}

/** An answer that takes the place of the card that was pressed. */
function inPlace({ text, card, update, ...others }: Reply): Reply {
  return { ...others, update: update ?? { ...(text && { text }), ...(card && { card }) } }
}

async function insideAlready(context: Context, found: Found): Promise<Reply> {
  const text = say`You are in ${communityNamed(found, context.where)} already.`
  const question = await asked(context, found)
  if (question.card) return { text, ...question }
  const seen = await whoSees(context, found)
  if (seen === 'nobody') return { text }
  return { text, card: enterCard(found, seen) }
}

/** Membership of an open community, then the question whether the organization may know. */
async function become(context: Context, found: Found, way: Way): Promise<Reply> {
  const { store, caller, where, now } = context
  if (
    way.code !== undefined &&
    !(await store.invitations.use(way.code, found.id, now)) &&
    found.visibility !== 'open'
  ) {
    throw new Refusal(say`That invitation has been used up. Ask an organizer for another one.`)
  }
  const source = way.code ? 'invitation' : 'command'
  const entrance = { personId: caller.id, ...where }
  if (
    !(await store.memberships.join(found, entrance, source, now, way.room === undefined ? undefined : toldBy(way.room)))
  ) {
    throw new Refusal(notNow(found))
  }
  if (way.agreed) await keepSensitiveConsent(context, found, 'pressed Yes, join')
  return inside(context, found, say`You're in: ${communityNamed(found, where)}.`)
}

/** What a new member is told. On a card pressed in private it takes that card's place. */
async function inside(context: Context, found: Found, text: Text): Promise<Reply> {
  if (found.sensitive) return { update: { text, card: enterCard(found) } }
  return { text, ...(await asked(context, found)) }
}

async function asked(context: Context, found: Found): Promise<Reply> {
  const card = await askNext(context, found)
  return card ? { card } : {}
}

async function pledge(context: Context, found: Found, way: Way): Promise<Reply> {
  const { store, caller, now } = context
  await store.communities.lock(found.id)
  const fresh = await store.communities.get(found.id, caller.id)
  if (!fresh) throw new Refusal(notNow({ ...found, state: 'sunk' }))
  if (fresh.state !== 'seed') return enter(context, fresh, way)
  if (
    way.code !== undefined &&
    !(await store.invitations.use(way.code, found.id, now)) &&
    found.visibility === 'secret'
  ) {
    throw new Refusal(say`That invitation has been used up. Ask for another one.`)
  }
  await store.memberships.pledge(found.id, { personId: caller.id, ...context.where }, toldBy(way.room), now)
  if (way.agreed) await keepSensitiveConsent(context, found, 'pressed Yes, join')
  const count = await store.memberships.pledges(found.id)
  const redraw = [{ card: 'seed', id: found.id }]
  if (count >= found.pledgesNeeded) {
    await openCommunity(context, fresh)
    return {
      ...(await inside(
        context,
        found,
        say`That was the last pledge it needed: ${{ strong: found.name }} is open, and you're in.`,
      )),
      redraw,
    }
  }
  const text = found.sensitive
    ? say`You have pledged for ${{ strong: found.name }}. You will hear when it opens.`
    : say`You have pledged for ${{ strong: found.name }}: ${count} of ${found.pledgesNeeded}. You will hear when it opens.`
  return { ...(way.agreed ? { update: { text } } : { text }), redraw }
}

async function ask(
  context: Context,
  { c, r, y, reason }: { c: Found; r?: Room | undefined; y?: '1' | undefined; reason: string },
): Promise<Reply> {
  const { store, caller, where, now } = context
  if (c.standing.state === 'member' || c.state !== 'open' || c.visibility !== 'request') throw new Refusal(notNow(c))
  // It became sensitive after they were shown the button.
  if (c.sensitive && y === undefined) return { update: { card: sensitiveCard(context, c, undefined) } }
  if (c.sensitive) await keepSensitiveConsent(context, c, 'pressed Yes, join')
  const said = { reason: reason.slice(0, REASON_MAX), told: toldBy(r) }
  await store.memberships.request(c.id, { personId: caller.id, ...where }, said, now)
  const args = { c: c.id, p: caller.id }
  const card = {
    title: say`${{ person: caller.id }} asks to join ${{ strong: c.name }}`,
    body: say`${reason.slice(0, REASON_MAX)}`,
    buttons: [
      { label: say`Accept`, press: address('join.accept', args) },
      { label: say`Decline`, press: address('join.decline', args) },
    ],
  }
  await store.notices.tell(await store.memberships.organizers(c.id), 'asked', { card }, now, where, c)
  return {
    update: {
      text: say`Your request went to the organizers of ${{ strong: c.name }}. You will hear what they answer.`,
    },
  }
}
