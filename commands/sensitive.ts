import { command, press } from '../src/command.ts'
import { lines, say } from '../src/core/say.ts'
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
        const { places, rooms } = await store.roomCare.leaveShown(c.id, now)
        await store.erasures.letOut(places, now)
        const sensitive = say`${{ strong: c.name }} is sensitive from now on.`
        const stands = say`Everybody is let out of its room, whose name others can see. Delete that room yourself: what people wrote there is theirs and yours. A private one takes its place, which nobody enters without pressing for it.`
        return {
          update: { text: rooms > 0 ? lines(sensitive, stands) : sensitive },
          redraw: [{ card: 'seed', id: c.id }],
        }
      },
    }),
  },
})
