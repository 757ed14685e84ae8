import { type Context, command, press, type Server } from '../src/command.ts'
import { Refusal } from '../src/core/refusal.ts'
import { CARRIERS, CARRIERS_OF, type Carrier, DEFAULT_CARRIERS } from '../src/core/room.ts'
import { lines, say, type Text } from '../src/core/say.ts'
import { folded } from '../src/core/words.ts'
import { choice, community, type Found, text } from '../src/option.ts'
import { address, type Card, type Reply } from '../src/reply.ts'

const category = text('Category under which their channels stand', { max: 100 })
/** As many as a list takes. */
const OFFERED_MAX = 25
const carrier = choice('What carries the rooms of communities here', CARRIERS)

export default command({
  name: 'rooms',
  description: 'Where communities have their rooms here',
  permission: 'staff',
  group: 'staff',
  options: { carrier: carrier.optional(), category: category.optional() },
  shows: [],
  async run(context, wanted) {
    const server = serverOf(context)
    if (wanted.carrier || wanted.category) await choose(context, server, wanted)
    return { card: await show(context, server) }
  },
  presses: {
    carry: press({
      args: { k: carrier },
      permission: 'staff',
      run: (context, { k }) => chosen(context, { carrier: k }),
    }),
    category: press({
      args: {},
      permission: 'staff',
      title: 'Rooms here',
      fields: { category },
      run: chosen,
    }),
    top: press({
      args: {},
      permission: 'staff',
      run: (context) => chosen(context, { category: null }),
    }),
    adopt: press({ args: {}, permission: 'staff', run: offer }),
    take: press({ args: { c: community('Community') }, permission: 'staff', run: take }),
  },
})

interface Wanted {
  carrier?: Carrier | undefined
  /** Null takes back what was chosen. */
  category?: string | null | undefined
}

async function chosen(context: Context, wanted: Wanted): Promise<Reply> {
  const server = serverOf(context)
  await choose(context, server, wanted)
  return { update: { text: say`Saved, for rooms that are made from now on.`, card: await show(context, server) } }
}

function serverOf({ server }: Context): Server {
  if (!server) throw new Refusal(say`Rooms are made in one way only here: there is nothing to choose.`)
  return server()
}

async function choose({ store, where, caller, now }: Context, server: Server, wanted: Wanted): Promise<void> {
  const { platform, workspace } = where
  const before = await store.workspaces.get(platform, workspace)
  const named = wanted.category?.trim()
  const found = named ? server.categories.find((one) => folded(one.name) === folded(named)) : undefined
  if (named && !found) {
    const names = server.categories.map(({ name }) => name).join(', ')
    throw new Refusal(
      names
        ? say`There is no category “${named}” here that Kindred can see. There are: ${names}.`
        : say`There is no category here that Kindred can see.`,
    )
  }
  const carries = wanted.carrier ?? before.carrier ?? usual(platform)
  const within = wanted.category === null ? undefined : (found?.id ?? before.category)
  const offered = offeredOn(platform)
  if (!offered.includes(carries))
    throw new Refusal(say`What carries rooms here must be one of: ${offered.join(', ')}.`, 'carrier')
  const isAnother = wanted.carrier !== undefined && wanted.carrier !== before.carrier
  await store.workspaces.choose(where, carries, within, now, isAnother)
  await store.audit.note(caller, 'staff', 'rooms changed', now, { detail: `${platform}: ${carries}` })
}

async function show({ store, where }: Context, server: Server): Promise<Card> {
  const { platform, workspace } = where
  const { carrier: chosen = usual(platform), category: within } = await store.workspaces.get(platform, workspace)
  const roles = await store.roomCare.rolesAt(platform, workspace)
  const { hidden, hasCategories, grant } = wordsFor(platform)
  const tooHigh = server.rolesAbove.filter(({ id }) => roles.includes(id)).map(({ name }) => name)
  return {
    title: say`Rooms here`,
    body: lines(...offeredOn(platform).map((one) => say`${{ strong: NAMES[one] }}: ${ABOUT[one]}`), hidden),
    fields: [
      { label: say`Chosen`, value: say`${NAMES[chosen]}` },
      ...(hasCategories ? [{ label: say`Category`, value: nameIn(server, within) }] : []),
      { label: say`What Kindred lacks here`, value: lacking(server.lacks, tooHigh, grant) },
    ],
    choice: {
      label: say`What carries rooms here`,
      options: offeredOn(platform).map((one) => ({
        label: say`${NAMES[one]}`,
        press: address('rooms.carry', { k: one }),
      })),
    },
    buttons: [
      ...(hasCategories ? [{ label: say`Category`, press: address('rooms.category') }] : []),
      ...(within ? [{ label: say`No category`, press: address('rooms.top') }] : []),
      ...(isAdoptable(where) ? [{ label: say`Use this channel`, press: address('rooms.adopt') }] : []),
    ],
  }
}

