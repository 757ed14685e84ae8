import { command } from '../src/command.ts'
import { ON_THE_WEB } from '../src/core/person.ts'
import { say } from '../src/core/say.ts'
import { community, integer } from '../src/option.ts'

const DAY_MS = 86_400_000

export default command({
  name: 'invite',
  description: 'Make a code that lets people in',
  permission: 'organizer',
  group: 'organize',
  options: {
    community: community('The community'),
    people: integer('For how many people', 1, 1_000).default(1),
    days: integer('For how many days', 1, 90).default(14),
  },
  async run({ store, caller, now, where, site }, { community: found, people, days }) {
    const until = new Date(now.getTime() + days * DAY_MS)
    const code = await store.invitations.make(found.id, caller.id, people, until, now)
    await store.audit.note(caller, 'organizer', 'invitation made', now, { community: found })
    const times = { count: people, one: 'person', other: 'people' }
    const link = `${site}/do/join?community=${code}`
    if (where.platform === ON_THE_WEB.platform)
      return {
        text: say`This link lets ${times} into ${{ strong: found.name }} until ${{ when: until }}: ${{ link, label: link }}. In a chat the same is ${{ typed: `/join ${code}` }}. It is shown only here; pass it on yourself.`,
      }
    return {
      text: say`This code lets ${times} into ${{ strong: found.name }} until ${{ when: until }}: ${{ typed: `/join ${code}` }}. It is shown only here; pass it on yourself.`,
    }
  },
})
