import { type Context, command, press } from '../src/command.ts'
import { lines, say, type Text } from '../src/core/say.ts'
import { choice, text } from '../src/option.ts'
import { address, type Card, type Reply } from '../src/reply.ts'
import type { WorkspaceMet } from '../src/store/workspaces.ts'

/** So many can be accepted or given up at once; the others come up when those are done. */
const SHOWN = 20

export default command({
  name: 'servers',
  description: 'Servers Kindred is in, and which are yours',
  permission: 'staff',
  group: 'staff',
  options: {},
  run: async (context) => ({ card: await show(context) }),
  presses: {
    accept: press({
      args: { p: text('Platform', { max: 20 }), w: text('Server', { max: 40 }), o: choice('Yours?', ['yes', 'no']) },
      permission: 'staff',
      run: accept,
    }),
  },
})

async function accept(context: Context, { p, w, o }: { p: string; w: string; o: 'yes' | 'no' }): Promise<Reply> {
  const { store, caller, now } = context
  await store.workspaces.accept(p, w, o === 'yes')
  await store.audit.note(caller, 'staff', o === 'yes' ? 'server accepted' : 'server given up', now, { detail: p })
  return { update: { text: say`Saved.`, card: await show(context) } }
}

async function show({ store, where }: Context): Promise<Card> {
  const servers = await store.workspaces.list()
  const isHere = (one: WorkspaceMet) => one.platform === where.platform && one.workspace === where.workspace
  return {
    title: say`Servers Kindred is in`,
    body: lines(
      say`Whoever runs a server of yours is staff. Anybody can bring Kindred into a server of their own: people there can join communities, and nobody there is staff.`,
      servers.length === 0 && say`There is none yet.`,
    ),
    fields: servers.map(({ name, ours }) => ({ label: plain(name), value: ours ? say`yours` : say`not accepted` })),
    // Whoever gave up the server they are in could not take that back.
    buttons: servers
      .filter((one) => !isHere(one))
      .slice(0, SHOWN)
      .map(({ platform: p, workspace: w, name, ours }) => ({
        label: ours ? say`${name} is not ours` : say`Accept ${name}`,
        press: address('servers.accept', { p, w, o: ours ? 'no' : 'yes' }),
      })),
  }
}

const plain = (words: string): Text => say`${words}`
