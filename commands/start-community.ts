import { z } from 'zod'
import { askNext, keepSensitiveConsent } from '../src/asking.ts'
import { type Context, command, press } from '../src/command.ts'
import { nameOf, needOf, numbered, similar, slugOf, tagsOf, VISIBILITIES } from '../src/core/community.ts'
import { Refusal } from '../src/core/refusal.ts'
import { lines, say, type Text } from '../src/core/say.ts'
import { sightOf, whoSees } from '../src/entering.ts'
import { enterCard, howOthersCome, openCommunity } from '../src/opening.ts'
import { choice, community, integer, text, yesNo } from '../src/option.ts'
import { communityNamed } from '../src/own.ts'
import { address, type Button, type Card, type Content, type Reply } from '../src/reply.ts'
import type { WithStanding } from '../src/store/communities.ts'
import type { Store } from '../src/store/store.ts'

const DAY_MS = 86_400_000
/** How like another name must be for the founder to be shown that one first. */
const SIMILAR = 0.6
const SIMILAR_MAX = 4
/** How many communities of one person may be on their way at once. */
const ON_THE_WAY_MAX = 20
const SLUG_TRIES = 50

const options = {
  name: text('Its name', { max: 60, hasOwnLimit: true }),
  need: text('Who it is for: "people who ... so that we can ..."', { max: 300, long: true, hasOwnLimit: true }),
  pledges: integer('How many people it takes to open, you included', 1, 1_000).default(5),
  days: integer('Within how many days', 1, 90).default(14),
  tags: text('Words to find it by', { max: 100 }).optional(),
  visibility: choice('Who can join: open, request or secret', VISIBILITIES).default('open'),
  sensitive: yesNo('Does being in it tell something private? Then nothing about it ever leaves').default(false),
}

export default command({
  name: 'start-community',
  description: 'Start a community',
  permission: 'guest',
  options,
  form: ['name', 'need', 'tags', 'visibility', 'sensitive'],
  run: (context, wish) => propose(context, wish, false),
  presses: {
    anyway: press({
      args: { d: z.string() },
      async run(context, { d }) {
        const { store, caller, now } = context
        const kept = await store.drafts.take(d, caller.id, 'start-community', now)
        if (!kept) throw new Refusal(say`That was too long ago. Type ${{ typed: '/start-community' }} again.`)
        return { update: await propose(context, z.object(options).parse(kept), true) }
      },
    }),
    out: press({
      args: { c: community('Community') },
      async run({ store, caller, now }, { c }) {
        await store.roomCare.stayOutside(c.id, caller.id, now)
        return { text: say`You stay out of the room of ${{ strong: c.name }}, and still look after it.` }
      },
    }),
  },
  cards: { seed: drawSeed },
})

type Wish = z.output<z.ZodObject<typeof options>>

/** Checks the words, and shows similar communities before another one is started. */
async function propose(context: Context, wish: Wish, anyway: boolean): Promise<Reply> {
  const { store, caller, organization, now } = context
  const { pledgesFrom, pledgesTo } = organization
  const checked = { ...wish, name: nameOf(wish.name, organization), need: needOf(wish.need) }
  if (wish.pledges < pledgesFrom || wish.pledges > pledgesTo) {
    throw new Refusal(say`The pledges it takes must be from ${pledgesFrom} to ${pledgesTo}.`, 'pledges')
  }
  if ((await store.communities.startedBy(caller.id)) >= ON_THE_WAY_MAX) {
    throw new Refusal(
      say`You have ${ON_THE_WAY_MAX} communities on their way. Wait until some have opened, or leave one.`,
    )
  }
  const close = anyway ? [] : similar(checked.name, await store.communities.names(), SIMILAR).slice(0, SIMILAR_MAX)
  if (close.length === 0) return start(context, checked)
  const words = Object.entries(checked).map(([name, value]) => [name, String(value ?? '')])
  const kept = Object.fromEntries(words.filter(([, value]) => value !== ''))
  const d = await store.drafts.keep(caller.id, 'start-community', kept, now)
  const buttons: Button[] = close.map((one) => ({
    label: say`Join ${one.name}`,
    press: address('join', { community: one.id }),
  }))
  buttons.push({ label: say`Start it anyway`, press: address('start-community.anyway', { d }) })
  return {
    card: {
      title: say`There is something like it already`,
      body: say`Would one of these do, or is yours a different one?`,
      buttons,
    },
  }
}