/** A channel that others are in already can be a room only where everyone sees who is in one. */
const isAdoptable = ({ platform, place }: Context['where']) =>
  place !== undefined && CARRIERS_OF[platform]?.includes('public') === true

/** The communities whose room this channel may become. */
async function offer(context: Context): Promise<Reply> {
  const { store, where } = context
  if (!isAdoptable(where)) throw new Refusal(say`Type ${{ typed: '/rooms' }} in the channel you mean.`)
  const roomless = await store.rooms.lacking(where.platform, where.workspace, OFFERED_MAX)
  if (roomless.length === 0)
    throw new Refusal(
      say`Every open community has a room here. Delete the channel of one in Slack first to give it another.`,
    )
  return {
    card: {
      title: say`Use this channel`,
      body: say`It becomes the room of a community: its members are invited once they read that everyone here sees them in it, and what is announced is said here. Whoever is in it stays, also when they leave the community.`,
      choice: {
        label: say`Whose room it becomes`,
        options: roomless.map(({ id: c, name }) => ({ label: say`${name}`, press: address('rooms.take', { c }) })),
      },
    },
  }
}

async function take(context: Context, { c }: { c: Found }): Promise<Reply> {
  const { store, where, caller, now } = context
  const { place } = where
  if (place === undefined || !isAdoptable(where))
    throw new Refusal(say`Type ${{ typed: '/rooms' }} in the channel you mean.`)
  const there = serverOf(context).places.find(({ id }) => id === place)
  if (!there) throw new Refusal(say`Kindred is not in this channel. Invite it first, as you would a person.`)
  if (c.visibility !== 'open' || c.sensitive || c.state !== 'open')
    throw new Refusal(say`Only an open community can have a room that others are in already.`)
  if (!(await store.rooms.adopt(c, { ...where, place }, there.name, now)))
    throw new Refusal(say`That did not work: the channel is a room already, or ${{ strong: c.name }} has one here.`)
  await store.rooms.wantMembers(c.id, now)
  await store.audit.note(caller, 'staff', 'channel made a room', now, { community: c })
  const welcome = say`This channel is the room of ${{ strong: c.name }} from now on. It is for ${c.need}. Type ${{ typed: `/join ${c.slug ?? ''}` }} to come in.`
  await store.posts.say(
    { communityId: c.id, platform: where.platform, workspace: where.workspace },
    { text: welcome },
    now,
  )
  return { update: { text: say`This channel is the room of ${{ strong: c.name }} now.` } }
}

function nameIn({ categories }: Server, category: string | undefined): Text {
  if (!category) return say`none`
  return say`${categories.find(({ id }) => id === category)?.name ?? 'not there any more'}`
}

/** What is said of rooms on a platform that has several ways to have one. */
interface Words {
  hidden: Text
  hasCategories: boolean
  /** How permissions are given there. */
  grant(permissions: string): Text
}

function wordsFor(platform: string): Words {
  if (platform === 'slack') {
    return {
      hidden: say`Rooms of hidden communities are private channels, whatever is chosen.`,
      hasCategories: false,
      grant: (permissions) =>
        say`Whoever runs Kindred brings it in again, with the manifest of this version. It lacks: ${permissions}.`,
    }
  }
  return {
    hidden: say`Rooms of hidden communities are private threads, whatever is chosen. Where this server has no space for one more, the next that fits is taken.`,
    hasCategories: true,
    grant: (permissions) => say`Give Kindred's role in Server Settings, Roles: ${permissions}.`,
  }
}

const offeredOn = (platform: string): readonly Carrier[] => CARRIERS_OF[platform] ?? CARRIERS

function lacking(permissions: string[], roles: string[], grant: Words['grant']): Text {
  if (permissions.length === 0 && roles.length === 0) return say`Nothing.`
  const drag = say`Drag Kindred's role above: ${roles.join(', ')}.`
  return lines(permissions.length > 0 && grant(permissions.join(', ')), roles.length > 0 && drag)
}

const usual = (platform: string): Carrier => DEFAULT_CARRIERS[platform] ?? 'none'

const NAMES: Record<Carrier, string> = {
  channel: 'Channel',
  thread: 'Private thread',
  forum: 'Forum post',
  role: 'Role and channel',
  public: 'Public channel',
  none: 'No room',
}

const ABOUT: Record<Carrier, Text> = {
  channel: say`a channel that only members see.`,
  thread: say`a thread that only members see, up to 1000 of them.`,
  forum: say`a post in a forum, which everyone here may read.`,
  role: say`a channel that a role opens; everyone here sees who has the role.`,
  public: say`a channel that everyone here may find, read and enter, and see who is in it.`,
  none: say`people hear of everything in private.`,
}
