import { z } from 'zod'
import { type Context, command, press } from '../src/command.ts'
import { Refusal } from '../src/core/refusal.ts'
import { say, type Text } from '../src/core/say.ts'
import { somePeople } from '../src/core/small-numbers.ts'
import { whenClocksShow } from '../src/core/wall-clock.ts'
import { destinationPresses, destinationName as name } from '../src/destination-acts.ts'
import { allDestinations, destinationCard } from '../src/destination-card.ts'
import { type Each, eachDestination } from '../src/destination-state.ts'
import { absentees, sayOfVanished } from '../src/destination-vanished.ts'
import { community, type Found, text } from '../src/option.ts'
import { address, type Card, type Reply } from '../src/reply.ts'
import { settleAll } from '../src/settling.ts'

const mode = z.enum(['standing', 'release'])
const DAY = /^\d{4}-\d{2}-\d{2}$/

export default command({
  name: 'destinations',
  description: 'The services you send from, and who is in them',
  permission: 'staff',
  group: 'staff',
  options: {
    destination: text('Which one; left out, all', { max: 20 }).optional(),
    community: community('The community whose list or tag you choose', 'named', { keyOnly: true }).optional(),
    list: text('The id of its list or tag there', { keyOnly: true }).optional(),
    replay: text('Tell again what changed since a day, such as 2026-01-05', { max: 20, keyOnly: true }).optional(),
    stop: text('An address or number: that person is not told of any more', { keyOnly: true }).optional(),
  },
  shows: ['destination'],
  async run(context, { destination, community: c, list, replay, stop }) {
    if (destination === undefined) {
      if (c || list || replay || stop) throw new Refusal(say`Say which destination: ${{ typed: '/destinations crm' }}.`)
      return { card: await allDestinations(context) }
    }
    const each = await find(context, destination)
    const { name: d } = each.one
    if (c || list) return shown(context, d, await chooseList(context, each, c, list))
    if (replay) return shown(context, d, await tellAgain(context, d, replay))
    if (stop) return { text: await stopPerson(context, d, stop) }
    return shown(context, d)
  },
  presses: {
    ...destinationPresses((context, d) => cardOf(context, d)),
    show: press({
      args: { d: name },
      permission: 'staff',
      run: async (context, { d }) => ({ update: await shown(context, d) }),
    }),
    more: press({
      args: { d: name, n: z.coerce.number().int().min(0).max(10_000) },
      permission: 'staff',
      run: async (context, { d, n }) => ({ update: { card: await cardOf(context, d, n) } }),
    }),
    look: press({ args: { d: name }, permission: 'staff', run: (context, { d }) => lookNow(context, d) }),
    gone: press({
      args: { d: name, a: absentees },
      permission: 'staff',
      run: async (context, { d, a }) => {
        await sayOfVanished(context, await mayBeAsked(context, d), a)
        return { update: await shown(context, d) }
      },
    }),
    ask: press({ args: { d: name }, permission: 'staff', run: (context, { d }) => askThem(context, d) }),
    modes: press({
      args: { d: name, m: mode },
      permission: 'staff',
      run: (context, { d, m }) => confirm(context, d, m),
    }),
    mode: press({ args: { d: name, m: mode }, permission: 'staff', run: (context, { d, m }) => turn(context, d, m) }),
  },
})

async function find(context: Context, words: string): Promise<Each> {
  const all = await eachDestination(context)
  const each = all.find(({ one }) => one.name === words.trim().toLowerCase())
  if (each) return each
  const names = all.map(({ one }) => one.name).join(', ')
  throw new Refusal(say`There is no destination “${words}”. There are: ${names || 'none'}.`)
}

async function cardOf(context: Context, d: string, skip = 0): Promise<Card> {
  return destinationCard(context, await find(context, d), skip)
}

async function shown(context: Context, d: string, told?: Text): Promise<{ text?: Text; card: Card }> {
  return { ...(told && { text: told }), card: await cardOf(context, d) }
}

const noted = ({ store, caller, now }: Context, act: string, detail: string, about: { community?: Found } = {}) =>
  store.audit.note(caller, 'staff', act, now, { detail, ...about })

/** A list that is there already: it is looked for, everybody leaves the one before, and then they are put on this one. */
async function chooseList(context: Context, { one }: Each, c?: Found, list?: string): Promise<Text> {
  const { store, now } = context
  if (!c || !list) {
    const example = `/destinations ${one.name} community:${c?.slug ?? 'parents-united'} list:12345`
    throw new Refusal(say`Name both the community and the list or tag: ${{ typed: example }}.`)
  }
  if (!one.needsList) throw new Refusal(say`${one.name} needs no lists: it is told which community somebody is in.`)
  if (c.sensitive)
    throw new Refusal(say`${{ strong: c.name }} is a sensitive community: nothing about it is passed on to anybody.`)
  const id = list.trim()
  if (one.pausedAt)
    throw new Refusal(say`${one.name} is paused, so it can't be asked for its lists. Press Resume first.`)
  if (await store.listChoices.isTaken(one.name, c.id, id))
    throw new Refusal(say`That list or tag is another community's already. Who left one of them would leave both.`)
  await store.listChoices.choose(one.name, c.id, id, now)
  // One that has not been started yet is asked nothing, and is told of nobody before it is in use.
  if (!one.started || !one.canList) {
    await store.listChoices.seen(one.name, { communityId: c.id, id }, true, now)
    await store.listChoices.moveOn(one.name, now)
  } else await store.reconciling.lookNow(one.name, now)
  await noted(context, 'list chosen', one.name, { community: c })
  if (!one.started || !one.canList)
    return say`Once ${one.name} is told of people of ${{ strong: c.name }}, they go into ${id}. Make sure that it is there.`
  return say`${one.name} is being asked for ${id}. If it is there, people of ${{ strong: c.name }} who said yes are taken off the list or tag before, and then go into this one; if it is not, nothing changes, and staff are told so.`
}

