import { command, press } from '../src/command.ts'
import { say } from '../src/core/say.ts'
import { community, type Found } from '../src/option.ts'
import { address } from '../src/reply.ts'

export default command({
  name: 'sensitive',
  description: 'Make a community sensitive, for good',
  permission: 'staff',
  group: 'staff',
  options: { community: community('The community', 'any') },
  async run(_, { community: found }) {
    if (found.sensitive) return { text: say`${{ strong: found.name }} is sensitive already.` }
    return {
      card: {
        title: say`Make ${{ strong: found.name }} sensitive?`,
        body: say`It leaves the directory, no count of it is shown, and whoever was told who is in it is told that nobody is. This can't be undone.`,
        buttons: [{ label: say`Make it sensitive`, press: address('sensitive.do', { c: found.id }) }],
      },
    }
  },
  presses: {
    do: press({
      args: { c: community('Community') },
      permission: 'staff',
      async run({ store, caller, now }, { c }: { c: Found }) {
        await store.audit.note(caller, 'staff', 'community made sensitive', now, {
          community: { ...c, sensitive: true },
        })
        await store.communities.lock(c.id)
        await store.communities.makeSensitive(c.id, now)
        await store.reports.settle({ communityId: c.id }, now)
        return {
          update: { text: say`${{ strong: c.name }} is sensitive from now on.` },
          redraw: [{ card: 'seed', id: c.id }],
        }
      },
    }),
  },
})
