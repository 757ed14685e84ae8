import { command, press } from '../src/command.ts'
import { lines, say } from '../src/core/say.ts'
import { everyCard } from '../src/meetups/telling.ts'
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
        const { meetups, parted } = await store.meetups.hide(c.id, now)
        for (const { title, who } of parted) {
          const text = say`The communities that were to meet at “${title}” do not meet together any more, so you have no seat there.`
          await store.notices.tell(who, 'changed', { text }, now, c, { sensitive: true })
        }
        const { places, stay, rooms, adopted } = await store.roomCare.leaveShown(c.id, now)
        await store.erasures.letOut(places, now)
        const warning = say`${{ strong: c.name }} is a sensitive community from now on. The channel that was its room was there before, so nobody was taken out of it, and whoever is in it is still seen there. Leave it yourself if you would rather not be.`
        const to = stay.map((one) => ({ ...one, dueAt: now }))
        await store.posts.sayEach(to, { text: warning }, now)
        const sensitive = say`${{ strong: c.name }} is sensitive from now on.`
        const stands = say`Everybody is let out of its room, whose name others can see. Delete that room yourself: what people wrote there is theirs and yours.`
        const stays = say`A channel that was there before was its room: nobody was taken out of that channel, and whoever is in it is still seen there, which those members are told in private. What Kindred said there names the community until you delete it.`
        const anew = say`A private room takes its place, which nobody enters without pressing for it.`
        return {
          update: { text: lines(sensitive, rooms > 0 && stands, adopted > 0 && stays, rooms + adopted > 0 && anew) },
          // Whatever others see of its meetups goes.
          redraw: [{ card: 'seed', id: c.id }, ...meetups.flatMap(everyCard)],
        }
      },
    }),
  },
})