async function tellAgain(context: Context, d: string, day: string): Promise<Text> {
  const { store, organization, now } = context
  const wall = new Date(DAY.test(day.trim()) ? `${day.trim()}T00:00:00Z` : Number.NaN)
  // A day that no month has would be read as one of the next.
  if (Number.isNaN(wall.getTime()) || !wall.toISOString().startsWith(day.trim()))
    throw new Refusal(say`Write the day like this: ${{ typed: 'replay:2026-01-05' }}.`)
  const since = whenClocksShow(wall, organization.zone)
  if (since > now) throw new Refusal(say`That day has not come yet.`)
  const count = await store.destinationCare.replay(d, since, now)
  await noted(context, 'destination told again', d)
  return say`${d} is told again of what changed since ${{ when: since }}: ${somePeople(count)}.`
}

/** The same answer whether or not anybody is meant, so that nobody learns who is known. */
async function stopPerson(context: Context, d: string, words: string): Promise<Text> {
  const { store, now } = context
  await store.suppressions.suppress(d, await store.destinationCare.called(words.trim()), undefined, 'stopped', now)
  await noted(context, 'person stopped', d)
  return say`Whoever has that address or number: from now on ${d} is told nothing about them, until they say yes again themselves. They see it with ${{ typed: '/sharing' }}.`
}

async function mayBeAsked(context: Context, d: string): Promise<Each['one']> {
  const { one } = await find(context, d)
  if (one.pausedAt || !one.started)
    throw new Refusal(say`${d} is not asked anything while it is paused or not started. Press Resume or Start first.`)
  return one
}

async function lookNow(context: Context, d: string): Promise<Reply> {
  await mayBeAsked(context, d)
  await context.store.reconciling.lookNow(d, context.now)
  await noted(context, 'destination compared', d)
  const told = say`${d} is being asked whom it holds. What came of it stands here in a moment: ${{ typed: `/destinations ${d}` }}.`
  return { update: await shown(context, d, told) }
}

/** Each person hears it once, in private; staff do not learn who. */
async function askThem(context: Context, d: string): Promise<Reply> {
  const { store, where, now } = context
  const { recipient } = (await find(context, d)).one
  const ids = await store.destinationCare.toAsk(d, now)
  const body = say`${{ strong: recipient }} could not take your address. Look whether it is right, and give another one if it is not: ${{ typed: '/email' }}.`
  await store.notices.tell(ids, 'address', { text: body }, now, where)
  await noted(context, 'people asked', d)
  // The same whether anybody was left to be asked: staff do not learn whose it was from whom they stopped before.
  const told = say`Whoever had not been asked yet was asked in private to look at their address: ${somePeople(ids.length)}. Once they give another one it is tried again by itself.`
  return { update: await shown(context, d, told) }
}

async function confirm(context: Context, d: string, m: z.output<typeof mode>): Promise<Reply> {
  const { store } = context
  const leave = { label: say`Leave it as it is`, press: address('destinations.show', { d }) }
  const done = {
    label: say`Yes, ${m === 'release' ? 'release only' : 'standing'}`,
    press: address('destinations.mode', { d, m }),
  }
  const body =
    m === 'release'
      ? say`${d} would hold nobody but audiences that you release. Everybody who is in it leaves at once: ${somePeople(await store.destinationCare.wanted(d))}. Their yeses stand.`
      : say`${d} would be told at once of everybody who said yes to it: ${somePeople((await store.destinations.dryRun(d)).said)}.`
  return {
    update: { card: { title: m === 'release' ? say`Release only?` : say`Standing?`, body, buttons: [done, leave] } },
  }
}

/** Staff have just said how many may leave at once, so nobody is held back for it. */
async function turn(context: Context, d: string, m: z.output<typeof mode>): Promise<Reply> {
  const { store, now } = context
  await store.destinationCare.turn(d, m)
  await settleAll(store, now)
  if (m === 'release') {
    await store.reports.releaseHeld(d, now)
    await store.staffNotes.resolve(`held/${d}`, now)
  }
  await noted(context, m === 'release' ? 'destination turned to release only' : 'destination turned to standing', d)
  return { update: await shown(context, d) }
}
