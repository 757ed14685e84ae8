import { z } from 'zod'
import { type Context, command, press } from '../src/command.ts'
import { Refusal } from '../src/core/refusal.ts'
import { lines, say, type Text } from '../src/core/say.ts'
import { choice, text } from '../src/option.ts'
import { address, type Card, type Reply } from '../src/reply.ts'
import type { WorkspaceMet } from '../src/store/workspaces.ts'

/** So many are shown at once. */
const SHOWN = 20

export default command({
  name: 'servers',
  description: 'Servers and workspaces Kindred is in, and which are yours',
  permission: 'staff',
  group: 'staff',
  options: {},
  shows: [],
  run: async (context) => ({ card: await show(context) }),
  presses: {
    more: press({
      args: { n: z.coerce.number().int().min(0).max(10_000) },
      permission: 'staff',
      run: async (context, { n }) => ({ update: { card: await show(context, n) } }),
    }),
    accept: press({
      args: { p: text('Platform', { max: 20 }), w: text('Server', { max: 40 }), o: choice('Yours?', ['yes', 'no']) },
      permission: 'staff',
      run: accept,
    }),
  },
})

async function accept(context: Context, { p, w, o }: { p: string; w: string; o: 'yes' | 'no' }): Promise<Reply> {
  const { store, caller, now } = context
  if (!(await store.workspaces.accept(p, w, o === 'yes')))
    throw new Refusal(say`The last one stays yours: without it whoever brings Kindred in somewhere would be staff.`)
  await store.audit.note(caller, 'staff', o === 'yes' ? 'server accepted' : 'server given up', now, { detail: p })
  return { update: { text: say`Saved.`, card: await show(context) } }
}

async function show({ store, where }: Context, skip = 0): Promise<Card> {
  const all = await store.workspaces.list()
  const servers = all.slice(skip, skip + SHOWN)
  const next = skip + SHOWN
  const isHere = (one: WorkspaceMet) => one.platform === where.platform && one.workspace === where.workspace
  return {
    title: say`Servers and workspaces Kindred is in`,
    body: lines(
      say`Whoever runs one of yours is staff. Others may have brought Kindred into a place of their own: people there can join communities, and nobody there is staff.`,
      servers.length === 0 && say`There is none yet.`,
    ),
    fields: servers.map(({ name, ours, workspace }) => ({
      label: plain(name),
      value: ours ? say`yours, ${workspace}` : say`not accepted, ${workspace}`,
    })),
    // Whoever gave up the server they are in could not take that back.
    buttons: [
      ...servers
        .filter((one) => !isHere(one))
        .map(({ platform: p, workspace: w, name, ours }) => ({
          label: ours ? say`${name} is not ours` : say`Accept ${name}`,
          press: address('servers.accept', { p, w, o: ours ? 'no' : 'yes' }),
        })),
      ...(all.length > next ? [{ label: say`More`, press: address('servers.more', { n: next }) }] : []),
    ],
  }
}

const plain = (words: string): Text => say`${words}`
