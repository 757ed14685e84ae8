import { type Context, command, press, type Server } from '../src/command.ts'
import { Refusal } from '../src/core/refusal.ts'
import { CARRIERS, CARRIERS_OF, type Carrier, DEFAULT_CARRIERS } from '../src/core/room.ts'
import { lines, say, type Text } from '../src/core/say.ts'
import { folded } from '../src/core/words.ts'
import { choice, text } from '../src/option.ts'
import { address, type Card, type Reply } from '../src/reply.ts'

const category = text('Category under which their channels stand', { max: 100 })
const carrier = choice('What carries the rooms of communities here', CARRIERS)

export default command({
  name: 'rooms',
  description: 'Where communities have their rooms here',
  permission: 'staff',
  group: 'staff',
  options: { carrier: carrier.optional(), category: category.optional() },
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
  await store.workspaces.choose(where, carries, within, now)
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
    ...(hasCategories && {
      buttons: [
        { label: say`Category`, press: address('rooms.category') },
        ...(within ? [{ label: say`No category`, press: address('rooms.top') }] : []),
      ],
    }),
  }
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