async function start(context: Context, wish: Wish): Promise<Reply> {
  const { store, caller, organization, where, now } = context
  const { name, need, visibility, sensitive } = wish
  const id = store.communities.newId(now)
  await store.communities.start(
    {
      id,
      slug: await freeSlug(store, id, wish),
      name,
      need,
      tags: tagsOf(wish.tags ?? ''),
      visibility,
      sensitive,
      pledgesNeeded: wish.pledges,
      platform: where.platform,
      workspace: where.workspace,
      place: where.place ?? null,
      state: organization.approvesCommunities ? 'waiting' : 'seed',
      founderId: caller.id,
      deadline: new Date(now.getTime() + wish.days * DAY_MS),
    },
    now,
  )
  const seen = sensitive ? 'nobody' : await whoSees(context, { id, visibility })
  const told = seen === 'nobody' ? null : seen
  await store.memberships.found(id, { personId: caller.id, ...where }, told, now)
  if (sensitive) await keepSensitiveConsent(context, { id, name }, 'started it')
  const founded = await store.communities.get(id, caller.id)
  if (!founded) throw new Error('the community just started is not there')
  if (organization.approvesCommunities) return awaitStaff(context, founded)
  return founded.pledgesNeeded <= 1 ? openAtOnce(context, founded) : plant(context, founded)
}

async function openAtOnce(context: Context, founded: WithStanding): Promise<Reply> {
  await openCommunity(context, founded)
  const card = founded.sensitive ? enterCard(founded) : await askNext(context, founded)
  const open = say`${communityNamed(founded, context.where)} is open, and you look after it.`
  return withRoom(context, founded, [open, howOthersCome(context, founded)], card)
}

/** Whoever starts a community is in its room with the others, reads who sees that, and may stay out of it. */
async function withRoom(
  context: Context,
  { id, sensitive, visibility }: WithStanding,
  [first, ...more]: Text[],
  card?: Card,
): Promise<{ text: Text; card?: Card }> {
  const seen = sensitive ? 'nobody' : await whoSees(context, { id, visibility })
  if (seen === 'nobody') return { text: lines(first, ...more), ...(card && { card }) }
  const room = say`You are in its room once there is one. ${sightOf(seen, context.where.platform)}`
  const out = { label: say`Stay out of the room`, press: address('start-community.out', { c: id }) }
  return { text: lines(first, room, ...more), card: { ...card, buttons: [...(card?.buttons ?? []), out] } }
}

/** The seed, shown to everyone where it was typed unless it is secret or sensitive. */
async function plant(context: Context, seed: WithStanding): Promise<Reply> {
  const pledges = { count: seed.pledgesNeeded, one: 'pledge', other: 'pledges' }
  const wanted = say`${communityNamed(seed, context.where)} is wanted: it opens at ${pledges}, yours included, by ${{ when: seed.deadline ?? seed.createdAt }}.`
  const isShown = seed.visibility !== 'secret' && !seed.sensitive
  const shown = await withRoom(context, seed, [wanted, howOthersCome(context, seed)])
  return { ...shown, ...(isShown && { announce: { card: 'seed', id: seed.id } }) }
}

async function awaitStaff(context: Context, seed: WithStanding): Promise<Reply> {
  const { store, organization, now } = context
  await store.staffNotes.tell(`waiting/${seed.id}`, say`A new community waits for you: ${{ typed: '/review' }}.`, now)
  if (organization.staffRoom) await store.cards.place('review', seed.id, organization.staffRoom, now)
  return withRoom(context, seed, [
    say`Staff of ${organization.name} look at new communities first. You will hear what becomes of ${{ strong: seed.name }}.`,
  ])
}

/** A slug nobody has. One that is hidden ends by chance, or a number behind somebody else's slug would tell of it. */
async function freeSlug(store: Store, id: string, { name, visibility, sensitive }: Wish): Promise<string> {
  const chance = id.slice(-4).toLowerCase()
  const slug = slugOf(name, chance)
  if (visibility === 'secret' || sensitive) return `${slug}-${chance}`
  for (let n = 1; n <= SLUG_TRIES; n++) {
    if (!(await store.communities.slugIsTaken(numbered(slug, n)))) return numbered(slug, n)
  }
  throw new Refusal(say`There are many communities of that name already. Try another name.`, 'name')
}

/** What everyone sees of a seed, from wanted to open or gone. */
async function drawSeed(store: Store, id: string): Promise<Content | undefined> {
  const seed = await store.communities.get(id)
  // Made sensitive since it was shown: its name stands nowhere any more.
  if (!seed || seed.sensitive || seed.visibility === 'secret') return { text: say`This community is not shown here.` }
  const title = say`${{ strong: seed.name }}`
  if (seed.state === 'open') {
    return {
      card: {
        title,
        body: say`${seed.need}. It is open.`,
        buttons: [{ label: say`Join`, press: address('join', { community: id }) }],
      },
    }
  }
  if (seed.state !== 'seed') return { card: { title, body: say`It did not open.` } }
  const count = await store.memberships.pledges(id)
  return {
    card: {
      title: say`Wanted: ${{ strong: seed.name }}`,
      body: say`${seed.need}`,
      fields: [
        { label: say`Pledges`, value: say`${count} of ${seed.pledgesNeeded}` },
        { label: say`Until`, value: say`${{ when: seed.deadline ?? seed.createdAt }}` },
      ],
      buttons: [
        { label: say`Pledge`, press: address('join.pledge', { c: id }) },
        { label: say`Take back`, press: address('join.back', { c: id }) },
      ],
    },
  }
}
